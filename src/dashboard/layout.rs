//! What every page needs around what it is about. A page's struct has a field `layout`, and its
//! template starts with `{% extends "page.html" %}` (with the rail) or `"plain.html"` (without).

use super::{
    ProjectMember, SignedIn, Toast,
    ask::{Ask, Theme},
    session::Counts,
};
use crate::{
    domain::role::Right,
    store::{environments::Environment, projects::Project},
};

/// Where in the rail a page belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The overview.
    Home,
    /// Feature flags.
    Flags,
    /// Product configs.
    Configs,
    /// Keys.
    Keys,
    /// Segments.
    Segments,
    /// The users of apps.
    Users,
    /// The playground.
    Playground,
    /// None of them.
    Elsewhere,
}

impl Section {
    /// Where it starts, after the project and the environment.
    pub fn path(self) -> &'static str {
        match self {
            Section::Home | Section::Elsewhere => "",
            Section::Flags => "/flags",
            Section::Configs => "/configs",
            Section::Keys => "/keys",
            Section::Segments => "/segments",
            Section::Users => "/users",
            Section::Playground => "/playground",
        }
    }

    /// The one that starts there; else the overview.
    pub fn of_path(path: &str) -> Section {
        let lists = [
            Section::Flags,
            Section::Configs,
            Section::Keys,
            Section::Segments,
            Section::Users,
            Section::Playground,
        ];
        lists.into_iter().find(|section| section.path() == path).unwrap_or(Section::Home)
    }
}

/// What stands around a page.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The title, before the names of project and product.
    pub title: String,
    /// The theme.
    pub theme: Theme,
    /// The token for forms.
    pub csrf: String,
    /// What the page before has left to say.
    pub toast: Option<Toast>,
    /// Where the page is: path and query.
    pub address: String,
    /// Whether only what the page is about is wanted, for htmx.
    pub is_part: bool,
    /// The rail, where there is a project.
    pub rail: Option<Rail>,
}

/// The navigation on the left.
#[derive(Debug, Clone)]
pub struct Rail {
    /// Where the page belongs.
    pub section: Section,
    /// The project.
    pub project: Project,
    /// The environment.
    pub environment: Environment,
    /// All projects of theirs.
    pub projects: Vec<Project>,
    /// All environments of the project, each with this page's address there.
    pub places: Vec<(Environment, String)>,
    /// How much there is.
    pub counts: Counts,
    /// What the person is called.
    pub person: String,
    /// Whether the database takes no changes now.
    pub read_only: bool,
    /// Whether they may do what only admins may.
    pub is_admin: bool,
    /// The address of the project in the environment.
    pub base: String,
}

impl Layout {
    /// Of a page without the rail.
    pub fn plain(title: &str, ask: &Ask, csrf: &str) -> Layout {
        Layout {
            title: title.to_owned(),
            theme: ask.theme,
            csrf: csrf.to_owned(),
            toast: ask.toast.clone(),
            address: ask.address.clone(),
            is_part: ask.is_htmx(),
            rail: None,
        }
    }

    /// The same page after a form was found wanting: says so in the title.
    pub fn with_error(mut self) -> Layout {
        self.title = format!("Error: {}", self.title);
        self
    }

    /// What stands after the title.
    pub fn title_tail(&self) -> String {
        let Some(rail) = &self.rail else { return "Flagstaff".to_owned() };
        let first = rail.places.first().map(|(environment, _)| environment.id);
        let place = match first == Some(rail.environment.id) {
            true => String::new(),
            false => format!(" ({})", rail.environment.name),
        };
        format!("{}{place} · Flagstaff", rail.project.name)
    }
}

impl SignedIn {
    /// The layout of a page of no project.
    pub fn layout(&self, title: &str) -> Layout {
        Layout::plain(title, &self.ask, &self.csrf)
    }
}

impl ProjectMember {
    /// The layout of a page of the project.
    pub fn layout(&self, title: &str, section: Section) -> Layout {
        let places = self.environments.iter().map(|environment| {
            let address = self.ask.address.replacen(
                &self.path(""),
                &format!("/p/{}/{}", self.project.key, environment.key),
                1,
            );
            (environment.clone(), address)
        });
        let rail = Rail {
            section,
            project: self.project.clone(),
            environment: self.environment.clone(),
            projects: self.projects.clone(),
            places: places.collect(),
            counts: self.counts,
            person: self.actor.name().to_owned(),
            read_only: self.read_only,
            is_admin: self.may(Right::Administer),
            base: self.path(""),
        };
        Layout { rail: Some(rail), ..Layout::plain(title, &self.ask, &self.csrf) }
    }
}

impl Rail {
    /// Whether the page belongs there, as templates ask.
    pub fn is(&self, section: Section) -> bool {
        self.section == section
    }

    /// The first letters of the person's names.
    pub fn initials(&self) -> String {
        initials(&self.person)
    }
}

/// The first letters of a person's names, at most two.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let first = words.first().and_then(|word| word.chars().next());
    let last = words.get(1..).and_then(|rest| rest.last()).and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}
