//! Publishing from the pages: a version, or what an editor holds.

use flagstaff::domain::role::Role;

use super::browser::{Browser, Pages, unescaped};
use crate::support::{
    Answer,
    story::{Story, content},
};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";
const HTMX: [(&str, &str); 2] = [("hx-request", "true"), ("hx-target", "modal-body")];

/// A flag whose version 2 is live in production; version 3 is a draft.
fn begin() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    story.publish(story.save(1, &content(20.0, 50.0)));
    story.save(2, &content(25.0, 50.0));
    (pages, story)
}

/// The hidden fields of a form, but for its token.
fn carried(page: &str) -> Vec<(String, String)> {
    let at = page.find("name=\"publish.answer\"").expect("a question");
    let (form, _) = page[page[..at].rfind("<form").unwrap()..].split_once("</form>").unwrap();
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1).map(|field| {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        (unescaped(name), unescaped(rest.split('"').next().unwrap()))
    });
    fields.filter(|(name, _)| name != "csrf").collect()
}

/// Answers a question with what it carries.
fn answer(browser: &Browser, question: &Answer, headers: &[(&str, &str)], note: &str) -> Answer {
    answer_at(browser, &format!("{FLAG}/publish"), question, headers, note)
}

fn answer_at(
    browser: &Browser,
    path: &str,
    question: &Answer,
    headers: &[(&str, &str)],
    note: &str,
) -> Answer {
    let carried = carried(&question.text);
    let mut fields: Vec<(&str, &str)> =
        carried.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("publish.note", note));
    browser.post_saying(path, headers, &fields)
}

fn undo_of(text: &str) -> String {
    let (_, rest) = text.split_once("class=\"toast\"").expect("a toast");
    let (_, rest) = rest.split_once("action=\"").expect("Undo");
    unescaped(rest.split('"').next().unwrap())
}

/// What an editor of the flag sends, on top of that version.
fn edited<'a>(base: &'a str, new_york: &'a str, miami: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("base", base),
        ("name", "Automatic playlist"),
        ("description", ""),
        ("tags", ""),
        ("bucket_by", "user_id"),
        ("salt", "automatic-playlist"),
        ("uses", "k1"),
        ("uses.k1.name", "auto_playlist"),
        ("uses.k1.type", "boolean"),
        ("order", "r1"),
        ("rows.r1.audience", "segment:iphone-users-in-new-york"),
        ("rows.r1.on", "1"),
        ("rows.r1.percent", new_york),
        ("rows.r1.serve", "true"),
        ("order", "r2"),
        ("rows.r2.audience", "segment:iphone-users-in-miami"),
        ("rows.r2.on", "1"),
        ("rows.r2.percent", miami),
        ("rows.r2.serve", "true"),
        ("everyone.percent", "100"),
        ("everyone.serve", "default"),
    ]
}

#[test]
fn the_dialog_says_what_changes_against_what_is_live() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get_with(&format!("{FLAG}/publish?version=3"), &HTMX);
    assert_eq!(asked.status, 200);
    for shown in [
        "Publish version 3 to Production",
        "Automatic playlist · replaces version 2",
        "What changes",
        "iPhone users in New York",
        "deliver to <del>20 %</del>",
        "<ins>25 %</ins>",
        "Production is protected. Your role may publish.",
        "Publish now",
    ] {
        assert!(asked.text.contains(shown), "{shown}: {}", asked.text);
    }
    assert!(!asked.text.contains("iPhone users in Miami") && !asked.text.contains("<html"));
    assert_eq!(story.live_version(), Some(2), "asking changes nothing");
}

#[test]
fn publishing_moves_on_with_a_message_and_undo_publishes_the_earlier_one_again() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get_with(&format!("{FLAG}/publish?version=3"), &HTMX);
    let done = answer(&browser, &asked, &HTMX, "Looks healthy");
    assert_eq!((done.status, done.header("hx-redirect")), (200, Some(FLAG)));
    assert_eq!(story.live_version(), Some(3));
    let page = browser.get(&format!("{FLAG}/versions")).text;
    assert!(page.contains("Version 3 of Automatic playlist is live in Production."));
    assert!(page.contains("Looks healthy"), "the note stands beside the version");
    let undo = undo_of(&page);
    let undone = browser.post_saying(&undo, &HTMX, &[]);
    assert_eq!(undone.header("hx-redirect"), Some(FLAG));
    assert_eq!(story.live_version(), Some(2));
    assert!(
        browser
            .get(FLAG.trim_end_matches("/automatic-playlist"))
            .text
            .contains("Version 2 of Automatic playlist is live in Production again.")
    );
    assert_eq!(browser.post_saying(&undo, &HTMX, &[]).status, 409, "once");
}

#[test]
fn an_older_version_becomes_active_again() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get_with(&format!("{FLAG}/publish?version=1"), &HTMX);
    let sentence = "Replaces version 2. Version 1 becomes active, version 2 inactive.";
    assert!(asked.text.contains(sentence), "{}", asked.text);
    answer(&browser, &asked, &HTMX, "");
    assert_eq!(story.live_version(), Some(1));
}

#[test]
fn without_script_the_question_is_a_page() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get(&format!("{FLAG}/publish?version=3"));
    assert!(asked.text.contains("<h1>Publish version 3 to Production</h1>"));
    let done = answer(&browser, &asked, &[], "");
    assert_eq!((done.status, done.header("location")), (303, Some(FLAG)));
    assert_eq!(story.live_version(), Some(3));
}

#[test]
fn undoing_the_first_publication_switches_off() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::Developer);
    let staging = FLAG.replace("production", "staging");
    let asked = browser.get(&format!("{staging}/publish"));
    assert!(asked.text.contains("Publish version 3 to Staging"));
    assert!(asked.text.contains("Automatic playlist · the first version there"));
    assert!(asked.text.contains("<ins>auto_playlist = true to 25 %</ins>"), "{}", asked.text);
    let done = answer_at(&browser, &format!("{staging}/publish"), &asked, &[], "");
    assert_eq!(done.status, 303, "{}", done.text);
    let page = browser.get(&format!("{staging}/versions")).text;
    assert!(page.contains("Version 3 of Automatic playlist is live in Staging."));
    browser.post_saying(&undo_of(&page), &[], &[]);
    let page = browser.get(&format!("{staging}/versions")).text;
    assert!(page.contains("Automatic playlist is off in Staging. Everyone gets the default."));
    assert_eq!(story.live_version(), Some(2), "elsewhere nothing happens");
}

#[test]
fn whoever_may_not_publish_there_is_told_whom_to_ask() {
    let (pages, story) = begin();
    let developer = pages.signed_in(Role::Developer);
    let refused = developer.get(&format!("{FLAG}/publish?version=3"));
    assert_eq!(refused.status, 403);
    let sentence = "Publishing in Production needs a product manager. Ask product-manager.";
    assert!(refused.text.contains(sentence), "{}", refused.text);
    let fields = [("publish.answer", "1"), ("publish.version", "3")];
    for headers in [&[][..], &HTMX] {
        assert_eq!(developer.post_saying(&format!("{FLAG}/publish"), headers, &fields).status, 403);
    }
    let viewer = pages.signed_in(Role::Viewer);
    let staging = FLAG.replace("production", "staging");
    assert_eq!(viewer.get(&format!("{staging}/publish")).status, 403);
    assert_eq!(viewer.post_saying(&format!("{staging}/publish"), &[], &fields).status, 403);
    assert_eq!(story.live_version(), Some(2));
}

#[test]
fn whoever_was_slower_sees_what_changes_now() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get_with(&format!("{FLAG}/publish?version=3"), &HTMX);
    story.publish(1);
    let refused = answer(&browser, &asked, &HTMX, "Mine");
    assert_eq!((refused.status, refused.header("hx-retarget")), (409, Some("#modal-body")));
    for shown in [
        "published version 1 in “Production” in the meantime",
        "replaces version 1",
        "iPhone users in Miami",
        "value=\"Mine\"",
    ] {
        assert!(refused.text.contains(shown), "{shown}: {}", refused.text);
    }
    assert_eq!(story.live_version(), Some(1));
    assert_eq!(answer(&browser, &refused, &HTMX, "Mine").status, 200);
    assert_eq!(story.live_version(), Some(3));
}

#[test]
fn a_version_that_cannot_be_published_any_more_says_why() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let live = browser.get_with(&format!("{FLAG}/publish?version=2"), &HTMX);
    assert!(live.text.contains("Version 2 is published in “Production” already."));
    assert!(!live.text.contains("Publish now"));
    story.save(3, &serde_json::json!({"keys": ["auto_playlist"], "rows": []}));
    story.publish(4);
    story.archive_segment("iphone-users-in-miami");
    let gone = browser.get_with(&format!("{FLAG}/publish?version=1"), &HTMX);
    assert_eq!(gone.status, 409);
    assert!(gone.text.contains("“iPhone users in Miami” is archived."), "{}", gone.text);
    assert_eq!(browser.get(&format!("{FLAG}/publish?version=9")).status, 404);
}

#[test]
fn what_is_off_stays_off_and_says_so() {
    let (pages, story) = begin();
    story.switch(false);
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.get_with(&format!("{FLAG}/publish?version=3"), &HTMX);
    assert!(asked.text.contains("Automatic playlist is off in Production and stays off."));
    answer(&browser, &asked, &HTMX, "");
    assert!(!story.is_on());
    let page = browser.get(&format!("{FLAG}/versions")).text;
    assert!(
        page.contains("Version 3 of Automatic playlist is published in Production, still off.")
    );
}

#[test]
fn an_editor_is_saved_and_published_in_one_step() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let address = format!("{FLAG}/publish");
    let asked = browser.post_saying(&address, &HTMX, &edited("3", "25", "60"));
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert!(asked.text.contains("Publish version 4 to Production"));
    assert!(asked.text.contains("deliver to <del>50 %</del>"));
    assert_eq!(story.newest_version(), 3, "asking saves nothing");
    let done = answer(&browser, &asked, &HTMX, "Widen Miami");
    assert_eq!(done.header("hx-redirect"), Some(FLAG));
    assert_eq!((story.newest_version(), story.live_version()), (4, Some(4)));
    let again = browser.post_saying(&address, &HTMX, &edited("4", "25", "60"));
    assert!(again.text.contains("Nothing: it says the same as what is live."));
}

#[test]
fn an_editor_with_problems_keeps_everything_and_publishes_nothing() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let address = format!("{FLAG}/publish");
    let asked = browser.post_saying(&address, &HTMX, &edited("3", "250", "60"));
    assert_eq!(asked.status, 422);
    assert!(asked.text.contains("Enter a percent from 0 to 100."));
    assert_eq!(asked.header("hx-retarget"), Some("#editor"));
    assert_eq!(asked.header("hx-trigger"), Some("modal:close"));
    let page = browser.post_saying(&address, &[], &edited("3", "250", "60"));
    assert_eq!(page.status, 422);
    assert!(page.text.contains("value=\"250\"") && page.text.contains("value=\"60\""));
    assert_eq!((story.newest_version(), story.live_version()), (3, Some(2)));
    let long = "x".repeat(5000);
    let asked = browser.post_saying(&address, &HTMX, &edited("3", "25", "60"));
    let refused = answer(&browser, &asked, &HTMX, &long);
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("This text may have at most 4 KiB."));
    assert!(refused.text.contains(&long));
    assert_eq!((story.newest_version(), story.live_version()), (3, Some(2)));
}

#[test]
fn an_editor_on_an_old_version_meets_both_sides() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let address = format!("{FLAG}/publish");
    let asked = browser.post_saying(&address, &HTMX, &edited("3", "25", "60"));
    story.save(3, &content(40.0, 50.0));
    for stale in [
        browser.post_saying(&address, &HTMX, &edited("3", "25", "60")),
        answer(&browser, &asked, &HTMX, ""),
    ] {
        assert_eq!(stale.status, 409);
        assert_eq!(stale.header("hx-retarget"), Some("#modal-body"));
        for shown in [
            "command line saved version 4 while you were editing version 3",
            "iPhone users in New York",
            "iPhone users in Miami",
            "Overwrite with mine",
            "name=\"rows.r2.percent\" value=\"60\"",
        ] {
            assert!(stale.text.contains(shown), "{shown}: {}", stale.text);
        }
    }
    let page = browser.post_saying(&address, &[], &edited("3", "25", "60"));
    assert!(page.status == 409 && page.text.contains("<h1>command line saved version 4"));
    assert_eq!((story.newest_version(), story.live_version()), (4, Some(2)));
}

#[test]
fn without_script_whoever_gives_up_is_back_in_the_editor_with_everything_typed() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let asked = browser.post_saying(&format!("{FLAG}/publish"), &[], &edited("3", "25", "60"));
    assert!(asked.text.contains("<h1>Publish version 4 to Production</h1>"));
    let back = format!("name=\"do\" value=\"look\" formaction=\"{FLAG}\"");
    assert!(asked.text.contains(&back), "{}", asked.text);
    let carried = carried(&asked.text);
    let mut fields: Vec<(&str, &str)> =
        carried.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("do", "look"));
    let page = browser.post_saying(FLAG, &[], &fields);
    assert!(page.status == 200 && page.text.contains("value=\"60\""));
    assert_eq!((story.newest_version(), story.live_version()), (3, Some(2)));
}

#[test]
fn a_new_flag_is_created_and_published_in_one_step() {
    let (pages, _story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let address = "/p/default/production/flags/new/publish";
    let mut fields = edited("", "10", "10");
    fields.retain(|(name, _)| !matches!(*name, "base" | "name" | "salt" | "uses"));
    fields.extend([("name", "Dark <b>mode"), ("key", "dark_mode"), ("key_default", "false")]);
    let asked = browser.post_saying(address, &HTMX, &fields);
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert!(asked.text.contains("Publish version 1 to Production"));
    assert!(!asked.text.contains("<b>mode"));
    let list = browser.get("/p/default/production/flags").text;
    assert!(!list.contains("dark_mode"), "asking creates nothing");
    let done = answer_at(&browser, address, &asked, &HTMX, "");
    assert_eq!(done.header("hx-redirect"), Some("/p/default/production/flags/dark-b-mode"));
    let list = browser.get("/p/default/production/flags").text;
    assert!(list.contains("dark_mode") && list.contains("is live in Production."));
}
