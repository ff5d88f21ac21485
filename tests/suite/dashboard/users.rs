//! The pages of users of apps.

use flagstaff::{
    domain::role::Role,
    store::{profiles::Reporter, user_records},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

use super::browser::{Pages, unescaped};
use crate::support::story::Story;

const USERS: &str = "/p/default/production/users";

/// Ids that an address has to carry unharmed.
fn strange_ids() -> Vec<String> {
    let mut ids = Vec::from(
        [
            "a/b",
            "a?b=c#d",
            "100%",
            "%2F",
            "%00",
            "a+b c",
            " ",
            "Zoë 🙂",
            "..ann",
            "a\\b",
            "a&b",
            "\"><script>alert(1)</script>",
            "learning",
            "new",
            "line\nbreak\ttab",
            "a;b:c@d",
        ]
        .map(str::to_owned),
    );
    ids.push("x".repeat(1_024));
    ids.push("🙂".repeat(256));
    ids
}

fn address(user_id: &str) -> String {
    format!("{USERS}/{}", utf8_percent_encode(user_id, NON_ALPHANUMERIC))
}

fn seen(user_id: &str) -> Json {
    json!({"id": user_id.chars().take(200).collect::<String>(), "user_id": user_id,
           "event": "Seen"})
}

fn world() -> (Pages, Story) {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    (pages, story)
}

/// The text of a page, without its tags.
fn text(page: &str) -> String {
    let tags = regex::Regex::new("<[^>]*>").unwrap();
    unescaped(&tags.replace_all(page, " ")).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn users_of_any_id_are_listed_opened_and_deleted() {
    let (pages, story) = world();
    let ids = strange_ids();
    story.hears(Reporter::Server, &ids.iter().map(|id| seen(id)).collect::<Vec<_>>());
    let manager = pages.signed_in(Role::ProductManager);
    let listed = unescaped(&manager.get(USERS).text);
    for id in &ids {
        let page = manager.get(&address(id));
        assert_eq!(page.status, 200, "{id:?}");
        let heading = format!("<h1 class=\"wrap\">{id}</h1>");
        assert!(unescaped(&page.text).contains(&heading), "{id:?}");
        assert!(!page.text.contains("<script>alert"), "{id:?}");
        assert_eq!(manager.get(&format!("{}/delete", address(id))).status, 200, "{id:?}");
        let found = utf8_percent_encode(id, NON_ALPHANUMERIC);
        let found = manager.get(&format!("{USERS}?q={found}")).text;
        assert!(found.contains("row-link"), "{id:?}");
    }
    let links = regex::Regex::new("row-link\" href=\"([^\"]+)\"").unwrap();
    let links: Vec<&str> =
        links.captures_iter(&listed).map(|found| found.get(1).unwrap().as_str()).collect();
    assert_eq!(links.len(), ids.len());
    for link in links {
        assert_eq!(manager.get(link).status, 200, "{link}");
    }
    for id in &ids {
        let deleted = manager.post(&format!("{}/delete", address(id)), &[]);
        assert_eq!((deleted.status, deleted.header("location")), (303, Some(USERS)), "{id:?}");
        assert_eq!(manager.get(&address(id)).status, 404, "{id:?}");
    }
    assert!(manager.get(USERS).text.contains("No users yet"));
}

#[test]
fn what_is_known_stands_beside_what_comes_of_it() {
    let (pages, story) = world();
    let charge = json!({"id": "1", "user_id": "ada", "event": "Charged",
                        "set": {"platform": "iPhone", "seats": 17}});
    story.hears(Reporter::Server, &[charge]);
    let seen = json!({"id": "1", "user_id": "ada", "event": "Seen",
                      "set": {"city": "New York", "seats": 3}});
    story.hears(Reporter::Client, &[seen]);
    let page = text(&pages.signed_in(Role::Viewer).get(&address("ada")).text);
    for shown in [
        "platform iPhone decides",
        "seats 17 decides",
        "seats 3 only reported",
        "city New York only reported",
        "In these segments now iPhone users in New York",
        "auto_playlist",
        "Charged Seen only reported",
        "The last 30 days",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("Delete data"), "a viewer is offered it: {page}");
    let nobody = pages.signed_in(Role::Viewer).get(&address("eve"));
    assert_eq!(nobody.status, 404);
    assert!(text(&nobody.text).contains("Nobody called “eve” was seen in Production"));
    let elsewhere = pages.signed_in(Role::Viewer).get("/p/default/staging/users/ada");
    assert_eq!(elsewhere.status, 404);
}

#[test]
fn older_days_are_pages_away() {
    let (pages, story) = world();
    story.hears(Reporter::Server, &[seen("ada")]);
    let old = "insert into event_days (environment_id, user_id, decides, event, day, times) \
               select environment_id, user_id, true, 'Old', current_date - 45, 7 from event_days";
    diesel::RunQueryDsl::execute(diesel::sql_query(old), &mut pages.database.connection()).unwrap();
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get(&address("ada")).text;
    assert!(text(&page).contains("Seen") && !text(&page).contains("Old 7"));
    let (_, older) = page.split_once(&format!("href=\"{USERS}/ada?until=")).unwrap();
    let older = format!("{USERS}/ada?until={}", older.split('"').next().unwrap());
    let page = viewer.get(&older).text;
    assert!(text(&page).contains("Day Old") && text(&page).contains("Newer"), "{}", text(&page));
    assert!(!text(&page).contains("Older"));
    for nonsense in ["x", "9999-99-99", "-262143-01-01", "262142-12-31", "1969-12-31", "0001-01-01"]
    {
        let page = viewer.get(&format!("{}?until={nonsense}", address("ada")));
        assert!(text(&page.text).contains("The last 30 days"), "{nonsense}");
    }
}

#[test]
fn deleting_takes_the_right_to_publish_there() {
    let (pages, story) = world();
    story.hears(Reporter::Server, &[seen("ada")]);
    let delete = format!("{}/delete", address("ada"));
    for role in [Role::Viewer, Role::Developer] {
        let member = pages.signed_in(role);
        assert_eq!(member.get(&delete).status, 403);
        assert_eq!(member.post(&delete, &[]).status, 403);
        assert!(!member.get(&address("ada")).text.contains("Delete data"));
    }
    let known = pages.store.read(|conn| user_records::find(conn, story.production.id, "ada"));
    assert!(known.unwrap().is_some());
    assert_eq!(pages.signed_in(Role::Admin).post(&delete, &[]).status, 303);
}

#[test]
fn only_an_admin_changes_what_is_learned() {
    let (pages, _story) = world();
    let learning = "/p/default/production/learning";
    let everything = [("teaches", "everything"), ("clients_decide", "1")];
    for role in [Role::Viewer, Role::Developer, Role::ProductManager] {
        let member = pages.signed_in(role);
        assert!(!member.get(USERS).text.contains("Who is learned about"));
        assert_eq!(member.post(learning, &everything).status, 403);
    }
    let admin = pages.signed_in(Role::Admin);
    assert_eq!(admin.post(learning, &everything).status, 303);
    let page = admin.get(USERS).text;
    assert!(page.contains("value=\"everything\" checked"), "{page}");
    assert!(text(&page).contains("with all that it says"));
    assert_eq!(admin.post(learning, &[("teaches", "nonsense")]).status, 303);
    let page = admin.get(USERS).text;
    assert!(page.contains("value=\"everything\" checked"));
    assert!(!page.contains("clients-hint\" checked"));
}
