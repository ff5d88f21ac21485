//! The head of every page about one experience.

use super::super::ProjectMember;
use crate::{domain::experience::Status, operations::experiences::ExperienceView};

/// What the head shows.
pub struct Header {
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it stands in the environment.
    pub status: Status,
    /// The list that it is in.
    pub list: String,
}

impl Header {
    /// Of an experience in the environment that the member looks at.
    pub fn of(view: &ExperienceView, member: &ProjectMember) -> Header {
        let place = view.place(member.environment.id);
        Header {
            name: view.experience.name.clone(),
            description: view.experience.description.clone(),
            status: place.map_or(Status::Draft, |place| place.status),
            list: member.path("/flags"),
        }
    }
}
