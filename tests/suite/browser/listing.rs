//! The lists of both kinds: chosen rows, archiving, clones, links; by mouse, by keyboard, on a phone.

use flagstaff::domain::role::Role;

use super::{House, Visitor, accessibility::faults};
use crate::support::story::Story;

const FLAGS: &str = "/p/default/production/flags";
const CONFIGS: &str = "/p/default/production/configs";

fn begin() -> (House, Story) {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    story.requiring_flag("Second flag", "second");
    story.config("Theme", &["dark_mode", "banner"]);
    (house, story)
}

fn has_no_faults(visitor: &Visitor) {
    for scheme in ["light", "dark"] {
        for width in [1280, 390] {
            visitor.looks(scheme, width);
            assert_eq!(faults(visitor), Vec::<String>::new(), "{scheme} {width}");
        }
    }
    visitor.looks("light", 1280);
}

#[test]
fn chosen_flags_get_a_tag_by_keyboard_alone() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAGS);
    maya.sees_no("selected");
    maya.tabs_to("Select all on this page");
    maya.presses("Space");
    maya.sees("2 selected");
    has_no_faults(&maya);
    maya.focuses("Add tag…");
    maya.presses("Enter");
    maya.sees("Add a tag to 2 flags");
    has_no_faults(&maya);
    maya.focuses("Tag");
    maya.writes("music");
    maya.presses("Enter");
    maya.sees("2 flags got the tag music.");
    maya.sees_no("2 selected");
    maya.clicks("Select Second flag");
    maya.sees("1 selected");
    maya.focuses("Clear");
    maya.presses("Enter");
    maya.sees_no("1 selected");
}

#[test]
fn turning_off_several_says_which_can_not_be_and_is_undone() {
    let (house, story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.looks("light", 390);
    maya.open(FLAGS);
    maya.clicks("Select Automatic playlist");
    maya.clicks("Select Second flag");
    maya.sees("2 selected");
    maya.expects("status of 409");
    maya.expects("Response Status Error Code 409");
    maya.part(".bulk", "2 selected").clicks("Turn off");
    maya.sees("Not all of them can be turned off");
    maya.sees("Nothing of it is published there");
    assert!(story.is_on());
    has_no_faults(&maya);
    maya.clicks("Turn off the other");
    maya.sees("1 flag is off in Production. Everyone gets the defaults.");
    assert!(!story.is_on());
    maya.clicks("Undo");
    maya.sees("1 flag on in Production again.");
    assert!(story.is_on());
}

#[test]
fn several_are_archived_from_a_dialog_and_without_scripts() {
    let (house, _story) = begin();
    let maya = house.without_scripts(Role::ProductManager);
    maya.open(FLAGS);
    maya.clicks("Select Second flag");
    maya.part(".bulk", "Archive…").clicks("Archive…");
    maya.sees("Archive 1 flag?");
    maya.part("form", "Apps get each key").clicks("Archive");
    maya.sees("1 flag is archived.");
    let dev = house.signed_in(Role::ProductManager);
    dev.open(CONFIGS);
    dev.clicks("Select Theme");
    dev.part(".bulk", "1 selected").clicks("Archive…");
    dev.sees("Not all of them can be archived");
    dev.sees("is on in “Production”");
    dev.presses("Escape");
    dev.sees_no("Not all of them can be archived");
}

#[test]
fn the_menu_of_a_row_copies_its_link_and_clones_a_config_of_two_keys() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(CONFIGS);
    maya.focuses("Actions for Theme");
    maya.presses("Enter");
    maya.sees("Copy link");
    has_no_faults(&maya);
    maya.clicks("Copy link");
    maya.sees("The link is copied.");
    maya.clicks("Actions for Theme");
    maya.clicks("Clone…");
    maya.sees("Key in place of dark_mode");
    has_no_faults(&maya);
    maya.types("Key in place of banner", "auto_playlist");
    maya.sees("“Automatic playlist” holds this key.");
    maya.types("Key in place of banner", "calm_banner");
    maya.sees_no("holds this key");
    maya.part("dialog", "Create clone").clicks("Create clone");
    maya.sees("Theme copy is created as a draft.");
    maya.sees("calm_banner");
}

#[test]
fn what_is_used_leads_to_its_user_and_what_is_archived_can_be_taken_back() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAGS);
    maya.clicks("Actions for Automatic playlist");
    maya.clicks("Archive…");
    maya.sees("requires its key “auto_playlist”");
    has_no_faults(&maya);
    maya.part("dialog", "requires its key").clicks("Second flag");
    maya.is_at(&format!("{FLAGS}/second-flag"));
    maya.open(CONFIGS);
    maya.clicks("Actions for Theme");
    maya.clicks("Archive…");
    maya.part("dialog", "It is on in Production").clicks("Turn off and archive");
    maya.sees("Theme is archived.");
    maya.open(&format!("{CONFIGS}/theme"));
    maya.sees("Archived on");
    maya.part(".note", "Archived on").clicks("Unarchive");
    maya.sees("Theme is back, and off until you turn it on.");
}

#[test]
fn filters_and_orders_stay_in_the_address_and_each_goes_by_its_chip() {
    let (house, _story) = begin();
    let maya = house.signed_in(Role::Viewer);
    maya.open(FLAGS);
    maya.clicks("Stale");
    maya.is_at(&format!("{FLAGS}?stale=true"));
    maya.sees("Nothing matches these filters in All.");
    has_no_faults(&maya);
    maya.clicks("Stale , remove");
    maya.is_at(FLAGS);
    maya.clicks("Delivered, 24 h");
    maya.is_at(&format!("{FLAGS}?sort=delivered"));
    maya.sees("Automatic playlist");
    has_no_faults(&maya);
}
