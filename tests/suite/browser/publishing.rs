//! Publishing: for whom it matters, to whom, from one environment to another, and back.

use flagstaff::{domain::role::Role, store::profiles::Reporter};
use serde_json::{Value as Json, json};

use super::{House, Visitor, accessibility::faults};
use crate::support::story::{AUTO_PLAYLIST, Story, content};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";

/// Version 2 is live in production; version 3 takes Miami out and has a test user. Ten users are
/// known in each of the two cities.
fn begin(house: &House) -> Story {
    let story = Story::begin_on(&house.pages.database.url());
    story.publish(story.save(1, &content(100.0, 100.0)));
    let mut third = content(100.0, 0.0);
    third["test_users"] = json!([{"user_id": "qa", "serve": {"values": {AUTO_PLAYLIST: true}}}]);
    story.save(2, &third);
    let known: Vec<Json> = (0..20)
        .map(|user| {
            let city = if user < 10 { "New York" } else { "Miami" };
            let user = format!("u{user:02}");
            json!({"id": user, "user_id": user, "set": {"platform": "iPhone", "city": city}})
        })
        .collect();
    story.hears(Reporter::Server, &known);
    story
}

fn opens_dialog(maya: &Visitor) {
    maya.open(FLAG);
    maya.clicks("Publish version 3");
    maya.sees("Publish version 3 to Production");
    maya.sees("10 users lose it: from true to false.");
}

#[test]
fn somebody_sees_who_is_affected_publishes_and_takes_it_back() {
    let house = House::with_people();
    let story = begin(&house);
    let maya = house.signed_in(Role::ProductManager);
    for (width, scheme) in [(1280, "light"), (390, "dark")] {
        maya.looks(scheme, width);
        opens_dialog(&maya);
        maya.sees("Changes what 10 of 20 known users see.");
        maya.clicks("10 of them, and why");
        maya.sees("Was: Row 2, iPhone users in Miami. Will be: Outside the 0 % of row 2");
        assert_eq!(faults(&maya), Vec::<String>::new());
        maya.looks(scheme, width);
        maya.types("Note (optional)", "Miami is not ready");
        maya.presses("Enter");
        maya.sees("Version 3 of Automatic playlist is live in Production.");
        assert_eq!(story.live_version(), Some(3));
        maya.sees("They differ");
        maya.clicks("Undo");
        maya.sees("Version 2 of Automatic playlist is live in Production again.");
        assert_eq!(story.live_version(), Some(2));
    }
}

#[test]
fn a_version_goes_to_staging_and_from_there_to_production_by_keyboard_alone() {
    let house = House::with_people();
    let story = begin(&house);
    let maya = house.signed_in(Role::ProductManager);
    maya.open(FLAG);
    maya.tabs_to("Publish version 3");
    maya.presses("Enter");
    maya.sees("Publish version 3 to Production");
    assert_eq!(maya.focus(), "combobox Environment");
    maya.presses("ArrowDown");
    maya.sees("Publish version 3 to Staging");
    maya.sees("Flagstaff knows no users in Staging yet");
    assert_eq!(maya.focus(), "combobox Environment");
    maya.tabs_to("Publish now");
    maya.presses("Enter");
    maya.sees("Version 3 of Automatic playlist is live in Staging.");
    maya.sees("Production serves version 2, Staging version 3.");
    assert_eq!(story.live_version(), Some(2));
    maya.tabs_to("Promote to Production… from Staging");
    maya.presses("Enter");
    maya.sees("Promote version 3 from Staging to Production");
    maya.sees("10 users lose it: from true to false.");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.presses("Escape");
    maya.sees_no("Promote version 3 from Staging to Production");
    assert_eq!(maya.focus(), "link Promote to Production… from Staging");
    maya.presses("Enter");
    maya.sees("Promote version 3 from Staging to Production");
    maya.tabs_to("Promote now");
    maya.presses("Enter");
    maya.sees("Version 3 of Automatic playlist is live in Production.");
    maya.sees("Promoted from Staging.");
    maya.sees_no("They differ");
    assert_eq!(story.live_version(), Some(3));
}

#[test]
fn test_users_get_it_first_on_a_phone() {
    let house = House::with_people();
    begin(&house);
    let maya = house.signed_in(Role::ProductManager);
    maya.looks("light", 390);
    opens_dialog(&maya);
    maya.clicks("Test users only");
    maya.sees("only its test users get it; everybody else keeps version 2");
    maya.sees("Changes nothing for anyone known in Production.");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.looks("light", 390);
    maya.clicks("Publish now");
    maya.sees("Version 3 of Automatic playlist is live in Production for its test users only.");
    maya.sees("Version 3, test users only, since");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.looks("light", 390);
    maya.clicks("Undo");
    maya.sees("Version 2 of Automatic playlist is live in Production again.");
}

#[test]
fn all_of_it_works_without_scripts() {
    let house = House::with_people();
    let story = begin(&house);
    let maya = house.without_scripts(Role::ProductManager);
    maya.open(FLAG);
    maya.clicks("Publish version 3");
    maya.sees("Publish version 3 to Production");
    maya.sees("10 users lose it: from true to false.");
    maya.part("form", "Publish version 3").chooses("Environment", "Staging");
    maya.clicks("Publish now");
    maya.sees("Publish version 3 to Staging");
    maya.clicks("Publish now");
    maya.sees("Version 3 of Automatic playlist is live in Staging.");
    maya.clicks("Promote to Production… from Staging");
    maya.sees("Promote version 3 from Staging to Production");
    maya.clicks("Test users only");
    maya.clicks("Promote now");
    maya.sees("Version 3 of Automatic playlist is live in Production for its test users only.");
    maya.clicks("Undo");
    maya.sees("Version 2 of Automatic playlist is live in Production again.");
    assert_eq!(story.live_version(), Some(2));
}
