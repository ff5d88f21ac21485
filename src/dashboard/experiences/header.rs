//! The head of a flag's pages: where one is, what it is, its kill switch and what else can be done
//! with it; and what one has to know before reading on.

use chrono::Utc;

use askama::Template;

use super::{
    super::{ProjectMember, time_words},
    environments::Environments,
    kill_switch::KillSwitch,
    kind_pages::KindPages,
    versions::Versions,
};
use crate::{
    domain::{experience::Status, role::Right},
    operations::{OperationError, experiences::ExperienceView},
    store::{
        Connection,
        audit::{self, AuditFilter},
        switches,
    },
};

/// The head of a flag's pages. `experiences/_header.html` shows it, for pages with a field `header`.
pub struct Header {
    /// Of which kind it is.
    pub pages: KindPages,
    /// The list of its kind.
    pub flags: String,
    /// The page of the flag.
    pub address: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The version that the page shows; none for its own page.
    pub version: Option<i32>,
    /// The address of the page that it stands on.
    pub back: String,
    /// The token for forms.
    pub csrf: String,
    /// How it stands.
    pub status: Status,
    /// Its kill switch.
    pub switch: KillSwitch,
    /// Where the switch stands, in words.
    pub state: String,
    /// The playground, with the flag and the version that the page shows.
    pub playground: String,
    /// Whether it can be cloned and archived.
    pub may_edit: bool,
    /// What one has to know.
    pub banner: Option<Banner>,
    /// How it stands everywhere, for whoever shows that beside the page.
    pub environments: Environments,
}

/// What one has to know before reading on.
pub enum Banner {
    /// It is archived; since when, and by whom.
    Archived(String),
    /// It is off; since when, and by whom.
    Off(String),
}

impl Header {
    /// The id of the element that it is.
    pub const ID: &'static str = "flag-head";

    /// Of a flag in the environment that the member looks at. `version` is the one that the page
    /// is about, where that is not the flag's own page.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(
        conn: &mut Connection,
        member: &ProjectMember,
        view: &ExperienceView,
        version: Option<i32>,
    ) -> Result<Header, OperationError> {
        let (experience, place) = (&view.experience, &member.environment);
        let status = view.place(place.id).map_or(Status::Draft, |place| place.status);
        let switch = KillSwitch { target: Header::ID.to_owned(), ..KillSwitch::of(view, member) };
        let pages = KindPages::from(experience.kind);
        let flags = pages.list(member);
        let standing = view.place(place.id).and_then(|place| place.standing);
        let is_tested = standing.is_some_and(|standing| standing.is_for_test_users());
        let banner = match status {
            _ if version.is_some() => None,
            Status::Archived => Some(Banner::Archived(archived(conn, view)?)),
            Status::Off => Some(Banner::Off(off(conn, member, view)?)),
            Status::Draft | Status::Live | Status::Ramping => None,
        };
        let address = format!("{flags}/{}", experience.slug);
        Ok(Header {
            back: match version {
                Some(number) => format!("{address}/versions/{number}"),
                None => address.clone(),
            },
            csrf: member.csrf.clone(),
            address,
            pages,
            flags,
            name: experience.name.clone(),
            description: experience.description.clone(),
            version,
            status,
            state: match status {
                Status::Draft => format!("Not published in {}", place.name),
                Status::Ramping if is_tested => format!("On in {} for test users", place.name),
                Status::Live | Status::Ramping => format!("On in {}", place.name),
                Status::Off | Status::Archived => format!("Off in {}", place.name),
            },
            switch: KillSwitch { label: format!("Serving in {}", place.name), ..switch },
            playground: playground(member, &experience.slug, version),
            may_edit: member.may(Right::Edit),
            banner,
            environments: Environments::of(member, view),
        })
    }
}

fn playground(member: &ProjectMember, slug: &str, version: Option<i32>) -> String {
    let version = version.map(|number| format!("&by=version&version={number}"));
    member.path(&format!("/playground?flag={slug}{}", version.unwrap_or_default()))
}

/// A head alone, where only it has changed, with the versions beside it.
#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "experiences/_header.html" %}{% include "experiences/_versions.html" %}{% include "experiences/_environments.html" %}"#,
    ext = "html"
)]
pub struct Head {
    /// The head.
    pub header: Header,
    /// The versions, out of band.
    pub versions: Versions,
}

/// ` since 17 Nov, 10:04, by Dev Kapoor`.
fn off(
    conn: &mut Connection,
    member: &ProjectMember,
    view: &ExperienceView,
) -> Result<String, OperationError> {
    let moves = switches::history(conn, view.experience.id, member.environment.id, 1)?;
    Ok(moves.first().map_or_else(String::new, |moved| {
        format!(" since {}, by {}", time_words::at(moved.changed_at), moved.changed_by_name)
    }))
}

fn archived(conn: &mut Connection, view: &ExperienceView) -> Result<String, OperationError> {
    let id = view.experience.id.to_string();
    let filter = AuditFilter {
        project_id: Some(view.experience.project_id),
        action: Some("experience.archive"),
        object_id: Some(&id),
        ..AuditFilter::default()
    };
    let entries = audit::list(conn, &filter, None, 1)?;
    let at = view.experience.archived_at.unwrap_or_else(Utc::now);
    let who = entries.first().map(|entry| format!(" by {}", entry.actor_name));
    Ok(format!(" on {}{}", at.format("%-d %b"), who.unwrap_or_default()))
}
