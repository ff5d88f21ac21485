//! The kill switch.

use flagstaff::domain::role::Role;

use super::browser::{Browser, Pages};
use crate::support::{Answer, story::Story};

const FLAGS: &str = "/p/default/production/flags";
const SWITCH: &str = "/p/default/production/flags/automatic-playlist/switch";

/// A flag that is live in production.
fn begin() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    (pages, story)
}

/// What the form of a switch on the list sends besides its tick.
fn seen(browser: &Browser) -> String {
    let page = browser.get(FLAGS).text;
    let (_, rest) = page.split_once("name=\"seen\" value=\"").expect("a switch");
    rest.split('"').next().unwrap().to_owned()
}

fn switch(browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    browser.post_saying(SWITCH, &[], fields)
}

/// The same as htmx sends it from the list.
fn flip(browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    let htmx = [("hx-request", "true"), ("hx-target", "flag-automatic-playlist")];
    let mut fields = fields.to_vec();
    fields.push(("back", FLAGS));
    browser.post_saying(SWITCH, &htmx, &fields)
}

/// The address behind Undo.
fn undo_of(text: &str) -> String {
    let (_, rest) = text.split_once("class=\"toast\"").expect("a toast");
    let (_, rest) = rest.split_once("action=\"").expect("Undo");
    rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

#[test]
fn one_click_turns_a_flag_off_at_once_and_undo_turns_it_on_again() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let answer = flip(&browser, &[]);
    assert_eq!(answer.status, 200);
    assert!(!story.is_on());
    for shown in [
        "<tr id=\"flag-automatic-playlist\"",
        "Off",
        "Automatic playlist is off in Production. Everyone gets the default.",
        "Undo",
    ] {
        assert!(answer.text.contains(shown), "{shown}: {}", answer.text);
    }
    let undone = browser.post_saying(&undo_of(&answer.text), &[("hx-request", "true")], &[]);
    assert_eq!(undone.header("hx-redirect"), Some(FLAGS));
    assert!(story.is_on());
    assert!(browser.get(FLAGS).text.contains("Automatic playlist is on in Production again."));
}

#[test]
fn turning_on_where_it_is_protected_asks_first() {
    let (pages, story) = begin();
    story.switch(false);
    let browser = pages.signed_in(Role::ProductManager);
    let seen = seen(&browser);
    let asked = flip(&browser, &[("on", "1"), ("seen", &seen)]);
    assert_eq!(asked.header("hx-retarget"), Some("#modal-body"));
    assert_eq!(asked.header("hx-trigger"), Some("switch:revert"));
    assert!(asked.text.contains("Turn on Automatic playlist in Production?"));
    assert!(!story.is_on());
    let fields = [("on", "1"), ("seen", &seen), ("confirmed", "1")];
    let done = flip(&browser, &fields);
    assert_eq!(done.header("hx-trigger"), Some("modal:close"));
    assert!(done.text.contains("Automatic playlist is on in Production."));
    assert!(story.is_on());
}

#[test]
fn where_it_is_not_protected_it_turns_on_at_once() {
    let (pages, story) = begin();
    story.publish_in("staging", 1);
    let browser = pages.signed_in(Role::Developer);
    let address = SWITCH.replace("production", "staging");
    let list = FLAGS.replace("production", "staging");
    let page = browser.get(&list).text;
    let (_, rest) = page.split_once("name=\"seen\" value=\"").unwrap();
    let seen = rest.split('"').next().unwrap();
    assert_eq!(browser.post_saying(&address, &[], &[]).status, 303);
    assert!(browser.get(&list).text.contains("Off"));
    assert_eq!(browser.post_saying(&address, &[], &[("on", "1"), ("seen", seen)]).status, 303);
    assert!(browser.get(&list).text.contains("is on in Staging."));
}

#[test]
fn without_script_the_switch_is_a_form_and_the_question_a_page() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let narrowed = format!("{FLAGS}?status=live");
    assert!(browser.get(FLAGS).text.contains("<noscript><button class=\"btn btn-sm\">Apply"));
    let off = switch(&browser, &[("back", &narrowed)]);
    assert_eq!((off.status, off.header("location")), (303, Some(narrowed.as_str())));
    let list = browser.get(&narrowed).text;
    assert!(list.contains("Automatic playlist is off in Production."));
    let asked = switch(&browser, &[("on", "1"), ("seen", &seen(&browser)), ("back", &narrowed)]);
    assert_eq!(asked.status, 200);
    assert!(asked.text.contains("<h1 hx-disable>Turn on Automatic playlist in Production?</h1>"));
    assert!(!story.is_on());
    let undone = browser.post_saying(&undo_of(&list), &[], &[]);
    assert_eq!((undone.status, undone.header("location")), (303, Some(narrowed.as_str())));
    assert!(story.is_on());
}

#[test]
fn whoever_has_seen_another_version_does_not_turn_it_on() {
    let (pages, story) = begin();
    story.switch(false);
    let browser = pages.signed_in(Role::ProductManager);
    let seen = seen(&browser);
    story.publish(story.save(1, &crate::support::story::content(50.0, 50.0)));
    let fields = [("on", "1"), ("seen", seen.as_str()), ("confirmed", "1")];
    let refused = flip(&browser, &fields);
    assert_eq!(refused.status, 409);
    assert!(refused.header("x-reason").unwrap().contains("published%20version%202"));
    assert!(!story.is_on());
    assert_eq!(flip(&browser, &[("seen", &seen)]).status, 200, "off is never too late");
}

#[test]
fn each_role_moves_what_it_may_and_sees_the_rest_as_a_word() {
    let (pages, story) = begin();
    let viewer = pages.signed_in(Role::Viewer);
    let list = viewer.get(FLAGS).text;
    assert!(!list.contains("class=\"switch\"") && list.contains("Live"));
    assert_eq!(switch(&viewer, &[]).status, 403);
    let developer = pages.signed_in(Role::Developer);
    assert!(developer.get(FLAGS).text.contains("class=\"switch\""));
    let off = flip(&developer, &[]);
    assert_eq!(off.status, 200);
    assert!(!off.text.contains("Undo"), "they may not turn it on again");
    assert!(!developer.get(FLAGS).text.contains("class=\"switch\""));
    let on = switch(&developer, &[("on", "1"), ("confirmed", "1")]);
    assert_eq!(on.status, 403);
    assert!(on.text.contains("“Production” is protected. This needs the role product-manager"));
    assert!(!story.is_on());
    assert_eq!(pages.browser().post(SWITCH, &[]).header("location"), None);
}

#[test]
fn drafts_and_archived_flags_say_why_their_switch_does_not_move() {
    let (pages, story) = begin();
    let admin = pages.signed_in(Role::Admin);
    let staging = admin.get("/p/default/staging/flags").text;
    assert!(staging.contains("title=\"Publish it first\" disabled"));
    let draft = admin.post_saying(&SWITCH.replace("production", "staging"), &[], &[("on", "1")]);
    assert_eq!(draft.status, 409);
    assert!(draft.text.contains("there is nothing to switch. Publish a version there first."));
    story.switch(false);
    story.archive();
    let archived = admin.get(&format!("{FLAGS}?status=archived")).text;
    assert!(archived.contains("title=\"Unarchive it first\" disabled"));
    assert_eq!(switch(&admin, &[("on", "1"), ("confirmed", "1")]).status, 409);
}

#[test]
fn what_is_too_late_or_not_theirs_is_not_undone() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let first = undo_of(&flip(&browser, &[]).text);
    story.switch(true);
    let refused = browser.post_saying(&first, &[], &[]);
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("Something newer was published or switched in “Production”"));
    assert!(story.is_on());
    let second = undo_of(&flip(&browser, &[]).text);
    let developer = pages.signed_in(Role::Developer);
    assert_eq!(developer.post_saying(&second, &[], &[]).status, 403);
    assert_eq!(pages.signed_in(Role::Viewer).post(&second, &[]).status, 403);
    let nothing = "/p/default/production/flags/automatic-playlist/undo";
    assert_eq!(browser.post_saying(nothing, &[], &[]).status, 404);
    assert!(!story.is_on());
}

#[test]
fn from_the_flags_own_page_its_head_comes_back_with_the_versions() {
    let (pages, story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let page = browser.get(&format!("{FLAGS}/automatic-playlist/versions/1")).text;
    assert!(
        page.contains("On in Production") && page.contains("aria-label=\"Serving in Production\"")
    );
    let htmx = [("hx-request", "true"), ("hx-target", "flag-head")];
    let back = format!("{FLAGS}/automatic-playlist/versions/1");
    let off = browser.post_saying(SWITCH, &htmx, &[("back", &back)]);
    for shown in ["id=\"flag-head\"", "Off in Production", "id=\"versions\" hx-swap-oob=\"true\""] {
        assert!(off.text.contains(shown), "{shown}: {}", off.text);
    }
    let undone = browser.post_saying(&undo_of(&off.text), &htmx, &[]);
    assert_eq!(undone.header("hx-retarget"), Some("#flag-head"));
    assert!(undone.text.contains("On in Production"));
    assert!(story.is_on());
}

#[test]
fn answers_never_lead_to_another_site() {
    let (pages, _story) = begin();
    let browser = pages.signed_in(Role::ProductManager);
    let page = format!("{FLAGS}/automatic-playlist");
    for back in ["https://evil.example/", "//evil.example", "/p/default/production/flags-x", ""] {
        assert_eq!(switch(&browser, &[("back", back)]).header("location"), Some(page.as_str()));
    }
}
