//! The editor of a flag.

use flagstaff::domain::role::Role;

use super::{House, Visitor, accessibility::faults};
use crate::support::story::Story;

const FLAG: &str = "/p/default/production/flags/automatic-playlist";
const MIAMI: &str = "Percent of iPhone users in Miami";

fn begin() -> (House, Story) {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    (house, story)
}

#[test]
fn who_leaves_with_changes_is_asked_first() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAG);
    maya.clicks("Keys");
    maya.is_at("/p/default/production/keys");
    maya.goes_back();
    maya.types(MIAMI, "45");
    maya.clicks("Keys");
    maya.sees("Leave without saving?");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.clicks("Stay");
    maya.tries_to_leave_for("/p/default/production/flags");
    maya.answers_leave(false);
    assert_eq!(maya.reads(MIAMI), "45");
    maya.clicks("Keys");
    maya.clicks("Leave");
    maya.is_at("/p/default/production/keys");
}

#[test]
fn what_is_wrong_is_said_at_its_place_and_nothing_typed_is_lost() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.expects("status of 422");
    maya.open(FLAG);
    maya.types("Percent of iPhone users in New York", "45");
    maya.types(MIAMI, "101");
    maya.clicks("Save version 2");
    // What the browser itself knows to be wrong never leaves it.
    assert_eq!(maya.focus(), format!("spinbutton {MIAMI}"));
    maya.types(MIAMI, "30");
    maya.clicks("Test users (0)");
    maya.clicks("Add test user");
    maya.clicks("Save version 2");
    maya.sees("There is a problem");
    assert_eq!(maya.reads("Percent of iPhone users in New York"), "45");
    assert_eq!(faults(&maya), Vec::<String>::new());
}

/// Dev saves New York at 55 % while Maya types 45 % for Miami.
fn meet(house: &House) -> Visitor {
    let (maya, dev) = (house.signed_in(Role::ProductManager), house.signed_in(Role::Developer));
    maya.open(FLAG);
    dev.open(FLAG);
    dev.types("Percent of iPhone users in New York", "55");
    dev.clicks("Save version 2");
    dev.sees("Saved as version 2. Version 1 is still live.");
    maya.expects("status of 409");
    maya.types(MIAMI, "45");
    maya.clicks("Save version 2");
    maya.sees("while you were editing");
    for shown in ["20 %", "55 %", "30 %", "45 %"] {
        maya.sees(shown);
    }
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya
}

#[test]
fn of_two_who_edit_the_same_flag_neither_loses_anything() {
    let (house, _story) = begin();
    let maya = meet(&house);
    maya.sees("Both fit together.");
    maya.clicks("Merge");
    maya.sees("Both are in the editor.");
    assert_eq!(maya.reads(MIAMI), "45");
    assert_eq!(maya.reads("Percent of iPhone users in New York"), "55");
    maya.clicks("Save version 3");
    maya.sees("Saved as version 3. Version 1 is still live.");
    assert_eq!(maya.reads(MIAMI), "45");
}

#[test]
fn whoever_was_slower_overwrites_only_on_purpose() {
    let (house, _story) = begin();
    let maya = meet(&house);
    maya.clicks("Overwrite with mine");
    maya.sees("Saved as version 3. Version 1 is still live.");
    assert_eq!(maya.reads(MIAMI), "45");
    assert_eq!(maya.reads("Percent of iPhone users in New York"), "20");
}

#[test]
fn a_session_that_ends_while_editing_takes_nothing() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAG);
    maya.types(MIAMI, "45");
    maya.sees("1 unpublished change");
    maya.expects("status of 401");
    maya.expects("Response Status Error Code 401");
    maya.loses("sid");
    maya.clicks("Save version 2");
    maya.sees("You were logged out");
    maya.types("Email", "product-manager@example.com");
    maya.types("Password", crate::dashboard::browser::PASSWORD);
    maya.clicks("Log in");
    maya.sees("Nothing was lost.");
    maya.clicks("Save version 2");
    maya.sees("Saved as version 2. Version 1 is still live.");
    assert_eq!(maya.reads(MIAMI), "45");
}

#[test]
fn slider_number_and_switch_of_a_row_go_together() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAG);
    maya.types(MIAMI, "45.25");
    assert_eq!(maya.reads("Share of iPhone users in Miami"), "45");
    maya.focuses("Share of iPhone users in Miami");
    maya.presses("ArrowRight");
    assert_eq!(maya.reads(MIAMI), "46");
    maya.sees("46 %");
    maya.clicks("Deliver to iPhone users in Miami");
    maya.sees("2 unpublished changes");
}

#[test]
fn a_flag_is_created_and_published_without_scripts() {
    let (house, story) = begin();
    story.switch(false);
    let maya = house.without_scripts(Role::ProductManager);
    maya.open("/p/default/production/flags");
    maya.clicks("Create feature flag");
    maya.types("Name", "Skip intro");
    maya.types("Key", "skip_intro");
    maya.clicks("Add segment");
    maya.clicks("iPhone users in Miami");
    maya.types(MIAMI, "30");
    maya.clicks("Publish…");
    maya.sees("Publish version 1 to Production");
    maya.clicks("Publish now");
    maya.sees("Version 1 of Skip intro is live in Production.");
}

#[test]
fn a_flag_is_created_published_and_turned_off_by_keyboard_alone() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open("/p/default/production/flags");
    maya.presses("c");
    maya.sees("Nothing is served yet");
    maya.tabs_to("Name");
    maya.writes("Skip intro");
    maya.tabs_to("Add segment");
    maya.presses("Enter");
    maya.tabs_to("iPhone users in Miami");
    maya.presses("Enter");
    maya.until("the share of the new row is the next to enter", || {
        let focus = maya.focus();
        if focus == format!("spinbutton {MIAMI}") { Ok(()) } else { Err(focus) }
    });
    maya.writes("30");
    maya.sees("30 % of iPhone users in Miami get true");
    maya.tabs_to("Publish…");
    maya.presses("Enter");
    maya.sees("Publish version 1 to Production");
    maya.tabs_to("Publish now");
    maya.presses("Enter");
    maya.sees("Version 1 of Skip intro is live in Production.");
    maya.tabs_to("Serving in Production");
    maya.presses("Space");
    maya.sees("Skip intro is off in Production.");
}
