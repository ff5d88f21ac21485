//! What changed between two versions, as a product manager reads it.

use flagstaff::domain::version::{Content, SegmentNames};
use serde_json::{Value as Json, json};

fn story() -> Json {
    json!({"keys": ["auto_playlist"], "salt": "auto-playlist",
        "variants": [{"name": "new", "values": {"auto_playlist": true}}],
        "test_users": [{"user_id": "qa-7", "serve": {"variant": "new"}}],
        "rows": [
            {"id": "ny", "audience": {"segment": "iphone-ny"}, "rollout": 20, "serve": {"values": {"auto_playlist": true}}},
            {"id": "web", "audience": {"segment": "web"}, "rollout": 10, "serve": {"values": {"auto_playlist": true}}}],
        "everyone_else": {"serve": {"values": {"auto_playlist": true}}}})
}

fn content(json: &Json) -> Content {
    Content::from_json(json, "salt").unwrap()
}

/// Paths and sentences of what `edit` changes in the story.
fn told(edit: impl FnOnce(&mut Json)) -> Vec<(String, String)> {
    let mut after = story();
    edit(&mut after);
    let changes = content(&story()).difference(&content(&after), &SegmentNames::default());
    changes.into_iter().map(|change| (change.path, change.sentence)).collect()
}

fn one(path: &str, sentence: &str) -> Vec<(String, String)> {
    vec![(path.to_owned(), sentence.to_owned())]
}

#[test]
fn the_same_content_has_no_difference() {
    assert_eq!(told(|_| {}), []);
}

#[test]
fn a_row_is_told_by_its_number_and_audience() {
    let mut after = story();
    after["rows"][0]["rollout"] = json!(30);
    let names = SegmentNames::of_all([("iphone-ny".to_owned(), "iPhones in NY".to_owned())]);
    let changes = content(&story()).difference(&content(&after), &names);
    assert_eq!(
        serde_json::to_value(changes).unwrap(),
        json!([{"path": "rows[0].rollout", "group": "targeting", "kind": "changed",
                "what": "iPhones in NY", "label": "deliver to", "was": "20 %", "is": "30 %",
                "before": 20, "after": 30, "sentence": "Row 1, iPhones in NY: 20 % → 30 %."}])
    );
    let switched_off = told(|after| after["rows"][1]["enabled"] = json!(false));
    assert_eq!(switched_off, one("rows[1].enabled", "Row 2, web: switched off."));
    let other = told(|after| after["rows"][1]["serve"] = json!({"variant": "new"}));
    assert_eq!(other, one("rows[1].serve", "Row 2, web: auto_playlist = true → variant new."));
    let moved = told(|after| after["rows"][0]["audience"] = json!({"segment": "miami"}));
    assert_eq!(moved, one("rows[0].audience", "Row 1: for miami instead of iphone-ny."));
    let off = told(|after| after["everyone_else"]["enabled"] = json!(false));
    assert_eq!(off, one("everyone_else.enabled", "Everyone else: switched off."));
}

#[test]
fn rows_are_known_by_their_ids_wherever_they_stand() {
    let miami = json!({"id": "mia", "audience": {"segment": "miami"}, "rollout": 30, "serve": {"values": {"auto_playlist": true}}});
    let new = told(|after| after["rows"].as_array_mut().unwrap().push(miami));
    let sentence =
        "New row 3 for miami: 30 % get auto_playlist = true; the others get the default.";
    assert_eq!(new, one("rows[2]", sentence));
    let gone = told(|after| drop(after["rows"].as_array_mut().unwrap().remove(0)));
    assert_eq!(gone, one("rows[0]", "Row 1 for iphone-ny was left out."));
    let swapped = told(|after| after["rows"].as_array_mut().unwrap().reverse());
    assert_eq!(
        swapped,
        one("rows", "The rows stand in another order: iphone-ny, web → web, iphone-ny.")
    );
}

#[test]
fn everything_else_is_told_too() {
    let salt = told(|after| after["salt"] = json!("other"));
    assert_eq!(salt, one("salt", "The salt is other instead of auto-playlist: this moves users."));
    let by = told(|after| after["bucket_by"] = json!("company"));
    assert_eq!(
        by,
        one("bucket_by", "Percentages go by company instead of user_id: this moves users.")
    );
    let requires =
        told(|after| after["prerequisites"] = json!([{"key": "player", "in": ["a", "b"]}]));
    assert_eq!(requires, one("prerequisites[0]", "Now requires player = \"a\" or \"b\"."));
    let variant = told(|after| after["variants"][0]["payload"] = json!({"color": "red"}));
    assert_eq!(
        variant,
        one("variants[0].payload", "Variant new: payload none → {\"color\":\"red\"}.")
    );
    let tester = told(|after| {
        after["test_users"] = json!([{"user_id": "ann", "serve": {"variant": "new"}}])
    });
    assert_eq!(
        tester,
        [
            one("test_users[0]", "New test user ann gets variant new."),
            one("test_users[0]", "qa-7 is no longer a test user.")
        ]
        .concat()
    );
    let keys = told(|after| after["keys"] = json!(["auto_playlist", "dark_mode"]));
    assert_eq!(keys, one("keys[1]", "New key dark_mode."));
}

#[test]
fn values_are_told_one_by_one() {
    let value = told(|after| after["rows"][0]["serve"]["values"]["auto_playlist"] = json!(false));
    let sentence = "Row 1, iphone-ny: auto_playlist = true → false.";
    assert_eq!(value, one("rows[0].serve.values.auto_playlist", sentence));
    let default = told(|after| after["everyone_else"]["serve"]["values"] = json!({}));
    let sentence = "Everyone else: auto_playlist = true → the default.";
    assert_eq!(default, one("everyone_else.serve.values.auto_playlist", sentence));
    let of_variant = told(|after| after["variants"][0]["values"] = json!({}));
    let sentence = "Variant new: auto_playlist = true → the default.";
    assert_eq!(of_variant, one("variants[0].values.auto_playlist", sentence));
    let described = told(|after| after["variants"][0]["description"] = json!("For testers"));
    let sentence = "Variant new: description none → \"For testers\".";
    assert_eq!(described, one("variants[0].description", sentence));
}

#[test]
fn of_long_values_the_part_is_told_that_differs() {
    let long = |end: &str| format!("{}{end}", "a".repeat(500));
    let with = |end: &str| {
        let mut json = story();
        json["variants"][0]["payload"] = json!(long(end));
        content(&json)
    };
    let changes = with("one").difference(&with("two"), &SegmentNames::default());
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(change.was.as_deref(), Some("…aaaaaaaaaaaaaaaone\""));
    assert_eq!(change.is.as_deref(), Some("…aaaaaaaaaaaaaaatwo\""));
}
