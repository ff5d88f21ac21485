//! Archiving both kinds, with what is in the way; and clones of more than one key.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::browser::Pages;
use crate::support::{eventually, story::Story};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";
const CONFIG: &str = "/p/default/production/configs/theme";

#[test]
fn a_flag_that_apps_still_ask_for_is_archived_after_a_tick() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let client = pages.server.client().with_bearer(&story.client_key);
    eventually("the key of the story is known", || {
        let answer = client.post("/api/v1/evaluate", &json!({"user_id": "u"}));
        (answer.status == 200).then_some(())
    });
    eventually("the delivery is stored", || (story.deliveries() > 0).then_some(()));
    let manager = pages.signed_in(Role::ProductManager);
    let asked = manager.get(&format!("{FLAG}/archive")).text;
    for said in ["Apps still ask for “Automatic playlist”", "despite_deliveries", "Turn off and"]
    {
        assert!(asked.contains(said), "{said}: {asked}");
    }
    let refused = manager.post(&format!("{FLAG}/archive"), &[("turn_off", "1")]);
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("tick the box to archive it all the same"), "{}", refused.text);
    let on_purpose = [("turn_off", "1"), ("despite_deliveries", "1")];
    assert_eq!(manager.post(&format!("{FLAG}/archive"), &on_purpose).status, 303);
    let page = manager.get(FLAG).text;
    assert!(page.contains("Archived on ") && page.contains("by product-manager"), "{page}");
    assert!(page.contains("automatic-playlist/unarchive"), "{page}");
}

#[test]
fn what_is_required_elsewhere_leads_there_and_offers_no_archiving() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    story.requiring_flag("Needs it", "needs_it");
    let manager = pages.signed_in(Role::ProductManager);
    let asked = manager.get(&format!("{FLAG}/archive")).text;
    assert!(asked.contains("requires its key “auto_playlist”"), "{asked}");
    assert!(asked.contains("href=\"/p/default/production/flags/needs-it\""), "{asked}");
    assert!(!asked.contains("Turn off and archive"), "{asked}");
    let refused = manager.post(&format!("{FLAG}/archive"), &[("turn_off", "1")]);
    assert_eq!(refused.status, 409);
    assert!(manager.get("/p/default/production/flags?status=live").text.contains("Automatic"));
}

#[test]
fn a_config_is_archived_and_comes_back_like_a_flag() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url()).config("Theme", &["dark_mode"]);
    let manager = pages.signed_in(Role::ProductManager);
    let asked = manager.get(&format!("{CONFIG}/archive")).text;
    assert!(asked.contains("<code>dark_mode</code> = <code>3</code>"), "{asked}");
    let done = manager.post(&format!("{CONFIG}/archive"), &[("turn_off", "1")]);
    assert_eq!(done.header("location"), Some("/p/default/production/configs"));
    let list = manager.get("/p/default/production/configs?status=archived").text;
    assert!(list.contains("Theme") && list.contains("configs/theme/unarchive"), "{list}");
    assert_eq!(manager.post(&format!("{CONFIG}/unarchive"), &[]).status, 303);
    assert!(manager.get("/p/default/production/configs").text.contains("Theme is back, and off"));
}

#[test]
fn a_clone_asks_for_each_key_and_takes_rows_along_under_the_new_ones() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url()).config("Theme", &["dark_mode", "banner"]);
    let developer = pages.signed_in(Role::Developer);
    let asked = developer.get(&format!("{CONFIG}/clone")).text;
    for said in ["Key in place of dark_mode", "dark_mode_copy", "banner_copy", "A new key is made"]
    {
        assert!(asked.contains(said), "{said}: {asked}");
    }
    let clone = |keys: [&str; 2], name: &str| {
        let fields = [("name", name), ("key", keys[0]), ("key", keys[1])];
        developer.post(&format!("{CONFIG}/clone"), &fields)
    };
    for (keys, wrong) in [
        (["auto_playlist", "b"], "“Automatic playlist” holds this key."),
        (["Banner", "b"], "There is a key “banner”. Write it exactly so."),
        (["same", "same"], "This key stands here twice."),
        (["a", "two words"], "A key starts with"),
    ] {
        let answer = clone(keys, "Calm");
        assert_eq!(answer.status, 422, "{keys:?}");
        assert!(answer.text.contains(wrong) && answer.text.contains(keys[0]), "{}", answer.text);
    }
    assert_eq!(clone(["calm_mode", "calm_banner"], "").status, 422);
    assert_eq!(clone(["calm_mode", "calm_banner"], "Calm").status, 303);
    let list = developer.get("/p/default/production/configs?status=draft").text;
    assert!(list.contains("<code>calm_mode</code><code>calm_banner</code>"), "{list}");
    let version = developer.get("/p/default/production/configs/calm/versions/1").text;
    assert!(version.contains("calm_mode = 4"), "{version}");
    let keys = developer.get("/p/default/production/keys").text;
    assert!(keys.contains("calm_banner"));
}

#[test]
fn keys_of_a_clone_are_checked_as_they_are_typed() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url()).config("Theme", &["dark_mode", "banner"]);
    let developer = pages.signed_in(Role::Developer);
    let fields = [("name", ""), ("key", "dark_mode"), ("key", "free")];
    let headers = [("hx-request", "true")];
    let said = developer.post_saying(&format!("{CONFIG}/clone/_keys"), &headers, &fields);
    assert_eq!(said.status, 200);
    assert!(said.text.contains("id=\"key-0-note\" hx-swap-oob=\"true\""), "{}", said.text);
    assert!(said.text.contains("“Theme” holds this key."), "{}", said.text);
    assert!(said.text.contains("A new key is made: whole number, default 3."), "{}", said.text);
}
