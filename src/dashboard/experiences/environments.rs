//! Where an experience stands in every environment, beside its pages: what is live there since
//! when, where they differ, and promoting from one to another.

use super::{
    super::{ProjectMember, time_words},
    kind_pages::KindPages,
};
use crate::{
    domain::{experience::Status, role::Right},
    operations::experiences::{ExperienceView, Place},
};

/// The environments of a project. `experiences/_environments.html` shows them.
pub struct Environments {
    /// One for each.
    pub lines: Vec<EnvironmentLine>,
    /// Where they differ, as a sentence.
    pub difference: Option<String>,
    /// Whether it is sent along with something else.
    pub is_out_of_band: bool,
}

/// An experience in one environment.
pub struct EnvironmentLine {
    /// The environment's name.
    pub name: String,
    /// The experience's page there; none for the one that is looked at.
    pub address: Option<String>,
    /// How it stands.
    pub status: Status,
    /// What is live, and since when.
    pub live: String,
    /// Where what is live can be promoted to: names and addresses of dialogs.
    pub promotions: Vec<(String, String)>,
}

impl Environments {
    /// Of an experience, for somebody who looks at one of them.
    pub fn of(member: &ProjectMember, view: &ExperienceView) -> Environments {
        let line = |place: &Place| line(member, view, place);
        Environments {
            lines: view.places.iter().map(line).collect(),
            difference: view.differs().then(|| difference(&view.places)),
            is_out_of_band: false,
        }
    }
}

fn line(member: &ProjectMember, view: &ExperienceView, place: &Place) -> EnvironmentLine {
    let environment = &place.environment;
    let there = ProjectMember { environment: environment.clone(), ..member.clone() };
    let pages = KindPages::from(view.experience.kind);
    let slug = &view.experience.slug;
    let is_here = environment.id == member.environment.id;
    let here = pages.address(member, slug);
    let is_target = |to: &&Place| {
        let may = member.may(Right::publish_in(to.environment.protected));
        may && view.experience.archived_at.is_none() && place.differs_from(to)
    };
    let targets = view.places.iter().filter(is_target).map(|to| &to.environment);
    let promotions = targets.map(|to| {
        let address = format!("{here}/publish?from={}&to={}", environment.key, to.key);
        (to.name.clone(), address)
    });
    EnvironmentLine {
        name: environment.name.clone(),
        address: (!is_here).then(|| pages.address(&there, slug)),
        status: place.status,
        live: live(place),
        promotions: place.standing.iter().flat_map(|_| promotions.clone()).collect(),
    }
}

/// `Version 5, test users only, since 18 Nov, 10:04`.
fn live(place: &Place) -> String {
    let Some(standing) = &place.standing else { return "Nothing is published".to_owned() };
    let whom = if standing.is_for_test_users() { ", test users only" } else { "" };
    let since = time_words::at(standing.published_at);
    format!("Version {}{whom}, since {since}", standing.version)
}

/// `Staging serves version 5, Production version 3.`
fn difference(places: &[Place]) -> String {
    let mut serves = " serves";
    let said: Vec<String> = places
        .iter()
        .map(|place| {
            let what = match &place.standing {
                None => "nothing yet".to_owned(),
                Some(standing) if standing.is_for_test_users() => {
                    format!("version {} to test users only", standing.version)
                }
                Some(standing) => format!("version {}", standing.version),
            };
            format!("{}{} {what}", place.environment.name, std::mem::take(&mut serves))
        })
        .collect();
    format!("{}.", said.join(", "))
}
