//! Segments for the tests of their pages.

use chrono::Utc;
use flagstaff::{
    domain::event::Event,
    operations::{
        Actor, OperationError,
        segments::{self, NewSegment, SegmentEdit},
    },
    store::{
        Connection, Store, environments, profiles, profiles::Reporter, projects, segment_revisions,
        segments as stored, segments::Segment,
    },
};
use serde_json::{Value as Json, json};

use super::{browser::Pages, filled_form::FilledForm};

pub const SEGMENTS: &str = "/p/default/production/segments";

/// Creates a segment of the first project.
pub fn create(store: &Store, name: &str, conditions: &Json) -> Segment {
    let made = store.write(|conn| {
        let project_id = projects::find_by_key(conn, "default")?.unwrap().id;
        let new = NewSegment { project_id, name, description: "", conditions };
        segments::create(conn, &Actor::command_line(), &new)
    });
    made.unwrap()
}

/// Saves other conditions, as somebody else.
pub fn change(store: &Store, slug: &str, edit: &SegmentEdit<'_>) {
    let id = find(store, slug).id;
    let changed = store.write(|conn| segments::edit(conn, &Actor::command_line(), id, edit));
    changed.unwrap();
}

pub fn find(store: &Store, slug: &str) -> Segment {
    let found = store.read(|conn| {
        let project_id = projects::find_by_key(conn, "default")?.unwrap().id;
        Ok::<_, OperationError>(stored::find_by_slug(conn, project_id, slug)?.unwrap())
    });
    found.unwrap()
}

/// The newest conditions of a segment.
pub fn conditions(store: &Store, slug: &str) -> Json {
    let segment = find(store, slug);
    let newest = store.read(|conn| segment_revisions::find(conn, segment.id, segment.revision));
    newest.unwrap().unwrap().conditions
}

/// Makes users known in production: what an app reports of them.
pub fn report(store: &Store, reports: &[Json]) {
    let now = Utc::now();
    let read = |report| Event::read(report, now).unwrap();
    let reports: Vec<Event> = reports.iter().map(read).collect();
    let taken = store.write(|conn: &mut Connection| {
        let project_id = projects::find_by_key(conn, "default")?.unwrap().id;
        let production = environments::find_by_key(conn, project_id, "production")?.unwrap();
        profiles::take(conn, production.id, Reporter::Server, &reports, now)
    });
    taken.unwrap();
}

/// Three users: two in New York, one in Miami who did something.
pub fn three_users() -> [Json; 3] {
    let user = |id: &str, city: &str, seats: u32| {
        json!({"id": id, "user_id": id, "event": format!("Opened by {id}"),
               "set": {"city": city, "seats": seats, "born": "2001-02-03"}})
    };
    [user("u1", "New York", 1), user("u2", "New York", 20), user("u3", "Miami", 3)]
}

/// The form on the page of a segment.
pub fn form(browser: &super::browser::Browser, rest: &str) -> FilledForm {
    let page = browser.get(&format!("{SEGMENTS}{rest}"));
    assert_eq!(page.status, 200, "{rest}: {}", page.text);
    FilledForm::of(&page.text, "segment-form")
}

/// A server with people and one segment, *Pro*: `plan` is `pro`.
pub fn with_pro() -> Pages {
    let pages = Pages::with_people();
    create(&pages.store, "Pro", &pro());
    pages
}

pub fn pro() -> Json {
    json!({"all": [{"attribute": "plan", "operator": "is", "value": "pro"}]})
}
