//! What somebody wants to publish, and doing it: saving what an editor holds and publishing it are
//! one transaction.

use super::{
    super::super::{Form, ProjectMember},
    super::{
        editor::{
            entered::Entered,
            saving::{self, Conflict, Kept, Saving},
        },
        kind_pages::KindPages,
        publishers,
    },
};
use crate::{
    operations::{
        OperationError, experiences,
        keys::KeyLimit,
        publishing::{self, Publish, Published, Replaces},
    },
    store::{
        Connection, StoreError,
        experiences::Experience,
        publications::{self, Publication},
        versions::{self, Version},
    },
};

/// What all fields of the dialog start with, so that those of an editor are told from them.
const OWN: &str = "publish.";

/// What somebody wants to publish.
#[derive(Debug, Clone)]
pub struct Order {
    /// Of which kind.
    pub pages: KindPages,
    /// The slug of the flag; none for one to be.
    pub slug: Option<String>,
    /// What of it.
    pub target: Target,
    /// What they saw live.
    pub replaces: Replaces,
    /// Why.
    pub note: String,
}

/// What of a flag is to be published.
#[derive(Debug, Clone)]
pub enum Target {
    /// That version.
    Version(i32),
    /// What an editor holds.
    Editor(Box<Entered>),
}

/// What came of an order.
#[derive(Debug)]
pub enum Outcome {
    /// It is done.
    Done(Box<Done>),
    /// There is a newer version than the editor knew.
    Stale(Box<Conflict>),
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// The flag.
    pub experience: Experience,
    /// The version.
    pub version: Version,
    /// What was live before, with its version.
    pub before: Option<(Publication, Version)>,
    /// The publication; none where an editor holds what is live already.
    pub published: Option<Published>,
}

impl Order {
    /// Of a version, without what was seen.
    pub fn of_version(pages: KindPages, slug: String, number: i32) -> Order {
        Order {
            pages,
            slug: Some(slug),
            target: Target::Version(number),
            replaces: Replaces::Anything,
            note: String::new(),
        }
    }

    /// Reads it: what a dialog of ours sends, or an editor.
    pub fn of_form(pages: KindPages, slug: Option<String>, form: &Form) -> Order {
        let version = form.get("publish.version").parse();
        Order {
            pages,
            slug,
            target: match version {
                Ok(number) => Target::Version(number),
                Err(_) => Target::Editor(Box::new(Entered::of_form(pages.kind, form))),
            },
            replaces: match form.get("publish.replaces").parse() {
                Ok(id) => Replaces::Publication(id),
                Err(_) => Replaces::Nothing,
            },
            note: form.get("publish.note").to_owned(),
        }
    }

    /// Whether a form is the answer of a dialog; else it asks for one.
    pub fn is_answer(form: &Form) -> bool {
        form.is_checked("publish.answer")
    }

    /// The fields that a dialog carries, besides those that it fills in.
    pub fn pairs(&self) -> Vec<(String, String)> {
        match &self.target {
            Target::Version(number) => vec![(format!("{OWN}version"), number.to_string())],
            Target::Editor(entered) => entered.pairs(),
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// [`OperationError::Invalid`] with problems of the editor or of the note; those of
    /// [`publishing::publish`].
    pub fn run(
        &self,
        conn: &mut Connection,
        member: &ProjectMember,
        limit: KeyLimit,
    ) -> Result<Outcome, OperationError> {
        publishers::require(conn, member)?;
        let (actor, project_id, kind) = (&member.actor, member.project.id, self.pages.kind);
        let find = |conn: &mut Connection, slug: &str| {
            experiences::find_by_slug(conn, actor, project_id, kind, slug).map(|it| it.experience)
        };
        let kept = match (&self.slug, &self.target) {
            (None, Target::Version(_)) => return Err(OperationError::NotFound("experience")),
            (None, Target::Editor(entered)) => {
                saving::create(conn, actor, project_id, kind, entered, limit)?
            }
            (Some(slug), Target::Version(number)) => {
                let experience = find(conn, slug)?;
                let version = versions::find_by_number(conn, experience.id, *number)?
                    .ok_or(OperationError::NotFound("version"))?;
                return self.publish(conn, member, experience, version, true);
            }
            (Some(slug), Target::Editor(entered)) => {
                let experience = find(conn, slug)?;
                match saving::save(conn, actor, experience.id, entered, limit)? {
                    Saving::Saved(kept) => *kept,
                    Saving::Stale(conflict) => return Ok(Outcome::Stale(conflict)),
                }
            }
        };
        let Kept { experience, version, is_new, .. } = kept;
        self.publish(conn, member, experience, version, is_new)
    }

    fn publish(
        &self,
        conn: &mut Connection,
        member: &ProjectMember,
        experience: Experience,
        version: Version,
        is_new: bool,
    ) -> Result<Outcome, OperationError> {
        let place = member.environment.id;
        let before = match publications::active(conn, experience.id, place)? {
            None => None,
            Some(live) => {
                let version = versions::find(conn, live.version_id)?;
                Some((live, version.ok_or(StoreError::NotFound)?))
            }
        };
        let is_live = before.as_ref().is_some_and(|(_, live)| live.id == version.id);
        let published = match is_live && !is_new {
            true => None,
            false => Some(publishing::publish(
                conn,
                &member.actor,
                &Publish {
                    experience_id: experience.id,
                    environment_id: place,
                    version: version.number,
                    replaces: self.replaces,
                    note: &self.note,
                },
            )?),
        };
        Ok(Outcome::Done(Box::new(Done { experience, version, before, published })))
    }
}
