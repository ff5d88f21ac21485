//! Publishing from the pages: for whom it matters, to whom, in another environment, promoted.

use flagstaff::{domain::role::Role, store::profiles::Reporter};
use serde_json::{Value, json};

use super::browser::{Browser, Pages, field};
use crate::support::{
    Answer,
    story::{AUTO_PLAYLIST, Story, content},
};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";
const HTMX: [(&str, &str); 2] = [("hx-request", "true"), ("hx-target", "modal-body")];

/// A flag whose version 1 is live in production; version 2 takes Miami out and has a test user.
/// Ten users are known in each of the two cities.
fn begin() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    story.publish(story.save(1, &content(100.0, 100.0)));
    let mut second = content(100.0, 0.0);
    second["test_users"] = json!([{"user_id": "qa", "serve": {"values": {AUTO_PLAYLIST: true}}}]);
    story.save(2, &second);
    let known: Vec<Value> = (0..20)
        .map(|user| {
            let city = if user < 10 { "New York" } else { "Miami" };
            let user = format!("<u>{user:02}");
            json!({"id": user, "user_id": user, "set": {"platform": "iPhone", "city": city}})
        })
        .collect();
    story.hears(Reporter::Server, &known);
    (pages, story)
}

/// Sends a dialog with these fields filled in.
fn answer(browser: &Browser, asked: &Answer, filled: &[(&str, &str)], htmx: bool) -> Answer {
    let carried = ["version", "from", "shown", "replaces"].map(|name| {
        let name = format!("publish.{name}");
        let value = field(&asked.text, &name);
        (name, value)
    });
    let mut fields = vec![("publish.answer", "1")];
    let carried =
        carried.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)));
    fields.extend(carried);
    fields.extend(filled);
    let headers: &[_] = if htmx { &HTMX } else { &[] };
    browser.post_saying(&format!("{FLAG}/publish"), headers, &fields)
}

fn contains(text: &str, shown: &[&str]) {
    for shown in shown {
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

#[test]
fn who_is_affected_comes_after_the_dialog_and_with_the_page() {
    let (pages, _story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let address = format!("{FLAG}/publish?version=3");
    let dialog = browser.get_with(&address, &HTMX);
    contains(&dialog.text, &["Counting…", "hx-trigger=\"load\""]);
    let counted = browser.post_saying(
        &format!("{FLAG}/_affected"),
        &HTMX,
        &[("publish.version", "3"), ("publish.environment", "production")],
    );
    let page = browser.get(&address);
    for text in [&counted.text, &page.text] {
        contains(
            text,
            &[
                "Changes what 10 of 20 known users see.",
                "</span> 10 users lose it: from true to false.",
                "iPhone users in Miami",
                "<del>true</del>",
                "10 of them, and why",
                "/users/%3Cu%3E1",
                "Was: Row 2, iPhone users in Miami. Will be: Outside the 0 % of row 2",
            ],
        );
        assert!(!text.contains("<u>") && !text.contains("Nobody changes"), "{text}");
        let (losses, rest) = text.split_once("Changes what 10").unwrap();
        assert!(losses.contains("▼") && !rest.contains("users lose it"), "losses come first");
    }
    let staging = browser.get(&format!("{address}&to=staging")).text;
    contains(
        &staging,
        &["Publish version 3 to Staging", "Flagstaff knows no users in Staging yet"],
    );
}

#[test]
fn a_version_is_published_to_staging_from_the_page_of_production() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get(&format!("{FLAG}/publish?version=3"));
    contains(
        &asked.text,
        &["<option value=\"production\" selected>", "<option value=\"staging\">"],
    );
    // Without script, choosing another environment shows that one first.
    let elsewhere = answer(&browser, &asked, &[("publish.environment", "staging")], false);
    assert_eq!(elsewhere.status, 200);
    contains(
        &elsewhere.text,
        &["Publish version 3 to Staging", "the first version there", "shared by all environments"],
    );
    assert_eq!(story.live_version(), Some(2));
    let done = answer(&browser, &elsewhere, &[("publish.environment", "staging")], false);
    assert_eq!((done.status, done.header("location")), (303, Some(FLAG)));
    let page = browser.get(FLAG).text;
    contains(
        &page,
        &[
            "Version 3 of Automatic playlist is live in Staging.",
            "They differ",
            "Production serves version 2, Staging version 3.",
            "Promote to Production…",
            "Promote to Staging…",
        ],
    );
    assert_eq!(story.live_version(), Some(2), "production is left alone");
    assert_eq!(browser.get(&format!("{FLAG}/publish?to=nowhere")).status, 404);
}

#[test]
fn where_somebody_may_not_publish_the_dialog_says_who_can() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::Developer);
    let here = "/p/default/staging/flags/automatic-playlist";
    let asked = browser.get_with(&format!("{here}/publish?version=3&to=production"), &HTMX);
    assert_eq!(asked.status, 409);
    contains(
        &asked.text,
        &["Publishing in Production needs a product manager. Ask product-manager", "Environment"],
    );
    assert!(!asked.text.contains("Publish now"));
    let fields = [
        ("publish.answer", "1"),
        ("publish.version", "3"),
        ("publish.shown", "production"),
        ("publish.environment", "production"),
    ];
    let tried = browser.post_saying(&format!("{here}/publish"), &HTMX, &fields);
    assert_eq!(tried.status, 403);
    assert_eq!(story.live_version(), Some(2));
    let page = browser.get(here).text;
    assert!(!page.contains("Promote to Production"), "what one may not do is not offered");
}

#[test]
fn what_is_live_in_one_environment_is_promoted_to_another() {
    let (pages, story) = begin();
    story.publish_in("staging", 3);
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get_with(&format!("{FLAG}/publish?from=staging&to=production"), &HTMX);
    contains(
        &asked.text,
        &[
            "Promote version 3 from Staging to Production",
            "replaces version 2",
            "iPhone users in Miami",
            "Promote now",
            "Its note will begin with “Promoted from Staging.”",
            "shared by all environments",
        ],
    );
    assert!(!asked.text.contains("<option value=\"staging\""), "not to itself");
    // Meanwhile something else is live there.
    story.publish_in("staging", 1);
    let news = answer(&browser, &asked, &[("publish.environment", "production")], true);
    assert_eq!(news.status, 409);
    contains(&news.text, &["published version 1 in “Staging” in the meantime"]);
    story.publish_in("staging", 3);
    let filled = [("publish.environment", "production"), ("publish.note", "Go.")];
    let done = answer(&browser, &asked, &filled, true);
    assert_eq!(done.header("hx-redirect"), Some(FLAG), "{}", done.text);
    assert_eq!(story.live_version(), Some(3));
    let page = browser.get(FLAG).text;
    contains(&page, &["Promoted from Staging. Go."]);
    assert!(!page.contains("They differ"));
    let nothing = browser.get_with(&format!("{FLAG}/publish?from=nowhere&to=production"), &HTMX);
    assert_eq!(nothing.status, 404);
}

#[test]
fn test_users_get_a_version_before_everybody() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get_with(&format!("{FLAG}/publish?version=3"), &HTMX);
    contains(&asked.text, &["Test users only", "1 test user: qa"]);
    let look = [("publish.answer", ""), ("publish.to", "test_users"), ("publish.version", "3")];
    let only = browser.post_saying(&format!("{FLAG}/publish"), &HTMX, &look);
    contains(&only.text, &["only its test users get it; everybody else keeps version 2"]);
    let filled = [("publish.environment", "production"), ("publish.to", "test_users")];
    let done = answer(&browser, &only, &filled, true);
    assert_eq!(done.header("hx-redirect"), Some(FLAG), "{}", done.text);
    let page = browser.get(FLAG).text;
    contains(
        &page,
        &[
            "is live in Production for its test users only.",
            "On in Production for test users",
            "Ramping",
            "Version 3, test users only, since",
        ],
    );
    let list = browser.get("/p/default/production/flags").text;
    contains(&list, &["Test users only"]);
    let asked = browser.get_with(&format!("{FLAG}/publish?version=3"), &HTMX);
    contains(
        &asked.text,
        &[
            "test users have it already; for everybody else it replaces version 2",
            "<del>100 %</del>",
        ],
    );
    let done = answer(&browser, &asked, &[("publish.environment", "production")], true);
    assert_eq!(done.header("hx-redirect"), Some(FLAG));
    let page = browser.get(FLAG).text;
    contains(
        &page,
        &["Version 3 of Automatic playlist is live in Production.", "On in Production<"],
    );
    let (_, toast) = page.split_once("class=\"toast\"").unwrap();
    let (_, undo) = toast.split_once("action=\"").unwrap();
    let undo = super::browser::unescaped(undo.split('"').next().unwrap());
    browser.post_saying(&undo, &[], &[]);
    let page = browser.get(FLAG).text;
    contains(
        &page,
        &["Version 3 of Automatic playlist is live in Production for its test users only again."],
    );
    assert_eq!(story.live_version(), Some(3));
}

#[test]
fn what_was_changed_of_shared_things_since_is_said() {
    let (pages, story) = begin();
    story.publish(3);
    let browser = pages.signed_in(Role::ProductManager);
    let segment = "/p/default/production/segments/iphone-users-in-miami";
    let project = story.production.project_id;
    let edited = story.store.write(|conn| {
        use flagstaff::{operations::segments, store};
        let found = store::segments::find_by_slug(conn, project, "iphone-users-in-miami")?.unwrap();
        let conditions = json!({"attribute": "city", "operator": "is", "value": "Miami"});
        let edit = segments::SegmentEdit {
            conditions: Some(&conditions),
            ..segments::SegmentEdit::default()
        };
        segments::edit(conn, &flagstaff::operations::Actor::command_line(), found.id, &edit)
    });
    edited.unwrap();
    assert_eq!(browser.get(segment).status, 200);
    let asked = browser.get_with(&format!("{FLAG}/publish?version=2"), &HTMX).text;
    contains(
        &asked,
        &[
            "Changed since version 2 was last live in Production",
            "<b>iPhone users in Miami</b> Taken out: platform is “iPhone”.",
            "It runs with what is there today",
        ],
    );
}
