//! Who gets what, in people, while a flag is edited.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{
    browser::{Browser, Pages},
    filled_form::FilledForm,
    segment_world::report,
};
use crate::support::story::Story;

const FLAG: &str = "/p/default/production/flags/automatic-playlist";

struct World {
    pages: Pages,
    _story: Story,
}

impl World {
    /// The story, with eight known users on iPhone in New York and two elsewhere.
    fn new() -> World {
        let pages = Pages::with_people();
        let story = Story::begin_on(&pages.database.url());
        let user = |number: usize| {
            let city = if number < 8 { "New York" } else { "Oslo" };
            json!({"id": number.to_string(), "user_id": format!("u{number}"),
                   "set": {"platform": "iPhone", "city": city}})
        };
        report(&pages.store, &(0..10).map(user).collect::<Vec<_>>());
        World { pages, _story: story }
    }
}

fn opened(browser: &Browser) -> FilledForm {
    FilledForm::of(&browser.get(FLAG).text, "editor")
}

/// What follows the typing.
fn said(browser: &Browser, form: &FilledForm) -> String {
    let asked = FilledForm { action: format!("{FLAG}/_words"), ..form.clone() };
    let answer = asked.send_by_htmx(browser, None, "words");
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text
}

#[test]
fn the_bar_and_the_rows_follow_what_is_typed() {
    let world = World::new();
    let developer = world.pages.signed_in(Role::Developer);
    let form = opened(&developer);
    let same = said(&developer, &form);
    assert!(same.contains("10 known users in Production"), "{same}");
    assert!(same.contains("Changes nothing for anyone known in Production."), "{same}");
    assert!(!same.contains("class=\"fd\""), "{same}");
    let all = said(&developer, &form.clone().with("rows.r1.percent", "100"));
    assert!(all.contains("class=\"fd\""), "{all}");
    assert!(all.contains("Nobody changes from true to false."), "{all}");
    assert!(all.contains("true 80 %, false 20 %"), "{all}");
    let none = said(&developer, &form.with("rows.r1.percent", "0"));
    assert!(none.contains("0 <small class=\"meta\">of 8</small>"), "{none}");
    assert!(none.contains("0 %: all of them get the default."), "{none}");
    assert!(none.contains("No known user in Production is in “iPhone users in Miami”."), "{none}");
}

#[test]
fn another_salt_says_whom_it_moves_and_a_typing_error_counts_nothing() {
    let world = World::new();
    let developer = world.pages.signed_in(Role::Developer);
    let form = opened(&developer).with("rows.r1.percent", "100");
    let salted = said(&developer, &form.clone().with("salt", "another"));
    assert!(salted.contains("Moves "), "{salted}");
    let wrong = said(&developer, &form.with("rows.r1.percent", "many"));
    assert!(wrong.contains("Not counted yet: Enter a percent from 0 to 100."), "{wrong}");
}
