//! An experience as a row of the list: in the page, and alone where only it has changed.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{ProjectMember, layout::initials, number_words::grouped, time_words},
    kill_switch::{KillSwitch, row_id},
    kind_pages::KindPages,
    sparkline,
    told::{Told, read},
};
use crate::{
    domain::{experience::Status, role::Right},
    operations::experiences::{ExperienceView, Place},
};

/// How many keys a row names.
const MOST_KEYS: usize = 3;

/// An experience.
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
    /// The names of its first keys.
    pub keys: Vec<String>,
    /// The names of the others.
    pub more_keys: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whom to ask.
    pub owner: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// How it stands in the other environments.
    pub elsewhere: Vec<Elsewhere>,
    /// Why it may have outlived its purpose.
    pub stale: Option<String>,
    /// Its switch.
    pub switch: KillSwitch,
    /// Who gets it, in words.
    pub who: String,
    /// The names of several audiences.
    pub audiences: String,
    /// How often its keys were delivered within a day.
    pub delivered: String,
    /// The points of a line through its hours; none where nothing was delivered.
    pub spark: Option<String>,
    /// What is published.
    pub published: Option<Published>,
    /// Who saved its newest version.
    pub author: String,
    /// The first letters of their names.
    pub initials: String,
    /// When it was changed last.
    pub changed: Moment,
    /// Whether there is a menu of what can be done with it.
    pub may_edit: bool,
}

/// How something stands in another environment.
pub struct Elsewhere {
    /// The name of the environment.
    pub name: String,
    /// The status there.
    pub status: Status,
    /// In which it differs from here.
    pub differs: Option<String>,
}

/// What is published.
pub struct Published {
    /// The number of the version.
    pub version: i32,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// A moment that has passed.
pub struct Moment {
    /// As machines read it.
    pub machine: String,
    /// To the second.
    pub exact: String,
    /// As seen from now.
    pub ago: String,
}

impl Moment {
    fn new(moment: DateTime<Utc>, now: DateTime<Utc>) -> Moment {
        Moment {
            machine: moment.to_rfc3339(),
            exact: moment.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
            ago: time_words::ago(moment, now),
        }
    }
}

/// A row alone.
#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "experiences/_row.html" %}"#,
    ext = "html"
)]
pub struct Row<'a> {
    /// The experience.
    pub line: Line,
    /// The token for forms.
    pub csrf: &'a str,
    /// The address of the list that it is in.
    pub back: &'a str,
    /// Whether the list has a column of switches.
    pub has_switches: bool,
}

impl Line {
    /// Whether it is archived.
    pub fn is_archived(&self) -> bool {
        self.status == Status::Archived
    }

    /// The experience as it stands in the environment that the member looks at.
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
        let mut keys: Vec<String> = keys.unwrap_or_default();
        let more_keys = keys.split_off(keys.len().min(MOST_KEYS));
        let hourly = told.hourly(experience.id);
        let list = KindPages::from(experience.kind);
        Line {
            id: row_id(&experience.slug),
            name: experience.name.clone(),
            slug: experience.slug.clone(),
            address: list.address(member, &experience.slug),
            playground: member.path(&format!("/playground?flag={}", experience.slug)),
            keys,
            more_keys,
            tags: experience.tags.clone(),
            owner: experience.owner_id.and_then(|id| told.person(id)),
            status,
            elsewhere: elsewhere(view, place),
            stale: told.stale(experience.id),
            switch: KillSwitch::of(view, member),
            who: told.who_gets_it(experience, status, standing, now),
            audiences: told.audiences(experience.id, status),
            delivered: grouped(hourly.sum()),
            spark: sparkline::points(&hourly),
            published: standing.and_then(|standing| told.publication(standing)).map(|published| {
                Published {
                    version: published.version,
                    by: published.published_by_name.clone(),
                    at: Moment::new(published.published_at, now),
                }
            }),
            author: view.newest.author_name.clone(),
            initials: initials(&view.newest.author_name),
            changed: Moment::new(experience.updated_at, now),
            may_edit: member.may(Right::Edit),
        }
    }
}

/// How it stands in every other environment. What is archived is so everywhere.
fn elsewhere(view: &ExperienceView, here: Option<&Place>) -> Vec<Elsewhere> {
    let Some(here) = here.filter(|here| here.status != Status::Archived) else { return Vec::new() };
    let others = view.places.iter().filter(|place| place.environment.id != here.environment.id);
    let differs = |place: &Place| {
        let (here, there) = (here.standing?.version, place.standing?.version);
        (here != there).then(|| format!("v{there} there, v{here} here"))
    };
    others
        .map(|place| Elsewhere {
            name: place.environment.name.clone(),
            status: place.status,
            differs: differs(place),
        })
        .collect()
}
