//! Signals of the system that say stop.

use std::{io, sync::mpsc, thread, time::Duration};

use tokio::signal::unix::{SignalKind, signal};

/// What the system asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM: stop, in good order.
    Terminate,
    /// SIGINT: a person wants it to stop now.
    Interrupt,
}

/// The signals from now on.
pub struct Signals(mpsc::Receiver<Signal>);

/// Hears of signals on a thread of its own, from before the start, so that none is missed.
///
/// # Errors
/// When the system gives no thread or no handler.
pub fn listen() -> io::Result<Signals> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sender, receiver) = mpsc::channel();
    let guard = runtime.enter();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    drop(guard);
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async move {
            loop {
                let signal = tokio::select! {
                    _ = terminate.recv() => Signal::Terminate,
                    _ = interrupt.recv() => Signal::Interrupt,
                };
                if sender.send(signal).is_err() {
                    return;
                }
            }
        });
    })?;
    Ok(Signals(receiver))
}

impl Signals {
    /// Waits for the next one.
    pub fn wait(&self) -> Signal {
        self.0.recv().unwrap_or(Signal::Interrupt)
    }

    /// Waits for another one, but no longer than that.
    pub fn wait_at_most(&self, time: Duration) {
        let _signal = self.0.recv_timeout(time);
    }
}
