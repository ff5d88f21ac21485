//! The kill switch.

use flagstaff::domain::role::Role;

use super::{House, Visitor, accessibility::faults};
use crate::support::story::Story;

const FLAGS: &str = "/p/default/production/flags";
const SWITCH: &str = "Automatic playlist in Production";

/// Where the switch stands, as a screen reader says it.
fn stands(visitor: &Visitor, on: bool) {
    visitor.until(&format!("the switch says {on}"), || {
        let is_on = visitor.is_ticked(SWITCH);
        if is_on == on { Ok(()) } else { Err(format!("it says {is_on}")) }
    });
}

#[test]
fn one_click_turns_a_flag_off_and_undo_turns_it_on_again() {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAGS);
    maya.clicks(SWITCH);
    maya.sees("Automatic playlist is off in Production. Everyone gets the default.");
    stands(&maya, false);
    assert!(!story.is_on());
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.clicks("Undo");
    maya.sees("Automatic playlist is on in Production again.");
    stands(&maya, true);
    assert!(story.is_on());
}

#[test]
fn turning_on_where_it_is_protected_asks_in_a_dialog() {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    story.switch(false);
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAGS);
    maya.focuses(SWITCH);
    maya.presses("Space");
    maya.sees("Turn on Automatic playlist in Production?");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.presses("Escape");
    maya.sees_no("Turn on Automatic playlist in Production?");
    assert_eq!(maya.focus(), format!("switch {SWITCH}"));
    stands(&maya, false);
    maya.presses("Space");
    maya.clicks("Turn on");
    maya.sees("Automatic playlist is on in Production.");
    stands(&maya, true);
    assert!(story.is_on());
}

#[test]
fn the_switch_works_without_scripts() {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    let maya = house.without_scripts(Role::ProductManager);
    maya.open(FLAGS);
    maya.clicks(SWITCH);
    maya.row("Automatic playlist").clicks("Apply");
    maya.sees("Automatic playlist is off in Production.");
    assert!(!story.is_on());
    maya.clicks(SWITCH);
    maya.row("Automatic playlist").clicks("Apply");
    maya.sees("Turn on Automatic playlist in Production?");
    maya.clicks("Turn on");
    maya.sees("Automatic playlist is on in Production.");
    assert!(story.is_on());
}

#[test]
fn a_switch_that_the_server_refuses_goes_back_and_says_why() {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAGS);
    story.switch(false);
    story.archive();
    maya.expects("status of 409");
    maya.expects("Response Status Error Code 409");
    maya.clicks(SWITCH);
    maya.sees("Not changed");
    stands(&maya, true);
}
