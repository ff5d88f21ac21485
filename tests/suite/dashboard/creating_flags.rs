//! The page where a feature flag is created, as a browser without script uses it.

use flagstaff::{
    domain::{experience::Kind, role::Right, role::Role, value::ValueType},
    operations::{Actor, OperationError, experiences, keys, segments},
    store::{projects, segments as stored_segments},
};
use serde_json::{Value as Json, json};

use super::{
    browser::{Browser, Pages},
    typed_form::TypedForm,
};
use crate::support::story::Story;

const NEW: &str = "/p/default/production/flags/new";
const NEW_YORK: &str = "segment:iphone-users-in-new-york";
const MIAMI: &str = "segment:iphone-users-in-miami";

fn opened(browser: &Browser) -> TypedForm {
    TypedForm::find(&browser.get(NEW).text, "id=\"editor\"")
}

fn after(browser: &Browser, form: &TypedForm, button: &str) -> TypedForm {
    let answer = form.press(browser, button);
    assert_eq!(answer.status, 200, "{}", answer.text);
    TypedForm::find(&answer.text, "id=\"editor\"")
}

/// What the newest version of a flag says.
fn definition(pages: &Pages, slug: &str) -> Json {
    let actor = Actor::command_line();
    let found = pages.store.read(|conn| {
        let project = projects::find_by_key(conn, "default")?.unwrap();
        experiences::find_by_slug(conn, &actor, project.id, Kind::FeatureFlag, slug)
    });
    found.unwrap().newest.content
}

#[test]
fn a_flag_for_two_segments_is_made_with_its_key_on_one_page() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let manager = pages.signed_in(Role::ProductManager);
    let form = opened(&manager).typed("name", "Skip the intro");
    let form = after(
        &manager,
        &after(&manager, &form, &format!("add:{NEW_YORK}")),
        &format!("add:{MIAMI}"),
    );
    assert_eq!((form.get("name"), form.all("order")), ("Skip the intro", vec!["r1", "r2"]));
    let form = form.typed("rows.r1.percent", "20").typed("rows.r2.percent", "30");
    let saved = form.press(&manager, "save");
    assert_eq!(saved.status, 303, "{}", saved.text);
    assert_eq!(saved.headers["location"], "/p/default/production/flags/skip-the-intro");
    let row = |id: &str, segment: &str, rollout: u8| {
        json!({"id": id, "audience": {"segment": segment}, "enabled": true, "rollout": rollout,
               "serve": {"values": {"skip_the_intro": true}}})
    };
    let rows =
        json!([row("r1", "iphone-users-in-new-york", 20), row("r2", "iphone-users-in-miami", 30)]);
    let saved = definition(&pages, "skip-the-intro");
    assert_eq!(saved["rows"], rows);
    assert_eq!(
        (&saved["keys"], &saved["salt"]),
        (&json!(["skip_the_intro"]), &json!("skip-the-intro"))
    );
    let page = manager.get("/p/default/production/flags/skip-the-intro").text;
    for said in [
        "20 % of iPhone users in New York get true; the others get false.",
        "30 % of iPhone users in Miami get true; the others get false.",
        "Everyone else gets false.",
        "Skip the intro is saved as a draft.",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn publishing_is_asked_about_with_everything_that_was_typed() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let manager = pages.signed_in(Role::ProductManager);
    let form = after(&manager, &opened(&manager).typed("name", "Skip the intro"), "add:everyone");
    let asked = form.press_at(&manager, &format!("{NEW}/publish"), "review", &[]);
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert!(asked.text.contains("Publish version 1 to Production"), "{}", asked.text);
    let question = TypedForm::find(&asked.text, "flags/new/publish");
    assert_eq!(question.get("rows.r1.percent"), "10");
    assert_eq!(manager.get("/p/default/production/flags/skip-the-intro").status, 404);
    let published = question.press(&manager, "");
    assert_eq!(published.status, 303, "{}", published.text);
    let page = manager.get("/p/default/production/flags/skip-the-intro").text;
    assert!(page.contains("Version 1 of Skip the intro is live in Production."));
}

#[test]
fn a_row_starts_on_at_ten_percent_with_the_value_that_is_not_the_default() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let row = after(&developer, &opened(&developer), "add:everyone");
    assert_eq!((row.get("rows.r1.percent"), row.get("rows.r1.serve")), ("10", "true"));
    assert_eq!(row.get("rows.r1.on"), "1");
    let other = after(&developer, &opened(&developer).typed("key_default", "true"), "add:everyone");
    assert_eq!(other.get("rows.r1.serve"), "false");
}

#[test]
fn what_is_wrong_is_said_at_its_field_and_everything_typed_stays() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let developer = pages.signed_in(Role::Developer);
    let form = after(&developer, &opened(&developer), &format!("add:{MIAMI}"));
    let form = after(&developer, &form, "add-tester");
    let form = form
        .typed("description", "Some <b> \"text\"\nin lines")
        .typed("tags", "a, b")
        .typed("key", "_no")
        .typed("rows.r1.percent", "120")
        .typed("rows.r1.serve", "default");
    let answer = form.press(&developer, "save");
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("<title>Error: Create feature flag"));
    for (field, said) in [
        ("name", "Enter a name."),
        (
            "key",
            "Use letters, digits, dots, hyphens and underscores, starting with a letter or digit.",
        ),
        ("rows.r1.percent", "Enter a percent from 0 to 100."),
        ("testers.t1.user", "Enter a user id, or remove this test user."),
    ] {
        let link = format!("<a href=\"#{field}\">{said}</a>");
        assert!(answer.text.contains(&link), "{link} in {}", answer.text);
        assert!(answer.text.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    let again = TypedForm::find(&answer.text, "id=\"editor\"");
    assert_eq!(again.content(), form.content());
}

#[test]
fn a_key_that_is_taken_is_refused_by_its_holder_and_a_free_one_is_taken() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let developer = pages.signed_in(Role::Developer);
    let form = opened(&developer).typed("name", "Another");
    let taken = form.clone().typed("key", "auto_playlist").press(&developer, "save");
    assert_eq!(taken.status, 422);
    let said = "auto_playlist is already used by Automatic playlist. Choose another key, or archive that flag.";
    assert!(taken.text.contains(said), "{}", taken.text);
    let shouted = form.clone().typed("key", "AUTO_playlist").press(&developer, "save");
    assert!(shouted.text.contains("keys never differ by case alone"), "{}", shouted.text);

    let actor = Actor::command_line();
    let add = |name: &'static str, value_type, default_value: Json| {
        let new = keys::NewKey {
            project_id: story.production.project_id,
            name,
            value_type,
            default_value: &default_value,
            description: "",
            schema: None,
        };
        story.store.write(|conn| keys::create(conn, &actor, &new, 500)).unwrap();
    };
    add("free_one", ValueType::Boolean, json!(true));
    add("number", ValueType::Integer, json!(1));
    assert!(developer.get(NEW).text.contains("<option value=\"free_one\">"));
    let number = form.clone().typed("key", "number").press(&developer, "save");
    assert!(number.text.contains("a flag needs a boolean one"), "{}", number.text);
    let form = after(&developer, &form.typed("key", "free_one"), "add:everyone");
    assert_eq!(form.get("rows.r1.serve"), "false", "its default is true");
    assert_eq!(form.press(&developer, "save").status, 303);
    assert_eq!(definition(&pages, "another")["keys"], json!(["free_one"]));
}

#[test]
fn an_archived_or_unknown_segment_is_refused_where_it_stands() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let actor = Actor::command_line();
    let project_id = story.production.project_id;
    let conditions = json!({"attribute": "plan", "operator": "is", "value": "pro"});
    story
        .store
        .write(|conn| {
            let new = segments::NewSegment {
                project_id,
                name: "Gone",
                description: "",
                conditions: &conditions,
            };
            let gone = segments::create(conn, &actor, &new)?;
            segments::archive(conn, &actor, gone.id)?;
            Ok::<_, OperationError>(stored_segments::find(conn, gone.id)?)
        })
        .unwrap();
    let developer = pages.signed_in(Role::Developer);
    assert!(!developer.get(NEW).text.contains("add:segment:gone"));
    let form = after(&developer, &opened(&developer).typed("name", "X"), &format!("add:{MIAMI}"));
    for slug in ["gone", "never-was"] {
        let bad = form.clone().typed("rows.r1.audience", &format!("segment:{slug}"));
        let answer = bad.press(&developer, "save");
        assert_eq!(answer.status, 422);
        let said = "Row 1: this segment was archived. Choose another, or remove the row.";
        assert!(answer.text.contains(&format!("<a href=\"#rows.r1.audience\">{said}</a>")));
        assert_eq!(TypedForm::find(&answer.text, "id=\"editor\"").content(), bad.content());
    }
}

#[test]
fn the_page_is_for_those_who_may_edit() {
    let pages = Pages::with_people();
    assert!(!Role::Viewer.may(Right::Edit));
    let viewer = pages.signed_in(Role::Viewer);
    assert_eq!(viewer.get(NEW).status, 403);
    assert_eq!(viewer.post(NEW, &[("name", "X"), ("do", "save")]).status, 403);
    assert_eq!(viewer.post(&format!("{NEW}/_words"), &[("name", "X")]).status, 403);
}

#[test]
fn what_people_write_stays_text() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let bad = "\"><img src=x hx-get=/evil hx-trigger=load><script>alert(1)</script>{{7*7}}";
    let form = after(&developer, &opened(&developer), "add-tester");
    let form = form.typed("name", bad).typed("description", bad).typed("testers.t1.user", bad);
    let page = form.press(&developer, "add:everyone").text;
    assert!(!page.contains("<img src=x") && !page.contains("<script>alert"));
    assert_eq!(TypedForm::find(&page, "id=\"editor\"").get("testers.t1.user"), bad);
    let conditions = format!("conditions:{}", json!({"attribute": bad, "operator": "is_set"}));
    let words = form.press_at(&developer, &format!("{NEW}/_words"), "", &[("hx-request", "true")]);
    assert_eq!(words.status, 200);
    let row = after(&developer, &form, "add:everyone").typed("rows.r1.audience", &conditions);
    let page = row.press(&developer, "look").text;
    assert!(page.contains("hx-get=/evil") && !page.contains("<img src=x"));
}
