//! Starting: without Postgres, beside another one, after a kill.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use serde_json::json;

use super::{App, Demo, Postgres, Process, app::users};
use crate::{
    embedded_postgres::server_pid,
    support::{TestFolder, eventually},
};

const NOWHERE: &str = "postgresql://127.0.0.1:1/nothing?connect_timeout=1";

fn values(process: &Process, demo: &Demo) -> Vec<bool> {
    let mut app = App::connect(&process.address(), &demo.client_key).unwrap();
    app.ask("Miami", &users(0, 300)).unwrap()
}

/// The last-known-good files of all environments, the newest last.
fn files(data: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(data.join("last-known-good")).unwrap();
    let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort_by_key(|file| file.file_name().unwrap().to_owned());
    files
}

#[test]
fn a_switch_off_that_an_app_has_seen_survives_a_kill_and_the_loss_of_postgres() {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let mut process = Process::start(Some(postgres.url()), &data, &["--demo"]);
    let demo = process.demo();
    let admin = process.admin(&demo);
    assert!(values(&process, &demo).contains(&true));
    // Files are written at most every few seconds, but for this one.
    let everyone = json!({"environment": "production"});
    for _ in 0..3 {
        let flag = "/api/v1/feature-flags/automatic-playlist";
        admin.post(&format!("{flag}/enable"), &everyone).expect(200);
        eventually("it is on", || values(&process, &demo).contains(&true).then_some(()));
        admin.post(&format!("{flag}/disable"), &everyone).expect(200);
        eventually("it is off", || (!values(&process, &demo).contains(&true)).then_some(()));
    }
    process.kill();

    let process = Process::start(Some(NOWHERE), &data, &[]);
    assert!(!values(&process, &demo).contains(&true), "what was off is on again");
    process.stop();
}

#[test]
fn a_killed_process_without_postgres_serves_the_file_before_a_damaged_one() {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let mut process = Process::start(Some(postgres.url()), &data, &["--demo"]);
    let demo = process.demo();
    let before = values(&process, &demo);
    process.kill();
    // A second start writes a second file, of the same content.
    Process::start(Some(postgres.url()), &data, &[]).kill();
    let written = files(&data);
    assert!(written.len() >= 4, "two environments, twice: {written:?}");
    for newest in &written[written.len() - 2..] {
        let whole = fs::read(newest).unwrap();
        fs::write(newest, &whole[..whole.len() / 2]).unwrap();
    }
    let process = Process::start(Some(NOWHERE), &data, &[]);
    assert_eq!(values(&process, &demo), before);
    process.stop();
}

#[test]
fn two_replicas_that_start_together_on_an_empty_database_make_its_tables_once() {
    let postgres = Postgres::start();
    let (one, other) = (TestFolder::new(), TestFolder::new());
    let mut replicas =
        [&one, &other].map(|data| Process::launch(Some(postgres.url()), data, &["--demo"]));
    replicas.iter_mut().for_each(Process::wait_until_ready);
    assert_eq!(postgres.number("select count(*) from projects"), 1);
    assert_eq!(postgres.number("select count(*) from people"), 1);
    assert_eq!(postgres.number("select count(*) from installation"), 1);
    let loaded = replicas.iter().find(|replica| replica.said().contains("is loaded"));
    let demo = eventually("one of them has loaded the demonstration", || loaded.map(Process::demo));
    for replica in &replicas {
        eventually("it serves the demonstration", || {
            let mut app = App::connect(&replica.address(), &demo.client_key).unwrap();
            app.ask("Miami", &users(0, 20)).ok()
        });
    }
    replicas.into_iter().for_each(Process::stop);
}

fn refused(mut process: Process) -> (ExitStatus, String) {
    let status = process.ended_within(Duration::from_secs(30));
    (status, process.log())
}

#[test]
fn a_port_that_is_taken_is_named_and_ends_the_start() {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let arguments = ["--listen", address.as_str()];
    let (status, said) = refused(Process::launch(Some(postgres.url()), &data, &arguments));
    assert_eq!(status.code(), Some(1));
    assert!(said.contains(&format!("can't listen on {address}")), "{said}");
    assert!(said.contains("Choose another address with --listen"), "{said}");
}

#[test]
fn a_data_folder_that_another_one_uses_is_named_and_ends_the_start() {
    let data = TestFolder::new();
    let first = Process::start(None, &data, &[]);
    let (status, said) = refused(Process::launch(None, &data, &[]));
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("in use by another Flagstaff"), "{said}");
    first.client().get("/health/ready").expect(200);
    first.stop();
}

/// The processes that work in a folder or name it.
fn processes_of(folder: &Path) -> Vec<String> {
    let name = folder.to_str().unwrap();
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let about = |process: PathBuf| {
        let words = fs::read(process.join("cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).replace('\0', " ");
        let place = fs::read_link(process.join("cwd")).unwrap_or_default();
        (words.contains(name) || place.starts_with(folder)).then_some(words)
    };
    processes.filter_map(about).collect()
}

#[test]
fn the_private_postgres_of_a_killed_process_is_taken_over_and_stops_with_the_next_one() {
    let data = TestFolder::new();
    let mut first = Process::start(None, &data, &["--demo"]);
    let demo = first.demo();
    let before = values(&first, &demo);
    first.kill();
    let left_running = server_pid(&data).unwrap();

    let mut second = Process::start(None, &data, &[]);
    assert_eq!(server_pid(&data), Some(left_running));
    assert_eq!(values(&second, &demo), before);
    second.kill();

    let third = Process::start(None, &data, &[]);
    assert_eq!(values(&third, &demo), before);
    third.stop();
    assert_eq!(processes_of(&data), Vec::<String>::new());
}
