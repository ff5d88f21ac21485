//! Product configs and flags with variants, made and published in a browser.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{House, accessibility::faults};
use crate::support::{Client, eventually, story::Story};

const NEW_YORK: &str = "iPhone users in New York";
const MIAMI: &str = "iPhone users in Miami";

fn begin() -> (House, Story) {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    (house, story)
}

/// What an iPhone in that city is told of a key.
fn told(app: &Client, key: &str, city: &str) -> serde_json::Value {
    let question = json!({"user_id": "u1", "keys": [key],
                          "attributes": {"platform": "iPhone", "city": city}});
    app.post("/api/v1/evaluate", &question).expect(200)["values"][key].clone()
}

#[test]
fn dark_mode_is_3_in_new_york_and_4_in_miami_at_any_width_and_in_any_light() {
    for (scheme, width) in [("light", 1280), ("dark", 390)] {
        let (house, _story) = begin();
        let app = house.app("default");
        let maya = house.signed_in(Role::ProductManager);
        maya.looks(scheme, width);
        maya.open("/p/default/production/configs");
        maya.clicks("Create product config");
        maya.types("Name", "Dark mode");
        maya.chooses("Type", "Whole number");
        maya.types("Default", "1");
        maya.clicks("Add key");
        maya.sees("Whole number, new, default 1");
        for segment in [NEW_YORK, MIAMI] {
            maya.clicks("Add segment");
            maya.clicks(segment);
        }
        maya.types(&format!("dark_mode for {NEW_YORK}"), "3");
        maya.types(&format!("dark_mode for {MIAMI}"), "4");
        for segment in [NEW_YORK, MIAMI] {
            maya.types(&format!("Percent of {segment}"), "100");
        }
        maya.sees(&format!("All {MIAMI} get 4."));
        assert_eq!(faults(&maya), Vec::<String>::new(), "{scheme} at {width}");
        maya.clicks("Publish…");
        maya.sees("Publish version 1 to Production");
        assert_eq!(faults(&maya), Vec::<String>::new(), "{scheme} at {width}");
        maya.clicks("Publish now");
        maya.sees("Version 1 of Dark mode is live in Production.");
        assert_eq!(faults(&maya), Vec::<String>::new(), "{scheme} at {width}");
        for (city, value) in [("New York", 3), ("Miami", 4), ("Berlin", 1)] {
            let told = || told(&app, "dark_mode", city);
            eventually(&format!("{city} gets {value}, not {}", told()), || {
                (told()["value"] == value).then_some(())
            });
        }
    }
}

#[test]
fn a_value_that_is_typed_gives_up_the_default_and_the_default_takes_it_back() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open("/p/default/production/configs/new");
    maya.types("Name", "Banner");
    maya.chooses("Type", "String");
    maya.types("Default", "Hi");
    maya.clicks("Add key");
    maya.sees("String, new, default");
    maya.clicks("Add segment");
    maya.clicks("Everyone");
    maya.types("banner for Everyone", "Hello");
    maya.sees("10 % of everyone get “Hello”; the others get “Hi”.");
    maya.clicks("Use default of banner for Everyone");
    maya.sees("Everyone gets “Hi”.");
    assert_eq!(maya.reads("banner for Everyone"), "");
    maya.clicks("Use default of banner for Everyone");
    assert_eq!(maya.reads("banner for Everyone"), "Hello");
    maya.clicks("Save draft");
    maya.sees("Banner is saved as a draft.");
    assert_eq!(maya.reads("banner for Everyone"), "Hello");
}

#[test]
fn variants_are_split_by_weight_and_shown_as_shares() {
    let (house, _story) = begin();
    let app = house.app("default");
    let maya = house.signed_in(Role::ProductManager);
    maya.open("/p/default/production/flags/new");
    maya.types("Name", "Paywall");
    maya.chooses("Kind", "Several variants");
    maya.sees("Variants (2)");
    maya.clicks("Add segment");
    maya.clicks("Everyone");
    maya.types("control, weight for Everyone", "3");
    maya.sees("control (75 %), treatment (25 %)");
    maya.types("Percent of Everyone", "100");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.clicks("Publish…");
    maya.clicks("Publish now");
    maya.sees("Version 1 of Paywall is live in Production.");
    let mut controls = 0;
    for user in 0..400 {
        let question = json!({"user_id": format!("u{user}"), "keys": ["paywall"]});
        let told = app.post("/api/v1/evaluate", &question).expect(200);
        let variant = told["values"]["paywall"]["variant"].as_str().unwrap_or_default().to_owned();
        assert!(["control", "treatment"].contains(&variant.as_str()), "{told}");
        controls += usize::from(variant == "control");
    }
    assert!((260..=340).contains(&controls), "{controls} of 400, of whom 300 are to be expected");
}
