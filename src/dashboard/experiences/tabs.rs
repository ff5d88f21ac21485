//! The tabs of an experience, and the head of those pages that are not about what it says.

use super::{super::ProjectMember, kind_pages::KindPages};
use crate::{domain::experience::Status, operations::experiences::ExperienceView};

/// The tabs, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// What it says: the editor and its versions.
    Targeting,
    /// How an app reads its keys.
    Code,
    /// What was done to it.
    Activity,
}

/// The head of a page of an experience. `experiences/_tab_head.html` shows it.
pub struct TabHead {
    /// The pages of its kind.
    pub pages: KindPages,
    /// The list.
    pub list: String,
    /// The page of the experience.
    pub address: String,
    /// What it is called.
    pub name: String,
    /// How it stands.
    pub status: Status,
    /// The tab that the page is.
    pub tab: Tab,
}

impl Tab {
    /// All of them.
    pub const ALL: [Tab; 3] = [Tab::Targeting, Tab::Code, Tab::Activity];

    /// What it is called.
    pub fn label(&self) -> &'static str {
        match self {
            Tab::Targeting => "Targeting",
            Tab::Code => "Code",
            Tab::Activity => "Activity",
        }
    }

    /// What its address ends in.
    pub fn path(&self) -> &'static str {
        match self {
            Tab::Targeting => "",
            Tab::Code => "/code",
            Tab::Activity => "/activity",
        }
    }
}

impl TabHead {
    /// Of an experience in the environment that the member looks at.
    pub fn of(member: &ProjectMember, view: &ExperienceView, tab: Tab) -> TabHead {
        let pages = KindPages::from(view.experience.kind);
        let place = view.place(member.environment.id);
        TabHead {
            list: pages.list(member),
            address: pages.address(member, &view.experience.slug),
            name: view.experience.name.clone(),
            status: place.map_or(Status::Draft, |place| place.status),
            pages,
            tab,
        }
    }
}
