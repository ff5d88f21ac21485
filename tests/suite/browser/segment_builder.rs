//! The builder of segments: groups inside groups, events, other segments, long lists.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{House, Visitor, accessibility::faults};
use crate::dashboard::segment_world::{conditions, create, report, three_users};

const SEGMENTS: &str = "/p/default/production/segments";

fn is_on(visitor: &Visitor, focus: &str) {
    visitor.until(&format!("the focus is on {focus}"), || {
        let found = visitor.focus();
        if found.starts_with(focus) { Ok(()) } else { Err(found) }
    });
}

#[test]
fn a_tree_is_built_and_saved_by_keyboard_alone() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    for (width, name) in [(1280, "Wide"), (390, "Narrow")] {
        maya.looks("light", width);
        maya.open(&format!("{SEGMENTS}/new"));
        maya.tabs_to("Name");
        maya.writes(name);
        maya.tabs_to("Property");
        maya.writes("city");
        maya.tabs_to("Value of city");
        maya.writes("Miami");
        maya.tabs_to("Group");
        maya.presses("Enter");
        is_on(&maya, "combobox How many must be true");
        maya.presses("ArrowDown");
        maya.tabs_to("Event");
        maya.presses("Enter");
        is_on(&maya, "combobox Event");
        maya.writes("Charged");
        maya.presses("Enter");
        maya.tabs_to("Times");
        maya.writes("2");
        maya.tabs_to("Property");
        maya.presses("Enter");
        is_on(&maya, "combobox Property");
        maya.writes("plan");
        maya.tabs_to("Value of plan");
        maya.writes("pro");
        maya.sees(
            "In words: city is “Miami” and (did “Charged” at least 2 times in the last 30 days or \
             plan is “pro”).",
        );
        maya.tabs_to("Create segment");
        maya.presses("Enter");
        maya.sees(&format!("{name} is ready to be picked."));
        let tree = json!({"all": [
            {"attribute": "city", "operator": "is", "value": "Miami"},
            {"any": [
                {"event": "Charged", "did": true, "count": {"at_least": 2}, "within_days": 30},
                {"attribute": "plan", "operator": "is", "value": "pro"},
            ]},
        ]});
        assert_eq!(conditions(&house.pages.store, &name.to_lowercase()), tree);
    }
}

#[test]
fn a_column_of_a_spreadsheet_becomes_values() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(&format!("{SEGMENTS}/new"));
    maya.types("Name", "Testers");
    maya.types("Property", "city");
    maya.presses("Tab");
    maya.nth(".rule", 0).chooses("Operator", "is any of");
    maya.focuses("Values of city");
    maya.pastes("New York\r\n\"Paris, TX\"\t Miami ;Miami\n");
    for value in ["New York", "Paris, TX", "Miami"] {
        maya.sees(value);
    }
    assert_eq!(maya.reads("Values of city"), "");
    is_on(&maya, "textbox Values of city");
    maya.clicks("Remove Miami");
    maya.sees("In words: city is one of “New York”, “Paris, TX”.");
    let many: Vec<String> = (0..500).map(|number| format!("Town {number}")).collect();
    maya.focuses("Values of city");
    maya.pastes(&many.join("\n"));
    maya.sees("Town 499");
    maya.clicks("Create segment");
    maya.sees("Testers is ready to be picked.");
    let found = conditions(&house.pages.store, "testers");
    let values = found["all"][0]["value"].as_array().unwrap().clone();
    assert_eq!(values.len(), 502);
    assert_eq!(values[501], "Town 499");
}

#[test]
fn names_are_offered_and_new_ones_are_taken() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(&format!("{SEGMENTS}/new"));
    maya.tabs_to("Property");
    maya.writes("device");
    maya.sees("device_model");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.presses("ArrowDown");
    maya.presses("ArrowDown");
    maya.presses("Enter");
    assert_eq!(maya.reads("Property"), "device_model");
    maya.sees_no("device_id");
    maya.types("Property", "plan_tier");
    maya.clicks("Use “plan_tier”");
    assert_eq!(maya.reads("Property"), "plan_tier");
    maya.sees_no("Use “plan_tier”");
    maya.types("Property", "city");
    maya.presses("Escape");
    maya.sees_no("Use “city”");
    assert_eq!(maya.reads("Property"), "city");
}

#[test]
fn values_that_were_seen_are_offered_with_their_share() {
    let house = House::with_people();
    report(&house.pages.store, &three_users());
    let maya = house.signed_in(Role::ProductManager);
    maya.open(&format!("{SEGMENTS}/new"));
    maya.types("Property", "city");
    maya.presses("Tab");
    maya.tabs_to("Value of city");
    maya.presses("ArrowDown");
    maya.sees("New York 67 %");
    maya.sees("Miami 33 %");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.presses("Enter");
    assert_eq!(maya.reads("Value of city"), "New York");
    maya.sees("In words: city is “New York”.");
    maya.nth(".rule", 0).chooses("Operator", "is any of");
    maya.focuses("Values of city");
    maya.writes("mi");
    maya.clicks("Miami 33 %");
    maya.sees("In words: city is one of “New York”, “Miami”.");
    assert_eq!(maya.reads("Values of city"), "");
}

#[test]
fn rows_are_moved_wrapped_turned_and_removed_by_their_menus() {
    let house = House::with_people();
    let leaf = |name: &str| json!({"attribute": name, "operator": "is_set"});
    create(&house.pages.store, "Vip", &json!({"all": [leaf("vip")]}));
    create(&house.pages.store, "Moving", &json!({"all": [leaf("a"), leaf("b")]}));
    for (width, scheme) in [(1280, "dark"), (390, "light")] {
        let maya = house.signed_in(Role::ProductManager);
        maya.looks(scheme, width);
        maya.open(&format!("{SEGMENTS}/moving"));
        let does = |row: &str, action: &str, words: &str| {
            maya.clicks(&format!("More for: {row}"));
            maya.clicks(action);
            maya.sees(&format!("In words: {words}."));
        };
        does("b is set", "Move up", "b is set and a is set");
        is_on(&maya, "button More for: b is set");
        does("b is set", "Turn into “not”", "b is not set and a is set");
        does("a is set", "Move into new group", "b is not set and a is set");
        does("All of these are true", "Turn into “not”", "b is not set and not (a is set)");
        does("a is set", "Duplicate", "b is not set and not (a is set or a is set)");
        does("b is not set", "Remove", "not (a is set or a is set)");
        maya.nth(".group", 1).clicks("Segment");
        maya.nth(".group", 1).chooses("Segment", "Vip");
        maya.sees("in segment");
        assert_eq!(faults(&maya), Vec::<String>::new());
        maya.clicks("JSON");
        maya.sees("Conditions as JSON");
        assert!(maya.reads("Conditions as JSON").contains("\"segment\": \"vip\""));
        maya.clicks("Builder");
        maya.nth(".group", 1).chooses("How many must be true", "Any");
        maya.sees("a is set or a is set or in segment");
    }
}

#[test]
fn what_is_missing_in_a_tree_is_said_at_its_place() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.expects("status of 422");
    maya.open(&format!("{SEGMENTS}/new"));
    maya.types("Name", "Incomplete");
    maya.types("Property", "city");
    maya.presses("Tab");
    maya.nth(".rule", 0).chooses("Operator", "matches regex");
    maya.types("Value of city", "(?=a)");
    for _ in 0..4 {
        maya.clicks("More for: city matches regex");
        maya.clicks("Move into new group");
    }
    maya.clicks("More for: city matches regex");
    maya.clicks("Move into new group");
    maya.sees("5 levels is the most.");
    maya.nth(".group .group .group .group .group", 0).clicks("Event");
    maya.clicks("Create segment");
    maya.sees("There is a problem");
    maya.sees("A regex can't look back or around. Use contains, or a simpler pattern.");
    maya.sees("Choose an event.");
    assert_eq!(maya.reads("Value of city"), "(?=a)");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.looks("dark", 390);
    assert_eq!(faults(&maya), Vec::<String>::new());
}
