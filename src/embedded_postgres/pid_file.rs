//! `postmaster.pid`, which a Postgres keeps in its data folder while it runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rustix::process::Pid;

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    /// The process that wrote it.
    pub pid: Pid,
    /// The folder of its socket; empty while it has none yet.
    pub socket_folder: PathBuf,
    /// Whether it answers queries.
    pub ready: bool,
}

/// Where the file is.
pub(super) fn path(data: &Path) -> PathBuf {
    data.join("postmaster.pid")
}

/// Reads the file in `data`, when there is one that makes sense.
pub(super) fn read(data: &Path) -> Option<PidFile> {
    parse(&fs::read_to_string(path(data)).ok()?)
}

/// Line 1 is the process id (negative for a single-user server), line 5 the folder of the socket,
/// line 8 the status; the later lines come once they are known.
fn parse(text: &str) -> Option<PidFile> {
    let line = |number: usize| text.lines().nth(number - 1).unwrap_or_default().trim();
    let pid: i32 = line(1).parse().ok()?;
    Some(PidFile {
        pid: Pid::from_raw(pid.checked_abs()?)?,
        socket_folder: line(5).into(),
        ready: line(8) == "ready",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_server_says_where_its_socket_is() {
        let file = parse("31\n/data\n1795251433\n5432\n/run/x\n\n 1 5\nready   \n").unwrap();
        assert_eq!(file.pid, Pid::from_raw(31).unwrap());
        assert_eq!(file.socket_folder, Path::new("/run/x"));
        assert!(file.ready);
    }

    #[test]
    fn a_starting_server_is_not_ready() {
        assert!(!parse("31\n/data\n1795251433\n5432\n").unwrap().ready);
        assert!(!parse("31\n/data\n1\n5432\n/run/x\n\n 1 5\nstarting\n").unwrap().ready);
    }

    #[test]
    fn a_damaged_file_is_none() {
        for text in ["", "x", "0", "-2147483648", "99999999999"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
