//! What is typed into the form of a key, what is wrong with it, and how an app reads the key.

use flagstaff::{
    domain::role::Role,
    operations::{Actor, access::sdk_keys},
    store::{environments, projects, sdk_keys::SdkKeyKind},
};

use super::browser::{Browser, Pages, unescaped};

const KEYS: &str = "/p/default/production/keys";
const NEW: &str = "/p/default/production/keys/new";

fn create(browser: &Browser, fields: &[(&str, &str)]) {
    let answer = browser.post(NEW, fields);
    assert_eq!(answer.status, 303, "{}", answer.text);
}

/// The form that comes back for a key of type JSON.
fn refused(browser: &Browser, default: &str, schema: &str) -> String {
    let fields = [
        ("name", "banner"),
        ("value_type", "json"),
        ("default_json", default),
        ("schema", schema),
        ("description", "kept as it was"),
    ];
    let answer = browser.post(NEW, &fields);
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("kept as it was"));
    unescaped(&answer.text)
}

#[test]
fn json_that_is_wrong_is_told_with_its_line_and_stays_as_typed() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    for (typed, said) in [
        (
            "{\n  \"a\": 1\n  \"b\": 2\n}",
            "This is not JSON. Line 3, column 3: a comma or a closing } is missing before this. \
             The line reads: \"b\": 2",
        ),
        (
            "{\"a\": 1,\n\"a\": 2}",
            "This JSON can't be kept. Line 2, column 3 (a): a field is there",
        ),
        ("[1,\n9007199254740993]", "Line 2, column 16 ([1]): a whole number beyond 2^53"),
        ("[\"\\u0000\"]", "text may not contain the character U+0000"),
        ("", "Enter JSON"),
    ] {
        let page = refused(&developer, typed, "");
        assert!(page.contains(said), "{said}: {page}");
        assert!(page.contains(&format!("\n{typed}</textarea>")), "{typed}");
        assert!(page.contains("href=\"#default_json\""));
    }
}

#[test]
fn a_schema_is_kept_with_a_json_key_and_its_default_has_to_fit() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let schema = "{\"properties\": {\"title\": {\"type\": \"string\"}}}";
    let page = refused(&developer, "{\"title\": [1]}", schema);
    assert!(page.contains("At title: This must be text.") && page.contains(schema));
    let page = refused(&developer, "{}", "{\n\"type\": \"objekt\"}");
    assert!(
        page.contains("At type: This is no valid schema. This is one of null, boolean"),
        "{page}"
    );
    let page = refused(&developer, "{}", "{\n\"type\" \"object\"}");
    assert!(page.contains("This is not JSON. Line 2, column 8: a colon is missing"), "{page}");
    let page = refused(&developer, "{}", "{\"$ref\": \"https://example.com/a.json\"}");
    assert!(page.contains("At $ref: This lies outside the schema"), "{page}");
    let whole = [
        ("name", "banner"),
        ("value_type", "json"),
        ("default_json", "{\"title\": \"Hi\"}"),
        ("schema", schema),
    ];
    create(&developer, &whole);
    let edit = format!("{KEYS}/banner/edit");
    let page = unescaped(&developer.get(&edit).text);
    assert!(page.contains("\"type\": \"string\""), "{page}");
    let without = [("default_json", "{\"title\": \"Hi\"}"), ("schema", ""), ("description", "")];
    assert_eq!(developer.post(&edit, &without).status, 303);
    assert!(!developer.get(&edit).text.contains("properties"));
    // What stands in the schema's field of another type was typed before the type was chosen.
    let other = [("name", "n"), ("default_boolean", "true"), ("schema", "{")];
    create(&developer, &other);
}

#[test]
fn numbers_that_apps_would_not_get_as_typed_are_refused() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    for (of, typed, said) in [
        ("integer", "9007199254740993", "Enter a whole number between"),
        ("integer", "1.5", "Enter a whole number between"),
        ("integer", "seven", "Enter a whole number between"),
        ("integer", "", "Enter a whole number between"),
        ("decimal", "9007199254740993", "Apps would lose digits"),
        ("decimal", "1,5", "Enter a number"),
        ("decimal", "NaN", "Enter a number"),
        ("decimal", "1e999", "Apps would lose digits"),
    ] {
        let name = format!("default_{of}");
        let fields = [("name", "n"), ("value_type", of), (name.as_str(), typed)];
        let answer = developer.post(NEW, &fields);
        assert_eq!(answer.status, 422, "{typed}");
        assert!(answer.text.contains(said), "{typed}: {}", answer.text);
        assert!(answer.text.contains(&format!("value=\"{typed}\"")), "{typed}");
    }
}

#[test]
fn the_character_nul_is_refused_at_its_field_with_everything_typed_still_there() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    for (name, wrong, place) in [
        ("name", "a\0b", "name"),
        ("default_string", "a\0b", "default_string"),
        ("description", "a\0b", "description"),
    ] {
        let mut fields = vec![("value_type", "string"), ("default_string", "typed text")];
        fields.retain(|(known, _)| *known != name);
        fields.push((name, wrong));
        if name != "name" {
            fields.push(("name", "typed_name"));
        }
        let answer = developer.post(NEW, &fields);
        assert_eq!(answer.status, 422, "{name}");
        assert!(answer.text.contains(&format!("id=\"{place}-error\"")), "{name}");
        let kept = if name == "default_string" { "typed_name" } else { "typed text" };
        assert!(answer.text.contains(kept), "{name}");
    }
    // Elsewhere it is refused as a whole, in words.
    let elsewhere = developer.post("/theme", &[("theme", "a\0b")]);
    assert_eq!(elsewhere.status, 400);
    assert!(elsewhere.text.contains("U+0000"));
}

#[test]
fn what_is_too_long_is_told_at_its_field_and_what_is_far_too_long_in_words() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let long = format!("\"{}\"", "x".repeat(70_000));
    assert!(refused(&developer, &long, "").contains("A value may have at most 64 KiB."));
    let both = format!("\"{}\"", "ü".repeat(30_000));
    create(
        &developer,
        &[("name", "l"), ("value_type", "json"), ("default_json", &both), ("schema", "{}")],
    );
    let huge = "x".repeat(10_000_000);
    let answer = developer.post(NEW, &[("name", "h"), ("default_string", &huge)]);
    assert_eq!(answer.status, 413);
    assert!(answer.text.contains("more than a form can carry"));
}

#[test]
fn the_list_is_ordered_by_every_column_both_ways() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    for (name, of) in [("b", "json"), ("a", "string"), ("c", "boolean")] {
        let default = format!("default_{of}");
        let typed = if of == "boolean" { "true" } else { "\"x\"" };
        create(&developer, &[("name", name), ("value_type", of), (&default, typed)]);
    }
    let shown = |sort: &str| -> String {
        let page = developer.get(&format!("{KEYS}?sort={sort}")).text;
        let names = page.split("/edit\"><code>").skip(1).map(|rest| &rest[..1]);
        names.collect::<Vec<_>>().join("")
    };
    for (sort, names) in [
        ("name", "abc"),
        ("-name", "cba"),
        ("type", "cab"),
        ("-type", "bac"),
        ("created", "cab"),
        ("-created", "bac"),
        ("delivered", "abc"),
        ("used", "abc"),
    ] {
        assert_eq!(shown(sort), names, "{sort}");
    }
    let page = developer.get(&format!("{KEYS}?sort=-type")).text;
    assert!(page.contains("aria-sort=\"descending\""), "{page}");
    assert!(page.contains("By type, JSON first"));
}

#[test]
fn a_key_is_shown_as_an_app_reads_it() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    create(
        &developer,
        &[("name", "Max_Items"), ("value_type", "integer"), ("default_integer", "7")],
    );
    let viewer = pages.signed_in(Role::Viewer);
    let address = format!("{KEYS}/Max_Items/code");
    let page = unescaped(&viewer.get(&address).text);
    for said in [
        "The name must match the code exactly",
        "data-copy=\"Max_Items\"",
        "getNumberValue('Max_Items', 7)",
        "get_integer_value(\"Max_Items\", 7, user)",
        "/api/v1/feature-flags/Max_Items/evaluate",
        "Production has no client key yet",
        "YOUR_CLIENT_KEY",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let made = pages.store.write(|conn| {
        let project = projects::find_by_key(conn, "default")?.unwrap();
        let production = environments::find_by_key(conn, project.id, "production")?.unwrap();
        let kind = SdkKeyKind::Client;
        sdk_keys::create(conn, &Actor::command_line(), &production, kind, "app")
    });
    let secret = made.unwrap().1.secret().to_owned();
    let page = viewer.get(&address).text;
    assert!(page.contains(&secret) && !page.contains("YOUR_CLIENT_KEY"));
    assert!(viewer.get(KEYS).text.contains("/keys/Max_Items/code\""));
    assert_eq!(viewer.get(&format!("{KEYS}/none/code")).status, 404);
}
