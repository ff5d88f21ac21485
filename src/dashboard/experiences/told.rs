//! What rows say of experiences besides what their views hold.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    super::{ProjectMember, time_words},
    reach_words::{audiences, who_gets_it},
    segment_names::SegmentNames,
};
use crate::{
    domain::{
        experience::{Stale, Status},
        version::Content,
    },
    operations::{OperationError, experiences::ExperienceView},
    store::{
        Connection,
        experiences::Experience,
        key_deliveries::{self, Hourly},
        people,
        publications::{self, Publication},
        stale::{self, Look},
        standings::Standing,
        versions::{self, Version},
    },
};

/// What rows say of experiences besides what their views hold.
#[derive(Default)]
pub struct Told {
    /// The names of segments by their slugs.
    segment_names: SegmentNames,
    /// What is live in the environment, by experience.
    live: HashMap<Uuid, Content>,
    /// What is published there, by its id.
    publications: HashMap<Uuid, Publication>,
    /// How often their keys were delivered there in the last hours, by experience.
    delivered: HashMap<Uuid, Hourly>,
    /// Why they may have outlived their purpose.
    stale: HashMap<Uuid, Vec<Stale>>,
    /// What owners are called.
    people: HashMap<Uuid, String>,
}

impl Told {
    /// What rows say of these experiences in the environment that the member looks at.
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
        let published: Vec<Uuid> = standings.map(|standing| standing.publication_id).collect();
        let live: HashMap<Uuid, Content> = versions::of_publications(conn, &published)?
            .into_iter()
            .filter_map(|version| Some((version.experience_id, read(&version)?)))
            .collect();
        let ids: Vec<Uuid> = views.iter().map(|view| view.experience.id).collect();
        let owners: Vec<Uuid> = views.iter().filter_map(|view| view.experience.owner_id).collect();
        let publications = publications::of_ids(conn, &published)?;
        Ok(Told {
            segment_names: SegmentNames::load(conn, member.project.id, live.values())?,
            delivered: key_deliveries::of_experiences(conn, place, &ids, now)?,
            publications: publications.into_iter().map(|it| (it.id, it)).collect(),
            stale: stale::reasons(conn, &ids, Look { environment_id: place, at: now })?,
            people: people::names(conn, &owners)?.into_iter().collect(),
            live,
        })
    }

    /// What somebody is called.
    pub fn person(&self, id: Uuid) -> Option<String> {
        self.people.get(&id).cloned()
    }

    /// The publication through which something stands so.
    pub fn publication(&self, standing: Standing) -> Option<&Publication> {
        self.publications.get(&standing.publication_id)
    }

    /// How often the keys of an experience were delivered.
    pub fn hourly(&self, id: Uuid) -> Hourly {
        self.delivered.get(&id).copied().unwrap_or_default()
    }

    /// Why an experience may have outlived its purpose, as sentences.
    pub fn stale(&self, id: Uuid) -> Option<String> {
        let reasons = self.stale.get(&id)?.iter().map(|reason| reason.in_words());
        Some(reasons.collect::<Vec<_>>().join(" "))
    }

    /// Who gets an experience where it stands so.
    pub fn who_gets_it(
        &self,
        experience: &Experience,
        status: Status,
        standing: Option<Standing>,
        now: DateTime<Utc>,
    ) -> String {
        let live = self.live.get(&experience.id);
        let name = |slug: &str| self.segment_names.of(slug).to_owned();
        match (status, standing, live) {
            (Status::Off, Some(standing), _) => {
                let since = standing.switched_at.map(|since| time_words::ago(since, now));
                let since = since.map(|since| format!(" {since}")).unwrap_or_default();
                format!("Switched off{since} · v{} kept", standing.version)
            }
            (Status::Live | Status::Ramping, Some(standing), Some(content)) => {
                who_gets_it(experience.kind, content, standing.ramp, name)
            }
            (Status::Draft, ..) => "Not published".to_owned(),
            _ => "Nobody".to_owned(),
        }
    }

    /// The names of the audiences of what is live, where there are several.
    pub fn audiences(&self, id: Uuid, status: Status) -> String {
        let name = |slug: &str| self.segment_names.of(slug).to_owned();
        let on = matches!(status, Status::Live | Status::Ramping);
        let live = self.live.get(&id).filter(|_| on);
        let names = live.map(|content| audiences(content, name)).unwrap_or_default();
        if names.len() > 1 { names.join(", ") } else { String::new() }
    }
}

/// What a version says.
pub fn read(version: &Version) -> Option<Content> {
    Content::from_json(&version.content, "").ok()
}
