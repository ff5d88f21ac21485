//! One running Postgres: started by us, or found running and taken over.
//!
//! Every process of a Postgres that we start holds `server.lock`, by its standard input. The
//! system frees the lock when the last of them is gone, however they ended; so whoever gets the
//! lock knows that nobody works on the files. `postmaster.pid` can't tell that: its process may be
//! a zombie, or its number somebody else's by now, and other processes may outlive it.

use std::{
    fs::{self, File, TryLockError},
    io::{ErrorKind, Read, Seek, SeekFrom},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{
    Durability,
    binaries::Binaries,
    cluster,
    error::{StartError, StopError, file},
    home::Home,
    pid_file::{self, PidFile},
    process,
};

/// How often a file or process is looked at while waiting for it.
const POLL: Duration = Duration::from_millis(5);

/// How long a start may take: after a crash, Postgres repeats what its files miss.
const READY_LIMIT: Duration = Duration::from_secs(600);

/// How long the processes of a dead server may take to notice that it is dead.
const ORPHANS_LIMIT: Duration = Duration::from_secs(3);

/// Kills all processes in the folder `$1`. A shell that runs as the account of Postgres does it,
/// since root in a container may not see where another account's processes are.
const KILL_ALL_IN: &str = r#"
for process in /proc/[0-9]*; do
  [ "$(readlink "$process/cwd")" != "$1" ] || kill -9 "${process#/proc/}"
done"#;

/// How often the log says that a start is still being waited for.
const REMINDER: Duration = Duration::from_secs(10);

/// How Postgres is stopped: politely (it ends its sessions), at once, by force; and how long each
/// may take. Together they stay below the 25 s that a stop of Flagstaff may take.
const STOPS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(12)),
    (Signal::QUIT, Duration::from_secs(4)),
    (Signal::KILL, Duration::from_secs(2)),
];

/// The log is put aside at the next start when it is larger than this many bytes.
const LOG_LIMIT: u64 = 10_000_000;

const SETTINGS: [&str; 9] = [
    "listen_addresses=",
    "port=5432",
    "unix_socket_permissions=0700",
    "shared_buffers=64MB",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
    "log_destination=stderr",
];

const DURABLE: [&str; 4] =
    ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=100"];

const THROWAWAY: [&str; 9] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=4GB",
    "checkpoint_timeout=1h",
    "max_connections=300",
];

/// What is needed to start a Postgres, as often as it takes.
#[derive(Debug)]
pub(super) struct Launcher {
    pub home: Home,
    pub binaries: Binaries,
    pub durability: Durability,
}

/// One running Postgres.
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    /// None where an earlier Flagstaff started it.
    child: Option<Child>,
}

impl Launcher {
    /// Brings up the Postgres: takes over one that runs, or waits for the last process of an
    /// earlier one to end and starts another. `cancelled` is asked again and again.
    pub fn bring_up(&self, cancelled: impl Fn() -> bool) -> Result<Server, StartError> {
        self.home.make_socket_folder()?;
        let mut patience = Patience::new("the Postgres of an earlier run", &cancelled);
        loop {
            if let Some(server_lock) = try_lock(&self.home, "server.lock")? {
                return self.start(&server_lock, &cancelled);
            }
            match pid_file::read(&self.home.data()) {
                Some(found) if process::is_server_on(found.pid, &self.home.data()) => {
                    if let Some(server) = self.take_over(&found) {
                        return Ok(server);
                    }
                }
                _ if patience.waited() > ORPHANS_LIMIT => self.end_orphans(),
                _ => {}
            }
            patience.wait(self)?;
        }
    }

    /// Takes over a running server once it answers on the socket that we expect. One that answers
    /// elsewhere (`TMPDIR` has changed) is stopped.
    fn take_over(&self, found: &PidFile) -> Option<Server> {
        if !found.ready {
            return None;
        }
        let mut server = Server { pid: found.pid, child: None };
        if found.socket_folder == self.home.socket_folder() {
            tracing::info!(
                "took over the Postgres of an earlier run (process {})",
                server.number()
            );
            return Some(server);
        }
        if let Err(e) = server.stop() {
            tracing::error!("{e}");
        }
        None
    }

    /// Ends what a dead server has left: a session that is busy may not notice for hours. Nothing
    /// is lost that the crash has not lost already.
    fn end_orphans(&self) {
        tracing::warn!("ending what a dead Postgres has left running");
        let mut shell = self.home.command(Path::new("/bin/sh"), Path::new("/"));
        shell.args(["-c", KILL_ALL_IN, "sh"]).arg(self.home.data());
        if let Err(e) = shell.stdin(Stdio::null()).output() {
            tracing::error!("could not end it: {e}");
        }
    }

    fn start(
        &self,
        server_lock: &File,
        cancelled: impl Fn() -> bool,
    ) -> Result<Server, StartError> {
        let data = self.home.data();
        if cluster::major_version(&data).is_none() {
            tracing::info!("making a new database in {}", data.display());
            cluster::initialise(&self.home, &self.binaries, self.durability, server_lock)?;
        }
        self.remove_leftovers()?;
        let mut command = self.server_command(server_lock)?;
        let child = command.spawn().map_err(file("run", self.binaries.program("postgres")))?;
        // The command holds the lock as well, and must not outlive the start.
        drop(command);
        let mut server = Server::of_child(child);
        match self.wait_until_ready(&mut server, cancelled) {
            Ok(()) => Ok(server),
            Err(e) => {
                let _ = server.stop();
                Err(e)
            }
        }
    }

    /// Removes what would make Postgres refuse to start. Nobody of ours runs any more; somebody
    /// may have started a server by hand.
    fn remove_leftovers(&self) -> Result<(), StartError> {
        let data = self.home.data();
        if let Some(found) = pid_file::read(&data)
            && process::is_server_on(found.pid, &data)
        {
            return Err(StartError::ForeignServer { pid: found.pid.as_raw_nonzero().get(), data });
        }
        for path in self.home.leftovers() {
            match fs::remove_file(&path) {
                Err(e) if e.kind() != ErrorKind::NotFound => return Err(file("remove", path)(e)),
                _ => {}
            }
        }
        Ok(())
    }

    fn server_command(&self, server_lock: &File) -> Result<Command, StartError> {
        let data = self.home.data();
        let log = self.open_log()?;
        let errors = log.try_clone().map_err(file("open", self.home.path("postgres.log")))?;
        let mut command = self.home.command(&self.binaries.program("postgres"), &data);
        command.arg("-D").arg(&data);
        // The setting is a list, in which a name in quotes may hold anything.
        let socket_folder = self.home.socket_folder().display().to_string().replace('"', "\"\"");
        command.arg("-c").arg(format!("unix_socket_directories=\"{socket_folder}\""));
        let kind = match self.durability {
            Durability::Durable => &DURABLE[..],
            Durability::Throwaway => &THROWAWAY[..],
        };
        for setting in SETTINGS.iter().chain(kind) {
            command.args(["-c", setting]);
        }
        command.stdin(cluster::hand_over(&self.home, server_lock)?);
        command.stdout(Stdio::from(log)).stderr(Stdio::from(errors));
        // Ctrl-C goes to the whole group of a terminal, and must reach Flagstaff alone, which
        // still needs its database for a clean stop.
        command.process_group(0);
        Ok(command)
    }

    fn open_log(&self) -> Result<File, StartError> {
        let path = self.home.path("postgres.log");
        if fs::metadata(&path).is_ok_and(|log| log.len() > LOG_LIMIT) {
            let old = self.home.path("postgres.log.old");
            fs::rename(&path, old).map_err(file("rename", &path))?;
        }
        self.home.open_file("postgres.log")
    }

    fn wait_until_ready(
        &self,
        server: &mut Server,
        cancelled: impl Fn() -> bool,
    ) -> Result<(), StartError> {
        let mut patience = Patience::new("Postgres", &cancelled);
        loop {
            let found = pid_file::read(&self.home.data());
            if found.is_some_and(|found| found.pid == server.pid && found.ready) {
                return Ok(());
            }
            if let Some(status) = server.ended() {
                return Err(StartError::Ended { status, log: self.log_tail() });
            }
            patience.wait(self)?;
        }
    }

    /// The last lines of the log, for people.
    pub fn log_tail(&self) -> String {
        log_tail(&self.home.path("postgres.log")).unwrap_or_default()
    }
}

impl Server {
    fn of_child(child: Child) -> Self {
        let pid = Pid::from_child(&child);
        Self { pid, child: Some(child) }
    }

    /// Its process id, for people.
    pub fn number(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// How it ended, or none while it runs.
    pub fn ended(&mut self) -> Option<String> {
        match &mut self.child {
            Some(child) => match child.try_wait() {
                Ok(None) => None,
                Ok(Some(status)) => Some(status.to_string()),
                Err(e) => Some(e.to_string()),
            },
            None => (!process::is_alive(self.pid)).then(|| "it is gone".to_owned()),
        }
    }

    /// Stops it, in the gentlest way that works.
    pub fn stop(&mut self) -> Result<(), StopError> {
        for (signal, limit) in STOPS {
            if self.ended().is_some() {
                return Ok(());
            }
            // It may just have ended; then there is nobody to signal.
            let _ = kill_process(self.pid, signal);
            let deadline = Instant::now() + limit;
            while Instant::now() < deadline {
                if self.ended().is_some() {
                    return Ok(());
                }
                thread::sleep(POLL);
            }
            tracing::warn!("Postgres (process {}) did not end on {signal:?}", self.number());
        }
        Err(StopError::Unkillable(self.number()))
    }
}

/// Locks a file of the home for this process, unless somebody else holds it.
pub(super) fn try_lock(home: &Home, name: &str) -> Result<Option<File>, StartError> {
    let opened = home.open_file(name)?;
    match opened.try_lock() {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(e)) => Err(file("lock", home.path(name))(e)),
    }
}

/// Waits a little, again and again, up to a limit, and says so now and then.
struct Patience<'a> {
    what: &'static str,
    cancelled: &'a dyn Fn() -> bool,
    since: Instant,
    next_reminder: Duration,
}

impl<'a> Patience<'a> {
    fn new(what: &'static str, cancelled: &'a dyn Fn() -> bool) -> Self {
        Self { what, cancelled, since: Instant::now(), next_reminder: REMINDER }
    }

    fn waited(&self) -> Duration {
        self.since.elapsed()
    }

    fn wait(&mut self, launcher: &Launcher) -> Result<(), StartError> {
        let waited = self.waited();
        if (self.cancelled)() {
            return Err(StartError::Cancelled);
        }
        if waited > READY_LIMIT {
            return Err(StartError::NotReady { waited, log: launcher.log_tail() });
        }
        if waited > self.next_reminder {
            self.next_reminder += REMINDER;
            tracing::warn!("still waiting for {} after {} s", self.what, waited.as_secs());
        }
        thread::sleep(POLL);
        Ok(())
    }
}

fn log_tail(path: &Path) -> std::io::Result<String> {
    let mut log = File::open(path)?;
    let length = log.metadata()?.len();
    log.seek(SeekFrom::Start(length.saturating_sub(4096)))?;
    let mut text = Vec::new();
    log.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.len().saturating_sub(8);
    Ok(lines.get(last..).unwrap_or_default().join("\n"))
}
