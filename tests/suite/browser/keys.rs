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
    for action in ["Edit…", "Where is it used?", "Code…", "Archive…"] {
        maya.open(KEYS);
        maya.clicks("Actions for auto_playlist");
        assert_eq!(faults(&maya), Vec::<String>::new());
        maya.clicks(action);
        assert_eq!(faults(&maya), Vec::<String>::new());
    }
}

/// The dialog that is open.
fn in_dialog(visitor: &Visitor, title: &str) -> impl Fn(&str) {
    visitor.sees(title);
    move |name: &str| visitor.part("dialog", title).clicks(name)
}

#[test]
fn each_type_has_an_editor_of_its_own_that_keeps_what_is_typed() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(KEYS);
    maya.clicks("Create key");
    maya.types("Name", "banner");
    maya.clicks("Boolean");
    assert!(!maya.is_ticked("Default value"));
    maya.clicks("Default value");
    assert!(maya.is_ticked("Default value"));
    maya.clicks("Decimal number");
    maya.types("Default value", "1.5");
    maya.clicks("String");
    maya.types("Default value", "Hello");
    maya.clicks("Decimal number");
    assert_eq!(maya.reads("Default value"), "1.5");
    maya.clicks("JSON");
    maya.sees("JSON Schema");
    maya.types("Default value", "{\n  \"title\": 1\n  \"x\": 2\n}");
    maya.types("JSON Schema", "{\"properties\": {\"title\": {\"type\": \"string\"}}}");
    maya.expects("status of 422");
    maya.part("dialog", "Create key").clicks("Create key");
    maya.sees("Line 3, column 3: a comma or a closing } is missing before this.");
    assert_eq!(faults(&maya), Vec::<String>::new());
    assert_eq!(maya.reads("Name"), "banner");
    maya.types("Default value", "{\"title\": 1}");
    maya.part("dialog", "Create key").clicks("Create key");
    maya.sees("At title: This must be text.");
    maya.types("Default value", "{\"title\": \"Hi\"}");
    maya.part("dialog", "Create key").clicks("Create key");
    maya.sees("banner is created.");
    maya.sees("{\"title\":\"Hi\"}");
}

#[test]
fn a_menu_changes_archives_and_brings_back_a_key() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let maya = house.signed_in(Role::ProductManager);
    maya.open(KEYS);
    maya.clicks("Actions for auto_playlist");
    assert!(maya.focus().contains("Edit…"), "{}", maya.focus());
    maya.presses("Enter");
    maya.sees("Name and type never change");
    maya.clicks("Default value");
    in_dialog(&maya, "auto_playlist")("Save key");
    maya.sees("Change the default of auto_playlist?");
    maya.sees("Automatic playlist (Live)");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.clicks("Go on editing");
    assert!(maya.is_ticked("Default value"), "what was typed is still there");
    in_dialog(&maya, "auto_playlist")("Save key");
    maya.clicks("Save and change for");
    maya.sees("auto_playlist is saved.");
    maya.sees("auto_playlist Boolean true");
    maya.clicks("Actions for auto_playlist");
    maya.clicks("Archive…");
    maya.sees("auto_playlist is in use");
    maya.part("dialog", "auto_playlist is in use").clicks("Automatic playlist");
    maya.is_at("/p/default/production/flags/automatic-playlist");
    maya.open(KEYS);
    make_key(&maya, "old");
    maya.clicks("Actions for old");
    maya.clicks("Archive…");
    maya.part("dialog", "Archive old?").clicks("Archive key");
    maya.sees("old is archived.");
    maya.clicks("Show archived keys");
    maya.sees("Archived");
    maya.clicks("Actions for old");
    maya.clicks("Unarchive");
    maya.sees("old is back.");
}

#[test]
fn without_scripts_a_default_is_asked_about_on_a_page() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let maya = house.without_scripts(Role::ProductManager);
    maya.open(&format!("{KEYS}/auto_playlist/edit"));
    maya.clicks("Default value");
    maya.clicks("Save key");
    maya.sees("Change the default of auto_playlist?");
    maya.clicks("Save and change for");
    maya.sees("auto_playlist is saved.");
}

#[test]
fn what_is_too_long_is_told_before_it_is_sent() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(&format!("{KEYS}/new"));
    maya.types("Name", "long");
    maya.clicks("String");
    maya.asks(
        "const t = document.querySelector('#default_string'); t.value = ('x'.repeat(99) + '\\n').repeat(700);
         t.dispatchEvent(new Event('input', {bubbles: true}));",
    );
    maya.clicks("Create key");
    let said = maya.asks("document.querySelector('#default_string').validationMessage");
    assert_eq!(said, "This may have at most 64 KiB. Shorten it.");
    assert_eq!(maya.reads("Name"), "long");
    maya.is_at(&format!("{KEYS}/new"));
}
