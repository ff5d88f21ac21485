//! The playground, used by somebody who wants to know why.

use flagstaff::domain::role::Role;

use super::{House, Visitor, accessibility::faults};
use crate::support::story::Story;

const PLAYGROUND: &str = "/p/default/production/playground";

fn looks_somebody_up(visitor: &Visitor) {
    visitor.open(PLAYGROUND);
    visitor.clicks("Attributes, versions and moments");
    visitor.types("Name of attribute 1", "platform");
    visitor.types("Value of attribute 1", "iPhone");
    visitor.types("User id", "u_9");
    visitor.clicks("Look up");
    visitor.sees("Nobody called u_9 was seen in Production.");
    visitor.sees("city is not set");
    visitor.sees("Used attributes: city (not set) · platform iPhone (request)");
}

#[test]
fn a_viewer_sees_why_and_narrows_the_list_while_typing() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let vera = house.signed_in(Role::Viewer);
    vera.open("/p/default/production");
    vera.clicks("Playground");
    vera.is_at(PLAYGROUND);
    looks_somebody_up(&vera);
    assert_eq!(faults(&vera), Vec::<String>::new());
    vera.types("Search keys and reasons", "nothing like this");
    vera.sees("Nothing matches “nothing like this”.");
    vera.sees("Used attributes:");
    vera.types("Search keys and reasons", "auto");
    vera.sees("1 key");
    vera.clicks("Write as JSON");
    vera.sees("Write as rows");
    assert!(
        vera.reads("What the app would say, as JSON. It goes before what is stored.")
            .contains("\"platform\": \"iPhone\"")
    );
    assert_eq!(faults(&vera), Vec::<String>::new());
}

#[test]
fn without_scripts_it_answers_the_same() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let vera = house.without_scripts(Role::Viewer);
    looks_somebody_up(&vera);
}
