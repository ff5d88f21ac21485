//! The editor with keys of all types, variants, splits and prerequisites, as a browser without
//! script uses it.

use flagstaff::{
    domain::{experience::Kind, role::Role},
    operations::{Actor, experiences},
    store::projects,
};
use serde_json::{Value as Json, json};

use super::{
    browser::{Browser, Pages},
    typed_form::TypedForm,
};
use crate::support::{Answer, story::Story};

const CONFIGS: &str = "/p/default/production/configs";
const FLAGS: &str = "/p/default/production/flags";
const NEW_YORK: &str = "add:segment:iphone-users-in-new-york";
const MIAMI: &str = "add:segment:iphone-users-in-miami";

struct World {
    pages: Pages,
    story: Story,
    maya: Browser,
}

impl World {
    fn new() -> World {
        let pages = Pages::with_people();
        let story = Story::begin_on(&pages.database.url());
        let maya = pages.signed_in(Role::ProductManager);
        World { pages, story, maya }
    }

    fn opened(&self, address: &str) -> TypedForm {
        let answer = self.maya.get(address);
        assert_eq!(answer.status, 200, "{}", answer.text);
        TypedForm::find(&answer.text, "id=\"editor\"")
    }

    fn after(&self, form: &TypedForm, button: &str) -> TypedForm {
        let answer = form.press(&self.maya, button);
        assert_eq!(answer.status, 200, "{}", answer.text);
        TypedForm::find(&answer.text, "id=\"editor\"")
    }

    fn saved(&self, form: &TypedForm) -> Answer {
        let answer = form.press(&self.maya, "save");
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer
    }

    /// A config to be, with a key of that type.
    fn with_key(&self, name: &str, value_type: &str, default: &str) -> TypedForm {
        let form = self.opened(&format!("{CONFIGS}/new")).typed("name", name);
        let form = self.after(&form.typed("key_type", value_type), "look");
        self.after(&form.typed("key_default", default), "add-key")
    }

    /// What the newest version says.
    fn definition(&self, kind: Kind, slug: &str) -> Json {
        let found = self.pages.store.read(|conn| {
            let project = projects::find_by_key(conn, "default")?.unwrap();
            experiences::find_by_slug(conn, &Actor::command_line(), project.id, kind, slug)
        });
        found.unwrap().newest.content
    }
}

#[test]
fn dark_mode_is_4_for_miami_and_another_value_for_new_york() {
    let world = World::new();
    let form = world.with_key("Dark mode", "integer", "3");
    let form = world.after(&world.after(&form, NEW_YORK), MIAMI);
    let form = form
        .typed("rows.r1.values.k1", "3")
        .typed("rows.r2.values.k1", "4")
        .typed("rows.r1.percent", "100")
        .typed("rows.r2.percent", "100");
    world.saved(&form);
    let row = |id: &str, segment: &str, value: u8| {
        json!({"id": id, "audience": {"segment": segment}, "enabled": true, "rollout": 100,
               "serve": {"values": {"dark_mode": value}}})
    };
    let saved = world.definition(Kind::ProductConfig, "dark-mode");
    let rows =
        json!([row("r1", "iphone-users-in-new-york", 3), row("r2", "iphone-users-in-miami", 4)]);
    assert_eq!(saved["rows"], rows);
    assert_eq!(saved["keys"], json!(["dark_mode"]));
    let page = world.maya.get(&format!("{CONFIGS}/dark-mode")).text;
    for said in ["All iPhone users in Miami get 4.", "Everyone else gets 3.", "Dark mode is saved"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(world.maya.get(CONFIGS).text.contains("Dark mode"));
    assert!(!world.maya.get(FLAGS).text.contains("Dark mode"));
    assert_eq!(world.maya.get(&format!("{FLAGS}/dark-mode")).status, 404);
}

#[test]
fn every_type_has_its_editor_and_a_cell_that_is_left_alone_serves_the_default() {
    let world = World::new();
    let mut form = world.with_key("Look", "json", "{\"a\": 1}");
    for (name, value_type, default) in
        [("title", "string", "Hi"), ("ratio", "decimal", "0.5"), ("wide", "boolean", "true")]
    {
        form = world.after(&form.typed("key", name).typed("key_type", value_type), "look");
        form = world.after(&form.typed("key_default", default), "add-key");
    }
    let form = world.after(&form, NEW_YORK);
    let form = form
        .typed("rows.r1.values.k1", "{\"b\":\r\n [true]}")
        .typed("rows.r1.values.k3", "1")
        .typed("rows.r1.values.k4", "false");
    world.saved(&form);
    let saved = world.definition(Kind::ProductConfig, "look");
    let values = json!({"look": {"b": [true]}, "ratio": 1.0, "wide": false});
    assert_eq!(saved["rows"][0]["serve"], json!({"values": values}));
    assert_eq!(saved["keys"], json!(["look", "title", "ratio", "wide"]));
    // An empty text is a text once the default is given up.
    let form = world.opened(&format!("{CONFIGS}/look")).without("rows.r1.default.k2");
    world.saved(&form);
    let saved = world.definition(Kind::ProductConfig, "look");
    assert_eq!(saved["rows"][0]["serve"]["values"]["title"], "");
    let again = world.opened(&format!("{CONFIGS}/look")).press(&world.maya, "save");
    assert_eq!(again.status, 303);
    let page = world.maya.get(&format!("{CONFIGS}/look")).text;
    assert!(page.contains("Nothing changed, so no version was made."));
}

#[test]
fn a_value_that_is_none_of_its_type_is_told_at_its_cell_with_everything_still_there() {
    let world = World::new();
    let form = world.with_key("Dark mode", "integer", "3");
    let form = world.after(&form.typed("key", "home").typed("key_type", "json"), "look");
    let form = world.after(&world.after(&form, "add-key"), MIAMI);
    let form = form
        .typed("rows.r1.values.k1", "four")
        .typed("rows.r1.values.k2", "{\"a\":\n oops}")
        .typed("rows.r1.percent", "33.333");
    let sound = form.clone().typed("rows.r1.percent", "10");
    let words = sound.press_at(&world.maya, &format!("{CONFIGS}/new/_words"), "", &[]);
    let said = "Not counted yet: dark_mode in row 1: Enter a whole number, such as 3.";
    assert!(words.text.contains(said), "{}", words.text);
    let answer = form.press(&world.maya, "save");
    assert_eq!(answer.status, 422);
    for (field, said) in [
        ("rows.r1.values.k1", "dark_mode in row 1: Enter a whole number, such as 3."),
        ("rows.r1.values.k2", "home in row 1: This is not JSON. Line 2"),
        ("rows.r1.percent", "Use at most two decimals, such as 33.33."),
    ] {
        assert!(answer.text.contains(said), "{said} in {}", answer.text);
        assert!(answer.text.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    let again = TypedForm::find(&answer.text, "id=\"editor\"");
    assert_eq!(again.get("rows.r1.values.k1"), "four");
    assert_eq!(again.get("rows.r1.values.k2"), "{\"a\":\n oops}");
}

#[test]
fn a_flag_with_variants_splits_its_users_by_weight() {
    let world = World::new();
    let form = world.opened(&format!("{FLAGS}/new")).typed("name", "Paywall");
    let form = world.after(&form.typed("key_type", "string"), "look");
    assert_eq!(form.all("variant"), ["v1", "v2"], "it starts with two");
    let form = world.after(&form, "add-variant").typed("variants.v3.name", "third");
    let form = form.typed("variants.v3.payload", "{\"price\": 9}");
    let form = world.after(&form, "add:everyone").typed("rows.r1.weights.v1", "2");
    let form = world.after(&world.after(&form, "add-tester"), "look");
    world.saved(&form.typed("testers.t1.user", "qa-7"));
    let saved = world.definition(Kind::FeatureFlag, "paywall");
    let split = json!([{"variant": "control", "weight": 2}, {"variant": "treatment", "weight": 1},
                       {"variant": "third", "weight": 1}]);
    assert_eq!(saved["rows"][0]["serve"], json!({"split": split}));
    assert_eq!(saved["variants"][2]["payload"], json!({"price": 9}));
    assert_eq!(saved["test_users"][0]["serve"], json!({"variant": "third"}));
    let page = world.maya.get(&format!("{FLAGS}/paywall")).text;
    assert!(page.contains(
        "10 % of everyone get a split of control (50 %), treatment (25 %), third (25 %); the others \
         get “off”."
    ));
    // A variant keeps its rows under another name, and is left out of them once it is gone.
    let form = world.opened(&format!("{FLAGS}/paywall")).typed("variants.v2.name", "new");
    let form = world.after(&form, "remove-variant:v3");
    world.saved(&form.typed("testers.t1.serve", "variant:v2"));
    let saved = world.definition(Kind::FeatureFlag, "paywall");
    let split = json!([{"variant": "control", "weight": 2}, {"variant": "new", "weight": 1}]);
    assert_eq!(saved["rows"][0]["serve"], json!({"split": split}));
    assert_eq!(saved["test_users"][0]["serve"], json!({"variant": "new"}));
    let none = world.opened(&format!("{FLAGS}/paywall")).typed("rows.r1.weights.v1", "0");
    let refused = none.typed("rows.r1.weights.v2", "0").press(&world.maya, "save");
    assert!(refused.text.contains("Give at least one variant a weight above 0."));
}

#[test]
fn a_prerequisite_is_a_key_with_values_and_never_one_of_its_own() {
    let world = World::new();
    let form = world.with_key("Dark mode", "integer", "3");
    let form = world.after(&world.after(&form, "add-prerequisite"), "add:everyone");
    let refused = form.press(&world.maya, "save");
    assert!(refused.text.contains("Choose a key, or remove this line."), "{}", refused.text);
    let form = form
        .typed("prerequisites.p1.key", "auto_playlist")
        .typed("prerequisites.p1.values", "maybe");
    let refused = form.press(&world.maya, "save");
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("id=\"prerequisites.p1.values-error\""), "{}", refused.text);
    world.saved(&form.typed("prerequisites.p1.values", "true, false"));
    let saved = world.definition(Kind::ProductConfig, "dark-mode");
    assert_eq!(saved["prerequisites"], json!([{"key": "auto_playlist", "in": [true, false]}]));
    let form = world.opened(&format!("{CONFIGS}/dark-mode"));
    let own = form.typed("prerequisites.p1.key", "dark_mode").typed("prerequisites.p1.values", "3");
    let refused = own.press(&world.maya, "save");
    assert!(refused.text.contains("require a key of its own"), "{}", refused.text);
}

#[test]
fn keys_are_picked_or_made_on_the_spot_and_nothing_is_made_before_it_is_saved() {
    let world = World::new();
    let form = world.with_key("Dark mode", "integer", "3");
    assert_eq!(world.maya.get("/p/default/production/keys/dark_mode/edit").status, 404);
    let held = world.after(&form.clone().typed("key", "auto_playlist"), "add-key");
    assert_eq!(held.all("uses"), ["k1"], "a key that is held is not taken");
    let refused = held.press(&world.maya, "save");
    assert!(refused.text.contains("auto_playlist is already used by Automatic playlist."));
    world.saved(&form);
    // What was typed for a key goes with it, and comes back with nothing lost.
    let form = world.after(&world.opened(&format!("{CONFIGS}/dark-mode")), "add:everyone");
    let form = form.typed("rows.r1.values.k1", "7").typed("key", "extra");
    let form = world.after(&form.typed("key_type", "boolean"), "look");
    let form = world.after(&form, "add-key");
    assert_eq!(form.get("rows.r1.values.k1"), "7");
    world.saved(&form.typed("rows.r1.values.k2", "true"));
    let saved = world.definition(Kind::ProductConfig, "dark-mode");
    assert_eq!(saved["rows"][0]["serve"]["values"], json!({"dark_mode": 7, "extra": true}));
    let form = world.after(&world.opened(&format!("{CONFIGS}/dark-mode")), "remove-key:k1");
    world.saved(&form);
    let saved = world.definition(Kind::ProductConfig, "dark-mode");
    assert_eq!(saved["rows"][0]["serve"]["values"], json!({"extra": true}));
    assert_eq!(saved["keys"], json!(["extra"]));
    assert_eq!(world.story.newest_version(), 1, "nobody else's flag was touched");
}

#[test]
fn the_character_nul_is_refused_at_its_field_with_everything_typed_still_there() {
    let world = World::new();
    let form = world.after(&world.with_key("Dark mode", "string", "3"), MIAMI);
    let form = world.after(&form, "add-prerequisite");
    for field in
        ["name", "description", "tags", "salt", "key", "rows.r1.values.k1", "prerequisites.p1.key"]
    {
        let answer = form.clone().typed(field, "a\0b").press(&world.maya, "save");
        assert_eq!(answer.status, 422, "{field}");
        let link = format!("<a href=\"#{field}\">Text may not contain the character U+0000.</a>");
        assert!(answer.text.contains(&link), "{field}: {}", answer.text);
        let again = TypedForm::find(&answer.text, "id=\"editor\"");
        assert_eq!(again.all("order"), ["r1"]);
    }
}
