//! How many known users a segment describes, while it is edited and in the list.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{
    browser::{Browser, Pages},
    filled_form::FilledForm,
    segment_world::{SEGMENTS, create, form, report, three_users},
};
use crate::support::{Answer, story::Story};

fn in_new_york() -> serde_json::Value {
    json!({"attribute": "city", "operator": "is", "value": "New York"})
}

/// What the page says of the conditions in its form, and of a user.
fn matches(browser: &Browser, form: &FilledForm, address: &str, check: &str) -> Answer {
    let asked = FilledForm { action: address.to_owned(), ..form.clone() };
    asked.with("check", check).send_by_htmx(browser, None, "matches")
}

#[test]
fn the_count_follows_what_is_edited_and_says_who_joins_and_leaves() {
    let pages = Pages::with_people();
    report(&pages.store, &three_users());
    create(&pages.store, "New Yorkers", &in_new_york());
    let developer = pages.signed_in(Role::Developer);
    let page = developer.get(&format!("{SEGMENTS}/new-yorkers")).text;
    let address = format!("{SEGMENTS}/_matches?segment=new-yorkers");
    assert!(page.contains(&format!("hx-post=\"{address}\" hx-trigger=\"load, ")), "{page}");
    let form = FilledForm::of(&page, "segment-form");
    let said = matches(&developer, &form, &address, "").text;
    for words in [">2</span>", "66.7 % of 3.", "u1", "u2"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("Was "), "nothing has changed: {said}");
    assert!(!said.contains("\"load, "), "a count asks for no other: {said}");
    let value = form.fields.iter().find(|(_, value)| value == "New York").unwrap().0.clone();
    let typed = form.with(&value, "Miami");
    let said = matches(&developer, &typed, &address, "").text;
    assert!(said.contains("33.3 % of 3. Was 2: 2 leave, 1 join."), "{said}");
}

#[test]
fn a_user_is_looked_at_condition_by_condition() {
    let pages = Pages::with_people();
    report(&pages.store, &three_users());
    let seats = json!({"attribute": "seats", "operator": "greater", "value": 10});
    create(&pages.store, "Large", &json!({"all": [in_new_york(), seats]}));
    let developer = pages.signed_in(Role::Developer);
    let form = form(&developer, "/large");
    let look = |user: &str| {
        matches(&developer, &form, &format!("{SEGMENTS}/_matches?segment=large"), user).text
    };
    assert!(look("u2").contains("Yes. All 2 conditions hold."));
    assert!(look("u1").contains("No. 1 of 2 conditions hold."));
    let stranger = look("<nobody>");
    assert!(
        stranger.contains("Nobody called &#60;nobody&#62; was seen in Production"),
        "{stranger}"
    );
}

#[test]
fn what_is_not_complete_is_not_counted() {
    let pages = Pages::with_people();
    let developer = pages.signed_in(Role::Developer);
    let new = form(&developer, "/new");
    let address = format!("{SEGMENTS}/_matches");
    assert!(matches(&developer, &new, &address, "").text.contains("Not complete yet."));
    create(&pages.store, "New Yorkers", &in_new_york());
    let form = form(&developer, "/new-yorkers");
    let said = matches(&developer, &form, &address, "").text;
    assert!(said.contains("Nobody is known in Production yet."), "{said}");
    for odd in ["?segment=unknown", "?segment=%00", "?segment="] {
        assert_eq!(
            matches(&developer, &form, &format!("{address}{odd}"), "ab").status,
            200,
            "{odd}"
        );
    }
}

#[test]
fn the_list_says_how_many_users_are_in_each() {
    let pages = Pages::with_people();
    report(&pages.store, &three_users());
    create(&pages.store, "New Yorkers", &in_new_york());
    let page = pages.signed_in(Role::Viewer).get(SEGMENTS).text;
    assert!(page.contains("2 <span class=\"meta\">66.7 %</span>"), "{page}");
    let staging = pages.signed_in(Role::Viewer).get("/p/default/staging/segments").text;
    assert!(staging.contains("0 <span class=\"meta\">0 %</span>"), "{staging}");
}

#[test]
fn the_question_before_saving_says_what_happens_to_known_users() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let everybody = json!({"audience": {"segment": "iphone-users-in-new-york"},
                           "serve": {"values": {"auto_playlist": true}}});
    story.publish(story.save(1, &json!({"keys": ["auto_playlist"], "rows": [everybody]})));
    let users: Vec<_> = (0..4)
        .map(|user| {
            let city = if user < 3 { "New York" } else { "Boston" };
            json!({"id": format!("{user}"), "user_id": format!("u{user}"),
                   "set": {"city": city, "platform": "iPhone"}})
        })
        .collect();
    report(&pages.store, &users);
    let manager = pages.signed_in(Role::ProductManager);
    let form = form(&manager, "/iphone-users-in-new-york");
    let value = form.fields.iter().find(|(_, value)| value == "New York").unwrap().0.clone();
    let asked = form.with(&value, "Boston").send(&manager, None).text;
    for words in [
        "Production: 4 of 4 known users get another value:",
        "in auto_playlist 3 get false instead of true, 1 get true instead of false.",
        "Save for 1 live flag",
    ] {
        assert!(super::browser::unescaped(&asked).contains(words), "{words}: {asked}");
    }
    assert!(!asked.contains("Staging:"));
}
