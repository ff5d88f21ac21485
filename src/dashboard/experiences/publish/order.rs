//! What somebody wants to publish, and doing it: saving what an editor holds and publishing it are
//! one transaction.

use uuid::Uuid;

use super::{
    super::super::{Form, PageError, ProjectMember},
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
        promoting::{self, Promote},
        publishing::{self, Publish, Published, Recipients, Replaces},
    },
    store::{
        Connection, StoreError,
        environments::Environment,
        experiences::Experience,
        publications::{self, Publication},
        versions::{self, Version},
    },
};

/// What all fields of the dialog start with, so that those of an editor are told from them.
const OWN: &str = "publish.";

/// Somebody who publishes: on which page, and where.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// On the page, which may be one of another environment.
    pub here: ProjectMember,
    /// Where it is published.
    pub there: ProjectMember,
}

impl Publisher {
    /// Of the environment of that key; without one, of the page's own.
    ///
    /// # Errors
    /// [`PageError::NotFound`] without such an environment.
    pub fn of(here: &ProjectMember, key: &str) -> Result<Publisher, PageError> {
        let key = if key.is_empty() { here.environment.key.as_str() } else { key };
        let environment = environment(here, key).ok_or(PageError::NotFound)?;
        Ok(Publisher { here: here.clone(), there: ProjectMember { environment, ..here.clone() } })
    }

    /// Whether it is published in another environment than that of the page.
    pub fn is_elsewhere(&self) -> bool {
        self.here.environment.id != self.there.environment.id
    }
}

/// The environment of that key in the project.
pub fn environment(member: &ProjectMember, key: &str) -> Option<Environment> {
    member.environments.iter().find(|environment| environment.key == key).cloned()
}

/// What somebody wants to publish.
#[derive(Debug, Clone)]
pub struct Order {
    /// Of which kind.
    pub pages: KindPages,
    /// The slug of the flag; none for one to be.
    pub slug: Option<String>,
    /// What of it.
    pub target: Target,
    /// Where the version is live already, if it is promoted from there.
    pub promoted_from: Option<Environment>,
    /// To whom.
    pub recipients: Recipients,
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
            promoted_from: None,
            recipients: Recipients::Everybody,
            replaces: Replaces::Anything,
            note: String::new(),
        }
    }

    /// Of what is live in another environment.
    ///
    /// # Errors
    /// [`OperationError::Refused`] where nothing is.
    pub fn of_live(
        conn: &mut Connection,
        member: &ProjectMember,
        (pages, slug): (KindPages, &str),
        from: Environment,
    ) -> Result<Order, OperationError> {
        let (actor, project_id) = (&member.actor, member.project.id);
        let view = experiences::find_by_slug(conn, actor, project_id, pages.kind, slug)?;
        let standing = view.place(from.id).and_then(|place| place.standing);
        let live = standing.ok_or_else(|| OperationError::Refused {
            message: format!(
                "Nothing of “{}” is published in “{}”. Publish it there first.",
                view.experience.name, from.name
            ),
            links: Vec::new(),
        })?;
        let recipients = match live.is_for_test_users() {
            true => Recipients::TestUsers,
            false => Recipients::Everybody,
        };
        let order = Order::of_version(pages, slug.to_owned(), live.version);
        Ok(Order { promoted_from: Some(from), recipients, ..order })
    }

    /// Reads it: what a dialog of ours sends, or an editor.
    pub fn of_form(
        member: &ProjectMember,
        pages: KindPages,
        slug: Option<String>,
        form: &Form,
    ) -> Order {
        let version = form.get("publish.version").parse();
        Order {
            pages,
            slug,
            target: match version {
                Ok(number) => Target::Version(number),
                Err(_) => Target::Editor(Box::new(Entered::of_form(pages.kind, form))),
            },
            promoted_from: environment(member, form.get("publish.from")),
            recipients: match form.get("publish.to") {
                "test_users" => Recipients::TestUsers,
                _ => Recipients::Everybody,
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
        // Without script another environment is chosen and the form sent, for a look at that one.
        let chosen = form.get("publish.environment");
        let is_shown = chosen.is_empty() || chosen == form.get("publish.shown");
        form.get("publish.answer") == "1" && is_shown
    }

    /// The experience that it is about; none for one to be.
    ///
    /// # Errors
    /// [`OperationError::NotFound`].
    pub fn experience(
        &self,
        conn: &mut Connection,
        member: &ProjectMember,
    ) -> Result<Option<Uuid>, OperationError> {
        let Some(slug) = &self.slug else { return Ok(None) };
        let (actor, project_id, kind) = (&member.actor, member.project.id, self.pages.kind);
        let view = experiences::find_by_slug(conn, actor, project_id, kind, slug)?;
        Ok(Some(view.experience.id))
    }

    /// The fields that a dialog carries, besides those that it fills in.
    pub fn pairs(&self) -> Vec<(String, String)> {
        match &self.target {
            Target::Version(number) => {
                let from = self.promoted_from.iter();
                let from = from.map(|from| (format!("{OWN}from"), from.key.clone()));
                [(format!("{OWN}version"), number.to_string())].into_iter().chain(from).collect()
            }
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
        let is_live = before.as_ref().is_some_and(|(publication, live)| {
            live.id == version.id && !publication.is_for_test_users()
        });
        let is_nothing = is_live && !is_new && self.recipients == Recipients::Everybody;
        let published = match is_nothing {
            true => None,
            false => Some(self.publish_version(conn, member, &experience, version.number)?),
        };
        Ok(Outcome::Done(Box::new(Done { experience, version, before, published })))
    }

    fn publish_version(
        &self,
        conn: &mut Connection,
        member: &ProjectMember,
        experience: &Experience,
        number: i32,
    ) -> Result<Published, OperationError> {
        let (experience_id, to) = (experience.id, member.environment.id);
        let (replaces, note) = (self.replaces, self.note.as_str());
        if let Some(from) = &self.promoted_from {
            let promote = Promote {
                experience_id,
                from: from.id,
                version: Some(number),
                to,
                replaces,
                recipients: Some(self.recipients),
                note,
            };
            return promoting::promote(conn, &member.actor, &promote);
        }
        let publish =
            Publish { experience_id, environment_id: to, version: number, replaces, note };
        publishing::publish_to(conn, &member.actor, &publish, self.recipients)
    }
}
