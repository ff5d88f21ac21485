use std::time::Instant;

use flagstaff::operations::segment_lists::{
    self, Changed, Mode, NewList, UploadError, UploadFolder, UserIds,
};
use flagstaff::operations::segments::{self, SegmentEdit};
use flagstaff::operations::{Actor, OperationError, segment_revisions};
use flagstaff::store::segment_lists as stored;
use flagstaff::store::segments::Segment;
use serde_json::json;

use super::fixture::{Fixture, Outcome, is_conflict, is_forbidden, on_for_segment};
use crate::support::TestFolder;

fn users(csv: &str) -> UserIds {
    let folder = TestFolder::new();
    let mut upload = UploadFolder::new(folder.join("uploads")).begin().unwrap();
    upload.take(csv.as_bytes()).unwrap();
    upload.finish().unwrap()
}

impl Fixture {
    fn list(&self, name: &str, csv: &str) -> Segment {
        let new = NewList { project_id: self.project_id, name, description: "" };
        let users = users(csv);
        self.run(|conn| segment_lists::create(conn, &self.pia, &new, Some(&users))).unwrap()
    }

    fn fill(&self, actor: &Actor, list: &Segment, mode: Mode, csv: &str) -> Outcome<Changed> {
        let users = users(csv);
        self.run(|conn| segment_lists::fill(conn, actor, list.id, mode, &users, None))
    }

    /// Who is in a list as of a revision.
    fn members(&self, list: &Segment, revision: i32) -> Vec<String> {
        self.run(|conn| Ok(stored::page(conn, list.id, revision, None, 100)?)).unwrap()
    }

    fn words(&self, list: &Segment, number: i32) -> Vec<String> {
        self.run(|conn| segment_revisions::find(conn, list, number)).unwrap().changes
    }

    fn difference(&self, list: &Segment, from: i32, to: i32) -> Vec<String> {
        self.run(|conn| segment_revisions::difference(conn, list, from, to)).unwrap()
    }
}

#[test]
fn users_are_replaced_or_added_and_every_revision_can_be_told_compared_and_restored() {
    let fixture = Fixture::new();
    let list = fixture.list("VIP", "user_id\nb\na\nB\na\n");
    assert_eq!((list.slug.as_str(), list.revision), ("vip", 1));
    let before = fixture.revisions();

    let added = fixture.fill(&fixture.dev, &list, Mode::Add, "b\nc\nd\\\n\"e\tf\"").unwrap();
    let revision = added.revision.unwrap();
    assert_eq!((revision.number, revision.members, revision.added), (2, 6, 3));
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1 + 1));
    fixture.fill(&fixture.dev, &list, Mode::Replace, "c\nz").unwrap();
    let restored = fixture.run(|conn| segments::restore(conn, &fixture.dev, list.id, 1, Some(3)));
    assert_eq!(restored.unwrap().revision, 4);

    assert_eq!(fixture.members(&list, 1), ["B", "a", "b"]);
    assert_eq!(fixture.members(&list, 2), ["B", "a", "b", "c", "d\\", "e\tf"]);
    assert_eq!(fixture.members(&list, 3), ["c", "z"]);
    assert_eq!(fixture.members(&list, 4), ["B", "a", "b"]);
    assert_eq!(fixture.words(&list, 1), ["Created with 3 users."]);
    assert_eq!(fixture.words(&list, 2), ["3 added, 0 removed.", "Added: c, d\\, e\tf."]);
    assert_eq!(
        fixture.words(&list, 3),
        ["Replaced: 1 added, 5 removed.", "Added: z.", "Removed: B, a, b, d\\, e\tf."]
    );
    assert_eq!(fixture.words(&list, 4)[0], "Restored: 3 added, 2 removed.");
    assert_eq!(fixture.difference(&list, 2, 4), ["Removed: c, d\\, e\tf."]);
    assert_eq!(fixture.difference(&list, 1, 4), [""; 0]);
    let entry = &fixture.audit()[0];
    assert_eq!(entry.before.as_ref().unwrap()["members"], 2);
    assert_eq!(entry.after.as_ref().unwrap()["members"], 3);
}

#[test]
fn an_upload_that_changes_nothing_makes_no_revision() {
    let fixture = Fixture::new();
    let list = fixture.list("VIP", "a\nb");
    let (before, entries) = (fixture.revisions(), fixture.audit().len());
    for (mode, csv) in [(Mode::Replace, "b\na\na"), (Mode::Add, "a"), (Mode::Add, "")] {
        let changed = fixture.fill(&fixture.pia, &list, mode, csv).unwrap();
        assert_eq!((changed.segment.revision, changed.revision), (1, None));
    }
    assert_eq!((fixture.revisions(), fixture.audit().len()), (before, entries));
    let emptied = fixture.fill(&fixture.pia, &list, Mode::Replace, "\n").unwrap();
    assert_eq!(emptied.revision.unwrap().members, 0);
}

#[test]
fn a_copy_has_the_users_and_goes_its_own_way() {
    let fixture = Fixture::new();
    let list = fixture.list("VIP", "a\nb");
    fixture.fill(&fixture.pia, &list, Mode::Add, "c").unwrap();
    let copy = fixture.run(|conn| segments::clone(conn, &fixture.dev, list.id, "Copy")).unwrap();
    fixture.fill(&fixture.pia, &list, Mode::Replace, "z").unwrap();
    assert_eq!(fixture.members(&copy, copy.revision), ["a", "b", "c"]);
    assert_eq!(fixture.words(&copy, 1), ["Copied with 3 users."]);
}

#[test]
fn only_who_may_publish_where_a_list_is_served_changes_it() {
    let fixture = Fixture::new();
    let list = fixture.list("VIP", "a");
    assert!(is_forbidden(&fixture.fill(&fixture.vic, &list, Mode::Add, "b")));
    fixture.key("k");
    let flag = fixture.flag("Flag", &on_for_segment("k", "vip"));
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    let refused = fixture.fill(&fixture.dev, &list, Mode::Add, "b");
    assert!(is_forbidden(&refused), "{refused:?}");
    fixture.fill(&fixture.pia, &list, Mode::Add, "b").unwrap();
    let restored = fixture.run(|conn| segments::restore(conn, &fixture.dev, list.id, 1, None));
    assert!(is_forbidden(&restored));
    assert_eq!(fixture.members(&list, 2), ["a", "b"]);
}

#[test]
fn what_does_not_fit_is_refused_in_words_and_changes_nothing() {
    let fixture = Fixture::new();
    let conditions = json!({"attribute": "plan", "operator": "is", "value": "pro"});
    let (list, rules) = (fixture.list("VIP", "a"), fixture.segment("Pro", &conditions));
    let sentence = fixture.refused(|| fixture.fill(&fixture.pia, &rules, Mode::Add, "b"));
    assert!(sentence.contains("“Pro” has conditions"), "{sentence}");
    let edit = SegmentEdit { conditions: Some(&conditions), ..SegmentEdit::default() };
    let sentence =
        fixture.refused(|| fixture.run(|conn| segments::edit(conn, &fixture.pia, list.id, &edit)));
    assert!(sentence.contains("A list has user ids instead"), "{sentence}");
    let users = users("b");
    let stale = fixture
        .run(|conn| segment_lists::fill(conn, &fixture.pia, list.id, Mode::Add, &users, Some(7)));
    assert!(is_conflict(&stale));
    fixture.run(|conn| segments::archive(conn, &fixture.pia, list.id)).unwrap();
    let sentence = fixture.refused(|| fixture.fill(&fixture.pia, &list, Mode::Add, "b"));
    assert!(sentence.contains("is archived"), "{sentence}");
    assert_eq!(fixture.members(&list, 2), ["a"]);
}

#[test]
fn while_a_list_is_filled_others_publish_and_a_second_change_of_it_is_refused() {
    let fixture = Fixture::new();
    let list = fixture.list("VIP", "a");
    let flag = fixture.flag_with_key("Flag");
    let (locked, go_on) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let held = fixture.run(|conn| {
                assert!(stored::lock(conn, list.id)?);
                stored::stage(conn, |out| out.write_all(b"b\n"))?;
                stored::merge_staged(conn, list.id, 2, false)?;
                locked.wait();
                go_on.wait();
                Err::<(), _>(OperationError::NotFound("end of this test"))
            });
            assert!(held.is_err());
        });
        locked.wait();
        let second = fixture.fill(&fixture.pia, &list, Mode::Add, "c");
        let published = fixture.publish(&fixture.pia, &flag, &fixture.production, 1);
        let name = SegmentEdit { name: Some("Friends"), ..SegmentEdit::default() };
        let renamed = fixture.run(|conn| segments::edit(conn, &fixture.pia, list.id, &name));
        go_on.wait();
        let sentence = second.unwrap_err().to_string();
        assert!(sentence.contains("Somebody else is changing the users"), "{sentence}");
        published.unwrap();
        renamed.unwrap();
    });
    assert_eq!(fixture.members(&list, 2), ["a"]);
}

#[test]
fn a_million_users_are_taken_within_a_minute_and_one_more_is_not() {
    let fixture = Fixture::new();
    let list = fixture.list("VIP", "user-0\nsomebody else");
    let folder = TestFolder::new();
    let folder = UploadFolder::new(folder.join("uploads"));
    let since = Instant::now();
    let mut upload = folder.begin().unwrap();
    for thousand in 0..1_000 {
        let lines: String =
            (0..1_000).map(|i| format!("user-{}\r\n", thousand * 1_000 + i)).collect();
        upload.take(lines.as_bytes()).unwrap();
    }
    let mut too_many = folder.begin().unwrap();
    std::mem::swap(&mut upload, &mut too_many);
    let users = too_many.finish().unwrap();
    let changed = fixture
        .run(|conn| segment_lists::fill(conn, &fixture.pia, list.id, Mode::Replace, &users, None));
    let revision = changed.unwrap().revision.unwrap();
    assert_eq!((revision.members, revision.added, revision.removed), (1_000_000, 999_999, 1));
    let taken = since.elapsed();
    assert!(taken.as_secs() < 60, "{taken:?}");
    let one_more = fixture.fill(&fixture.pia, &list, Mode::Add, "one more").unwrap_err();
    assert!(one_more.to_string().contains("1000001 user ids"), "{one_more}");
}

#[test]
fn the_line_with_which_a_file_has_too_many_users_is_named() {
    let folder = TestFolder::new();
    let mut upload = UploadFolder::new(folder.join("uploads")).begin().unwrap();
    let mut refused = Ok(());
    for thousand in 0..1_001 {
        let lines: String = (0..1_000).map(|i| format!("u{}\n", thousand * 1_000 + i)).collect();
        refused = refused.and_then(|()| upload.take(lines.as_bytes()));
    }
    let Err(UploadError::Line(bad)) = refused else { panic!("{refused:?}") };
    assert_eq!(bad.line, 1_000_001);
}
