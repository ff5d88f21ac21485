//! What can be done with a flag from the list: clone, archive, unarchive.

use flagstaff::domain::role::Role;

use super::browser::Pages;
use crate::support::story::Story;

const FLAGS: &str = "/p/default/production/flags";
const FLAG: &str = "/p/default/production/flags/automatic-playlist";

fn begin() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    (pages, story)
}

/// What htmx says besides, for the dialog over the list.
fn in_dialog(shown: &str) -> [(&str, &str); 4] {
    [
        ("hx-request", "true"),
        ("hx-current-url", shown),
        ("hx-target", "modal-body"),
        ("sec-fetch-site", "same-origin"),
    ]
}

#[test]
fn a_flag_that_is_on_is_turned_off_and_archived_in_one_step_and_comes_back_off() {
    let (pages, _story) = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let asked = manager.get(&format!("{FLAG}/archive")).text;
    for shown in ["Archive Automatic playlist?", "It is on in Production", "Turn off and archive"] {
        assert!(asked.contains(shown), "{shown}");
    }
    assert!(asked.contains("<code>auto_playlist</code> = <code>false</code>"), "{asked}");
    let refused = manager.post(&format!("{FLAG}/archive"), &[]);
    assert_eq!(refused.status, 409);
    assert_eq!(manager.post(&format!("{FLAG}/archive"), &[("turn_off", "1")]).status, 303);
    let page = manager.get(FLAGS).text;
    assert!(page.contains("Automatic playlist is archived."));
    assert!(page.contains("automatic-playlist/unarchive"), "the message offers Undo");
    assert!(manager.get(&format!("{FLAGS}?status=archived")).text.contains("row-link"));
    assert_eq!(manager.post(&format!("{FLAG}/unarchive"), &[]).status, 303);
    let page = manager.get(FLAGS).text;
    assert!(page.contains("is back, and off until you turn it on."));
    assert!(page.contains("Switched off"), "{page}");
}

#[test]
fn who_may_not_publish_where_a_flag_is_published_is_not_offered_to_archive_it() {
    let (pages, _story) = begin();
    let developer = pages.signed_in(Role::Developer);
    let asked = developer.get(&format!("{FLAG}/archive")).text;
    assert!(asked.contains("your role may not publish"));
    assert!(!asked.contains("Archive flag") && !asked.contains("Turn off and archive"));
    assert_eq!(developer.post(&format!("{FLAG}/archive"), &[("turn_off", "1")]).status, 403);
    assert!(developer.get(FLAGS).text.contains("2 segments"), "it is on as before");
}

#[test]
fn a_flag_whose_key_is_taken_by_now_stays_archived_and_says_by_whom() {
    let (pages, _story) = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let clone = [("name", "Second"), ("key", "second")];
    assert_eq!(manager.post(&format!("{FLAG}/clone"), &clone).status, 303);
    assert_eq!(manager.post(&format!("{FLAG}/archive"), &[("turn_off", "1")]).status, 303);
    let taking = [("name", "Third"), ("key", "auto_playlist")];
    let answer = manager.post(&format!("{FLAGS}/second/clone"), &taking);
    assert_eq!(answer.status, 303, "{}", answer.text);
    let refused = manager.post(&format!("{FLAG}/unarchive"), &[]);
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("Third") && refused.text.contains("auto_playlist"));
}

#[test]
fn a_clone_is_a_draft_with_a_name_and_a_key_of_its_own() {
    let (pages, _story) = begin();
    let developer = pages.signed_in(Role::Developer);
    let asked = developer.get(&format!("{FLAG}/clone")).text;
    assert!(asked.contains("Automatic playlist copy") && asked.contains("auto_playlist_copy"));
    for (name, key, wrong) in [
        ("", "mine", "name"),
        ("Mine", "two words", "A key starts with"),
        ("Mine", "auto_playlist", "Automatic playlist"),
    ] {
        let answer = developer.post(&format!("{FLAG}/clone"), &[("name", name), ("key", key)]);
        assert_eq!(answer.status, 422, "{name} {key}");
        assert!(answer.text.contains(wrong) && answer.text.contains(key), "{}", answer.text);
    }
    let fields = [("name", "Mine"), ("key", "mine")];
    assert_eq!(developer.post(&format!("{FLAG}/clone"), &fields).status, 303);
    let page = developer.get(&format!("{FLAGS}?status=draft")).text;
    assert!(page.contains("Mine") && page.contains("<code>mine</code>"));
    assert!(page.contains("Not published"));
}

#[test]
fn what_is_done_in_a_dialog_over_the_list_leaves_the_list_where_it_is() {
    let (pages, _story) = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let shown = format!("http://localhost{FLAGS}?q=auto&page=1");
    let dialog = manager.get_with(&format!("{FLAG}/archive"), &in_dialog(&shown)).text;
    assert!(dialog.contains("id=\"modal-h\"") && !dialog.contains("<title>"));
    let token = manager.token();
    let fields = [("turn_off", "1"), ("csrf", token.as_str())];
    let done = manager.post_with(&format!("{FLAG}/archive"), &in_dialog(&shown), &fields);
    assert_eq!(done.header("hx-trigger"), Some("modal:close, list:changed"));
    assert!(done.text.contains("is archived"));
    let elsewhere = format!("http://localhost{FLAG}");
    let fields = [("csrf", token.as_str())];
    let done = manager.post_with(&format!("{FLAG}/unarchive"), &in_dialog(&elsewhere), &fields);
    assert_eq!(done.header("hx-redirect"), Some(FLAGS));
}

#[test]
fn a_viewer_is_offered_no_menu() {
    let (pages, _story) = begin();
    let viewer = pages.signed_in(Role::Viewer);
    assert!(!viewer.get(FLAGS).text.contains("/archive"));
    for address in ["archive", "clone"] {
        assert_eq!(viewer.get(&format!("{FLAG}/{address}")).status, 403);
        assert_eq!(viewer.post(&format!("{FLAG}/{address}"), &[]).status, 403);
    }
}
