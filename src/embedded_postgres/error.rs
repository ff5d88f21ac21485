//! What can go wrong with the private Postgres, in sentences that say what to do.

use std::{io, path::PathBuf, time::Duration};

/// Why the private Postgres could not be started or found.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no PostgreSQL server on this machine.
    #[error(
        "no PostgreSQL server (version {oldest} or newer) is installed here. \
         Install one (Debian, Ubuntu: `apt-get install postgresql`; Fedora: \
         `dnf install postgresql-server`; macOS: `brew install postgresql@17`), \
         name the folder of its programs in PG_BIN, \
         or set DATABASE_URL to use a database elsewhere."
    )]
    NoServerInstalled {
        /// The oldest major version that will do.
        oldest: u32,
    },
    /// `PG_BIN` names a folder that holds no PostgreSQL server.
    #[error(
        "PG_BIN is {}, but the programs `postgres` and `initdb` are not both there. \
         Name the folder that holds them (such as /usr/lib/postgresql/15/bin), or unset PG_BIN.",
        .0.display()
    )]
    WrongPgBin(PathBuf),
    /// The database files belong to another major version than any that is installed.
    #[error(
        "the database files in {} were made by PostgreSQL {needed}, and only {found} is here. \
         Install PostgreSQL {needed}, or move the data with its own pg_dump.",
        .data.display()
    )]
    OtherVersion {
        /// The folder of the database files.
        data: PathBuf,
        /// The major version that made the files.
        needed: u32,
        /// The major versions that are installed.
        found: String,
    },
    /// `PG_RUN_AS` names an account that does not exist or is root.
    #[error(
        "PG_RUN_AS is `{0}`, which is not an ordinary account of this machine. \
         Postgres refuses to run as root: name another account, or unset PG_RUN_AS."
    )]
    NoSuchAccount(String),
    /// The files belong to an account that can't be used for them.
    #[error(
        "{} belongs to the account with number {owner}. Run Flagstaff as that account, \
         or give the folder away with `chown -R`.",
        .path.display()
    )]
    OtherOwner {
        /// The folder in question.
        path: PathBuf,
        /// The user id of its owner.
        owner: u32,
    },
    /// Postgres may not run as root, and the account that it gets can't enter the folder.
    #[error(
        "Postgres can't run as root, and the account that it runs as instead (number {uid}) \
         can't pass {}. Choose a data folder that every account can reach, such as \
         /var/lib/flagstaff, with --data-dir.",
        .blocker.display()
    )]
    Unreachable {
        /// The folder that keeps the account out.
        blocker: PathBuf,
        /// The user id of the account.
        uid: u32,
    },
    /// Another Flagstaff owns this data folder.
    #[error(
        "{} is in use by another Flagstaff (process {holder}). \
         Stop that one first, or choose another data folder with --data-dir.",
        .path.display()
    )]
    InUse {
        /// The folder in question.
        path: PathBuf,
        /// The process id that the other one left there.
        holder: String,
    },
    /// Somebody started a server on the files by hand.
    #[error(
        "process {pid} is a Postgres on {} that Flagstaff did not start. Stop it first.",
        .data.display()
    )]
    ForeignServer {
        /// Its process id.
        pid: i32,
        /// The folder of the database files.
        data: PathBuf,
    },
    /// The folder for the socket is not ours alone.
    #[error(
        "{} is not a folder that only its owner can enter, or is not ours. Remove it, or choose \
         a data folder with a shorter path, so that the socket can be kept inside.",
        .0.display()
    )]
    SocketFolder(PathBuf),
    /// A program that makes a new cluster failed.
    #[error("making a new database cluster failed: {program} said: {output}")]
    Initialise {
        /// The program that failed.
        program: &'static str,
        /// What it said.
        output: String,
    },
    /// Postgres ended before it was ready.
    #[error("Postgres ended while starting ({status}). The end of its log:\n{log}")]
    Ended {
        /// How it ended.
        status: String,
        /// The last lines of its log.
        log: String,
    },
    /// Postgres was not ready in time.
    #[error("Postgres was not ready after {} s. The end of its log:\n{log}", .waited.as_secs())]
    NotReady {
        /// How long was waited.
        waited: Duration,
        /// The last lines of its log.
        log: String,
    },
    /// Flagstaff was told to stop while Postgres was still starting.
    #[error("Flagstaff was stopped while Postgres was starting")]
    Cancelled,
    /// A file or folder could not be made, read, moved or removed.
    #[error("could not {action} {}: {source}", .path.display())]
    File {
        /// What was tried, such as `create`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Why the private Postgres could not be stopped.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// It did not even end when killed.
    #[error("Postgres (process {0}) does not end, not even when killed")]
    Unkillable(i32),
    /// The thread that looks after it has failed.
    #[error("the thread that looks after Postgres failed")]
    Supervisor,
}

/// Turns an [`io::Error`] into [`StartError::File`], for `map_err`.
pub(super) fn file(
    action: &'static str,
    path: impl Into<PathBuf>,
) -> impl FnOnce(io::Error) -> StartError {
    let path = path.into();
    move |source| StartError::File { action, path, source }
}
