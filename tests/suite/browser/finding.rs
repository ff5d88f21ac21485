//! The command palette, versions side by side, and the code of a flag.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{House, accessibility::faults};
use crate::support::story::{Story, content};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";
const KEYS: &str = "/p/default/production/keys";

fn begin() -> (House, Story) {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    (house, story)
}

#[test]
fn a_flag_is_switched_off_from_anywhere_by_keyboard_alone() {
    let (house, story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(KEYS);
    maya.presses("Control+k");
    maya.sees("Create product config");
    assert_eq!(faults(&maya), Vec::<String>::new());
    for letter in ["a", "u", "t"] {
        maya.presses(letter);
    }
    maya.sees("Turn off Automatic playlist");
    maya.presses("ArrowDown");
    assert_eq!(
        maya.asks("document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).textContent"),
        json!("Turn off Automatic playlistat once")
    );
    maya.presses("Enter");
    maya.sees("Automatic playlist is off in Production. Everyone gets the default.");
    assert!(!story.is_on());
    maya.clicks("Undo");
    maya.sees("On in Production");
}

#[test]
fn the_palette_goes_anywhere_and_closes_without_a_trace() {
    let (house, _story) = begin();
    for (scheme, width) in [("light", 1280), ("dark", 390)] {
        let maya = house.signed_in(Role::ProductManager);
        maya.looks(scheme, width);
        maya.open(KEYS);
        maya.presses("Control+k");
        maya.sees("Create product config");
        maya.presses("Escape");
        maya.sees_no("Create product config");
        maya.presses("Control+k");
        maya.sees("Create product config");
        for letter in ["m", "i", "a", "m", "i"] {
            maya.presses(letter);
        }
        maya.sees("iPhone users in Miami");
        assert_eq!(faults(&maya), Vec::<String>::new(), "{scheme} {width}");
        maya.presses("Enter");
        maya.is_at("/p/default/production/segments/iphone-users-in-miami");
    }
}

#[test]
fn versions_are_compared_and_an_older_one_is_edited() {
    let (house, story) = begin();
    story.publish(story.save(1, &content(20.0, 50.0)));
    for (scheme, width) in [("light", 1280), ("dark", 390)] {
        let maya = house.signed_in(Role::ProductManager);
        maya.looks(scheme, width);
        maya.open(&format!("{FLAG}/compare/1...2"));
        maya.sees("Compare versions");
        maya.sees("50 %");
        assert_eq!(faults(&maya), Vec::<String>::new(), "{scheme} {width}");
        maya.clicks("In words");
        maya.sees("Row 2, iPhone users in Miami: 30 % → 50 %.");
        maya.open(&format!("{FLAG}/versions/1"));
        maya.clicks("Edit from here");
        maya.sees("Version 1 is in the editor.");
        assert_eq!(maya.reads("Percent of iPhone users in Miami"), "30");
        assert_eq!(faults(&maya), Vec::<String>::new(), "{scheme} {width}");
        maya.tries_to_leave_for(KEYS);
        maya.answers_leave(true);
    }
}

#[test]
fn the_code_of_a_flag_hears_the_first_request() {
    let (house, story) = begin();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(&format!("{FLAG}/code"));
    maya.sees("Listening…");
    maya.clicks("Python");
    maya.sees("client.get_boolean_value(\"auto_playlist\", False, user)");
    maya.sees("Listening…");
    let app = house.pages.server.app(&story.client_key);
    app.post("/api/v1/feature-flags/auto_playlist/evaluate", &json!({"user_id": "ann"}))
        .expect(200);
    maya.sees("Got one a few seconds ago.");
}
