//! The pages of keys.

use flagstaff::{
    domain::{role::Role, value::ValueType},
    operations::{
        Actor, OperationError,
        keys::{self, NewKey},
    },
    store::projects,
};
use serde_json::json;

use super::browser::{Browser, Pages};
use crate::support::story::Story;

const KEYS: &str = "/p/default/production/keys";
const NEW: &str = "/p/default/production/keys/new";

fn create(browser: &Browser, name: &str, fields: &[(&str, &str)]) {
    let fields: Vec<_> = [("name", name)]
        .iter()
        .chain(fields)
        .chain(&[("default_boolean", "false")])
        .copied()
        .collect();
    let answer = browser.post(NEW, &fields);
    assert_eq!(answer.status, 303, "{}", answer.text);
}

#[test]
fn a_key_of_each_type_is_created_and_listed_with_its_default() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    assert!(developer.get(KEYS).text.contains("No keys yet"));
    for (of, typed, shown) in [
        ("boolean", "true", "<code>true</code>"),
        ("string", "a\r\nb", "a\\nb"),
        ("integer", " 42 ", "<code>42</code>"),
        ("decimal", "1", "<code>1.0</code>"),
        ("json", "{\"a\": [1]}", "[1]}</code>"),
    ] {
        create(
            &developer,
            &format!("a_{of}"),
            &[("value_type", of), (&format!("default_{of}"), typed), ("description", "About it")],
        );
        let page = developer.get(&format!("{KEYS}?q=a_{of}")).text;
        assert!(page.contains(shown), "{of}: {page}");
    }
    let page = developer.get(KEYS).text;
    for shown in ["Whole number", "Decimal number", "About it", "5 of", "Nothing yet"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(developer.get(&format!("{KEYS}?q=nothing")).text.contains("Nothing matches"));
}

#[test]
fn a_form_that_is_wanting_comes_back_with_what_was_typed() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let typed = [
        ("name", "two words"),
        ("value_type", "integer"),
        ("default_integer", "many"),
        ("default_json", "{\"kept\": 1}"),
        ("description", "<script>alert(1)</script>"),
    ];
    let answer = developer.post(NEW, &typed);
    assert_eq!(answer.status, 422);
    for shown in ["Error: Create key", "two words", "many", "kept", "Enter a whole number"] {
        assert!(answer.text.contains(shown), "{shown}");
    }
    assert!(answer.text.contains("href=\"#default_integer\""));
    assert!(!answer.text.contains("<script>alert"));
    let json = [("name", "j"), ("value_type", "json"), ("default_json", "{")];
    let answer = developer.post(NEW, &json);
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("This is not JSON. Line 1, column 1: the text ends"));
    create(&developer, "taken", &[]);
    let answer = developer.post(NEW, &[("name", "Taken"), ("default_boolean", "false")]);
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("There is a key"));
}

#[test]
fn default_and_description_change_while_name_and_type_are_locked() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    create(&developer, "speed", &[("value_type", "integer"), ("default_integer", "1")]);
    let address = format!("{KEYS}/speed/edit");
    let page = developer.get(&address).text;
    assert!(page.contains("Name and type never change"));
    assert!(!page.contains("name=\"name\"") && !page.contains("name=\"value_type\""));
    let changed = [
        ("default_integer", "7"),
        ("description", "How fast"),
        ("name", "slow"),
        ("confirmed", "1"),
    ];
    assert_eq!(developer.post(&address, &changed).status, 303);
    let page = developer.get(KEYS).text;
    assert!(page.contains("<code>7</code>") && page.contains("How fast"));
    let answer = developer.post(&address, &[("default_integer", "x"), ("description", "kept")]);
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("kept"));
    assert_eq!(developer.get(&format!("{KEYS}/none/edit")).status, 404);
}

#[test]
fn a_key_in_use_can_not_be_archived_and_another_comes_back() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let developer = pages.signed_in(Role::Developer);
    assert!(developer.get(KEYS).text.contains("Automatic playlist"));
    for page in ["archive", "users"] {
        let page = developer.get(&format!("{KEYS}/auto_playlist/{page}")).text;
        assert!(page.contains("href=\"/p/default/production/flags/automatic-playlist\""), "{page}");
        assert!(!page.contains("Archive key"));
    }
    let answer = developer.post(&format!("{KEYS}/auto_playlist/archive"), &[]);
    assert_eq!(answer.status, 409);
    assert!(answer.text.contains("Automatic playlist"), "{}", answer.text);
    create(&developer, "old", &[]);
    let asked = developer.get(&format!("{KEYS}/old/archive")).text;
    assert!(asked.contains("Archive old?") && asked.contains("delivered 0 times"), "{asked}");
    assert_eq!(developer.post(&format!("{KEYS}/old/archive"), &[]).status, 303);
    assert!(developer.get(KEYS).text.contains("old is archived. Apps no longer find it."));
    assert!(!developer.get(KEYS).text.contains("<code>old</code>"));
    let page = developer.get(&format!("{KEYS}?archived=1")).text;
    assert!(page.contains(">old</code>") && page.contains("Unarchive"));
    assert_eq!(developer.post(&format!("{KEYS}/old/unarchive"), &[]).status, 303);
    assert!(developer.get(KEYS).text.contains("<code>old</code>"));
}

#[test]
fn a_default_that_production_serves_is_not_changed_by_who_may_not_publish_there() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let address = format!("{KEYS}/auto_playlist/edit");
    let developer = pages.signed_in(Role::Developer);
    let page = developer.get(&address).text;
    assert!(page.contains("“Production” is protected"), "{page}");
    assert!(!page.contains("name=\"default_boolean\""));
    assert_eq!(developer.post(&address, &[("description", "Plays on")]).status, 303);
    let change = [("default_boolean", "true"), ("description", "kept")];
    let answer = developer.post(&address, &change);
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("protected") && answer.text.contains("kept"));
    let manager = pages.signed_in(Role::ProductManager);
    assert!(manager.get(&address).text.contains("It acts at once in Production."));
    assert!(manager.get(&address).text.contains("Plays on"));
    let confirmed = [&change[..], &[("confirmed", "1")]].concat();
    assert_eq!(manager.post(&address, &confirmed).status, 303);
}

#[test]
fn a_viewer_sees_keys_and_is_offered_no_change() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get(KEYS).text;
    assert!(page.contains("auto_playlist"));
    for offered in ["Create key", "Archive</button>", "/edit\""] {
        assert!(!page.contains(offered), "{offered}");
    }
    assert_eq!(viewer.get(NEW).status, 403);
    assert_eq!(viewer.post(&format!("{KEYS}/auto_playlist/archive"), &[]).status, 403);
}

#[test]
fn a_long_list_comes_in_pages_and_says_what_it_is_asked_for() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    for number in 0..51 {
        create(&developer, &format!("key_{number:02}"), &[]);
    }
    create(&developer, "text", &[("value_type", "string")]);
    let first = developer.get(KEYS).text;
    assert!(first.contains("1 to 50 of 52"));
    assert!(first.contains("key_49") && !first.contains("key_50"));
    let second = developer.get(&format!("{KEYS}?page=2")).text;
    assert!(second.contains("key_50") && second.contains("51 to 52 of 52"));
    let newest = developer.get(&format!("{KEYS}?sort=created")).text;
    assert!(newest.contains("key_50") && !newest.contains("key_00"));
    let strings = developer.get(&format!("{KEYS}?type=string")).text;
    assert!(strings.contains(">text<") && !strings.contains("key_00"));
    assert!(developer.get(&format!("{KEYS}?type=x&sort=y")).text.contains("52 keys"));
}

/// What htmx says besides, from that address, for the dialog.
fn from<'a>(shown: &'a str, target: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("hx-request", "true"),
        ("hx-current-url", shown),
        ("hx-target", target),
        ("sec-fetch-site", "same-origin"),
    ]
}

#[test]
fn a_key_is_created_in_a_dialog_over_the_list_which_then_is_loaded_anew() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let shown = format!("http://localhost{KEYS}?q=a");
    let headers = from(&shown, "modal-body");
    let dialog = developer.get_with(NEW, &headers).text;
    assert!(dialog.contains("id=\"modal-h\"") && !dialog.contains("<html"));
    let token = developer.token();
    let send = |name| {
        let fields = [("name", name), ("default_boolean", "true"), ("csrf", token.as_str())];
        developer.post_with(NEW, &headers, &fields)
    };
    let wrong = send("two words");
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("two words") && wrong.text.contains("id=\"modal-h\""));
    let done = send("one");
    assert_eq!(done.status, 200);
    assert_eq!(done.header("hx-trigger").unwrap(), "modal:close, list:changed");
    assert!(done.text.contains("one is created.") && done.text.contains("#toasts"));
}

#[test]
fn while_letters_are_typed_the_address_is_replaced_and_else_pushed() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    let shown = format!("http://localhost{KEYS}?q=a");
    let typed = viewer.get_with(&format!("{KEYS}?q=ab&sort=name&type="), &from(&shown, "results"));
    assert_eq!(typed.header("hx-replace-url").unwrap(), format!("{KEYS}?q=ab"));
    let chosen = viewer.get_with(&format!("{KEYS}?q=a&type=json"), &from(&shown, "results"));
    assert_eq!(chosen.header("hx-push-url").unwrap(), format!("{KEYS}?q=a&type=json"));
}

#[test]
fn a_full_project_says_so_instead_of_offering_a_form() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    create(&developer, "one", &[]);
    let filled = pages.store.write(|conn| {
        let project = projects::find_by_key(conn, "default")?.unwrap();
        let actor = Actor::command_line();
        for number in 1..500 {
            let new = NewKey {
                project_id: project.id,
                name: &format!("key_{number}"),
                value_type: ValueType::Boolean,
                default_value: &json!(false),
                description: "",
                schema: None,
            };
            keys::create(conn, &actor, &new, 500)?;
        }
        Ok::<_, OperationError>(())
    });
    filled.unwrap();
    assert!(developer.get(KEYS).text.contains("500 of 500 keys. Archive those"));
    let page = developer.get(NEW).text;
    assert!(page.contains("500 of 500 keys. Archive some"));
    assert!(!page.contains("name=\"value_type\""));
    let answer = developer
        .post(NEW, &[("name", "one_more"), ("default_boolean", "false"), ("description", "kept")]);
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("500 keys, the most") && answer.text.contains("kept"));
}
