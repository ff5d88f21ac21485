//! Two people edit one experience: what they typed is put together, as a browser without script
//! does it.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{
    browser::{Browser, Pages},
    typed_form::TypedForm,
};
use crate::support::{
    Answer,
    story::{Story, content},
};

const FLAG: &str = "/p/default/production/flags/automatic-playlist";

struct World {
    pages: Pages,
    story: Story,
    browser: Browser,
    form: TypedForm,
}

impl World {
    /// An editor that is open on version 1.
    fn new() -> World {
        let pages = Pages::with_people();
        let story = Story::begin_on(&pages.database.url());
        let browser = pages.signed_in(Role::Developer);
        let form = TypedForm::find(&browser.get(FLAG).text, "id=\"editor\"");
        World { pages, story, browser, form }
    }

    fn conflict(&self, form: &TypedForm) -> TypedForm {
        let answer = form.press(&self.browser, "save");
        assert_eq!(answer.status, 409, "{}", answer.text);
        TypedForm::find(&answer.text, &format!("action=\"{FLAG}\""))
    }

    fn press(&self, form: &TypedForm, button: &str) -> Answer {
        form.press(&self.browser, button)
    }

    fn editor(&self, answer: &Answer) -> TypedForm {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.contains("Both are in the editor."), "{}", answer.text);
        assert!(answer.text.contains("data-dirty"));
        TypedForm::find(&answer.text, "id=\"editor\"")
    }
}

#[test]
fn what_does_not_meet_is_put_together_at_one_click_and_saved_after_a_look() {
    let world = World::new();
    let mut theirs = content(50.0, 30.0);
    theirs["test_users"] =
        json!([{"user_id": "qa-7", "serve": {"values": {"auto_playlist": true}}}]);
    world.story.save(1, &theirs);
    let mine = world.form.clone().typed("rows.r2.percent", "60").typed("description", "Mine");
    let merged = world.press(&world.conflict(&mine), "merge");
    let editor = world.editor(&merged);
    assert_eq!(editor.get("base"), "2");
    assert_eq!((editor.get("rows.r1.percent"), editor.get("rows.r2.percent")), ("50", "60"));
    assert_eq!((editor.get("testers.t1.user"), editor.get("description")), ("qa-7", "Mine"));
    assert_eq!(world.story.live_version(), Some(1));
    assert_eq!(world.press(&editor, "save").status, 303);
    let page = world.browser.get(&format!("{FLAG}/compare/1...3?as=words")).text;
    for said in ["20 % → 50 %", "30 % → 60 %", "New test user qa-7"] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[test]
fn what_meets_is_chosen_and_mine_is_chosen_already() {
    let world = World::new();
    world.story.save(1, &content(50.0, 31.0));
    let mine = world.form.clone().typed("rows.r1.percent", "70").typed("rows.r2.percent", "32");
    let answer = world.press(&mine, "save");
    for said in ["Choose 2 times", "Yours: <b>70 %</b>", "<b>50 %</b>", "In version 1: 20 %"] {
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    let asked = world.conflict(&mine);
    assert_eq!(asked.get("choice.rows[r1].rollout"), "yours");
    let chosen = asked.typed("choice.rows[r2].rollout", "theirs");
    let editor = world.editor(&world.press(&chosen, "merge"));
    assert_eq!((editor.get("rows.r1.percent"), editor.get("rows.r2.percent")), ("70", "31"));
}

#[test]
fn what_nobody_was_asked_about_is_asked_before_it_is_merged() {
    let world = World::new();
    world.story.save(1, &content(50.0, 30.0));
    let mine = world.form.clone().typed("rows.r2.percent", "60");
    let asked = world.conflict(&mine);
    world.story.save(2, &content(50.0, 44.0));
    let again = world.press(&asked, "merge");
    assert_eq!(again.status, 409, "{}", again.text);
    assert!(again.text.contains("saved version 3 while you were editing version 1"));
    let asked = TypedForm::find(&again.text, &format!("action=\"{FLAG}\""));
    let editor = world.editor(&world.press(&asked, "merge"));
    assert_eq!((editor.get("base"), editor.get("rows.r2.percent")), ("3", "60"));
}

#[test]
fn overwriting_keeps_mine_and_only_what_was_seen_is_overwritten() {
    let world = World::new();
    world.story.save(1, &content(50.0, 30.0));
    let asked = world.conflict(&world.form.clone().typed("rows.r2.percent", "60"));
    world.story.save(2, &content(51.0, 30.0));
    let stale = world.press(&asked, "overwrite");
    assert_eq!(stale.status, 409, "version 3 was not seen");
    let asked = TypedForm::find(&stale.text, &format!("action=\"{FLAG}\""));
    assert_eq!(world.press(&asked, "overwrite").status, 303);
    let editor = TypedForm::find(&world.browser.get(FLAG).text, "id=\"editor\"");
    assert_eq!(editor.get("base"), "4");
    // What they changed before the editor met it stands, since the second base was their version.
    assert_eq!(editor.get("rows.r2.percent"), "60");
}

#[test]
fn what_is_wrong_with_what_was_typed_is_said_at_its_field_and_nothing_is_lost() {
    let world = World::new();
    world.story.save(1, &content(50.0, 30.0));
    let asked = world.conflict(&world.form.clone().typed("rows.r2.percent", "60"));
    let wrong = world.press(&asked.typed("rows.r2.percent", "many"), "merge");
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    let editor = TypedForm::find(&wrong.text, "id=\"editor\"");
    assert_eq!((editor.get("base"), editor.get("rows.r2.percent")), ("1", "many"));
}

#[test]
fn nobody_merges_who_may_not_edit() {
    let world = World::new();
    world.story.save(1, &content(50.0, 30.0));
    let asked = world.conflict(&world.form.clone().typed("rows.r2.percent", "60"));
    let viewer = world.pages.signed_in(Role::Viewer);
    assert_eq!(asked.press(&viewer, "merge").status, 403);
}
