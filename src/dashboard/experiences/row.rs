//! A flag as a row of the list: in the page, and alone where only it has changed.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{ProjectMember, layout::initials, time_words},
    kill_switch::{KillSwitch, row_id},
    reach_words::who_gets_it,
    segment_names::SegmentNames,
};
use crate::{
    domain::{experience::Status, version::Content},
    operations::experiences::ExperienceView,
};

/// A flag.
pub struct Line {
    /// The id of its row.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its page.
    pub address: String,
    /// The names of its keys.
    pub keys: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Where it stands.
    pub status: Status,
    /// Its switch.
    pub switch: KillSwitch,
    /// Who gets it, in words.
    pub who: String,
    /// Who saved its newest version.
    pub author: String,
    /// The first letters of their names.
    pub initials: String,
    /// When it was changed last.
    pub changed: DateTime<Utc>,
    /// The same in words.
    pub ago: String,
}

/// A row alone.
#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "experiences/_row.html" %}"#,
    ext = "html"
)]
pub struct Row<'a> {
    /// The flag.
    pub line: Line,
    /// The token for forms.
    pub csrf: &'a str,
    /// The address of the list that it is in.
    pub back: &'a str,
    /// Whether the list has a column of switches.
    pub has_switches: bool,
}

/// What the newest version of a flag says.
pub fn content(view: &ExperienceView) -> Option<Content> {
    Content::from_json(&view.newest.content, &view.experience.slug).ok()
}

impl Line {
    /// The flag as it stands in the environment that the member looks at.
    pub fn of(
        view: &ExperienceView,
        member: &ProjectMember,
        names: &SegmentNames,
        now: DateTime<Utc>,
    ) -> Line {
        let experience = &view.experience;
        let place = view.place(member.environment.id);
        let status = place.map_or(Status::Draft, |place| place.status);
        let version = place.and_then(|place| place.standing).map(|standing| standing.version);
        let content = content(view);
        let name = |slug: &str| Some(names.of(slug).to_owned());
        let words = content.as_ref().map_or_else(String::new, |it| who_gets_it(it, name));
        let who = match (status, version) {
            (Status::Off, Some(version)) => format!("Switched off · v{version} kept"),
            (Status::Draft, _) => "Not published".to_owned(),
            (Status::Archived, _) => "Nobody".to_owned(),
            _ => words,
        };
        let keys = content.map(|it| it.keys.iter().map(ToString::to_string).collect());
        Line {
            id: row_id(&experience.slug),
            name: experience.name.clone(),
            address: member.path(&format!("/flags/{}", experience.slug)),
            keys: keys.unwrap_or_default(),
            tags: experience.tags.clone(),
            status,
            switch: KillSwitch::of(view, member),
            who,
            author: view.newest.author_name.clone(),
            initials: initials(&view.newest.author_name),
            changed: experience.updated_at,
            ago: time_words::ago(experience.updated_at, now),
        }
    }
}
