//! Where the private Postgres lives, and which programs it is.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::{ask, folder_with_cluster, options, refusal, start};
use crate::support::TestFolder;

#[test]
fn only_its_owner_can_enter_the_folders_of_files_and_socket() {
    let folder = folder_with_cluster();
    let _postgres = start(&folder);
    for name in ["data", "socket"] {
        let found = fs::metadata(folder.join("postgres").join(name)).unwrap();
        assert_eq!(found.mode() & 0o777, 0o700, "{name}");
        assert_ne!(found.uid(), 0, "Postgres never runs as root");
    }
}

#[test]
fn a_data_folder_with_a_long_or_odd_path_works() {
    for name in ["long".repeat(30), "a, b 'c' \"d\" %e".to_owned()] {
        let folder = TestFolder::new();
        let postgres = start(&folder.join(name));
        let url = postgres.url("any");
        ask(&postgres, "1");
        postgres.stop().unwrap();
        let socket_folder = url.split(['=', '&']).nth(1).unwrap();
        assert!(!Path::new(socket_folder).exists(), "{socket_folder} is left behind");
    }
}

#[test]
fn as_root_a_folder_that_postgres_cannot_reach_gets_a_link_to_one_that_it_can() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = TestFolder::new();
    fs::set_permissions(&*folder, Permissions::from_mode(0o700)).unwrap();
    let data_dir = folder.join("data");
    let postgres = start(&data_dir);
    let elsewhere = fs::read_link(data_dir.join("postgres")).unwrap();
    let url = postgres.url("flagstaff");
    ask(&postgres, "1");
    postgres.stop().unwrap();
    assert_eq!(start(&data_dir).url("flagstaff"), url, "the next start finds it again");
    fs::remove_dir_all(elsewhere).unwrap();
}

#[test]
fn as_root_a_chosen_account_must_exist_and_not_be_root() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = TestFolder::new();
    for name in ["root", "nobody-of-this-name"] {
        let mut options = options(&folder);
        options.run_as = Some(name.to_owned());
        let refusal = refusal(&options);
        assert!(refusal.contains(&format!("PG_RUN_AS is `{name}`")), "{refusal}");
    }
}

#[test]
fn programs_that_are_not_where_pg_bin_says_are_missed_by_name() {
    let folder = TestFolder::new();
    let mut options = options(&folder);
    options.binaries = Some(PathBuf::from("/no/such/folder"));
    let refusal = refusal(&options);
    assert!(refusal.contains("PG_BIN is /no/such/folder"), "{refusal}");
    assert!(refusal.contains("`initdb`"), "{refusal}");
}

#[test]
fn files_of_another_version_are_not_touched() {
    let folder = folder_with_cluster();
    fs::write(folder.join("postgres/data/PG_VERSION"), "9\n").unwrap();
    let refusal = refusal(&options(&folder));
    assert!(refusal.contains("were made by PostgreSQL 9, and only"), "{refusal}");
}
