//! Looks after the private Postgres for as long as Flagstaff runs: starts it again when it dies.

use std::{
    convert::Infallible,
    fs::File,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    error::{StartError, StopError},
    server::{Launcher, Server},
};

/// How often the server is looked at.
const INTERVAL: Duration = Duration::from_millis(100);
/// How long it waits before the first new start; the time doubles with every failure.
const SHORTEST_DELAY: Duration = Duration::from_millis(200);
const LONGEST_DELAY: Duration = Duration::from_secs(10);
/// A server that ran this long was all right: what happens to it next is no repetition.
const GOOD_RUN: Duration = Duration::from_secs(30);

/// The thread that looks after a Postgres.
#[derive(Debug)]
pub(super) struct Supervisor {
    /// Nothing is ever sent: the thread stops when this is dropped.
    keep_running: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<Result<(), StopError>>>,
}

impl Supervisor {
    /// Starts the thread. It holds `owner_lock` until its Postgres has stopped.
    pub fn start(launcher: Launcher, server: Server, owner_lock: File) -> Result<Self, StartError> {
        let (keep_running, stop) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || {
                let stopped = supervise(&launcher, server, &stop);
                launcher.home.remove_socket_folder();
                drop(owner_lock);
                stopped
            })
            .map_err(super::error::file("start a thread for", "Postgres"))?;
        Ok(Self { keep_running: Some(keep_running), thread: Some(thread) })
    }

    /// Stops the Postgres and the thread, and waits for both; a second call does nothing.
    pub fn stop(&mut self) -> Result<(), StopError> {
        self.keep_running = None;
        match self.thread.take() {
            Some(thread) => thread.join().map_err(|_| StopError::Supervisor)?,
            None => Ok(()),
        }
    }
}

fn supervise(
    launcher: &Launcher,
    mut server: Server,
    stop: &Receiver<Infallible>,
) -> Result<(), StopError> {
    let mut delay = SHORTEST_DELAY;
    let mut since = Instant::now();
    loop {
        if waited_until_stop(stop, INTERVAL) {
            return server.stop();
        }
        let Some(status) = server.ended() else { continue };
        if since.elapsed() > GOOD_RUN {
            delay = SHORTEST_DELAY;
        }
        tracing::error!("Postgres (process {}) has died: {status}", server.number());
        match start_again(launcher, stop, &mut delay) {
            Some(again) => server = again,
            None => return Ok(()),
        }
        since = Instant::now();
    }
}

/// Tries until a server runs; none when there was a stop in between.
fn start_again(
    launcher: &Launcher,
    stop: &Receiver<Infallible>,
    delay: &mut Duration,
) -> Option<Server> {
    loop {
        tracing::info!("starting Postgres again in {} ms", delay.as_millis());
        if waited_until_stop(stop, *delay) {
            return None;
        }
        *delay = (*delay * 2).min(LONGEST_DELAY);
        match launcher.bring_up(|| stop.try_recv() == Err(TryRecvError::Disconnected)) {
            Ok(server) => {
                tracing::info!("Postgres runs again (process {})", server.number());
                return Some(server);
            }
            Err(StartError::Cancelled) => return None,
            Err(e) => tracing::error!("{e}"),
        }
    }
}

fn waited_until_stop(stop: &Receiver<Infallible>, limit: Duration) -> bool {
    stop.recv_timeout(limit) == Err(RecvTimeoutError::Disconnected)
}
