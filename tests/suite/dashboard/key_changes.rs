//! Changing a key that is there: the question before a default changes, and what two people save.

use chrono::Utc;
use flagstaff::{
    domain::{event::Event, role::Role, value::hash_of},
    store::{
        deliveries::{self, DeliveryAudience, DeliveryCount, DeliverySeries},
        keys,
        profiles::{self, Reporter},
        projects,
    },
};
use serde_json::json;
use uuid::Uuid;

use super::browser::{Browser, Pages, field};
use crate::support::{Answer, story::Story};

const KEYS: &str = "/p/default/production/keys";
const EDIT: &str = "/p/default/production/keys/auto_playlist/edit";

/// The revision that the form shows.
fn base(browser: &Browser) -> String {
    field(&browser.get(EDIT).text, "base_revision").unwrap()
}

fn save(browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    browser.post(EDIT, fields)
}

/// Has the key delivered so often in production, with that value.
fn deliver(pages: &Pages, story: &Story, value: &str, count: i64) {
    let added = pages.store.write(|conn| {
        let project = projects::find_by_key(conn, "default")?.unwrap();
        let key = keys::find_by_name(conn, project.id, "auto_playlist")?.unwrap();
        let series = DeliverySeries {
            environment_id: story.production.id,
            key_id: key.id,
            version_id: None,
            row_id: None,
            audience: DeliveryAudience::None,
            segment_id: None,
            variant: "off".to_owned(),
            value_label: value.to_owned(),
            value_hash: hash_of(value),
            reason: "DEFAULT".to_owned(),
        };
        let minute = Utc::now() - chrono::TimeDelta::days(5);
        let counts = [DeliveryCount { series, minute, count }];
        deliveries::add_batch(conn, Uuid::now_v7(), &counts)
    });
    added.unwrap();
}

#[test]
fn a_new_default_is_asked_about_first_with_what_it_touches() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    deliver(&pages, &story, "false", 1_200);
    deliver(&pages, &story, "true", 34);
    let manager = pages.signed_in(Role::ProductManager);
    assert!(manager.get(KEYS).text.contains("1,234"));
    let change = [("default_boolean", "false"), ("default_boolean", "true"), ("description", "D")];
    let asked = save(&manager, &change);
    assert_eq!(asked.status, 200);
    for said in [
        "Change the default of auto_playlist?",
        "at once, in every environment",
        "<code>false</code>",
        "<code>true</code>",
        ">Automatic playlist</a> (Live)",
        "Delivered 1,234 times in the last 7 days, 1,200 times with today",
        "Flagstaff knows no users in Production yet",
        "Save and change for 1 live experience",
    ] {
        assert!(asked.text.contains(said), "{said}: {}", asked.text);
    }
    assert!(manager.get(EDIT).text.contains("role=\"switch\""));
    assert!(!manager.get(EDIT).text.contains("value=\"true\" checked"), "nothing is saved yet");
    let carried = ["default_boolean", "description", "base_revision"];
    let carried = carried.map(|name| (name, field(&asked.text, name).unwrap_or_default()));
    let mut fields: Vec<_> = carried.iter().map(|(name, text)| (*name, text.as_str())).collect();
    fields.push(("do", "edit"));
    let back = save(&manager, &fields);
    assert_eq!(back.status, 200);
    assert!(back.text.contains("value=\"true\" checked") && back.text.contains("\nD</textarea>"));
    fields.pop();
    fields.push(("confirmed", "1"));
    assert_eq!(save(&manager, &fields).status, 303);
    assert!(manager.get(EDIT).text.contains("value=\"true\" checked"));
}

#[test]
fn a_new_default_is_asked_about_with_the_known_users_who_get_another_value() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let now = Utc::now();
    let report = |user: usize| {
        let city = if user < 10 { "Rome" } else { "Oslo" };
        let report = json!({"id": format!("e{user}"), "user_id": format!("u{user}"),
                            "set": {"city": city}});
        Event::read(&report, now).unwrap()
    };
    let reports: Vec<Event> = (0..40).map(report).collect();
    let took =
        |conn: &mut _| profiles::take(conn, story.production.id, Reporter::Server, &reports, now);
    pages.store.write(took).unwrap();
    let manager = pages.signed_in(Role::ProductManager);
    let asked = save(&manager, &[("default_boolean", "true")]).text;
    assert!(asked.contains("40 of 40 known users get another value."), "{asked}");
    assert!(asked.contains("Flagstaff knows no users in Staging yet"), "{asked}");
    assert!(asked.contains("Save and change for 40 users"), "{asked}");
}

#[test]
fn a_description_is_saved_without_a_question() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let manager = pages.signed_in(Role::ProductManager);
    let change = [("default_boolean", "false"), ("description", "What it is for")];
    assert_eq!(save(&manager, &change).status, 303);
    assert!(manager.get(KEYS).text.contains("What it is for"));
}

#[test]
fn whoever_saves_over_a_change_of_somebody_else_is_shown_both_sides() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let (maya, dev) = (pages.signed_in(Role::ProductManager), pages.signed_in(Role::Developer));
    let known = base(&maya);
    assert_eq!(save(&dev, &[("description", "Theirs"), ("base_revision", &known)]).status, 303);
    let mine = [("default_boolean", "false"), ("description", "Mine"), ("base_revision", &known)];
    let conflict = save(&maya, &mine);
    assert_eq!(conflict.status, 409);
    for said in ["developer saved auto_playlist while you were editing", "Theirs", "Mine"] {
        assert!(conflict.text.contains(said), "{said}: {}", conflict.text);
    }
    assert!(maya.get(KEYS).text.contains("Theirs"));
    let over = field(&conflict.text, "base_revision").unwrap();
    assert_ne!(over, known);
    let mine = [("default_boolean", "false"), ("description", "Mine"), ("base_revision", &over)];
    assert_eq!(save(&maya, &mine).status, 303);
    assert!(maya.get(KEYS).text.contains("Mine"));
}

#[test]
fn an_archived_key_says_so_and_comes_back_by_its_menu() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let new = [("name", "old"), ("default_boolean", "false")];
    assert_eq!(developer.post(&format!("{KEYS}/new"), &new).status, 303);
    assert_eq!(developer.post(&format!("{KEYS}/old/archive"), &[]).status, 303);
    let page = developer.get(&format!("{KEYS}/old/edit")).text;
    assert!(page.contains("This key is archived") && !page.contains("Save key"));
    let list = developer.get(&format!("{KEYS}?archived=1")).text;
    let (_, menu) = list.split_once("id=\"m-old\"").unwrap();
    assert!(menu.contains("/keys/old/unarchive\"") && menu.contains(">Unarchive</button>"));
}
