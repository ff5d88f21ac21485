//! Segments for the tests of their pages.

use flagstaff::{
    operations::{
        Actor, OperationError,
        segments::{self, NewSegment, SegmentEdit},
    },
    store::{Store, projects, segment_revisions, segments as stored, segments::Segment},
};
use serde_json::Value as Json;

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
    serde_json::json!({"all": [{"attribute": "plan", "operator": "is", "value": "pro"}]})
}
