//! The revisions of segments, through their pages.

use flagstaff::domain::role::Role;
use flagstaff::operations::segments::SegmentEdit;
use serde_json::json;

use super::segment_world::{SEGMENTS, change, conditions, find, pro, with_pro};

fn edit(conditions: &serde_json::Value) -> SegmentEdit<'_> {
    SegmentEdit { conditions: Some(conditions), ..SegmentEdit::default() }
}

#[test]
fn each_revision_is_told_in_words_opened_compared_and_restored() {
    let pages = with_pro();
    let max = json!({"all": [{"attribute": "plan", "operator": "is", "value": "max"}]});
    change(&pages.store, "pro", &edit(&max));
    let browser = pages.signed_in(Role::ProductManager);
    let page = browser.get(&format!("{SEGMENTS}/pro")).text;
    for shown in ["Revision 2", "plan is “pro” → plan is “max”.", "First: plan is “pro”."]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let all = browser.get(&format!("{SEGMENTS}/pro/revisions")).text;
    assert!(all.contains("Revision 1") && all.contains("plan is “pro” → plan is “max”."));

    let first = browser.get(&format!("{SEGMENTS}/pro/revisions/1")).text;
    for shown in ["plan is “pro”.", "plan is “max” → plan is “pro”.", "Restore revision 1"]
    {
        assert!(first.contains(shown), "{shown}: {first}");
    }
    let restore = format!("{SEGMENTS}/pro/revisions/1/restore");
    assert_eq!(browser.post(&restore, &[("base_revision", "1")]).status, 409);
    assert_eq!(browser.post(&restore, &[("base_revision", "2")]).status, 303);
    assert_eq!(conditions(&pages.store, "pro"), pro());
    assert_eq!(find(&pages.store, "pro").revision, 3);
    let page = browser.get(&format!("{SEGMENTS}/pro")).text;
    assert!(page.contains("Pro is as it was in revision 1 again."), "{page}");
}

#[test]
fn who_may_only_look_sees_revisions_and_restores_none() {
    let pages = with_pro();
    let max = json!({"all": [{"attribute": "plan", "operator": "is", "value": "max"}]});
    change(&pages.store, "pro", &edit(&max));
    let viewer = pages.signed_in(Role::Viewer);
    assert!(viewer.get(&format!("{SEGMENTS}/pro")).text.contains("Revision 2"));
    let first = viewer.get(&format!("{SEGMENTS}/pro/revisions/1"));
    assert_eq!(first.status, 200);
    assert!(!first.text.contains("Restore revision 1"));
    let restore = format!("{SEGMENTS}/pro/revisions/1/restore");
    assert_eq!(viewer.post(&restore, &[("base_revision", "2")]).status, 403);
    for number in ["0", "3", "x", "99999999999"] {
        let page = viewer.get(&format!("{SEGMENTS}/pro/revisions/{number}"));
        assert_eq!(page.status, 404, "{number}");
    }
}

#[test]
fn many_revisions_come_page_by_page() {
    let pages = with_pro();
    for number in 0..30 {
        let plan = json!({"all": [{"attribute": "plan", "operator": "is", "value": number}]});
        change(&pages.store, "pro", &edit(&plan));
    }
    let browser = pages.signed_in(Role::Viewer);
    let beside = browser.get(&format!("{SEGMENTS}/pro")).text;
    assert!(beside.contains("Show all revisions") && !beside.contains("Revision 27"));
    let newest = browser.get(&format!("{SEGMENTS}/pro/revisions")).text;
    assert!(newest.contains("Revision 31") && !newest.contains("Revision 6<"));
    assert!(newest.contains("revisions?below=7"), "{newest}");
    let oldest = browser.get(&format!("{SEGMENTS}/pro/revisions?below=7")).text;
    assert!(oldest.contains("Revision 6<") && oldest.contains("Revision 1<"));
    assert!(!oldest.contains("Older revisions"));
}
