//! What can be known about a process that is not our child.

use std::{fs, io, path::Path};

use rustix::process::Pid;

/// Whether a process with this id runs. A zombie does not: it is only a number that its parent
/// has not read yet (in a container, the first process often never does).
pub(super) fn is_alive(pid: Pid) -> bool {
    let exists = match rustix::process::test_kill_process(pid) {
        Ok(()) => true,
        Err(e) => e == rustix::io::Errno::PERM,
    };
    exists && stat(pid).is_none_or(|stat| !matches!(stat.state, 'Z' | 'X'))
}

/// Whether the process is a Postgres on the files in `data`, as far as we may see it. Its id came
/// from a file, and by now the system may have given it to somebody else.
pub(super) fn is_server_on(pid: Pid, data: &Path) -> bool {
    if !is_alive(pid) {
        return false;
    }
    match fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())) {
        Ok(folder) => folder == data,
        // Root in a container may not look at another account's folder, only at names.
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            stat(pid).is_some_and(|stat| stat.name == "postgres")
        }
        Err(_) => !Path::new("/proc/self/stat").exists(),
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    name: String,
    state: char,
}

fn stat(pid: Pid) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?)
}

/// Reads `/proc/<pid>/stat`. The name stands in parentheses and may hold some itself.
fn parse_stat(text: &str) -> Option<Stat> {
    let (before, after) = text.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    Some(Stat { name, state: after.trim_start().chars().next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_state_are_read_whatever_the_name_holds() {
        let stat = parse_stat("77 (a) Z (b) S 1 77 77 0").unwrap();
        assert_eq!(stat, Stat { name: "a) Z (b".to_owned(), state: 'S' });
        assert_eq!(parse_stat("nonsense"), None);
    }

    #[test]
    fn this_process_is_alive_and_no_postgres() {
        let me = rustix::process::getpid();
        assert!(is_alive(me));
        assert!(!is_server_on(me, Path::new("/nowhere")));
    }
}
