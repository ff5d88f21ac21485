//! Experiences and their versions: create, save, describe, clone. Nothing here changes what is
//! served.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::audit::{self, Change};
use super::contents::{self, Checked};
use super::obstacles::not_free;
use super::rights::{lock_usable_experience, require_for};
use super::{Actor, OperationError, merging, texts};
use crate::domain::experience::Kind;
use crate::domain::key::KeyName;
use crate::domain::reading::{FieldError, Problems};
use crate::domain::role::Right;
use crate::domain::version::Content;
use crate::store::experiences::{self, Experience, ExperienceFields};
use crate::store::versions::{self, NewVersion as StoredVersion, Version};
use crate::store::{Connection, Constraint, StoreError, memberships, projects, version_outcomes};

pub use super::contents::Draft;

/// An experience to be, as it was entered.
#[derive(Debug, Clone, Copy)]
pub struct NewExperience<'a> {
    /// Its project.
    pub project_id: Uuid,
    /// Feature flag or product config.
    pub kind: Kind,
    /// Its name; the slug is made from it.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Words to find it by.
    pub tags: &'a [String],
    /// Whom to ask; none: whoever creates it.
    pub owner_id: Option<Uuid>,
    /// What version 1 says.
    pub draft: Draft<'a>,
    /// What its author says about version 1.
    pub note: &'a str,
}

/// A version to be, as it was entered.
#[derive(Debug, Clone, Copy)]
pub struct NewVersion<'a> {
    /// The number of the newest version that the editor knew.
    pub base_version: i32,
    /// What it says. Where it gives no salt, the newest version's stays.
    pub draft: Draft<'a>,
    /// What its author says about it.
    pub note: &'a str,
}

/// What came of saving.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The newest version now.
    pub version: Version,
    /// Whether it is a new one; a save that changes nothing makes none.
    pub is_new: bool,
}

/// A change of what is not versioned, as it was entered; what is none stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Description<'a> {
    /// Its name; the slug stays.
    pub name: Option<&'a str>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// Words to find it by.
    pub tags: Option<&'a [String]>,
    /// Whom to ask; `Some(None)` for nobody.
    pub owner_id: Option<Option<Uuid>>,
}

/// Creates an experience with its version 1, as a draft everywhere.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field; [`OperationError::Refused`] when a key
/// is held elsewhere, with the holder; those of the right to edit.
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    new: &NewExperience<'_>,
) -> Result<(Experience, Version), OperationError> {
    actor.require(Right::Edit, new.project_id)?;
    let mut problems = Problems::new();
    let name = texts::name("name", new.name, &mut problems);
    let description = texts::description("description", new.description, &mut problems);
    let tags = texts::tags("tags", new.tags, &mut problems);
    let note = texts::description("note", new.note, &mut problems);
    check_owner(conn, new.project_id, new.owner_id, &mut problems)?;
    let word = match new.kind {
        Kind::FeatureFlag => "flag",
        Kind::ProductConfig => "config",
    };
    projects::lock_names(conn, new.project_id)?;
    let slug = texts::free_slug(&name, word, |start| {
        experiences::slugs_starting_with(conn, new.project_id, start)
    })?;
    let checked = all_problems(problems, new.draft.read(&slug), |content| {
        contents::check(conn, new.project_id, new.kind, content, new.draft.base())
    })?;

    let owner_id = new.owner_id.or(actor.person_id());
    let fields = ExperienceFields { name: &name, description: &description, tags: &tags, owner_id };
    let stored = experiences::NewExperience {
        project_id: new.project_id,
        kind: new.kind,
        slug: &slug,
        fields,
    };
    let experience = experiences::create(conn, &stored, actor.author()).map_err(tried_again)?;
    let version = append(conn, actor, experience.id, &checked, &note)?;
    let after = json!({"experience": state(&experience), "version": version.number,
                       "definition": version.content});
    record(conn, actor, "experience.create", None, after, &experience)?;
    let experience = Experience { newest_version: version.number, ..experience };
    Ok((experience, version))
}

/// Saves the next version. Nothing that is served changes.
///
/// # Errors
/// [`OperationError::Conflict`] with both sides, and both put together, when there is a newer
/// version than the editor knew; [`OperationError::Invalid`] with all problems by field; [`OperationError::Refused`] when
/// it is archived or a key is held elsewhere; those of the right to edit.
pub fn save(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
    new: &NewVersion<'_>,
) -> Result<Saved, OperationError> {
    let experience = lock_usable_experience(conn, actor, Right::Edit, experience_id)?;
    let newest = newest(conn, &experience)?;
    let content = new.draft.read(&salt(&newest, &experience))?;
    if newest.number != new.base_version {
        return Err(merging::stale(conn, &experience, &newest, new.base_version, &content)?);
    }
    save_on(conn, actor, &experience, newest, content, new.draft.base(), new.note)
}

/// Saves a content on top of the newest version of an experience whose lock the caller holds.
pub(super) fn save_on(
    conn: &mut Connection,
    actor: &Actor,
    experience: &Experience,
    newest: Version,
    content: Content,
    base: &str,
    note: &str,
) -> Result<Saved, OperationError> {
    let mut problems = Problems::new();
    let note = texts::description("note", note, &mut problems);
    let checked = all_problems(problems, Ok(content), |content| {
        contents::check(conn, experience.project_id, experience.kind, content, base)
    })?;
    if content_of(&newest, experience).is_ok_and(|known| known == checked.content) {
        return Ok(Saved { version: newest, is_new: false });
    }
    let version = append(conn, actor, experience.id, &checked, &note)?;
    let before = json!({"version": newest.number, "definition": newest.content});
    let after = json!({"version": version.number, "definition": version.content, "note": note});
    record(conn, actor, "experience.save", Some(before), after, experience)?;
    Ok(Saved { version, is_new: true })
}

/// Changes the name, the description, the tags or the owner, which no decision depends on.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems by field; [`OperationError::Refused`] when it is
/// archived; those of the right to edit.
pub fn describe(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
    change: &Description<'_>,
) -> Result<Experience, OperationError> {
    let before = lock_usable_experience(conn, actor, Right::Edit, experience_id)?;
    let mut problems = Problems::new();
    let name = change.name.map(|text| texts::name("name", text, &mut problems));
    let description =
        change.description.map(|text| texts::description("description", text, &mut problems));
    let tags = change.tags.map(|tags| texts::tags("tags", tags, &mut problems));
    check_owner(conn, before.project_id, change.owner_id.flatten(), &mut problems)?;
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let fields = ExperienceFields {
        name: name.as_deref().unwrap_or(&before.name),
        description: description.as_deref().unwrap_or(&before.description),
        tags: tags.as_deref().unwrap_or(&before.tags),
        owner_id: change.owner_id.unwrap_or(before.owner_id),
    };
    let same = (fields.name, fields.description, fields.tags, fields.owner_id)
        == (&*before.name, &*before.description, &*before.tags, before.owner_id);
    if same {
        return Ok(before);
    }
    let after = experiences::update(conn, experience_id, &fields)?;
    record(conn, actor, "experience.describe", Some(state(&before)), state(&after), &after)?;
    Ok(after)
}

/// Creates an experience with the rows and variants of another one's newest version, under a name
/// and keys of its own: one key for each of the original's, in their order, or none at all.
///
/// # Errors
/// As of [`create`], with problems of the keys named `keys`.
pub fn clone(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
    name: &str,
    keys: &[KeyName],
) -> Result<(Experience, Version), OperationError> {
    let original =
        experiences::find(conn, experience_id)?.ok_or(OperationError::NotFound("experience"))?;
    require_for(actor, Right::Edit, original.project_id, "experience")?;
    let newest = newest(conn, &original)?;
    let content = content_of(&newest, &original)?;
    // The salt starts as the slug, so that the clone's users are drawn anew.
    let mut content = contents::under_keys(&content, keys)?.to_json();
    if let Some(content) = content.as_object_mut() {
        content.remove("salt");
    }
    let new = NewExperience {
        project_id: original.project_id,
        kind: original.kind,
        name,
        description: &original.description,
        tags: &original.tags,
        owner_id: None,
        draft: Draft::Definition(&content),
        note: &format!("Cloned from “{}”, version {}.", original.name, newest.number),
    };
    create(conn, actor, &new)
}

/// The newest version of an experience.
pub(super) fn newest(
    conn: &mut Connection,
    experience: &Experience,
) -> Result<Version, OperationError> {
    versions::newest(conn, experience.id)?.ok_or(OperationError::NotFound("version"))
}

/// The content of a stored version.
pub(super) fn content_of(
    version: &Version,
    experience: &Experience,
) -> Result<Content, StoreError> {
    Content::from_json(&version.content, &experience.slug).map_err(|_| {
        StoreError::Corrupt(format!("version {} of {}", version.number, experience.slug))
    })
}

fn salt(newest: &Version, experience: &Experience) -> String {
    let salt = newest.content.get("salt").and_then(Json::as_str);
    salt.unwrap_or(&experience.slug).to_owned()
}

/// Puts the problems of fields and of the content together, so that they are shown at once.
fn all_problems(
    mut problems: Problems,
    content: Result<Content, OperationError>,
    check: impl FnOnce(Content) -> Result<Checked, OperationError>,
) -> Result<Checked, OperationError> {
    match content.and_then(check) {
        Err(OperationError::Invalid(more)) => {
            problems.extend(more);
            Err(OperationError::Invalid(problems))
        }
        Ok(_) if !problems.is_empty() => Err(OperationError::Invalid(problems)),
        other => other,
    }
}

fn check_owner(
    conn: &mut Connection,
    project_id: Uuid,
    owner_id: Option<Uuid>,
    problems: &mut Problems,
) -> Result<(), StoreError> {
    let Some(owner_id) = owner_id else { return Ok(()) };
    if memberships::role(conn, owner_id, project_id)?.is_none() {
        problems.push(FieldError::new("owner_id", "Choose a member of this project."));
    }
    Ok(())
}

/// Somebody took the slug at the same moment: the transaction runs again and takes the next one.
fn tried_again(error: StoreError) -> StoreError {
    match error {
        StoreError::Refused(Constraint::ExperiencesSlugUnique) => {
            StoreError::Contended("the slug was taken at the same moment".to_owned())
        }
        other => other,
    }
}

fn append(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
    checked: &Checked,
    note: &str,
) -> Result<Version, OperationError> {
    let content = checked.content.to_json();
    let new = StoredVersion { content: &content, note, rows: &checked.rows, named: &checked.named };
    let version = versions::append(conn, experience_id, &new, actor.author()).map_err(not_free)?;
    version_outcomes::add(conn, version.id, &checked.facts())?;
    Ok(version)
}

pub(super) fn record(
    conn: &mut Connection,
    actor: &Actor,
    action: &str,
    before: Option<Json>,
    after: Json,
    experience: &Experience,
) -> Result<(), OperationError> {
    let change = Change {
        project_id: Some(experience.project_id),
        action,
        object_kind: "experience",
        object_id: experience.id,
        object_name: &experience.name,
        before,
        after: Some(after),
        ..Change::default()
    };
    Ok(audit::record(conn, actor, &change)?)
}

/// An experience as the audit log shows it.
fn state(experience: &Experience) -> Json {
    json!({
        "kind": experience.kind.as_str(),
        "slug": experience.slug,
        "name": experience.name,
        "description": experience.description,
        "tags": experience.tags,
        "owner_id": experience.owner_id,
    })
}
