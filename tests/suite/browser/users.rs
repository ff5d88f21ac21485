//! Users of apps, looked up and deleted through their pages.

use flagstaff::{domain::role::Role, store::profiles::Reporter};
use serde_json::json;

use super::{House, accessibility::faults};
use crate::support::story::Story;

const USERS: &str = "/p/default/production/users";

/// Ada is known, by a server and by a client key.
pub fn know_ada(story: &Story) {
    story.hears(
        Reporter::Server,
        &[
            json!({"id": "1", "user_id": "ada/1", "event": "Charged",
                   "set": {"city": "New York", "platform": "iPhone", "lists": ["a", "b"]}}),
            json!({"id": "2", "user_id": "ada/2", "event": "Charged"}),
        ],
    );
    let seen = json!({"id": "1", "user_id": "ada/1", "event": "Seen", "set": {"plan": "pro"}});
    story.hears(Reporter::Client, &[seen]);
}

#[test]
fn a_user_is_searched_opened_and_deleted() {
    let house = House::with_people();
    know_ada(&Story::begin_on(&house.pages.database.url()));
    let maya = house.signed_in(Role::ProductManager);
    maya.open(USERS);
    maya.clicks("Users");
    maya.sees("2 known users of your app in Production.");
    maya.types("Search users", "ada/1");
    maya.sees_no("ada/2");
    assert!(maya.address().contains("q=ada%2F1"), "{}", maya.address());
    maya.clicks("ada/1");
    for shown in ["iPhone users in New York", "New York", "auto_playlist", "Charged", "decides"] {
        maya.sees(shown);
    }
    maya.sees("Seen only reported");
    maya.clicks("Delete data…");
    maya.sees("Delete the data of ada/1?");
    assert_eq!(faults(&maya), Vec::<String>::new());
    maya.clicks("Cancel");
    maya.clicks("Delete data…");
    maya.part("dialog", "Delete the data of").clicks("Delete data");
    maya.is_at(USERS);
    maya.sees("What was stored about ada/1 in Production is deleted.");
    maya.sees("1 known user of your app in Production.");
}

#[test]
fn a_user_is_searched_opened_and_deleted_without_scripts() {
    let house = House::with_people();
    know_ada(&Story::begin_on(&house.pages.database.url()));
    let maya = house.without_scripts(Role::ProductManager);
    maya.open(USERS);
    maya.types("Search users", "ada/2");
    maya.presses("Enter");
    maya.sees_no("ada/1");
    maya.clicks("ada/2");
    maya.clicks("Delete data…");
    maya.sees("Delete the data of ada/2?");
    maya.clicks("Delete data");
    maya.sees("What was stored about ada/2 in Production is deleted.");
}

#[test]
fn an_admin_says_who_is_learned_about() {
    let house = House::with_people();
    Story::begin_on(&house.pages.database.url());
    let ana = house.signed_in(Role::Admin);
    ana.open(USERS);
    ana.clicks("Nothing");
    ana.clicks("Events from client keys decide values");
    ana.clicks("Save");
    ana.sees("What is learned about users in Production is saved.");
    ana.sees("Users are known once an event tells of them.");
    assert!(ana.is_ticked("Events from client keys decide values"));
}
