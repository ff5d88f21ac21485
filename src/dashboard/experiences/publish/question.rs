//! What a person is shown before something is published: what changes against what is live.

use chrono::{DateTime, Utc};

use super::{
    super::{
        super::{FieldErrors, ProjectMember},
        changes::{self, ChangeRow},
        kind_pages::KindPages,
        publishers,
        segment_names::SegmentNames,
    },
    order::{Done, Order, Target},
};
use crate::{
    domain::version::Content,
    operations::OperationError,
    store::{Connection, StoreError, experiences::Experience, keys, segments, versions::Version},
};

/// A question before something is published.
#[derive(Debug, Clone)]
pub struct Question {
    /// Of which kind.
    pub pages: KindPages,
    /// Where it is answered.
    pub address: String,
    /// Where one goes who gives it up.
    pub back: String,
    /// What it carries.
    pub carried: Vec<(String, String)>,
    /// Whether it carries an editor.
    pub has_editor: bool,
    /// The publication that was seen live.
    pub replaces: String,
    /// What it asks.
    pub title: String,
    /// The flag, and what happens to what is live.
    pub sub: String,
    /// What changes.
    pub changes: Vec<ChangeRow>,
    /// What else one has to know.
    pub notes: Vec<String>,
    /// Why it can't be published.
    pub obstacle: Option<String>,
    /// What was done meanwhile.
    pub news: Option<String>,
    /// What is said of the protection of the environment.
    pub protection: Option<String>,
    /// Why it is published, as typed.
    pub note: String,
    /// What is wrong with that.
    pub errors: FieldErrors,
}

impl Question {
    /// Of an order that was rehearsed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(
        conn: &mut Connection,
        member: &ProjectMember,
        order: &Order,
        done: &Done,
    ) -> Result<Question, OperationError> {
        let (experience, version) = (&done.experience, &done.version);
        let after = content(experience, version)?;
        let mut contents = vec![after.clone()];
        let before = match &done.before {
            None => None,
            Some((_, live)) => Some(content(experience, live)?),
        };
        contents.extend(before.clone());
        let names = SegmentNames::load(conn, member.project.id, &contents)?;
        let (place, name) = (&member.environment.name, &experience.name);
        let mut notes = Vec::new();
        if done.published.as_ref().is_some_and(|published| !published.is_on) {
            notes.push(format!(
                "{name} is off in {place} and stays off. Turn it on when it shall be served."
            ));
        }
        if let Target::Version(_) = order.target {
            notes.extend(changed_since(conn, member, version, &after)?);
        }
        let live = done.before.as_ref().map(|(live, _)| live);
        Ok(Question {
            replaces: live.map(|live| live.id.to_string()).unwrap_or_default(),
            title: format!("Publish version {} to {place}", version.number),
            sub: match live.map(|live| live.version) {
                None => format!("{name} · the first version there"),
                Some(live) if version.number < live => format!(
                    "{name} · Replaces version {live}. Version {} becomes active, version {live} \
                     inactive.",
                    version.number
                ),
                Some(live) => format!("{name} · replaces version {live}"),
            },
            changes: match &before {
                None => changes::from_nothing(&after, &names),
                Some(before) => changes::between(before, &after, &names),
            },
            notes,
            ..Question::plain(member, order)
        })
    }

    /// Of an order that can't be followed.
    pub fn refused(member: &ProjectMember, order: &Order, reason: String) -> Question {
        Question { obstacle: Some(reason), ..Question::plain(member, order) }
    }

    fn plain(member: &ProjectMember, order: &Order) -> Question {
        let place = &member.environment.name;
        let slug = order.slug.as_deref().unwrap_or("new");
        let back = order.pages.address(member, slug);
        Question {
            pages: order.pages,
            address: format!("{back}/publish"),
            back,
            carried: order.pairs(),
            has_editor: matches!(order.target, Target::Editor(_)),
            replaces: String::new(),
            title: match order.target {
                Target::Version(number) => format!("Publish version {number} to {place}"),
                Target::Editor(_) => format!("Publish to {place}"),
            },
            sub: String::new(),
            changes: Vec::new(),
            notes: Vec::new(),
            obstacle: None,
            news: None,
            protection: publishers::protection_in_words(member),
            note: order.note.clone(),
            errors: FieldErrors::default(),
        }
    }
}

/// What a version names and somebody changed after it was saved: it runs with what is there today.
fn changed_since(
    conn: &mut Connection,
    member: &ProjectMember,
    version: &Version,
    content: &Content,
) -> Result<Option<String>, OperationError> {
    let project_id = member.project.id;
    let later = |changed: DateTime<Utc>| changed > version.created_at;
    let slugs: Vec<&str> = content.segments().into_iter().map(|slug| slug.as_str()).collect();
    let segments = segments::find_by_slugs(conn, project_id, &slugs)?.into_iter();
    let names: Vec<&str> = content.keys.iter().map(|key| key.as_str()).collect();
    let keys = keys::find_by_names(conn, project_id, &names)?.into_iter();
    let segments = segments.filter(|it| later(it.updated_at)).map(|it| it.name);
    let changed: Vec<String> =
        segments.chain(keys.filter(|it| later(it.updated_at)).map(|it| it.name)).collect();
    Ok((!changed.is_empty()).then(|| {
        format!(
            "Changed since version {} was saved: {}. It runs with what is there today.",
            version.number,
            changed.join(", ")
        )
    }))
}

fn content(experience: &Experience, version: &Version) -> Result<Content, OperationError> {
    let content = Content::from_json(&version.content, &experience.slug);
    let what = || format!("version {} of {}", version.number, experience.slug);
    Ok(content.map_err(|_| StoreError::Corrupt(what()))?)
}
