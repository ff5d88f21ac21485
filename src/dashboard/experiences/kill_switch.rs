//! The kill switch of a flag in an environment, as lists and the flag's own page show it.

use super::{super::ProjectMember, kind_pages::KindPages};
use crate::{
    domain::{experience::Status, role::Right},
    operations::experiences::ExperienceView,
};

/// A kill switch.
pub struct KillSwitch {
    /// Where it is posted to.
    pub address: String,
    /// What a screen reader calls it.
    pub label: String,
    /// The id of the element that shows where it stands.
    pub target: String,
    /// The publication that whoever moves it has seen.
    pub seen: String,
    /// Whether it is on.
    pub is_on: bool,
    /// Why nobody can move it.
    pub fixed: Option<&'static str>,
    /// Whether the person may move it.
    pub is_offered: bool,
}

impl KillSwitch {
    /// Of a flag in the environment that the member looks at.
    pub fn of(view: &ExperienceView, member: &ProjectMember) -> KillSwitch {
        let (experience, place) = (&view.experience, view.place(member.environment.id));
        let status = place.map_or(Status::Draft, |place| place.status);
        let standing = place.and_then(|place| place.standing);
        let pages = KindPages::from(experience.kind);
        KillSwitch {
            address: format!("{}/switch", pages.address(member, &experience.slug)),
            label: format!("{} in {}", experience.name, member.environment.name),
            target: row_id(&experience.slug),
            seen: standing.map(|standing| standing.publication_id.to_string()).unwrap_or_default(),
            is_on: matches!(status, Status::Live | Status::Ramping),
            fixed: match status {
                Status::Draft => Some("Publish it first"),
                Status::Archived => Some("Unarchive it first"),
                Status::Live | Status::Ramping | Status::Off => None,
            },
            is_offered: match status {
                Status::Live | Status::Ramping => member.may(Right::SwitchOff),
                Status::Off | Status::Draft | Status::Archived => member.may_publish(),
            },
        }
    }
}

/// The id of a flag's row in the list.
pub fn row_id(slug: &str) -> String {
    format!("flag-{slug}")
}
