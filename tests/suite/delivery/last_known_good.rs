use std::{fs, path::PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use flagstaff::delivery::{EnvironmentSource, last_known_good::LastKnownGood};
use uuid::Uuid;

use super::story;
use crate::support::TestFolder;

struct Kept {
    folder: TestFolder,
    files: LastKnownGood,
    database: Uuid,
    environment: EnvironmentSource,
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// Files of the revisions 1 to `revisions`.
fn kept(revisions: i64) -> Kept {
    let folder = TestFolder::new();
    let files = LastKnownGood::new(folder.join("last-known-good"));
    let (database, mut environment) = (Uuid::new_v4(), story::environment("secret"));
    for revision in 1..=revisions {
        environment.source.revision = revision;
        files.write(database, &environment, at(revision)).unwrap();
    }
    Kept { folder, files, database, environment }
}

impl Kept {
    fn newest_first(&self) -> Vec<PathBuf> {
        let folder = self.folder.join("last-known-good").join(self.environment.id.to_string());
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        paths.reverse();
        paths
    }

    fn revision_read(&self) -> Option<i64> {
        self.files.read(None).get(&self.environment.id).map(|source| source.source.revision)
    }
}

#[test]
fn what_was_written_is_read_back() {
    let kept = kept(1);
    assert_eq!(kept.files.read(None)[&kept.environment.id], kept.environment);
    assert_eq!(kept.files.read(Some(kept.database)).len(), 1);
}

#[test]
fn the_newest_file_and_two_older_ones_are_kept() {
    let kept = kept(5);
    assert_eq!(kept.newest_first().len(), 3);
    assert_eq!(kept.revision_read(), Some(5));
}

#[test]
fn a_file_that_is_torn_anywhere_is_passed_over_for_the_one_before() {
    let kept = kept(2);
    let newest = kept.newest_first().remove(0);
    let whole = fs::read(&newest).unwrap();
    for length in (0..whole.len()).step_by(97) {
        fs::write(&newest, &whole[..length]).unwrap();
        assert_eq!(kept.revision_read(), Some(1), "torn at {length}");
    }
}

#[test]
fn a_file_with_a_flipped_bit_is_passed_over_for_the_one_before() {
    let kept = kept(2);
    let newest = kept.newest_first().remove(0);
    let whole = fs::read(&newest).unwrap();
    // The first line says how to read the rest; within it only what would be believed matters.
    let body = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for place in (body..whole.len()).step_by(61) {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        fs::write(&newest, &flipped).unwrap();
        assert_eq!(kept.revision_read(), Some(1), "flipped at {place}");
    }
}

#[test]
fn without_a_usable_file_there_is_nothing_rather_than_something_wrong() {
    let kept = kept(3);
    for path in kept.newest_first() {
        fs::write(path, "{}\n{}").unwrap();
    }
    assert_eq!(kept.revision_read(), None);
}

#[test]
fn a_file_of_a_later_format_is_passed_over() {
    let kept = kept(2);
    let newest = kept.newest_first().remove(0);
    let text = fs::read_to_string(&newest).unwrap();
    fs::write(&newest, text.replacen("\"format\":1", "\"format\":2", 1)).unwrap();
    assert_eq!(kept.revision_read(), Some(1));
}

#[test]
fn files_of_another_database_are_not_mixed_with_those_of_this_one() {
    let kept = kept(2);
    let (other, elsewhere) = (Uuid::new_v4(), story::environment("other"));
    kept.files.write(other, &elsewhere, at(60)).unwrap();

    let of_the_newest = kept.files.read(None);
    assert_eq!(of_the_newest.keys().collect::<Vec<_>>(), [&elsewhere.id]);
    let of_this_one = kept.files.read(Some(kept.database));
    assert_eq!(of_this_one.keys().collect::<Vec<_>>(), [&kept.environment.id]);

    kept.files.forget_others(other);
    assert_eq!(kept.newest_first().len(), 0);
}

#[test]
fn only_their_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let kept = kept(1);
    let mode = fs::metadata(&kept.newest_first()[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
