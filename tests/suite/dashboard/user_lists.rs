//! Segments that are lists, through their pages.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::browser::{Browser, Pages, field, unescaped};
use super::segment_world::{SEGMENTS, find, report, three_users};
use crate::support::{Answer, story::Story};

const HTMX: (&str, &str) = ("hx-request", "true");

/// Sends a form with a file, as a browser does.
fn send(
    browser: &Browser,
    rest: &str,
    headers: &[(&str, &str)],
    fields: &[(&str, &str)],
    file: &[u8],
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--line\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(
        b"--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"users.csv\"\r\n\
          content-type: text/csv\r\n\r\n",
    );
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--line--\r\n");
    let multipart = ("content-type", "multipart/form-data; boundary=line");
    let headers = [headers, &[multipart, ("sec-fetch-site", "same-origin")]].concat();
    browser.send("POST", &format!("{SEGMENTS}{rest}"), &headers, Some(&body))
}

fn upload(browser: &Browser, mode: &str, pasted: &str, file: &[u8]) -> Answer {
    let token = browser.token();
    let fields = [("csrf", token.as_str()), ("mode", mode), ("pasted", pasted)];
    send(browser, "/vip/members", &[], &fields, file)
}

/// Somebody who has made the list *VIP* of that file.
fn with_list(pages: &Pages, file: &[u8]) -> Browser {
    let browser = pages.signed_in(Role::ProductManager);
    let token = browser.token();
    let fields = [("csrf", token.as_str()), ("name", "VIP"), ("description", ""), ("pasted", "")];
    let made = send(&browser, "/new/list", &[], &fields, file);
    assert_eq!(made.status, 303, "{}", made.text);
    assert_eq!(made.header("location"), Some(&*format!("{SEGMENTS}/vip")));
    browser
}

fn file(browser: &Browser) -> String {
    browser.get(&format!("{SEGMENTS}/vip/members")).text
}

#[test]
fn a_list_is_made_filled_and_shown() {
    let pages = Pages::with_people();
    let browser = with_list(&pages, b"user_id\r\nann\r\nbob\r\n");
    let page = browser.get(&format!("{SEGMENTS}/vip")).text;
    assert!(page.contains("A list of 2 users. Used nowhere yet."), "{page}");
    assert!(page.contains("VIP is ready to be picked: 2 users."));
    assert!(browser.get(SEGMENTS).text.contains("list of 2 users"));

    assert_eq!(upload(&browser, "add", "cy\n", b"ann\n").status, 303);
    let page = browser.get(&format!("{SEGMENTS}/vip")).text;
    assert!(page.contains("VIP has 3 users now: 1 added, 0 removed."), "{page}");
    assert_eq!(upload(&browser, "replace", "", b"dan").status, 303);
    assert_eq!(file(&browser), "user_id\r\ndan\r\n");
    let many: String = (0..12_000).map(|number| format!("u{number:05}\n")).collect();
    assert_eq!(upload(&browser, "add", "", many.as_bytes()).status, 303);
    assert!(browser.get(SEGMENTS).text.contains("list of 12,001 users"));
    assert_eq!(file(&browser).lines().count(), 12_002);
}

#[test]
fn whether_a_user_is_in_the_list_is_told_exactly_with_script_and_without() {
    let pages = Pages::with_people();
    let browser = with_list(&pages, b"ann\n\"a,<b>\"\n");
    for (query, words) in [
        ("ann", "Yes, “ann” is in this list."),
        ("Ann", "No, “Ann” is not in this list."),
        ("a%2C%3Cb%3E", "Yes, “a,<b>” is in this list."),
        ("%00", "is not in this list"),
    ] {
        for address in ["vip", "vip/_check"] {
            let page = browser.get(&format!("{SEGMENTS}/{address}?user_id={query}"));
            assert!(unescaped(&page.text).contains(words), "{query}: {}", page.text);
        }
    }
}

#[test]
fn what_is_wrong_is_named_by_its_line_and_what_was_typed_stays() {
    let pages = Pages::with_people();
    let browser = with_list(&pages, b"ann\n");
    let refused = upload(&browser, "add", "new one\nanother", b"bob\n\nb\xffd\n");
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Line 3: this is not UTF-8."), "{}", refused.text);
    assert!(refused.text.contains("new one\nanother"), "what was pasted stays");
    assert!(refused.text.contains("value=\"add\" checked"), "{}", refused.text);
    let long = format!("bob\n{}", "x".repeat(1_025));
    let refused = upload(&browser, "replace", &long, b"");
    assert!(refused.text.contains("Line 2: this user id is longer than 1024 bytes."));
    let token = browser.token();
    let fields = [("csrf", token.as_str()), ("mode", "replace")];
    let part = send(&browser, "/vip/members", &[HTMX], &fields, b"a\n,b");
    assert_eq!(part.status, 422);
    assert!(part.text.contains("Line 2: there is no user id in the first column."));
    assert!(!part.text.contains("<h1"), "{}", part.text);
    let nothing = upload(&browser, "replace", " \n", b"");
    assert!(nothing.text.contains("Choose a CSV file with user ids, or paste some."));
    let nul = upload(&browser, "replace", "", b"a\0b");
    assert!(nul.text.contains("Line 1: a user id may not contain the character U+0000."));
    assert_eq!(file(&browser), "user_id\r\nann\r\n");
}

#[test]
fn a_new_list_that_can_not_be_made_keeps_its_name() {
    let pages = Pages::with_people();
    let browser = pages.signed_in(Role::ProductManager);
    let token = browser.token();
    let fields =
        [("csrf", token.as_str()), ("name", ""), ("description", "Friends"), ("pasted", "ann")];
    let refused = send(&browser, "/new/list", &[], &fields, b"");
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Friends") && refused.text.contains("ann"), "{}", refused.text);
    assert!(refused.text.contains("id=\"segment-name-error\""));
    let fields = [("csrf", token.as_str()), ("name", "VIP")];
    let refused = send(&browser, "/new/list", &[], &fields, b"a\n,b\n");
    assert!(refused.text.contains("Line 2") && refused.text.contains("value=\"VIP\""));
    assert!(!browser.get(SEGMENTS).text.contains("VIP"));
}

#[test]
fn the_name_changes_by_itself_and_never_over_somebody_elses_unseen() {
    let pages = Pages::with_people();
    let browser = with_list(&pages, b"ann\n");
    let about = format!("{SEGMENTS}/vip/about");
    let save = |name: &str, base: &str| {
        let fields = [("name", name), ("base_name", base), ("description", "x")];
        browser.post(&about, &[&fields[..], &[("base_description", "")]].concat())
    };
    assert_eq!(save("Friends", "VIP").status, 303);
    let stale = save("Family", "VIP");
    assert_eq!(stale.status, 422);
    assert!(stale.text.contains("Somebody has changed it to “Friends” in the meantime."));
    assert!(stale.text.contains("value=\"Family\""));
    assert_eq!(save("", "Friends").status, 422);
    let list = find(&pages.store, "vip");
    assert_eq!((list.name.as_str(), list.description.as_str()), ("Friends", "x"));
}

#[test]
fn an_upload_needs_the_token_the_right_and_the_newest_revision() {
    let pages = Pages::with_people();
    let browser = with_list(&pages, b"ann\n");
    let foreign = pages.signed_in(Role::Viewer).token();
    for fields in [
        vec![("mode", "replace")],
        vec![("csrf", foreign.as_str()), ("mode", "replace")],
        vec![("mode", "replace"), ("csrf", browser.token().as_str())],
    ] {
        let fields: Vec<(&str, &str)> = fields;
        assert_eq!(send(&browser, "/vip/members", &[], &fields, b"bob").status, 403);
    }
    let viewer = pages.signed_in(Role::Viewer);
    assert_eq!(upload(&viewer, "replace", "", b"bob").status, 403);
    let token = browser.token();
    let fields = [("csrf", token.as_str()), ("base_revision", "7"), ("mode", "replace")];
    let stale = send(&browser, "/vip/members", &[], &fields, b"bob");
    assert_eq!(stale.status, 409);
    assert!(stale.text.contains("saved revision 1 of this list in the meantime"));
    assert_eq!(file(&viewer), "user_id\r\nann\r\n");
    let page = viewer.get(&format!("{SEGMENTS}/vip")).text;
    assert!(!page.contains("Upload users") && page.contains("Is this user in?"), "{page}");
}

#[test]
fn a_list_is_copied_archived_and_taken_back() {
    let pages = Pages::with_people();
    let browser = with_list(&pages, b"ann\n");
    let dialog = browser.get(&format!("{SEGMENTS}/vip/clone")).text;
    assert!(dialog.contains("The copy has the same users."), "{dialog}");
    browser.post(&format!("{SEGMENTS}/vip/clone"), &[("name", "Copy of VIP")]);
    assert!(browser.get(&format!("{SEGMENTS}/copy-of-vip")).text.contains("A list of 1 user."));
    browser.post(&format!("{SEGMENTS}/vip/archive"), &[]);
    let page = browser.get(&format!("{SEGMENTS}/vip")).text;
    assert!(page.contains("Archived on") && page.contains("Unarchive"), "{page}");
    assert!(!page.contains("Upload users"));
    assert_eq!(browser.post(&format!("{SEGMENTS}/vip/unarchive"), &[("here", "1")]).status, 303);
    assert!(browser.get(&format!("{SEGMENTS}/vip")).text.contains("Upload users"));
}

#[test]
fn users_that_change_what_is_live_are_asked_about_first_with_what_happens_to_them() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let browser = with_list(&pages, b"u1\nu2\n");
    let row = json!({"audience": {"segment": "vip"}, "serve": {"values": {"auto_playlist": true}}});
    story.publish(story.save(1, &json!({"keys": ["auto_playlist"], "rows": [row]})));
    report(&pages.store, &three_users());
    let send_with = |mode: &str, token: &str, file: &[u8]| {
        let csrf = browser.token();
        let fields =
            [("csrf", csrf.as_str()), ("mode", mode), ("pasted", ""), ("confirmed", token)];
        send(&browser, "/vip/members", &[], &fields, file)
    };
    let asked = send_with("replace", "", b"u2\nu3\n");
    assert_eq!(asked.status, 200, "{}", asked.text);
    for words in [
        "Nothing is changed yet.",
        "Production: 2 of 3 known users get another value:",
        "1 get false instead of true",
        "1 get true instead of false",
        "Upload for 1 live flag",
    ] {
        assert!(asked.text.contains(words), "{words}: {}", asked.text);
    }
    assert_eq!(self::file(&browser), "user_id\r\nu1\r\nu2\r\n");
    let token = field(&asked.text, "confirmed").unwrap();
    let other = send_with("replace", &token, b"u9\n");
    assert!(other.text.contains("Nothing is changed yet."), "the answer was to other users");
    assert_eq!(send_with("replace", &token, b"u3\nu2\n").status, 303);
    assert_eq!(self::file(&browser), "user_id\r\nu2\r\nu3\r\n");
    let asked = send_with("add", "", b"u1\n");
    assert!(asked.text.contains("1 of 3 known users get another value"), "{}", asked.text);
}
