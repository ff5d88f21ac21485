//! Two people changed one version: what they say is put together, and nothing is lost unasked.

use flagstaff::domain::version::{Content, Merged, SegmentNames, Side};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::edited::any_edits;

fn story() -> Json {
    json!({"keys": ["dark_mode", "banner"], "salt": "look",
        "variants": [{"name": "new", "values": {"dark_mode": 4}}, {"name": "old", "values": {}}],
        "test_users": [{"user_id": "qa-7", "serve": {"variant": "new"}}],
        "prerequisites": [{"key": "player", "in": [true]}],
        "rows": [
            {"id": "ny", "audience": {"segment": "ny"}, "rollout": 20, "serve": {"values": {"dark_mode": 3, "banner": "Hi"}}},
            {"id": "mia", "audience": {"segment": "miami"}, "rollout": 10, "serve": {"variant": "new"}},
            {"id": "web", "audience": {"segment": "web"}, "serve": {"split": [{"variant": "new", "weight": 1}, {"variant": "old", "weight": 3}]}}],
        "everyone_else": {"enabled": false, "serve": {"values": {}}}})
}

fn content(json: &Json) -> Content {
    Content::from_json(json, "salt").unwrap()
}

fn edited(edit: impl FnOnce(&mut Json)) -> Content {
    let mut json = story();
    edit(&mut json);
    content(&json)
}

fn merged(theirs: &Content, yours: &Content, side: Side) -> Merged {
    content(&story()).merge(theirs, yours, &SegmentNames::default(), &|_| side)
}

/// What comes out where nothing conflicts.
fn together(theirs: impl FnOnce(&mut Json), yours: impl FnOnce(&mut Json)) -> Json {
    let merged = merged(&edited(theirs), &edited(yours), Side::Yours);
    assert_eq!(merged.conflicts, []);
    merged.content.to_json()
}

/// The conflicts, with what comes out when theirs or yours is taken.
fn conflicts(
    theirs: impl FnOnce(&mut Json),
    yours: impl FnOnce(&mut Json),
) -> (Vec<String>, Json, Json) {
    let (theirs, yours) = (edited(theirs), edited(yours));
    let [first, second] = [Side::Theirs, Side::Yours].map(|side| merged(&theirs, &yours, side));
    let places = |merged: &Merged| -> Vec<String> {
        merged.conflicts.iter().map(|conflict| conflict.place.clone()).collect()
    };
    assert_eq!(places(&first), places(&second));
    (places(&first), first.content.to_json(), second.content.to_json())
}

fn row(id: &str, segment: &str) -> Json {
    json!({"id": id, "audience": {"segment": segment}, "rollout": 50, "serve": {"values": {"dark_mode": 1}}})
}

fn add(json: &mut Json, list: &str, item: Json) {
    json[list].as_array_mut().unwrap().push(item);
}

#[test]
fn different_fields_of_one_row_go_together() {
    let both = together(
        |theirs| {
            theirs["rows"][0]["rollout"] = json!(30);
            theirs["rows"][0]["serve"]["values"]["banner"] = json!("Hello");
        },
        |yours| {
            yours["rows"][0]["enabled"] = json!(false);
            yours["rows"][0]["serve"]["values"]["dark_mode"] = json!(9);
        },
    );
    let expected = json!({"id": "ny", "audience": {"segment": "ny"}, "enabled": false, "rollout": 30,
                          "serve": {"values": {"dark_mode": 9, "banner": "Hello"}}});
    assert_eq!(both["rows"][0], expected);
}

#[test]
fn what_both_changed_alike_is_no_conflict() {
    let edit = |json: &mut Json| json["rows"][0]["rollout"] = json!(33.33);
    assert_eq!(together(edit, edit)["rows"][0]["rollout"], 33.33);
}

#[test]
fn one_field_that_both_changed_is_chosen_and_told_in_words() {
    let (theirs, yours) = (
        edited(|theirs| theirs["rows"][1]["rollout"] = json!(30)),
        edited(|yours| yours["rows"][1]["rollout"] = json!(50)),
    );
    let names = SegmentNames::of_all([("miami".to_owned(), "iPhone users in Miami".to_owned())]);
    let merged = content(&story()).merge(&theirs, &yours, &names, &|place| {
        assert_eq!(place, "rows[mia].rollout");
        Side::Theirs
    });
    assert_eq!(
        serde_json::to_value(&merged.conflicts).unwrap(),
        json!([{"place": "rows[mia].rollout", "group": "targeting", "what": "iPhone users in Miami",
            "label": "deliver to", "base": {"json": 10, "words": "10 %"},
            "theirs": {"json": 30, "words": "30 %"}, "yours": {"json": 50, "words": "50 %"},
            "taken": "theirs"}])
    );
    assert_eq!(merged.content.to_json()["rows"][1]["rollout"], 30);
}

#[test]
fn a_row_that_one_side_changed_and_the_other_left_out_is_a_conflict() {
    let (places, theirs, yours) = conflicts(
        |theirs| drop(theirs["rows"].as_array_mut().unwrap().remove(0)),
        |yours| yours["rows"][0]["rollout"] = json!(21),
    );
    assert_eq!(places, ["rows[ny]"]);
    assert_eq!(theirs["rows"].as_array().unwrap().len(), 2);
    assert_eq!((&yours["rows"][0]["id"], &yours["rows"][0]["rollout"]), (&json!("ny"), &json!(21)));
    let both = together(
        |theirs| drop(theirs["rows"].as_array_mut().unwrap().remove(0)),
        |yours| yours["rows"][1]["rollout"] = json!(21),
    );
    assert_eq!(both["rows"].as_array().unwrap().len(), 2);
    assert_eq!(both["rows"][0]["rollout"], 21);
}

#[test]
fn rows_that_both_added_stay_both_even_when_they_have_one_id() {
    let both = together(
        |theirs| add(theirs, "rows", row("r1", "boston")),
        |yours| add(yours, "rows", row("r1", "austin")),
    );
    let rows = both["rows"].as_array().unwrap();
    let segments: Vec<&Json> = rows.iter().map(|row| &row["audience"]["segment"]).collect();
    assert_eq!(segments, ["ny", "miami", "web", "austin", "boston"]);
    assert_ne!(rows[3]["id"], rows[4]["id"]);
}

#[test]
fn rows_that_both_added_for_one_audience_are_one_row() {
    let same = together(
        |theirs| add(theirs, "rows", row("r1", "boston")),
        |yours| add(yours, "rows", row("x", "boston")),
    );
    assert_eq!(same["rows"].as_array().unwrap().len(), 4);
    let (places, theirs, yours) = conflicts(
        |theirs| add(theirs, "rows", row("r1", "boston")),
        |yours| {
            add(yours, "rows", row("x", "boston"));
            yours["rows"][3]["rollout"] = json!(60);
        },
    );
    assert_eq!(places, ["rows[r1].rollout"]);
    assert_eq!(
        (&theirs["rows"][3]["rollout"], &yours["rows"][3]["rollout"]),
        (&json!(50), &json!(60))
    );
}

#[test]
fn an_order_that_one_side_changed_is_kept_with_what_the_other_added() {
    let both = together(
        |theirs| theirs["rows"].as_array_mut().unwrap().swap(0, 1),
        |yours| yours["rows"].as_array_mut().unwrap().insert(1, row("r1", "boston")),
    );
    let rows = both["rows"].as_array().unwrap();
    let ids: Vec<&Json> = rows.iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, ["mia", "ny", "r1", "web"]);
    let (places, theirs, yours) = conflicts(
        |theirs| theirs["rows"].as_array_mut().unwrap().swap(0, 1),
        |yours| yours["rows"].as_array_mut().unwrap().reverse(),
    );
    assert_eq!(places, ["rows"]);
    assert_eq!((&theirs["rows"][0]["id"], &yours["rows"][0]["id"]), (&json!("mia"), &json!("web")));
}

#[test]
fn variants_test_users_and_prerequisites_go_together_item_by_item() {
    let both = together(
        |theirs| {
            theirs["variants"][0]["payload"] = json!({"color": "red"});
            add(theirs, "test_users", json!({"user_id": "ann", "serve": {"values": {}}}));
            theirs["prerequisites"] = json!([]);
            theirs["bucket_by"] = json!("company");
        },
        |yours| {
            yours["variants"][0]["values"]["banner"] = json!("Yo");
            yours["test_users"][0]["serve"] = json!({"variant": "old"});
            add(yours, "prerequisites", json!({"key": "premium", "in": [1]}));
            yours["salt"] = json!("other");
        },
    );
    assert_eq!(
        both["variants"][0],
        json!({"name": "new", "description": "", "values": {"dark_mode": 4, "banner": "Yo"},
               "payload": {"color": "red"}})
    );
    assert_eq!(both["test_users"][0]["serve"], json!({"variant": "old"}));
    assert_eq!(both["test_users"][1]["user_id"], "ann");
    assert_eq!(both["prerequisites"], json!([{"key": "premium", "in": [1]}]));
    assert_eq!((&both["bucket_by"], &both["salt"]), (&json!("company"), &json!("other")));
}

#[test]
fn a_variant_that_one_side_left_out_and_the_other_serves_anew_is_a_conflict() {
    let leave_out = |json: &mut Json| {
        json["variants"].as_array_mut().unwrap().remove(0);
        json["test_users"] = json!([]);
        json["rows"][1]["serve"] = json!({"variant": "old"});
        json["rows"][2]["serve"] = json!({"variant": "old"});
    };
    let serve = |json: &mut Json| json["rows"][0]["serve"] = json!({"variant": "new"});
    let (places, theirs, yours) = conflicts(leave_out, serve);
    assert_eq!(places, ["variants[new]"]);
    assert_eq!(theirs["variants"].as_array().unwrap().len(), 1);
    assert_eq!(theirs["rows"][0]["serve"], json!({"values": {}}));
    assert_eq!(yours["rows"][0]["serve"], json!({"variant": "new"}));
    assert_eq!(yours["rows"][1]["serve"], json!({"variant": "old"}));
    let both = together(leave_out, |yours| yours["rows"][0]["rollout"] = json!(1));
    assert_eq!(both["variants"].as_array().unwrap().len(), 1);
}

#[test]
fn a_key_that_one_side_left_out_and_the_other_gives_values_is_a_conflict() {
    let leave_out = |json: &mut Json| {
        json["keys"] = json!(["dark_mode"]);
        json["rows"][0]["serve"]["values"] = json!({"dark_mode": 3});
    };
    let (places, theirs, yours) = conflicts(leave_out, |yours| {
        yours["rows"][0]["serve"]["values"]["banner"] = json!("Bye");
    });
    assert_eq!(places, ["keys[banner]"]);
    assert_eq!(theirs["keys"], json!(["dark_mode"]));
    assert_eq!(theirs["rows"][0]["serve"]["values"], json!({"dark_mode": 3}));
    assert_eq!(yours["keys"], json!(["dark_mode", "banner"]));
    assert_eq!(yours["rows"][0]["serve"]["values"], json!({"dark_mode": 3, "banner": "Bye"}));
}

#[test]
fn a_key_is_never_both_required_and_given_values() {
    let (places, theirs, yours) = conflicts(
        |theirs| add(theirs, "keys", json!("premium")),
        |yours| add(yours, "prerequisites", json!({"key": "premium", "in": [true]})),
    );
    assert_eq!(places, ["prerequisites[premium].own"]);
    assert_eq!(theirs["keys"], json!(["dark_mode", "banner", "premium"]));
    assert_eq!(theirs["prerequisites"].as_array().unwrap().len(), 1);
    assert_eq!(yours["keys"], json!(["dark_mode", "banner"]));
    assert_eq!(yours["prerequisites"].as_array().unwrap().len(), 2);
}

/// A content as JSON, without what only tells rows apart.
fn without_ids(content: &Content) -> Json {
    let mut json = content.to_json();
    for row in json["rows"].as_array_mut().unwrap() {
        row["id"] = Json::Null;
    }
    json
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_side_that_changed_nothing_gives_the_other((base, edited, _) in any_edits()) {
        let names = SegmentNames::default();
        for (theirs, yours) in [(&base, &edited), (&edited, &base), (&edited, &edited)] {
            let merged = base.merge(theirs, yours, &names, &|_| Side::Yours);
            prop_assert_eq!(&merged.conflicts, &[]);
            prop_assert_eq!(&merged.content, &edited);
        }
    }

    #[test]
    fn it_does_not_matter_who_is_who((base, theirs, yours) in any_edits()) {
        let names = SegmentNames::default();
        let one = base.merge(&theirs, &yours, &names, &|_| Side::Yours);
        let other = base.merge(&yours, &theirs, &names, &|_| Side::Theirs);
        prop_assert_eq!(one.conflicts.is_empty(), other.conflicts.is_empty());
        if one.conflicts.is_empty() {
            prop_assert_eq!(without_ids(&one.content), without_ids(&other.content));
        }
    }

    #[test]
    fn whatever_is_chosen_the_result_is_sound(
        (base, theirs, yours) in any_edits(), choices in any::<u64>()
    ) {
        let names = SegmentNames::default();
        let choose = |place: &str| match choices >> (place.len() % 64) & 1 {
            0 => Side::Theirs,
            _ => Side::Yours,
        };
        let merged = base.merge(&theirs, &yours, &names, &choose);
        let read = Content::from_json(&merged.content.to_json(), "other");
        prop_assert_eq!(read.as_ref(), Ok(&merged.content));
        let mut places: Vec<&String> = merged.conflicts.iter().map(|it| &it.place).collect();
        let all = places.len();
        places.sort();
        places.dedup();
        prop_assert_eq!(places.len(), all, "no two conflicts are at one place");
        for conflict in &merged.conflicts {
            prop_assert_eq!(conflict.taken, choose(&conflict.place));
            prop_assert_ne!(&conflict.theirs, &conflict.yours);
        }
    }
}
