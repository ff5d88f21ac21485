//! Two versions of an experience are compared: in words, as a table, as JSON. What is shown, and
//! how, is in the address.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use askama::Template;
use serde_json::json;

use super::{
    super::{Answer, Layout, Moved, Page, PageError, ProjectMember, Site, time_words, work},
    kind_pages::KindPages,
};
use crate::{
    domain::version::{Change, Common, Group},
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
        history::{self, Comparison, PastVersion},
    },
    store::{Connection, Store, publications, versions},
};

/// How many versions the selects offer; older ones are reached from their own pages.
const MOST_OFFERED: u16 = 200;

/// How a comparison is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Words,
    Table,
    Json,
}

impl Shape {
    const ALL: [Shape; 3] = [Shape::Words, Shape::Table, Shape::Json];

    /// Its name in addresses.
    fn as_str(self) -> &'static str {
        match self {
            Shape::Words => "words",
            Shape::Table => "table",
            Shape::Json => "json",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Shape::Words => "In words",
            Shape::Table => "Table",
            Shape::Json => "JSON",
        }
    }
}

/// How two versions shall be shown, as the query has it.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    shape: Shape,
    /// Whether what both say is shown, too.
    with_common: bool,
}

impl Wanted {
    fn parse(query: &str) -> Wanted {
        let mut wanted = Wanted { shape: Shape::Table, with_common: false };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "as" => {
                    let shape = Shape::ALL.into_iter().find(|shape| shape.as_str() == value);
                    wanted.shape = shape.unwrap_or(wanted.shape);
                }
                "same" => wanted.with_common = value == "1",
                _ => {}
            }
        }
        wanted
    }

    /// The query with a question mark, without what goes without saying.
    fn query(self) -> String {
        let shape = match self.shape {
            Shape::Table => None,
            other => Some(format!("as={}", other.as_str())),
        };
        let common = self.with_common.then(|| "same=1".to_owned());
        let said: Vec<String> = [shape, common].into_iter().flatten().collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }
}

#[derive(Template)]
#[template(path = "experiences/compare.html")]
struct ComparePage {
    layout: Layout,
    pages: KindPages,
    /// The address of the list.
    list: String,
    /// The page of the experience.
    experience: String,
    name: String,
    before: i32,
    after: i32,
    choices: Vec<Choice>,
    summary: String,
    shapes: Vec<Link>,
    shape: Shape,
    /// The same the other way round.
    swapped: String,
    with_common: bool,
    groups: Vec<Part>,
    /// The changes as the REST API gives them.
    json: Option<String>,
    /// Where each of the two is published, for who may.
    publish: Vec<(i32, String)>,
}

/// A version in the selects.
struct Choice {
    number: i32,
    label: String,
}

/// Another way of showing it.
struct Link {
    label: &'static str,
    address: String,
    is_current: bool,
}

/// A part of the content.
struct Part {
    label: &'static str,
    changes: Vec<Change>,
    common: Vec<Common>,
}

/// What two versions stand among.
struct Found {
    view: ExperienceView,
    past: Vec<PastVersion>,
    live: Option<i32>,
    comparison: Comparison,
}

/// Leads to the page of the two versions that the form names.
///
/// # Errors
/// [`PageError::NotFound`] where it names none.
pub async fn choose(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Path<(String, String, String)>,
    site: Site,
) -> Answer {
    let query = request.query_string();
    let number = |wanted: &str| -> Option<i32> {
        let mut fields = form_urlencoded::parse(query.as_bytes());
        fields.find(|(name, _)| name == wanted).and_then(|(_, value)| value.parse().ok())
    };
    let (Some(a), Some(b)) = (number("a"), number("b")) else { return Err(PageError::NotFound) };
    let path = pages.address(&member, &address.into_inner().2);
    let to = format!("{path}/compare/{a}...{b}{}", Wanted::parse(query).query());
    Ok(Moved::to(to).answer(&member.ask, &site))
}

/// Two versions side by side.
///
/// # Errors
/// [`PageError::NotFound`] for versions that there are not.
pub async fn page(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    address: Path<(String, String, String, String)>,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug, range) = address.into_inner();
    let both = range.split_once("...").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let (before, after): (i32, i32) = both.ok_or(PageError::NotFound)?;
    let wanted = Wanted::parse(request.query_string());
    let who = member.clone();
    let found =
        work::read(&store, move |conn| find(conn, &who, pages, &slug, (before, after))).await?;
    Page::show(&found.page(&member, pages, (before, after), wanted))
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    pages: KindPages,
    slug: &str,
    (before, after): (i32, i32),
) -> Result<Found, OperationError> {
    let view = experiences::find_by_slug(conn, &member.actor, member.project.id, pages.kind, slug)?;
    let experience = &view.experience;
    let numbered = |conn: &mut Connection, number: i32| {
        let found = versions::find_by_number(conn, experience.id, number)?;
        found.ok_or(OperationError::NotFound("version"))
    };
    let (one, other) = (numbered(conn, before)?, numbered(conn, after)?);
    let comparison = history::compare(conn, experience, &one, &other)?;
    let live = publications::active(conn, experience.id, member.environment.id)?;
    let past = history::list(conn, experience, None, MOST_OFFERED)?;
    Ok(Found { live: live.map(|live| live.version), past, comparison, view })
}

impl Found {
    fn page(
        self,
        member: &ProjectMember,
        pages: KindPages,
        (before, after): (i32, i32),
        wanted: Wanted,
    ) -> ComparePage {
        let name = self.view.experience.name.clone();
        let title = format!("Compare {before} and {after} · {name}");
        let experience = pages.address(member, &self.view.experience.slug);
        let address = |(a, b): (i32, i32), wanted: Wanted| {
            format!("{experience}/compare/{a}...{b}{}", wanted.query())
        };
        let shapes = Shape::ALL.into_iter().map(|shape| Link {
            label: shape.label(),
            address: address((before, after), Wanted { shape, ..wanted }),
            is_current: shape == wanted.shape,
        });
        let may = member.may_publish() && self.view.experience.archived_at.is_none();
        let publish = [before, after].into_iter().filter(|number| Some(*number) != self.live);
        let publish =
            publish.map(|number| (number, format!("{experience}/publish?version={number}")));
        let json = (wanted.shape == Shape::Json).then(|| self.json(before, after));
        ComparePage {
            layout: member.layout(&title, pages.section()),
            list: pages.list(member),
            summary: self.summary(),
            choices: self.choices(member, [before, after]),
            shapes: shapes.collect(),
            shape: wanted.shape,
            swapped: address((after, before), wanted),
            with_common: wanted.with_common,
            groups: parts(self.comparison, wanted.with_common),
            publish: if may { publish.collect() } else { Vec::new() },
            pages,
            experience,
            name,
            before,
            after,
            json,
        }
    }

    fn summary(&self) -> String {
        match self.comparison.changes.len() {
            0 => "Nothing differs: both say the same.".to_owned(),
            1 => "1 change.".to_owned(),
            many => format!("{many} changes."),
        }
    }

    fn choices(&self, member: &ProjectMember, shown: [i32; 2]) -> Vec<Choice> {
        let label = |past: &PastVersion| {
            let number = past.version.number;
            match past.published_in(member.environment.id) {
                _ if self.live == Some(number) => format!("{number} · Live"),
                None if number == self.view.newest.number => format!("{number} · Draft"),
                None => format!("{number} · Never published"),
                Some(it) => match it.ended_at {
                    Some(ended) => {
                        format!("{number} · {}", time_words::span(it.published_at, ended))
                    }
                    None => format!("{number} · since {}", time_words::at(it.published_at)),
                },
            }
        };
        let offered = self.past.iter();
        let mut choices: Vec<Choice> = offered
            .map(|past| Choice { number: past.version.number, label: label(past) })
            .collect();
        for number in shown {
            if choices.iter().all(|choice| choice.number != number) {
                choices.push(Choice { number, label: number.to_string() });
            }
        }
        choices
    }

    fn json(&self, before: i32, after: i32) -> String {
        let change = |change: &Change| {
            json!({"path": change.path, "kind": change.kind, "before": change.before,
                   "after": change.after, "sentence": change.sentence})
        };
        let changes: Vec<_> = self.comparison.changes.iter().map(change).collect();
        format!("{:#}", json!({"before": before, "after": after, "changes": changes}))
    }
}

/// The parts of a content that there is something to say of.
fn parts(comparison: Comparison, with_common: bool) -> Vec<Part> {
    let Comparison { changes, common } = comparison;
    let part = |group: Group| Part {
        label: group.label(),
        changes: changes.iter().filter(|change| change.group == group).cloned().collect(),
        common: common.iter().filter(|it| with_common && it.group == group).cloned().collect(),
    };
    let all = Group::ALL.into_iter().map(part);
    all.filter(|part| !part.changes.is_empty() || !part.common.is_empty()).collect()
}
