//! The page where a feature flag is edited, as a browser without script uses it.

use flagstaff::{
    domain::{experience::Kind, role::Role},
    operations::{Actor, editing, experiences},
    store::projects,
};
use serde_json::{Value as Json, json};

use super::{
    browser::{Browser, Pages},
    typed_form::TypedForm,
};
use crate::support::story::{Story, content};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";

struct World {
    pages: Pages,
    story: Story,
}

impl World {
    fn new() -> World {
        let pages = Pages::with_people();
        let story = Story::begin_on(&pages.database.url());
        World { pages, story }
    }

    fn developer(&self) -> Browser {
        self.pages.signed_in(Role::Developer)
    }

    /// The number of the newest version and what it says.
    fn newest(&self) -> (i32, Json) {
        let actor = Actor::command_line();
        let found = self.pages.store.read(|conn| {
            let project = projects::find_by_key(conn, "default")?.unwrap();
            let slug = "automatic-playlist";
            experiences::find_by_slug(conn, &actor, project.id, Kind::FeatureFlag, slug)
        });
        let newest = found.unwrap().newest;
        (newest.number, newest.content)
    }

    fn percents(&self) -> Vec<Json> {
        let rows = self.newest().1["rows"].as_array().unwrap().clone();
        rows.into_iter().map(|row| row["rollout"].clone()).collect()
    }
}

fn opened(browser: &Browser) -> TypedForm {
    let page = browser.get(FLAG);
    assert_eq!(page.status, 200, "{}", page.text);
    TypedForm::find(&page.text, "id=\"editor\"")
}

fn after(browser: &Browser, form: &TypedForm, button: &str) -> TypedForm {
    let answer = form.press(browser, button);
    assert_eq!(answer.status, 200, "{}", answer.text);
    TypedForm::find(&answer.text, "id=\"editor\"")
}

#[test]
fn a_saved_edit_is_the_next_version_and_nothing_served_changes() {
    let world = World::new();
    let developer = world.developer();
    let saved = opened(&developer).typed("rows.r2.percent", "45,5 %").press(&developer, "save");
    assert_eq!((saved.status, &saved.headers["location"]), (303, &FLAG.parse().unwrap()));
    assert_eq!((world.newest().0, world.percents()), (2, vec![json!(20), json!(45.5)]));
    let page = developer.get(FLAG).text;
    assert!(page.contains("Saved as version 2. Version 1 is still live."));
    assert!(page.contains("Version 2 is saved, not published."));
}

#[test]
fn a_save_that_changes_nothing_makes_no_version_and_looking_changes_nothing() {
    let world = World::new();
    let developer = world.developer();
    let before = world.newest();
    for path in
        [FLAG, "/p/default/production/flags/new", "/p/default/staging/flags/automatic-playlist"]
    {
        assert_eq!(developer.get(path).status, 200);
    }
    assert_eq!(world.newest(), before);
    assert_eq!(opened(&developer).press(&developer, "save").status, 303);
    assert!(developer.get(FLAG).text.contains("Nothing changed, so no version was made."));
    assert_eq!(world.newest(), before);
}

#[test]
fn the_order_of_the_rows_is_their_priority() {
    let world = World::new();
    let developer = world.developer();
    let form = opened(&developer);
    let fields = form.content();
    let mut turned: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let places: Vec<usize> =
        turned.iter().enumerate().filter(|(_, it)| it.0 == "order").map(|(i, _)| i).collect();
    turned.swap(places[0], places[1]);
    turned.push(("do", "save"));
    assert_eq!(developer.post(FLAG, &turned).status, 303);
    assert_eq!(world.percents(), [json!(30), json!(20)]);
    for (button, order) in [("down:r2", ["r1", "r2"]), ("top:r2", ["r2", "r1"])] {
        let moved = after(&developer, &opened(&developer).typed("rows.r1.percent", "7"), button);
        assert_eq!(moved.all("order"), order, "{button}");
        assert_eq!(moved.get("rows.r1.percent"), "7");
    }
}

#[test]
fn buttons_of_rows_keep_everything_typed_and_give_no_id_twice() {
    let world = World::new();
    let developer = world.developer();
    let form = opened(&developer).typed("rows.r1.percent", "x").typed("description", "new");
    let form = after(&developer, &form, "duplicate:r1");
    assert_eq!(form.all("order"), ["r1", "r3", "r2"]);
    assert_eq!(form.get("rows.r3.percent"), "x");
    let form = after(&developer, &after(&developer, &form, "remove:r2"), "remove:r3");
    let form = after(&developer, &form, "add:everyone");
    assert_eq!(form.all("order"), ["r1", "r3"], "what version 1 called r2 stays its own");
    assert_eq!((form.get("rows.r1.percent"), form.get("description")), ("x", "new"));
    let form = after(&developer, &form, "everyone");
    assert_eq!((form.get("everyone.percent"), form.get("everyone.serve")), ("10", "true"));
    for odd in ["remove:", "up:nobody", "add:", "add:segment", "duplicate:r99", "remove-tester:x"] {
        assert_eq!(after(&developer, &form, odd).all("order"), form.all("order"), "{odd}");
    }
}

#[test]
fn a_row_that_is_off_and_test_users_are_kept() {
    let world = World::new();
    let developer = world.developer();
    let form = after(&developer, &opened(&developer).without("rows.r1.on"), "add-tester");
    let form = form.typed("testers.t1.user", "qa-7").typed("testers.t1.serve", "false");
    assert_eq!(form.press(&developer, "save").status, 303);
    let saved = world.newest().1;
    assert_eq!(saved["rows"][0]["enabled"], json!(false));
    let tester = json!({"user_id": "qa-7", "serve": {"values": {"auto_playlist": false}}});
    assert_eq!(saved["test_users"], json!([tester]));
    let page = developer.get(FLAG).text;
    assert!(page.contains("iPhone users in New York: switched off; the rows below decide."));
    assert!(page.contains("Test users (1)"));
}

#[test]
fn what_only_the_api_can_write_is_kept() {
    let world = World::new();
    let developer = world.developer();
    let mut written = content(20.0, 30.0);
    written["variants"] = json!([{"name": "a", "values": {"auto_playlist": true}}, {"name": "b"}]);
    written["rows"][0]["serve"] =
        json!({"split": [{"variant": "a", "weight": 4}, {"variant": "b", "weight": 1}]});
    written["rows"][1]["audience"] =
        json!({"conditions": {"attribute": "plan", "operator": "is", "value": "a \"<b>"}});
    world.story.save(1, &written);
    let before = world.newest().1;
    assert!(developer.get(FLAG).text.contains("a split of a (80 %), b (20 %)"));
    let form = opened(&developer);
    assert_eq!(form.press(&developer, "save").status, 303);
    assert_eq!(world.newest(), (2, before.clone()), "saved as it came, it is the same");
    assert_eq!(form.typed("rows.r1.percent", "21").press(&developer, "save").status, 303);
    let mut expected = before;
    expected["rows"][0]["rollout"] = json!(21);
    assert_eq!(world.newest(), (3, expected));
}

#[test]
fn name_description_and_tags_are_saved_without_a_version_and_never_over_somebody_elses() {
    let world = World::new();
    let (mine, yours) = (world.developer(), world.pages.signed_in(Role::Admin));
    let (first, second) = (opened(&mine), opened(&yours));
    let saved = first.typed("name", "Endless").typed("tags", "tv, tv, home").press(&mine, "save");
    assert_eq!(saved.status, 303);
    assert_eq!(world.newest().0, 1);
    let page = mine.get(FLAG).text;
    assert!(page.contains("<h1>Endless</h1>") && page.contains("Endless is saved."));
    let late = second.clone().typed("description", "Plays on").press(&yours, "save");
    assert_eq!(late.status, 303, "another field is nobody else's");
    assert!(yours.get(FLAG).text.contains("<h1>Endless</h1>"));
    let late = second.typed("name", "For ever").press(&yours, "save");
    assert_eq!(late.status, 422);
    assert!(late.text.contains("Somebody changed this to “Endless” meanwhile."));
    let again = TypedForm::find(&late.text, "id=\"editor\"");
    assert_eq!(again.get("name"), "For ever");
    assert_eq!(again.press(&yours, "save").status, 303);
    assert!(yours.get(FLAG).text.contains("<h1>For ever</h1>"));
}

#[test]
fn a_conflict_shows_both_sides_and_loses_neither() {
    let world = World::new();
    let (mine, yours) = (world.developer(), world.pages.signed_in(Role::Admin));
    let (first, second) = (opened(&mine), opened(&yours));
    assert_eq!(first.typed("rows.r1.percent", "50").press(&mine, "save").status, 303);
    let second = second.typed("rows.r2.percent", "60").typed("description", "Mine");
    let answer = second.press(&yours, "save");
    assert_eq!(answer.status, 409);
    assert_eq!(world.newest().0, 2);
    for said in [
        "developer saved version 2 while you were editing version 1",
        "What developer changed in version 2",
        "What you changed",
        "<del>20 %</del>",
        "<ins>50 %</ins>",
        "<ins>60 %</ins>",
        "Both fit together.",
        "Overwrite with mine",
        "Take theirs",
    ] {
        assert!(answer.text.contains(said), "{said} in {}", answer.text);
    }
    let carried = TypedForm::find(&answer.text, &format!("action=\"{FLAG}\""));
    let back = after(&yours, &carried, "look");
    assert_eq!(back.get("base"), "1", "saving it asks again");
    assert_eq!((back.get("rows.r2.percent"), back.get("description")), ("60", "Mine"));
    assert_eq!(carried.press(&yours, "overwrite").status, 303);
    assert_eq!((world.newest().0, world.percents()), (3, vec![json!(20), json!(60)]));
}

#[test]
fn what_is_not_versioned_is_settled_with_the_rest_of_a_conflict() {
    let world = World::new();
    let (mine, yours) = (world.developer(), world.pages.signed_in(Role::Admin));
    let (first, second) = (opened(&mine), opened(&yours));
    let first = first.typed("rows.r1.percent", "50").typed("description", "Theirs");
    assert_eq!(first.typed("tags", "a").press(&mine, "save").status, 303);
    let second = second.typed("rows.r2.percent", "60").typed("description", "Mine");
    let asked = second.press(&yours, "save");
    assert_eq!(asked.status, 409);
    assert_eq!(asked.text.matches("Description changed").count(), 2, "{}", asked.text);
    let carried = TypedForm::find(&asked.text, &format!("action=\"{FLAG}\""));
    let merged = after(&yours, &carried, "merge");
    assert_eq!((merged.get("description"), merged.get("tags")), ("Mine", "a"));
    assert_eq!(merged.press(&yours, "save").status, 303, "it is not asked about again");
    assert_eq!((world.newest().0, world.percents()), (3, vec![json!(50), json!(60)]));
}

#[test]
fn htmx_gets_a_conflict_in_the_dialog_and_errors_in_the_form() {
    let world = World::new();
    let developer = world.developer();
    let form = opened(&developer);
    world.story.save(1, &content(1.0, 2.0));
    let stale = form.press_at(&developer, FLAG, "save", &[("hx-request", "true")]);
    assert_eq!(stale.status, 409);
    assert_eq!(stale.headers["hx-retarget"], "#modal-body");
    assert_eq!(stale.headers["hx-reselect"], "unset");
    assert!(stale.text.contains("id=\"modal-h\"") && !stale.text.contains("<html"));
    let wrong = opened(&developer).typed("rows.r1.percent", "");
    let wrong = wrong.press_at(&developer, FLAG, "save", &[("hx-request", "true")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("id=\"editor\"") && !wrong.text.contains("<html"));
    let saved = opened(&developer).typed("rows.r1.percent", "3");
    let saved = saved.press_at(&developer, FLAG, "save", &[("hx-request", "true")]);
    assert_eq!((saved.status, &saved.headers["hx-redirect"]), (200, &FLAG.parse().unwrap()));
}

#[test]
fn the_sentences_follow_the_typing_and_touch_no_field() {
    let world = World::new();
    let developer = world.developer();
    let form = opened(&developer).typed("rows.r2.percent", "45").without("rows.r1.on");
    let words = form.press_at(&developer, &format!("{FLAG}/_words"), "", &[("hx-request", "true")]);
    assert_eq!(words.status, 200, "{}", words.text);
    assert!(words.text.contains("45 % of iPhone users in Miami get true; the others get false."));
    assert!(words.text.contains("2 unpublished changes"));
    assert!(!words.text.contains("<input") && !words.text.contains("<select"));
    let wrong = opened(&developer).typed("rows.r1.percent", "many");
    let words =
        wrong.press_at(&developer, &format!("{FLAG}/_words"), "", &[("hx-request", "true")]);
    assert!(words.text.contains("iPhone users in New York: enter a percent from 0 to 100."));
    assert_eq!(developer.get(&format!("{FLAG}/_words")).status, 405);
    assert_eq!(world.newest().0, 1);
}

#[test]
fn a_viewer_reads_text_and_is_offered_nothing() {
    let world = World::new();
    let viewer = world.pages.signed_in(Role::Viewer);
    let page = viewer.get(FLAG);
    assert_eq!(page.status, 200);
    let main = page.text.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
    for control in [
        "<input",
        "<select",
        "<textarea",
        "class=\"dock",
        "Add segment",
        "Save version",
        "Publish…",
    ] {
        assert!(!main.contains(control), "{control} in {main}");
    }
    assert!(main.contains("20 % of iPhone users in New York get true; the others get false."));
    let form = opened(&world.developer());
    let fields = form.content();
    let mut fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("do", "save"));
    assert_eq!(viewer.post(FLAG, &fields).status, 403);
}

#[test]
fn who_may_not_publish_is_told_who_may_and_who_may_is_offered_it() {
    let world = World::new();
    let page = world.developer().get(FLAG).text;
    assert!(page.contains("Save version 2") && !page.contains("Publish…"));
    assert!(
        page.contains(
            "Production is protected. Ask a product manager to publish: product-manager."
        )
    );
    let staging = "/p/default/staging/flags/automatic-playlist";
    assert!(world.developer().get(staging).text.contains("Publish…"));
    let manager = world.pages.signed_in(Role::ProductManager);
    assert!(manager.get(FLAG).text.contains("Publish…"));
}

#[test]
fn an_archived_flag_is_read_only() {
    let world = World::new();
    let form = opened(&world.developer());
    world.story.switch(false);
    world.story.archive();
    let developer = world.developer();
    let page = developer.get(FLAG).text;
    assert!(page.contains("Unarchive") && !page.contains("id=\"editor\""));
    assert!(page.contains("Apps get each key's default."));
    let late = form.typed("rows.r1.percent", "1").press(&developer, "save");
    assert_ne!(late.status, 303, "{}", late.text);
    assert_eq!(world.newest().0, 1);
}

#[test]
fn a_flag_that_waits_for_its_key_can_be_given_one() {
    let world = World::new();
    let developer = world.developer();
    let actor = Actor::command_line();
    let cloned = world
        .story
        .store
        .write(|conn| editing::clone(conn, &actor, world.story.flag, "Copied", &[]));
    assert_eq!(cloned.unwrap().0.slug, "copied");
    let path = "/p/default/production/flags/copied";
    let form = TypedForm::find(&developer.get(path).text, "id=\"editor\"");
    let taken = form.clone().typed("key", "auto_playlist").press(&developer, "save");
    assert_eq!(taken.status, 422);
    let form = form.typed("key", "copied").typed("rows.r1.serve", "true");
    let saved = form.press(&developer, "save");
    assert_eq!(saved.status, 303, "{}", saved.text);
    let page = developer.get(path).text;
    assert!(page.contains("20 % of iPhone users in New York get true; the others get false."));
    assert!(page.contains("Keys (1)"));
}

#[test]
fn a_page_without_its_version_is_refused_and_nothing_is_overwritten() {
    let world = World::new();
    let developer = world.developer();
    for base in ["", "0", "99", "x"] {
        let answer = opened(&developer).typed("base", base).press(&developer, "save");
        assert_eq!(answer.status, 409, "{base}");
    }
    assert_eq!(developer.post(FLAG, &[("do", "save"), ("name", "X")]).status, 409);
    assert_eq!(world.newest().0, 1);
    assert_eq!(developer.get("/p/default/production/flags/nothing").status, 404);
}
