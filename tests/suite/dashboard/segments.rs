//! The list of segments, their copies and their end.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{
    browser::{Pages, unescaped},
    filled_form::FilledForm,
    segment_world::{SEGMENTS, conditions, create, find, pro, with_pro},
};
use crate::support::story::Story;

#[test]
fn an_empty_list_offers_examples_that_open_a_filled_form() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let page = developer.get(SEGMENTS).text;
    for shown in ["No segments yet", "such as iPhone users in New York", "New users, last 7 days"] {
        assert!(page.contains(shown), "{shown}");
    }
    for (example, name, words) in [
        ("new-users", "New users, last 7 days", "signed_up_at is after 7 days ago"),
        ("premium", "Premium", "plan is “premium”"),
        ("ios-17", "iOS 17 and newer", "os is “iOS” and os_version is at least version “17”"),
    ] {
        let page = developer.get(&format!("{SEGMENTS}/new?example={example}")).text;
        assert!(page.contains(words), "{example}");
        assert!(page.contains(&format!("value=\"{name}\"")), "{example}");
    }
    assert_eq!(developer.get(&format!("{SEGMENTS}/new?example=unknown")).status, 200);
}

#[test]
fn a_segment_shows_its_conditions_in_words_and_what_uses_it() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let page = pages.signed_in(Role::Viewer).get(SEGMENTS).text;
    for shown in [
        "iPhone users in New York",
        "platform is “iPhone” and city is “New York”",
        "Automatic playlist",
        "Live",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    let staging = pages.signed_in(Role::Viewer).get("/p/default/staging/segments").text;
    assert!(staging.contains("Draft") && !staging.contains("data-s=\"live\""));
}

#[test]
fn a_viewer_reads_words_and_is_offered_nothing_else() {
    let pages = with_pro();
    let viewer = pages.signed_in(Role::Viewer);
    let list = viewer.get(SEGMENTS).text;
    assert!(!list.contains("Create segment") && !list.contains("role=\"menu\" aria-label=\"Act"));
    let page = viewer.get(&format!("{SEGMENTS}/pro")).text;
    assert!(page.contains("plan is “pro”."));
    assert!(!page.contains("segment-form") && !page.contains("Archive"));
    for path in ["/new", "/pro/clone", "/pro/archive"] {
        assert_eq!(viewer.get(&format!("{SEGMENTS}{path}")).status, 403, "{path}");
    }
    for path in ["/new", "/pro", "/pro/clone", "/pro/archive", "/pro/unarchive", "/_preview"] {
        assert_eq!(viewer.post(&format!("{SEGMENTS}{path}"), &[]).status, 403, "{path}");
    }
    assert_eq!(find(&pages.store, "pro").revision, 1);
    assert_eq!(viewer.get(&format!("{SEGMENTS}/unknown")).status, 404);
}

#[test]
fn the_address_says_what_is_listed() {
    let pages = with_pro();
    create(
        &pages.store,
        "Big teams",
        &json!({"attribute": "seats", "operator": "less", "value": 9}),
    );
    let viewer = pages.signed_in(Role::Viewer);
    let listed = |query: &str| -> Vec<bool> {
        let page = viewer.get(&format!("{SEGMENTS}?{query}")).text;
        ["Pro</a>", "Big teams</a>"].iter().map(|name| page.contains(name)).collect()
    };
    assert_eq!(listed(""), [true, true]);
    assert_eq!(listed("q=BIG"), [false, true]);
    assert_eq!(listed("q=sea"), [false, true], "a property that starts so");
    assert_eq!(listed("q=eats"), [false, false]);
    assert_eq!(listed("q=%25&sort=changed"), [false, false]);
    assert_eq!(listed("q=%22%5C%00"), [false, false]);
    assert_eq!(listed("sort=unknown&page=x"), [true, true]);
    assert_eq!(listed("page=2"), [false, false]);
}

#[test]
fn a_search_leaves_one_address_without_what_says_nothing() {
    let pages = with_pro();
    let viewer = pages.signed_in(Role::Viewer);
    let ask = |query: &str, current: &str| {
        let current = format!("http://x{SEGMENTS}{current}");
        let headers = [("hx-request", "true"), ("hx-current-url", current.as_str())];
        viewer.get_with(&format!("{SEGMENTS}?{query}"), &headers).headers
    };
    let headers = ask("q=pro&sort=name", "?q=pr");
    assert_eq!(headers.get("hx-replace-url").unwrap(), &format!("{SEGMENTS}?q=pro"));
    let headers = ask("q=pro&sort=changed", "?q=pro");
    assert_eq!(headers.get("hx-push-url").unwrap(), &format!("{SEGMENTS}?q=pro&sort=changed"));
}

#[test]
fn pages_hold_twenty_five_and_lead_to_each_other() {
    let pages = Pages::with_people();
    for number in 0..30 {
        create(&pages.store, &format!("Segment {number:02}"), &pro());
    }
    let viewer = pages.signed_in(Role::Viewer);
    let first = viewer.get(SEGMENTS).text;
    assert!(first.contains("1 to 25 of 30") && first.contains("?page=2"));
    let second = viewer.get(&format!("{SEGMENTS}?page=2")).text;
    assert!(second.contains("26 to 30 of 30") && second.contains("Segment 29"));
}

#[test]
fn a_copy_has_the_same_conditions_and_opens_to_be_changed() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let form = FilledForm::to(&developer.get(&format!("{SEGMENTS}/pro/clone")).text, "/pro/clone");
    let refused = form.clone().with("name", " ").send(&developer, None);
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Give it a name."));
    let made = form.with("name", "Pro, Miami").send(&developer, None);
    assert_eq!(made.status, 303);
    assert_eq!(made.headers.get("location").unwrap(), &format!("{SEGMENTS}/pro-miami"));
    assert_eq!(conditions(&pages.store, "pro-miami"), pro());
}

#[test]
fn archiving_asks_and_can_be_undone() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let asked = developer.get(&format!("{SEGMENTS}/pro/archive")).text;
    assert!(asked.contains("Archive Pro?"));
    let done = FilledForm::to(&asked, "/pro/archive").send(&developer, None);
    assert_eq!(done.status, 303);
    let list = developer.get(SEGMENTS).text;
    assert!(list.contains("Pro is archived. Nothing used it."));
    assert!(list.contains("Show archived segments (1)") && !list.contains(">Pro</a>"));
    assert!(developer.get(&format!("{SEGMENTS}?archived=1")).text.contains(">Pro</a>"));
    let page = developer.get(&format!("{SEGMENTS}/pro")).text;
    assert!(page.contains("Archived on") && !page.contains("segment-form"));
    let back = FilledForm::to(&page, "/pro/unarchive").send(&developer, None);
    assert_eq!(back.headers.get("location").unwrap(), &format!("{SEGMENTS}/pro"));
    assert!(developer.get(SEGMENTS).text.contains(">Pro</a>"));
}

#[test]
fn a_segment_that_is_used_is_not_archived_and_says_by_what() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let name = "iphone-users-in-new-york";
    create(&pages.store, "Both", &json!({"all": [{"segment": name}]}));
    let manager = pages.signed_in(Role::ProductManager);
    let path = format!("{SEGMENTS}/{name}/archive");
    let asked = manager.get(&path).text;
    assert!(asked.contains("is used by Automatic playlist and Both. Take it out there first"));
    assert!(asked.contains("/flags/automatic-playlist\"") && asked.contains("/segments/both\""));
    assert!(!asked.contains("Archive segment"));
    let refused = manager.post(&path, &[]);
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("Automatic playlist"));
    assert!(find(&pages.store, name).archived_at.is_none());
}

#[test]
fn what_people_entered_is_only_ever_text() {
    let pages = Pages::with_people();
    let evil = "<img src=x onerror=alert(1)>\"' hx-get=/evil";
    let leaf = |operator: &str| json!({"attribute": evil, "operator": operator, "value": [evil]});
    create(&pages.store, evil, &json!({"all": [leaf("in"), leaf("contains_any")]}));
    let slug = "img-src-x-onerror-alert-1-hx-get-evil";
    let developer = pages.signed_in(Role::Developer);
    for path in ["", "/clone", "/archive"] {
        let page = developer.get(&format!("{SEGMENTS}/{slug}{path}")).text;
        assert!(!page.contains("<img") && unescaped(&page).contains(evil), "{path}");
    }
    let list = developer.get(SEGMENTS).text;
    assert!(!list.contains("<img") && unescaped(&list).contains(evil));
}
