//! Segments, made and changed through their pages.

use flagstaff::domain::role::Role;

use super::{House, Visitor, accessibility::faults};
use crate::support::story::Story;

const SEGMENTS: &str = "/p/default/production/segments";

/// Makes the segment of iPhone users in a city.
pub fn make_segment(visitor: &Visitor, city: &str) {
    visitor.clicks("Segments");
    visitor.clicks("Create segment");
    visitor.types("Name", &format!("iPhone users in {city}"));
    condition(visitor, 0, "platform", "iPhone");
    visitor.clicks("Property");
    condition(visitor, 1, "city", city);
    visitor.sees(&format!("In words: platform is “iPhone” and city is “{city}”."));
    visitor.clicks("Create segment");
    visitor.sees(&format!("iPhone users in {city} is ready to be picked."));
    visitor.clicks("Segments");
    visitor.sees(&format!("platform is “iPhone” and city is “{city}”"));
}

fn condition(visitor: &Visitor, number: usize, property: &str, value: &str) {
    visitor.nth(".rule", number).types("Property", property);
    visitor.presses("Tab");
    visitor.nth(".rule", number).chooses("Operator", "is");
    visitor.nth(".rule", number).types("Value", value);
}

#[test]
fn a_segment_is_made_in_the_builder_and_can_be_used() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(SEGMENTS);
    maya.sees("No segments yet");
    make_segment(&maya, "New York");
    make_segment(&maya, "Miami");
}

#[test]
fn what_is_missing_is_said_and_what_was_entered_stays() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(&format!("{SEGMENTS}/new"));
    maya.expects("status of 422");
    maya.types("Description", "For the launch");
    maya.clicks("Create segment");
    maya.sees("There is a problem");
    assert_eq!(maya.reads("Description"), "For the launch");
    assert_eq!(faults(&maya), Vec::<String>::new());
}

#[test]
fn dialogs_of_segments_can_be_used_by_everybody() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let maya = house.signed_in(Role::ProductManager);
    for (action, title) in [("Clone…", "Clone iPhone users in Miami"), ("Archive…", "is used by")]
    {
        maya.open(SEGMENTS);
        maya.clicks("Actions for iPhone users in Miami");
        assert_eq!(faults(&maya), Vec::<String>::new());
        maya.clicks(action);
        maya.sees(title);
        assert_eq!(faults(&maya), Vec::<String>::new());
    }
}
