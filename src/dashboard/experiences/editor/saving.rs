//! Keeping what an editor says. Whoever posts an editor (its own page, the dialog that publishes)
//! reads it with [`Entered::of_form`], and calls one of these in a transaction of theirs.

use uuid::Uuid;

use super::{
    super::kind_pages::KindPages,
    around::Around,
    entered::{About, Entered, EnteredKey},
};
use crate::{
    domain::{
        experience::Kind,
        reading::{FieldError, Problems},
        version::Content,
    },
    operations::{
        Actor, OperationError,
        editing::{self, Description, Draft, NewExperience, NewVersion},
        keys::{self, KeyLimit, NewKey},
    },
    store::{
        Connection, StoreError,
        experiences::{self, Experience},
        keys as stored_keys,
        versions::{self, Version},
    },
};

/// What came of saving an editor.
#[derive(Debug)]
pub enum Saving {
    /// It is kept.
    Saved(Box<Kept>),
    /// There is a newer version than the editor knew; nothing was kept.
    Stale(Box<Conflict>),
}

/// What is there after saving.
#[derive(Debug)]
pub struct Kept {
    /// The experience.
    pub experience: Experience,
    /// Its newest version.
    pub version: Version,
    /// Whether that is a new one; a save that changes nothing makes none.
    pub is_new: bool,
    /// Whether name, description or tags changed.
    pub is_described_anew: bool,
}

/// Two versions on top of one.
#[derive(Debug)]
pub struct Conflict {
    /// Of which kind it is.
    pub pages: KindPages,
    /// The name of the experience in addresses.
    pub slug: String,
    /// What stands around them, for names.
    pub around: Around,
    /// The version that the editor started from, and what it says.
    pub base: (Version, Content),
    /// The newest version, and what it says.
    pub newest: (Version, Content),
    /// What the editor says.
    pub yours: Content,
    /// What is not versioned, as it is by now.
    pub about: About,
}

/// Creates an experience as a draft from an editor without a version, with its key where there is
/// none.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems at the fields of the editor; those of
/// [`editing::create`].
pub fn create(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    kind: Kind,
    entered: &Entered,
    limit: KeyLimit,
) -> Result<Kept, OperationError> {
    let (around, entered) = Around::fitting(conn, project_id, None, None, entered.clone())?;
    let (definition, problems) = entered.read(&around);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    make_keys(conn, actor, project_id, &entered, &around, limit)?;
    let new = NewExperience {
        project_id,
        kind,
        name: &entered.about.name,
        description: &entered.about.description,
        tags: &entered.about.tag_list(),
        owner_id: entered.about.owner.as_ref().and_then(|id| id.parse().ok()),
        draft: Draft::Definition(&definition),
        note: "",
    };
    let (experience, version) =
        editing::create(conn, actor, &new).map_err(|error| placed(error, &entered, &around))?;
    Ok(Kept { experience, version, is_new: true, is_described_anew: false })
}

/// Saves an editor as the next version, and what is not versioned, where either changed.
///
/// # Errors
/// [`OperationError::Invalid`] with all problems at the fields of the editor; those of
/// [`editing::save`], but for a stale base.
pub fn save(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
    entered: &Entered,
    limit: KeyLimit,
) -> Result<Saving, OperationError> {
    let experience = experiences::lock(conn, experience_id)?;
    let base = base_version(conn, &experience, entered)?;
    let (base, before) = (base.0, base.1);
    let project_id = experience.project_id;
    let (around, entered) =
        Around::fitting(conn, project_id, Some(experience_id), Some(&before), entered.clone())?;
    let (definition, problems) = entered.read(&around);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let newest = newest_version(conn, &experience)?;
    if newest.0.number != base.number {
        let yours = Content::from_json(&definition, &before.salt);
        let yours = yours.map_err(|found| invalid(found, &entered, &around))?;
        let slug = experience.slug.clone();
        let pages = KindPages::from(experience.kind);
        let conflict = Conflict {
            about: About::of(&experience),
            pages,
            slug,
            around,
            base: (base, before),
            newest,
            yours,
        };
        return Ok(Saving::Stale(Box::new(conflict)));
    }
    let described = describe(conn, actor, &experience, &entered)?;
    let is_described_anew = About::of(&described) != About::of(&experience);
    make_keys(conn, actor, project_id, &entered, &around, limit)?;
    let new =
        NewVersion { base_version: base.number, draft: Draft::Definition(&definition), note: "" };
    let saved = editing::save(conn, actor, experience_id, &new)
        .map_err(|error| placed(error, &entered, &around))?;
    Ok(Saving::Saved(Box::new(Kept {
        experience: described,
        version: saved.version,
        is_new: saved.is_new,
        is_described_anew,
    })))
}

/// An experience as an editor shows it that starts from that content on top of a version; `new` are
/// keys of it that are to be created.
///
/// # Errors
/// Those of the database.
pub fn as_typed(
    conn: &mut Connection,
    experience: &Experience,
    content: &Content,
    version: i32,
    new: &[EnteredKey],
) -> Result<Entered, OperationError> {
    let names: Vec<&str> = content.keys.iter().map(|key| key.as_str()).collect();
    let keys = stored_keys::find_by_names(conn, experience.project_id, &names)?;
    Ok(Entered::of_content(experience, content, version, &keys, new))
}

/// The version that an editor started from, and what it says.
///
/// # Errors
/// [`OperationError::Refused`] when the editor does not say.
pub fn base_version(
    conn: &mut Connection,
    experience: &Experience,
    entered: &Entered,
) -> Result<(Version, Content), OperationError> {
    let number = entered.base.unwrap_or_default();
    let found = versions::find_by_number(conn, experience.id, number)?;
    let version = found.ok_or_else(|| OperationError::Refused {
        message: "This page does not say which version it started from. Load it anew.".to_owned(),
        links: Vec::new(),
    })?;
    with_content(version, experience)
}

/// The newest version, and what it says.
///
/// # Errors
/// [`OperationError::Internal`] for a version that this build can't read.
pub fn newest_version(
    conn: &mut Connection,
    experience: &Experience,
) -> Result<(Version, Content), OperationError> {
    let newest = versions::newest(conn, experience.id)?;
    with_content(newest.ok_or(OperationError::NotFound("version"))?, experience)
}

/// A version of an experience, and what it says.
///
/// # Errors
/// [`OperationError::Internal`] for a version that this build can't read.
pub fn with_content(
    version: Version,
    experience: &Experience,
) -> Result<(Version, Content), OperationError> {
    let content = Content::from_json(&version.content, &experience.slug).map_err(|_| {
        StoreError::Corrupt(format!("version {} of {}", version.number, experience.slug))
    })?;
    Ok((version, content))
}

/// Changes of what is not versioned only what was changed on the page, and nothing that somebody
/// else changed meanwhile.
fn describe(
    conn: &mut Connection,
    actor: &Actor,
    experience: &Experience,
    entered: &Entered,
) -> Result<Experience, OperationError> {
    let now = About::of(experience);
    let known = entered.known.as_ref().unwrap_or(&now);
    let mut problems = Problems::new();
    let mut changed = |field: &str, typed: &str, known: &str, now: &str| {
        let changed = typed != known;
        if changed && known != now && typed != now {
            let message = format!(
                "Somebody changed this to “{now}” meanwhile. Save again to put yours in its place."
            );
            problems.push(FieldError::new(field, message));
        }
        changed
    };
    let about = &entered.about;
    let name = changed("name", about.name.trim(), &known.name, &now.name);
    let description =
        changed("description", &about.description, &known.description, &now.description);
    let tags = changed("tags", &about.tags, &known.tags, &now.tags);
    let owner = about.owner.clone().filter(|_| about.owner != known.owner);
    if !problems.is_empty() {
        return Err(OperationError::Invalid(problems));
    }
    let tag_list = about.tag_list();
    let change = Description {
        name: name.then_some(about.name.as_str()),
        description: description.then_some(about.description.as_str()),
        tags: tags.then_some(tag_list.as_slice()),
        owner_id: owner.map(|id| id.parse().ok()),
    };
    editing::describe(conn, actor, experience.id, &change)
}

/// Creates the keys that an editor names and that are not there yet.
fn make_keys(
    conn: &mut Connection,
    actor: &Actor,
    project_id: Uuid,
    entered: &Entered,
    around: &Around,
    limit: KeyLimit,
) -> Result<(), OperationError> {
    for column in around.served.named().filter(|column| column.is_new) {
        let key = NewKey {
            project_id,
            name: &column.name,
            value_type: column.value_type,
            default_value: &column.default,
            description: &entered.about.description,
            schema: None,
        };
        let field = column.field();
        match keys::create(conn, actor, &key, limit.0) {
            Ok(_) => {}
            // Whatever is wrong with it, this is the field to look at.
            Err(
                OperationError::Refused { message, .. } | OperationError::Taken { message, .. },
            ) => {
                return Err(OperationError::invalid(&field, message));
            }
            Err(OperationError::Invalid(found)) => {
                let here = |problem: FieldError| match problem.field.as_str() {
                    "description" => problem,
                    _ => FieldError::new(field.clone(), problem.message),
                };
                return Err(OperationError::Invalid(found.into_iter().map(here).collect()));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

fn placed(error: OperationError, entered: &Entered, around: &Around) -> OperationError {
    match error {
        OperationError::Invalid(found) => invalid(found, entered, around),
        other => other,
    }
}

fn invalid(found: Problems, entered: &Entered, around: &Around) -> OperationError {
    OperationError::Invalid(entered.placed(found, around))
}
