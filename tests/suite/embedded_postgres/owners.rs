//! One owner at a time, from start to stop.

use flagstaff::embedded_postgres::{DATABASE, Durability, EmbeddedPostgres, Options};

use super::{
    ask, connect, folder_with_cluster, options, refusal, server_pid, stand_in::StandIn, start,
};
use crate::support::TestFolder;

#[test]
fn what_was_written_is_there_after_a_stop_and_a_start() {
    let folder = folder_with_cluster();
    let first = start(&folder);
    diesel::connection::SimpleConnection::batch_execute(
        &mut connect(&first).unwrap(),
        "CREATE TABLE kept AS SELECT 'yes' AS word",
    )
    .unwrap();
    let url = first.url(DATABASE);
    first.stop().unwrap();
    assert_eq!(server_pid(&folder), None);

    let second = start(&folder);
    assert_eq!(second.url(DATABASE), url);
    assert_eq!(ask(&second, "SELECT word FROM kept"), "yes");
}

#[test]
fn a_server_for_data_that_matters_loses_nothing_on_a_power_cut() {
    let folder = TestFolder::new();
    let postgres = EmbeddedPostgres::start(&Options::new(&*folder, Durability::Durable)).unwrap();
    for setting in ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"] {
        assert_eq!(ask(&postgres, &format!("current_setting('{setting}')")), "on", "{setting}");
    }
    assert_eq!(ask(&postgres, "current_setting('listen_addresses')"), "");
}

#[test]
fn a_second_owner_is_refused_and_told_who_the_first_is() {
    let folder = folder_with_cluster();
    let first = start(&folder);
    let refusal = refusal(&options(&folder));
    let me = format!("in use by another Flagstaff (process {})", std::process::id());
    assert!(refusal.contains(&me), "{refusal}");
    ask(&first, "1");
}

#[test]
fn a_command_line_beside_a_running_owner_uses_its_server_and_leaves_it_running() {
    let folder = folder_with_cluster();
    let owner = StandIn::new(&folder).once_up(&folder);
    let guest = EmbeddedPostgres::attach_or_start(&options(&folder)).unwrap();
    assert!(!guest.is_owner());
    let pid = server_pid(&folder);
    ask(&guest, "1");
    guest.stop().unwrap();
    assert_eq!(server_pid(&folder), pid);
    owner.kill();
    start(&folder).stop().unwrap();
}

#[test]
fn a_command_line_alone_starts_the_server_and_stops_it() {
    let folder = TestFolder::new();
    let postgres = EmbeddedPostgres::attach_or_start(&options(&folder)).unwrap();
    assert!(postgres.is_owner());
    ask(&postgres, "1");
    drop(postgres);
    assert_eq!(server_pid(&folder), None);
}
