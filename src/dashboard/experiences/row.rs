//! A flag as a row of the list: in the page, and alone where only it has changed.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    super::{ProjectMember, layout::initials, number_words::grouped, time_words},
    kill_switch::{KillSwitch, row_id},
    kind_pages::KindPages,
    reach_words::who_gets_it,
    segment_names::SegmentNames,
};
use crate::{
    domain::{experience::Status, role::Right, version::Content},
    operations::{OperationError, experiences::ExperienceView},
    store::{
        Connection, delivered,
        standings::Standing,
        versions::{self, Version},
    },
};

/// A flag.
pub struct Line {
    /// The id of its row.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Its page.
    pub address: String,
    /// The playground, with it chosen.
    pub playground: String,
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
    /// How often its keys were delivered within a day.
    pub delivered: String,
    /// Who saved its newest version.
    pub author: String,
    /// The first letters of their names.
    pub initials: String,
    /// When it was changed last.
    pub changed: DateTime<Utc>,
    /// The same in words.
    pub ago: String,
    /// Whether there is a menu of what can be done with it.
    pub may_edit: bool,
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

/// What rows say of flags besides what their views hold.
#[derive(Default)]
pub struct Told {
    /// The names of segments by their slugs.
    segment_names: SegmentNames,
    /// What is live in the environment, by flag.
    live: HashMap<Uuid, Content>,
    /// How often their keys were delivered there within a day, by flag.
    delivered: HashMap<Uuid, i64>,
}

impl Told {
    /// What rows say of these flags in the environment that the member looks at.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(
        conn: &mut Connection,
        member: &ProjectMember,
        views: &[ExperienceView],
        now: DateTime<Utc>,
    ) -> Result<Told, OperationError> {
        let place = member.environment.id;
        let standings = views.iter().filter_map(|view| view.place(place)?.standing);
        let publications: Vec<Uuid> = standings.map(|standing| standing.publication_id).collect();
        let live: HashMap<Uuid, Content> = versions::of_publications(conn, &publications)?
            .into_iter()
            .filter_map(|version| Some((version.experience_id, read(&version)?)))
            .collect();
        let ids: Vec<Uuid> = views.iter().map(|view| view.experience.id).collect();
        let since = now - TimeDelta::hours(24);
        Ok(Told {
            segment_names: SegmentNames::load(conn, member.project.id, live.values())?,
            delivered: delivered::of_experiences(conn, place, &ids, since)?,
            live,
        })
    }

    /// Who gets a flag where it stands so.
    fn who_gets_it(
        &self,
        id: Uuid,
        status: Status,
        standing: Option<Standing>,
        now: DateTime<Utc>,
    ) -> String {
        let live = self.live.get(&id);
        let name = |slug: &str| Some(self.segment_names.of(slug).to_owned());
        match (status, standing, live) {
            (Status::Off, Some(standing), _) => {
                let since = standing.switched_at.map(|since| time_words::ago(since, now));
                let since = since.map(|since| format!(" {since}")).unwrap_or_default();
                format!("Switched off{since} · v{} kept", standing.version)
            }
            (Status::Live | Status::Ramping, Some(standing), Some(content)) => {
                who_gets_it(content, standing.ramp, name)
            }
            (Status::Draft, ..) => "Not published".to_owned(),
            _ => "Nobody".to_owned(),
        }
    }
}

/// What a version says.
fn read(version: &Version) -> Option<Content> {
    Content::from_json(&version.content, "").ok()
}

impl Line {
    /// Whether it is archived.
    pub fn is_archived(&self) -> bool {
        self.status == Status::Archived
    }

    /// The flag as it stands in the environment that the member looks at.
    pub fn of(
        view: &ExperienceView,
        member: &ProjectMember,
        told: &Told,
        now: DateTime<Utc>,
    ) -> Line {
        let experience = &view.experience;
        let place = view.place(member.environment.id);
        let status = place.map_or(Status::Draft, |place| place.status);
        let standing = place.and_then(|place| place.standing);
        let keys = read(&view.newest).map(|it| it.keys.iter().map(ToString::to_string).collect());
        Line {
            id: row_id(&experience.slug),
            name: experience.name.clone(),
            slug: experience.slug.clone(),
            address: KindPages::from(experience.kind).address(member, &experience.slug),
            playground: member.path(&format!("/playground?flag={}", experience.slug)),
            keys: keys.unwrap_or_default(),
            tags: experience.tags.clone(),
            status,
            switch: KillSwitch::of(view, member),
            who: told.who_gets_it(experience.id, status, standing, now),
            delivered: grouped(told.delivered.get(&experience.id).copied().unwrap_or(0)),
            author: view.newest.author_name.clone(),
            initials: initials(&view.newest.author_name),
            changed: experience.updated_at,
            ago: time_words::ago(experience.updated_at, now),
            may_edit: member.may(Right::Edit),
        }
    }
}
