//! Several experiences of the list at once.

use flagstaff::domain::role::Role;

use super::browser::Pages;
use crate::support::story::Story;

const FLAGS: &str = "/p/default/production/flags";
const BULK: &str = "/p/default/production/flags/_bulk";

fn begin() -> Pages {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let manager = pages.signed_in(Role::ProductManager);
    for (name, key) in [("Second", "second"), ("Third", "third")] {
        let fields = [("name", name), ("key", key)];
        let cloned = manager.post(&format!("{FLAGS}/automatic-playlist/clone"), &fields);
        assert_eq!(cloned.status, 303, "{}", cloned.text);
    }
    pages
}

#[test]
fn a_tag_is_asked_for_and_goes_to_all_that_are_chosen() {
    let pages = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let back = format!("{FLAGS}?sort=name");
    let chosen = [("ids", "second"), ("ids", "third"), ("do", "tag"), ("back", back.as_str())];
    let asked = manager.post(BULK, &chosen);
    assert_eq!(asked.status, 200);
    assert!(asked.text.contains("Add a tag to 2 flags") && asked.text.contains("id=\"tag\""));
    assert!(asked.text.contains("name=\"ids\" value=\"second\""));
    let confirmed = [&chosen[..], &[("confirmed", "1"), ("tag", "")]].concat();
    let wrong = manager.post(BULK, &confirmed);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("A tag has between 1 and 50 characters."), "{}", wrong.text);
    let confirmed = [&chosen[..], &[("confirmed", "1"), ("tag", "music")]].concat();
    let done = manager.post(BULK, &confirmed);
    assert_eq!((done.status, done.header("location")), (303, Some(back.as_str())));
    let page = manager.get(&format!("{FLAGS}?tag=music")).text;
    assert!(page.contains("2 flags got the tag music."), "{page}");
    assert_eq!(page.matches("class=\"row-link\"").count(), 2);
}

#[test]
fn what_can_not_be_turned_off_is_named_and_nothing_happens() {
    let pages = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let chosen = [("ids", "automatic-playlist"), ("ids", "second"), ("do", "switch_off")];
    let refused = manager.post(BULK, &chosen);
    assert_eq!(refused.status, 409);
    for said in ["Not all of them can be turned off", "Second", "Nothing of it is published there"]
    {
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
    }
    assert!(refused.text.contains("Turn off the other"));
    assert!(manager.get(&format!("{FLAGS}?status=live")).text.contains("Automatic playlist"));
    let done =
        manager.post(BULK, &chosen[..1].iter().chain(&chosen[2..]).copied().collect::<Vec<_>>());
    assert_eq!(done.status, 303, "{}", done.text);
    let page = manager.get(FLAGS).text;
    assert!(page.contains("1 flag is off in Production. Everyone gets the defaults."), "{page}");
    let undo = page.split("action=\"").find(|rest| rest.contains("_bulk/undo?")).unwrap();
    let undo = page.split('"').find(|part| part.contains("_bulk/undo?")).unwrap_or(undo);
    let undone = manager.post(&undo.replace("&amp;", "&"), &[]);
    assert_eq!(undone.status, 303, "{}", undone.text);
    assert!(manager.get(FLAGS).text.contains("1 flag on in Production again."));
    assert!(manager.get(&format!("{FLAGS}?status=live")).text.contains("Automatic playlist"));
}

#[test]
fn what_can_not_be_archived_is_named_before() {
    let pages = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let chosen = [("ids", "automatic-playlist"), ("ids", "second"), ("do", "archive")];
    let asked = manager.post(BULK, &chosen);
    assert_eq!(asked.status, 200);
    for said in ["Not all of them can be archived", "is on in “Production”.", "Archive the other"]
    {
        assert!(asked.text.contains(said), "{said}: {}", asked.text);
    }
    let all = [&chosen[..], &[("confirmed", "1")]].concat();
    assert_eq!(manager.post(BULK, &all).status, 409);
    let rest = [("ids", "second"), ("ids", "third"), ("do", "archive")];
    let asked = manager.post(BULK, &rest);
    assert!(asked.text.contains("Archive 2 flags?"), "{}", asked.text);
    let confirmed = [&rest[..], &[("confirmed", "1")]].concat();
    assert_eq!(manager.post(BULK, &confirmed).status, 303);
    let page = manager.get(&format!("{FLAGS}?status=archived")).text;
    assert!(page.contains("2 flags are archived."));
    assert_eq!(page.matches("class=\"row-link\"").count(), 2);
}

#[test]
fn over_the_list_the_dialog_closes_and_the_list_is_loaded_anew() {
    let pages = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let shown = format!("http://localhost{FLAGS}?q=a");
    let headers = [("hx-request", "true"), ("hx-current-url", shown.as_str())];
    let back = format!("{FLAGS}?q=a");
    let fields = [("ids", "automatic-playlist"), ("do", "switch_off"), ("back", back.as_str())];
    let done = manager.post_saying(BULK, &headers, &fields);
    assert_eq!(done.header("hx-trigger"), Some("modal:close, list:changed"));
    assert!(done.text.contains("1 flag is off in Production."));
    let asked = [("ids", "second"), ("do", "archive"), ("back", back.as_str())];
    let asked = manager.post_saying(BULK, &headers, &asked);
    assert_eq!(asked.header("hx-retarget"), Some("#modal-body"));
}

#[test]
fn nothing_chosen_is_said_and_a_viewer_has_nothing_to_choose() {
    let pages = begin();
    let manager = pages.signed_in(Role::ProductManager);
    assert_eq!(manager.post(BULK, &[("do", "archive")]).status, 303);
    assert!(manager.get(FLAGS).text.contains("Choose a flag first."));
    assert_eq!(manager.post(BULK, &[("ids", "second"), ("do", "paint")]).status, 404);
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get(FLAGS).text;
    assert!(!page.contains("name=\"ids\"") && !page.contains("id=\"bulk\""));
    assert_eq!(viewer.post(BULK, &[("ids", "second"), ("do", "archive")]).status, 403);
}
