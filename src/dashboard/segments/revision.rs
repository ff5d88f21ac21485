//! One revision of a segment: what it was, how it differs from the newest, and the way back to it.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use askama::Template;
use chrono::Utc;

use super::{
    super::{
        Answer, Form, Layout, Moved, Page, PageError, ProjectMember, Section, Site, Toast,
        effect_words, time_words, work,
    },
    find, save, used_in,
    user_list::users,
};
use crate::{
    domain::{condition::Condition, role::Right, ruleset::source::SegmentRule},
    operations::{
        OperationError,
        blast_radius::{self, Change},
        segment_revisions::{self, RevisionView},
        segments,
    },
    population::Population,
    store::{Connection, Store, segments::Segment},
};

/// What an address names: project, environment, segment, revision.
type Address = Path<(String, String, String, String)>;

#[derive(Template)]
#[template(path = "segments/revision.html")]
struct RevisionPage {
    layout: Layout,
    list: String,
    segment_address: String,
    revisions_address: String,
    name: String,
    number: i32,
    newest: i32,
    author: String,
    when: String,
    /// Who is in it, in words.
    words: String,
    changes: Vec<String>,
    /// What restoring it would change.
    to_newest: Vec<String>,
    /// Where that would act at once.
    effects: String,
    /// What it would do to known users there, in sentences.
    people: Vec<String>,
    may_restore: bool,
}

fn numbered(text: &str) -> Result<i32, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// A revision, compared with the newest.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn revision(
    member: ProjectMember,
    address: Address,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let (_, _, slug, number) = address.into_inner();
    let (who, number) = (member.clone(), numbered(&number)?);
    let page = work::read(&store, move |conn| {
        let segment = find(conn, who.project.id, &slug)?;
        load(conn, &population, &who, segment, number)
    });
    Page::show(&page.await?)
}

/// What restoring that revision would do to known users.
fn people(
    conn: &mut Connection,
    population: &Population,
    segment: &Segment,
    view: &RevisionView,
) -> Result<Vec<String>, OperationError> {
    let rule = match &view.conditions {
        Some(conditions) => SegmentRule::Conditions(conditions.clone()),
        None => SegmentRule::List { revision: view.number },
    };
    let change = Change::Segment { slug: &segment.slug, rule };
    let radii = blast_radius::of(conn, population, segment.project_id, &change, Utc::now())?;
    Ok(effect_words::sentences(&radii))
}

fn load(
    conn: &mut Connection,
    population: &Population,
    member: &ProjectMember,
    segment: Segment,
    number: i32,
) -> Result<RevisionPage, OperationError> {
    let view = segment_revisions::find(conn, &segment, number)?;
    let newest = segment.revision;
    let words = match (&view.list, &view.conditions) {
        (Some(list), _) => format!("A list of {}.", users(list.members)),
        (None, Some(conditions)) => match Condition::from_json(conditions) {
            Ok(condition) => format!("{}.", condition.in_words()),
            // Kept by an older version that knew more; nothing here may hide that.
            Err(_) => conditions.to_string(),
        },
        (None, None) => String::new(),
    };
    let effects = save::effects(conn, member, segment.id)?;
    let effects: Vec<String> = effects.iter().map(save::Effect::words).collect();
    let list = member.path("/segments");
    let segment_address = format!("{list}/{}", segment.slug);
    let is_usable = segment.archived_at.is_none();
    let may_restore = member.may(Right::Edit) && is_usable && number != newest;
    let people = match may_restore {
        true => people(conn, population, &segment, &view)?,
        false => Vec::new(),
    };
    Ok(RevisionPage {
        layout: member.layout(&format!("Revision {number} · {}", segment.name), Section::Segments),
        revisions_address: format!("{segment_address}/revisions"),
        segment_address,
        list,
        number,
        newest,
        author: view.author,
        when: time_words::at(view.created_at),
        words,
        changes: view.changes,
        to_newest: segment_revisions::difference(conn, &segment, newest, number)?,
        effects: used_in::listed(&effects),
        people,
        may_restore,
        name: segment.name,
    })
}

/// Makes what a revision was the newest one.
///
/// # Errors
/// [`PageError::NotFound`]; [`PageError::Refused`] when somebody was faster.
pub async fn restore(
    member: ProjectMember,
    address: Address,
    form: Form,
    site: Site,
    store: Data<Store>,
) -> Result<HttpResponse, PageError> {
    let (_, _, slug, number) = address.into_inner();
    let (actor, project_id, number) = (member.actor.clone(), member.project.id, numbered(&number)?);
    let base: Option<i32> = form.get("base_revision").parse().ok();
    let restored = work::write_at_length(&store, move |conn| {
        let found = find(conn, project_id, &slug)?;
        let restored = segments::restore(conn, &actor, found.id, number, base)?;
        Ok((found.revision, restored))
    });
    let (before, segment) = restored.await?;
    let text = match segment.revision == before {
        true => format!("{} is as it was in revision {number} already.", segment.name),
        false => format!("{} is as it was in revision {number} again.", segment.name),
    };
    let moved = Moved::to(member.path(&format!("/segments/{}", segment.slug)));
    Ok(moved.with_toast(Toast::saying(text)).answer(&member.ask, &site))
}
