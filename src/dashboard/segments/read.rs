//! A segment in words: for those who may not change it, and for archived ones.

use askama::Template;

use super::{
    super::{Answer, Layout, Page, ProjectMember, Section},
    edit::Found,
    revisions::Revisions,
    used_in::User,
};
use crate::domain::{condition::Condition, role::Right};

#[derive(Template)]
#[template(path = "segments/read.html")]
struct ReadPage {
    layout: Layout,
    list: String,
    address: String,
    name: String,
    description: String,
    words: String,
    /// Since which day it is archived.
    archived: Option<String>,
    may_edit: bool,
    users: Vec<User>,
    revisions: Revisions,
}

/// The page.
pub fn page(member: &ProjectMember, found: Found) -> Answer {
    let segment = found.segment;
    let list = member.path("/segments");
    let condition = Condition::from_json(&found.newest.conditions);
    let words = match condition {
        Ok(condition) => format!("{}.", condition.in_words()),
        // Kept by an older version that knew more; nothing here may hide that.
        Err(_) => found.newest.conditions.to_string(),
    };
    Page::show(&ReadPage {
        layout: member.layout(&segment.name, Section::Segments),
        address: format!("{list}/{}", segment.slug),
        list,
        words,
        archived: segment.archived_at.map(|moment| moment.format("%-d %b %Y").to_string()),
        may_edit: member.may(Right::Edit),
        users: found.users,
        revisions: found.revisions,
        name: segment.name,
        description: segment.description,
    })
}
