//! Saving a segment: what acts at once, what somebody else has changed, and dialogs.

use flagstaff::{domain::role::Role, operations::segments::SegmentEdit};
use serde_json::{Value as Json, json};

use super::{
    browser::Pages,
    filled_form::FilledForm,
    segment_world::{SEGMENTS, change, conditions, find, form, pro, with_pro},
};
use crate::support::{Answer, story::Story};

const NEW_YORK: &str = "iphone-users-in-new-york";

fn with_story() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    (pages, story)
}

fn city(pages: &Pages) -> Json {
    conditions(&pages.store, NEW_YORK)["all"][1]["value"].clone()
}

#[test]
fn what_acts_at_once_asks_first_and_names_where() {
    let (pages, _story) = with_story();
    let manager = pages.signed_in(Role::ProductManager);
    let typed = form(&manager, &format!("/{NEW_YORK}")).with("value-2", "Boston");
    let asked = typed.send(&manager, None);
    assert_eq!(asked.status, 200);
    for said in [
        "Save iPhone users in New York?",
        "It takes effect at once in Automatic playlist (Live).",
        "Save for 1 live flag",
        "city is “New York”",
        "city is “Boston”",
    ] {
        assert!(asked.text.contains(said), "{said}");
    }
    assert_eq!(city(&pages), "New York");
    let question = FilledForm::to(&asked.text, NEW_YORK);
    let back = question.send(&manager, Some(("do", "refresh")));
    assert_eq!(FilledForm::of(&back.text, "segment-form").get("value-2"), "Boston");
    let saved = question.send(&manager, Some(("confirmed", "1")));
    assert_eq!(saved.status, 303);
    assert_eq!(city(&pages), "Boston");
    let staging = manager.get(&format!("/p/default/staging/segments/{NEW_YORK}")).text;
    let typed = FilledForm::of(&staging, "segment-form").with("value-2", "Miami");
    let asked = typed.send_by_htmx(&manager, None, "segment-form");
    assert_eq!(asked.headers.get("hx-retarget").unwrap(), "#modal-body");
    assert!(asked.text.contains("Automatic playlist (Live in Production)"), "{}", asked.text);
}

#[test]
fn what_acts_nowhere_is_saved_at_once() {
    let (pages, story) = with_story();
    story.switch(false);
    let manager = pages.signed_in(Role::ProductManager);
    let page = manager.get(&format!("{SEGMENTS}/{NEW_YORK}")).text;
    assert!(page.contains(">Save segment<"));
    let saved =
        FilledForm::of(&page, "segment-form").with("value-2", "Boston").send(&manager, None);
    assert_eq!(saved.status, 303);
    assert_eq!(city(&pages), "Boston");
    story.switch(true);
    let renamed = form(&manager, &format!("/{NEW_YORK}")).with("name", "Bostonians");
    assert_eq!(renamed.send(&manager, None).status, 303, "a name acts nowhere");
    assert_eq!(find(&pages.store, NEW_YORK).name, "Bostonians");
}

#[test]
fn a_protected_environment_is_not_changed_by_a_developer() {
    let (pages, _story) = with_story();
    let developer = pages.signed_in(Role::Developer);
    let typed = form(&developer, &format!("/{NEW_YORK}")).with("value-2", "Boston");
    let refused = typed.send(&developer, None);
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("This would act in “Production” at once."));
    assert_eq!(FilledForm::of(&refused.text, "segment-form").get("value-2"), "Boston");
    let refused = typed.send_by_htmx(&developer, None, "segment-form");
    assert_eq!((refused.status, refused.text.as_str()), (403, ""));
    assert_eq!(city(&pages), "New York");
}

#[test]
fn somebody_elses_conditions_are_shown_beside_mine_and_neither_is_lost() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let mine = form(&developer, "/pro").with("value-1", "free");
    let theirs = json!({"attribute": "plan", "operator": "is", "value": "team"});
    change(
        &pages.store,
        "pro",
        &SegmentEdit { conditions: Some(&theirs), ..SegmentEdit::default() },
    );
    let conflict = mine.send(&developer, None);
    assert_eq!(conflict.status, 409);
    for said in ["saved this segment while you were editing", "“pro”", "“team”", "“free”"]
    {
        assert!(conflict.text.contains(said), "{said}");
    }
    assert_eq!(conditions(&pages.store, "pro"), theirs);
    let both = FilledForm::to(&conflict.text, "/pro");
    let back = both.send(&developer, Some(("do", "refresh"))).text;
    assert_eq!(FilledForm::of(&back, "segment-form").get("value-1"), "free");
    assert_eq!(both.send(&developer, Some(("over", "1"))).status, 303);
    assert_eq!(conditions(&pages.store, "pro")["all"][0]["value"], "free");
    let in_dialog = mine.send_by_htmx(&developer, None, "segment-form");
    assert_eq!(in_dialog.status, 409);
    assert_eq!(in_dialog.headers.get("hx-retarget").unwrap(), "#modal-body");
}

#[test]
fn changes_of_different_things_meet_without_a_conflict() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let mine = form(&developer, "/pro");
    let edit = SegmentEdit { name: Some("Professionals"), ..SegmentEdit::default() };
    change(&pages.store, "pro", &edit);
    assert_eq!(mine.clone().with("value-1", "free").send(&developer, None).status, 303);
    assert_eq!(find(&pages.store, "pro").name, "Professionals");
    assert_eq!(mine.clone().with("description", "All").send(&developer, None).status, 303);
    let named = mine.with("name", "Experts").send(&developer, None);
    assert_eq!(named.status, 409);
    assert!(named.text.contains("Professionals") && named.text.contains("Experts"));
    let over = FilledForm::to(&named.text, "/pro").send(&developer, Some(("over", "1")));
    assert_eq!(over.status, 303);
    let now = find(&pages.store, "pro");
    assert_eq!((now.name.as_str(), now.description.as_str()), ("Experts", "All"));
    assert_eq!(conditions(&pages.store, "pro")["all"][0]["value"], "free");
}

#[test]
fn nothing_is_saved_where_nothing_changed() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let before = find(&pages.store, "pro").updated_at;
    assert_eq!(form(&developer, "/pro").send(&developer, None).status, 303);
    assert!(developer.get(&format!("{SEGMENTS}/pro")).text.contains("Nothing changed"));
    assert_eq!(find(&pages.store, "pro").updated_at, before);
    assert_eq!(conditions(&pages.store, "pro"), pro());
}

#[test]
fn a_segment_made_in_a_dialog_closes_it_and_is_told_to_the_page() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let headers = [("hx-request", "true"), ("hx-target", "modal-body")];
    let dialog = developer.get_with(&format!("{SEGMENTS}/new"), &headers).text;
    assert!(dialog.contains("id=\"modal-h\"") && !dialog.contains("<main"));
    let blank = FilledForm::of(&dialog, "segment-form");
    let send = |form: &FilledForm| -> Answer { form.send_by_htmx(&developer, None, "modal-body") };
    let refused = send(&blank);
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Give it a name.") && refused.text.contains("id=\"modal-h\""));
    let button = Some(("do", "add-property:0"));
    let part = blank.send_by_htmx(&developer, button, "segment-builder").text;
    assert!(!part.contains(">JSON</button>"), "it stays the form of a dialog");
    let typed = blank.with("name", "Große “Kunden” 🎉").with("attribute-1", "plan");
    let made = send(&typed.with("value-1", "pro"));
    assert_eq!((made.status, made.text.as_str()), (200, ""));
    let told = made.headers.get("hx-trigger").unwrap().to_str().unwrap();
    let told: Json = serde_json::from_str(told).unwrap();
    let slug = told["segment:created"]["slug"].as_str().unwrap();
    assert_eq!(told["segment:created"]["name"], "Große “Kunden” 🎉");
    assert_eq!(told["modal:close"], true);
    assert_eq!(conditions(&pages.store, slug), pro());
}
