//! Keys, made and changed through their pages.

use flagstaff::domain::role::Role;

use super::{House, Visitor, accessibility::faults};
use crate::support::story::Story;

const KEYS: &str = "/p/default/production/keys";

/// Makes a boolean key from the list.
pub fn make_key(visitor: &Visitor, name: &str) {
    visitor.clicks("Keys");
    visitor.clicks("Create key");
    visitor.types("Name", name);
    visitor.clicks("Boolean");
    visitor.part("dialog", "Create key").clicks("Create key");
    visitor.sees(&format!("{name} Boolean false"));
}

#[test]
fn a_key_is_made_in_a_dialog() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(KEYS);
    maya.sees("No keys yet");
    make_key(&maya, "auto_playlist");
}

#[test]
fn dialogs_of_keys_can_be_used_by_everybody() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let maya = house.signed_in(Role::ProductManager);
    maya.open(KEYS);
    maya.clicks("Create key");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.expects("status of 422");
    maya.part("dialog", "Create key").clicks("Create key");
    maya.sees("There is a problem");
    assert_eq!(faults(&maya), Vec::<String>::new());
    for action in ["Edit…", "Where is it used?", "Archive…"] {
        maya.open(KEYS);
        maya.clicks("Actions for auto_playlist");
        assert_eq!(faults(&maya), Vec::<String>::new());
        maya.clicks(action);
        assert_eq!(faults(&maya), Vec::<String>::new());
    }
}
