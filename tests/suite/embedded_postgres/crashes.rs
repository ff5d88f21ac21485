//! Killed processes, and what they leave behind.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use diesel::connection::SimpleConnection;
use flagstaff::embedded_postgres::{Durability, EmbeddedPostgres, Options};
use rustix::process::{Pid, Signal, kill_process};

use super::{
    ask, connect, folder_with_cluster, kill_server, options, refusal, server_pid,
    stand_in::StandIn, start, wait_for_another,
};
use crate::support::{TestFolder, eventually};

#[test]
fn a_killed_server_comes_back_with_what_was_committed() {
    let folder = folder_with_cluster();
    let postgres = EmbeddedPostgres::start(&Options::new(&*folder, Durability::Durable)).unwrap();
    connect(&postgres).unwrap().batch_execute("CREATE TABLE kept AS SELECT 1 AS n").unwrap();
    let first = kill_server(&folder);
    let second = wait_for_another(&postgres, &folder, first);
    assert_eq!(ask(&postgres, "SELECT n FROM kept"), "1");
    // And once more: the first time was no special case.
    kill_server(&folder);
    wait_for_another(&postgres, &folder, second);
}

#[test]
fn a_busy_session_of_a_killed_server_does_not_hold_up_the_next_one() {
    let folder = folder_with_cluster();
    let postgres = start(&folder);
    let mut session = connect(&postgres).unwrap();
    let busy = std::thread::spawn(move || {
        session.batch_execute("DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$").unwrap_err();
    });
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO%'";
    eventually("the session is busy", || (ask(&postgres, sql) == "1").then_some(()));
    let first = kill_server(&folder);
    wait_for_another(&postgres, &folder, first);
    busy.join().unwrap();
}

#[test]
fn a_stop_while_the_server_is_dead_does_not_wait_for_it() {
    let folder = folder_with_cluster();
    let postgres = start(&folder);
    kill_server(&folder);
    postgres.stop().unwrap();
}

#[test]
fn a_server_whose_owner_was_killed_is_taken_over() {
    let folder = folder_with_cluster();
    StandIn::new(&folder).once_up(&folder).kill();
    let left_running = server_pid(&folder).unwrap();

    let postgres = start(&folder);
    assert_eq!(server_pid(&folder), Some(left_running));
    ask(&postgres, "1");

    // It is looked after and stopped like one's own, though it is nobody's child here.
    kill_server(&folder);
    wait_for_another(&postgres, &folder, left_running);
    postgres.stop().unwrap();
    assert_eq!(server_pid(&folder), None);
}

#[test]
fn a_server_that_was_taken_over_is_stopped() {
    let folder = folder_with_cluster();
    StandIn::new(&folder).once_up(&folder).kill();
    start(&folder).stop().unwrap();
    assert_eq!(server_pid(&folder), None);
}

/// What a killed server leaves, with another process id in its file.
fn left_by_a_killed_server(folder: &Path, pid: u32) {
    StandIn::new(folder).once_up(folder).kill();
    let file = folder.join("postgres/data/postmaster.pid");
    let text = fs::read_to_string(&file).unwrap();
    kill_server(folder);
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(file, format!("{pid}\n{rest}")).unwrap();
}

#[test]
fn a_file_of_a_dead_server_whose_number_somebody_else_has_now_is_removed() {
    let folder = folder_with_cluster();
    let owner = fs::metadata(folder.join("postgres/data")).unwrap();
    let mut somebody = Command::new("sleep");
    somebody.arg("600").stdin(Stdio::null());
    if rustix::process::geteuid().is_root() {
        somebody.uid(owner.uid()).gid(owner.gid());
    }
    let mut somebody = somebody.spawn().unwrap();
    left_by_a_killed_server(&folder, somebody.id());
    let postgres = start(&folder);
    ask(&postgres, "1");
    assert_eq!(somebody.try_wait().unwrap(), None, "it is none of our business");
    somebody.kill().unwrap();
    somebody.wait().unwrap();
}

#[test]
fn a_file_of_a_dead_server_that_is_still_a_zombie_is_removed() {
    let folder = folder_with_cluster();
    let mut zombie = Command::new("true").spawn().unwrap();
    let stat = format!("/proc/{}/stat", zombie.id());
    eventually("it has ended", || fs::read_to_string(&stat).ok()?.contains(") Z").then_some(()));
    left_by_a_killed_server(&folder, zombie.id());
    ask(&start(&folder), "1");
    zombie.wait().unwrap();
}

#[test]
fn a_cluster_that_was_never_finished_is_made_anew() {
    let folder = TestFolder::new();
    let owner = StandIn::new(&folder);
    eventually("the cluster is being made", || {
        folder.join("postgres/data.init/base").exists().then_some(())
    });
    // The programs that it had started go on; they must not work on the new one.
    owner.kill();
    assert!(!folder.join("postgres/data").exists());
    let postgres = start(&folder);
    ask(&postgres, "1");
    assert!(!folder.join("postgres/data.init").exists());
}

#[test]
fn a_server_that_somebody_started_by_hand_is_left_alone() {
    let folder = folder_with_cluster();
    let postgres = start(&folder);
    let pid = server_pid(&folder).unwrap();
    let arguments = fs::read_to_string(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap();
    let program = arguments.split('\0').next().unwrap();
    postgres.stop().unwrap();

    let data = folder.join("postgres/data");
    let owner = fs::metadata(&data).unwrap();
    let mut by_hand = Command::new(program);
    by_hand.arg("-D").arg(&data).arg("-k").arg(folder.join("postgres/socket"));
    by_hand.args(["-c", "listen_addresses="]).current_dir("/").stderr(Stdio::null());
    if rustix::process::geteuid().is_root() {
        by_hand.uid(owner.uid()).gid(owner.gid());
    }
    let mut by_hand = by_hand.spawn().unwrap();
    let pid = eventually("it runs", || server_pid(&folder));

    let refusal = refusal(&options(&folder));
    let expected = format!("process {} is a Postgres", pid.as_raw_nonzero());
    assert!(refusal.contains(&expected), "{refusal}");
    kill_process(Pid::from_child(&by_hand), Signal::INT).unwrap();
    by_hand.wait().unwrap();
}
