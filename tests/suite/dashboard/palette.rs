//! The command palette, and the page that it is without script.

use flagstaff::{domain::experience::Kind, domain::role::Role};

use super::{
    browser::{Browser, Pages},
    typed_form::TypedForm,
};
use crate::support::story::{Story, content};

const PLACE: &str = "/p/default/production";
const FLAG: &str = "/p/default/production/flags/automatic-playlist";

fn begin() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    (pages, story)
}

fn palette(browser: &Browser, query: &str) -> String {
    let answer =
        browser.get_with(&format!("{PLACE}/_palette?q={query}"), &[("hx-request", "true")]);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(!answer.text.contains("<html"));
    answer.text
}

#[test]
fn a_few_letters_find_everything_that_is_called_so() {
    let (pages, story) = begin();
    story.experience(Kind::ProductConfig, "Automatic colours");
    let viewer = pages.signed_in(Role::Viewer);
    let found = palette(&viewer, "auto");
    for shown in [
        &format!("href=\"{FLAG}\""),
        &format!("href=\"{PLACE}/configs/automatic-colours\""),
        &format!("href=\"{PLACE}/keys/auto_playlist/code\""),
        "role=\"listbox\"",
        "aria-activedescendant=\"pal-0\"",
        "id=\"pal-0\"",
    ] {
        assert!(found.contains(shown), "{shown}: {found}");
    }
    assert!(palette(&viewer, "MIAMI").contains(&format!("{PLACE}/segments/iphone-users-in-miami")));
    assert!(palette(&viewer, "playg").contains(&format!("href=\"{PLACE}/playground\"")));
    assert!(palette(&viewer, "u_48213").contains("Why does u_48213 get what they get?"));
    assert!(palette(&viewer, "no%25thing").contains("Nothing matches “no%thing”."));
    assert!(palette(&viewer, "%00").contains("role=\"option\""));
}

#[test]
fn what_one_may_not_do_is_not_offered() {
    let (pages, story) = begin();
    story.save(1, &content(1.0, 2.0));
    let offered = |role: Role| {
        let found = palette(&pages.signed_in(role), "auto");
        (
            found.contains("Turn off Automatic playlist"),
            found.contains("Publish Automatic playlist…"),
        )
    };
    assert_eq!(offered(Role::Viewer), (false, false));
    assert_eq!(offered(Role::Developer), (true, false));
    assert_eq!(offered(Role::ProductManager), (true, true));
    assert!(!palette(&pages.signed_in(Role::Viewer), "create").contains("Create"));
    assert!(palette(&pages.signed_in(Role::Developer), "create").contains("Create product config"));
}

#[test]
fn a_flag_is_switched_off_from_it_and_on_again_by_undo() {
    let (pages, story) = begin();
    let manager = pages.signed_in(Role::ProductManager);
    let page = manager.get(&format!("{PLACE}/search?q=auto")).text;
    let form = TypedForm::find(&page, &format!("action=\"{FLAG}/switch\""));
    let off = form.press(&manager, "");
    assert_eq!((off.status, &off.headers["location"]), (303, &FLAG.parse().unwrap()));
    assert!(!story.is_on());
    let page = manager.get(FLAG).text;
    assert!(page.contains("Automatic playlist is off in Production.") && page.contains("Undo"));
    assert!(!manager.get(&format!("{PLACE}/search?q=auto")).text.contains("Turn off"));
}

#[test]
fn what_somebody_worked_on_comes_first_where_nothing_is_looked_for() {
    let (pages, _story) = begin();
    let developer = pages.signed_in(Role::Developer);
    let empty = palette(&developer, "");
    assert!(!empty.contains(">Recent<") && empty.contains("Create segment"));
    let form = TypedForm::find(&developer.get(FLAG).text, "id=\"editor\"");
    assert_eq!(form.typed("rows.r1.percent", "21").press(&developer, "save").status, 303);
    let recent = palette(&developer, "");
    assert!(recent.contains(">Recent<"), "{recent}");
    let (_, first) = recent.split_once("id=\"pal-0\"").unwrap();
    assert!(first.starts_with(&format!(" href=\"{FLAG}\"")), "{first}");
    assert!(!palette(&pages.signed_in(Role::Viewer), "").contains(">Recent<"));
}

#[test]
fn there_is_never_too_much_of_it() {
    let (pages, story) = begin();
    for number in 0..12 {
        story.experience(Kind::FeatureFlag, &format!("Auto {number}"));
        story.key(&format!("auto-{number}"));
    }
    let found = palette(&pages.signed_in(Role::ProductManager), "auto");
    let options = found.matches("role=\"option\"").count();
    assert!(options <= 24, "{options}");
    assert!(found.matches("/keys/auto").count() <= 8);
}

#[test]
fn nobody_finds_anything_in_somebody_elses_project() {
    let (pages, _story) = begin();
    assert_eq!(pages.signed_in(Role::Viewer).get("/p/other/production/search?q=a").status, 404);
    assert_eq!(pages.browser().get(&format!("{PLACE}/search")).status, 303);
}
