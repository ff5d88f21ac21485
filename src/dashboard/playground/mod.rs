//! The playground: why a user gets the values that they get.

mod asked;
mod attributes;
mod steps;

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::Utc;

use super::{
    Answer, FieldErrors, Layout, Moved, Page, ProjectMember, Section, number_words::counted, work,
};
use crate::{
    domain::{
        experience::Kind,
        ruleset::Problem,
        version::{Content, value_in_words},
    },
    operations::{
        OperationError,
        explaining::{Decision, Question, Rules, Told, explain},
    },
    store::{
        Connection, Store, experiences, experiences::Experience, member_lists::MemberListCache,
        versions,
    },
};
use asked::{Asked, By, Sound};
use attributes::Properties;
use steps::{Opened, Piece};

/// How many empty rows wait for attributes.
const EMPTY_ROWS: usize = 2;

#[derive(Template)]
#[template(path = "playground/playground.html")]
struct PlaygroundPage {
    layout: Layout,
    environment: String,
    /// The address without what is asked for.
    path: String,
    asked: Asked,
    errors: FieldErrors,
    /// Whether more than the user's id is to be seen.
    is_open: bool,
    /// The flags and configs that a version can be chosen of: slug and name.
    flags: Vec<(String, String)>,
    result: Option<Answered>,
}

/// What came of looking somebody up.
struct Answered {
    /// The address of it; none where the attributes are too long for one.
    link: Option<String>,
    /// The names and values of the address, for the search.
    fields: Vec<(String, String)>,
    notes: Vec<String>,
    problems: Vec<Problem>,
    opened: Option<Opened>,
    lines: Vec<Line>,
    /// How many keys the list is about, in words.
    found: String,
    all: usize,
}

/// A key of the list.
struct Line {
    key: String,
    /// Where it is told step by step; none where the attributes are too long for an address.
    address: Option<String>,
    is_open: bool,
    value: String,
    why: String,
}

/// What a question needs to know of the database, with the answer.
struct Found {
    flags: Vec<(String, String)>,
    /// The keys of the flag that was chosen beforehand.
    keys_of_flag: Vec<String>,
    told: Option<Result<Told, OperationError>>,
}

/// The playground, with an answer where somebody is looked up.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn page(
    request: HttpRequest,
    member: ProjectMember,
    store: Data<Store>,
    lists: Data<MemberListCache>,
) -> Answer {
    let asked = Asked::parse(request.query_string());
    let path = member.path("/playground");
    let sound = match asked.is_asked {
        true => asked.read().map(Some),
        false => Ok(None),
    };
    if let (true, Ok(Some(sound))) = (asked.is_typed, &sound)
        && let Some(address) = asked.address(&path, &sound.attributes)
    {
        return Ok(Moved::to(address).answer(&member.ask, &super::Ask::site(&request)));
    }
    let (sound, mut errors) = match sound {
        Ok(sound) => (sound, FieldErrors::default()),
        Err(errors) => (None, errors),
    };
    let (who, wanted) = (member.clone(), asked.clone());
    let found = work::read(&store, move |conn| {
        let found = find(conn, &lists, &who, &wanted, sound.as_ref())?;
        Ok((found, sound))
    });
    let (found, sound) = found.await?;
    let told = match found.told {
        Some(Ok(told)) => Some(told),
        Some(Err(OperationError::Invalid(problems))) => {
            errors = FieldErrors::new(problems);
            None
        }
        Some(Err(other)) => return Err(other.into()),
        None => None,
    };
    let attributes = sound.map(|sound| sound.attributes).unwrap_or_default();
    let result =
        told.map(|told| Answered::of(told, &asked, &attributes, &path, &found.keys_of_flag));
    show(&member, asked, errors, found.flags, result)
}

fn show(
    member: &ProjectMember,
    mut asked: Asked,
    errors: FieldErrors,
    flags: Vec<(String, String)>,
    result: Option<Answered>,
) -> Answer {
    let is_open = asked.says_more() || !errors.is_empty();
    let as_asked = asked.clone();
    let empty = (String::new(), String::new());
    asked.rows.extend(std::iter::repeat_n(empty, EMPTY_ROWS));
    let layout = member.layout("Playground", Section::Playground);
    let is_wrong = !errors.is_empty();
    let page = PlaygroundPage {
        layout: if is_wrong { layout.with_error() } else { layout },
        environment: member.environment.name.clone(),
        path: member.path("/playground"),
        asked,
        errors,
        is_open,
        flags,
        result,
    };
    let link = page.result.as_ref().and_then(|result| result.link.as_deref());
    match (is_wrong, link) {
        (true, _) => Page::invalid(&page),
        (false, Some(link)) => {
            Page::list(&page, &member.ask, link, |shown| as_asked.is_typed_on(shown))
        }
        (false, None) => Page::show(&page),
    }
}

fn find(
    conn: &mut Connection,
    lists: &MemberListCache,
    member: &ProjectMember,
    asked: &Asked,
    sound: Option<&Sound>,
) -> Result<Found, OperationError> {
    let mut flags = Vec::new();
    for kind in [Kind::FeatureFlag, Kind::ProductConfig] {
        flags.extend(experiences::names(conn, member.project.id, kind)?);
    }
    let is_one = flags.iter().any(|(slug, _)| *slug == asked.flag);
    let flag = match is_one {
        true => experiences::find_by_slug(conn, member.project.id, &asked.flag)?,
        false => None,
    };
    let told = sound.map(|sound| {
        let question = Question {
            environment_id: member.environment.id,
            context: &sound.context,
            with_profile: !asked.bare,
            rules: rules(asked, sound, flag.as_ref())?,
            lists,
            keys: None,
        };
        explain(conn, &member.actor, &question, Utc::now())
    });
    let keys_of_flag = match flag {
        Some(flag) => keys_of(conn, &flag)?,
        None => Vec::new(),
    };
    Ok(Found { flags, keys_of_flag, told })
}

fn rules(asked: &Asked, sound: &Sound, flag: Option<&Experience>) -> Result<Rules, OperationError> {
    match (asked.by, sound.version, sound.at) {
        (By::Version, Some(number), _) => {
            let missing = || OperationError::invalid("flag", "Choose the flag or config.");
            Ok(Rules::Version { experience_id: flag.ok_or_else(missing)?.id, number })
        }
        (By::Moment, _, Some(moment)) => Ok(Rules::At(moment)),
        _ => Ok(Rules::Live),
    }
}

/// The keys of the newest version of a flag.
fn keys_of(conn: &mut Connection, flag: &Experience) -> Result<Vec<String>, OperationError> {
    let newest = versions::newest(conn, flag.id)?;
    let content = newest.and_then(|newest| Content::from_json(&newest.content, &flag.slug).ok());
    let keys = content.map(|content| content.keys).unwrap_or_default();
    Ok(keys.iter().map(|key| key.as_str().to_owned()).collect())
}

impl Answered {
    fn of(
        told: Told,
        asked: &Asked,
        attributes: &Properties,
        path: &str,
        keys_of_flag: &[String],
    ) -> Answered {
        let decisions: Vec<Decision> =
            told.keys.into_iter().filter_map(|(_, decision)| decision).collect();
        let opened = opened(&decisions, asked, keys_of_flag);
        let mut notes = told.notes;
        if !asked.key.is_empty() && opened.is_none_or(|decision| decision.key != asked.key) {
            notes.push(format!("There is no key {}, or it is archived.", asked.key));
        }
        let wanted = asked.search.to_lowercase();
        let address = |key: &str| asked.opening(key).address(path, attributes);
        let line = |decision: &Decision| Line {
            address: address(&decision.key),
            is_open: opened.is_some_and(|opened| opened.key == decision.key),
            key: decision.key.clone(),
            value: value_in_words(&decision.value),
            why: decision.why.clone(),
        };
        let matching = decisions.iter().filter(|one| {
            one.key.to_lowercase().contains(&wanted) || one.why.to_lowercase().contains(&wanted)
        });
        let lines: Vec<Line> = matching.map(line).collect();
        let link = asked.address(path, attributes);
        Answered {
            fields: fields(link.as_deref().unwrap_or_default()),
            link,
            notes,
            problems: told.problems,
            opened: opened.map(Opened::of),
            found: counted(lines.len(), "key"),
            all: decisions.len(),
            lines,
        }
    }
}

/// The decision that is told step by step: that of the key that was asked for, else one of the
/// flag's, else the first that anything serves.
fn opened<'d>(
    decisions: &'d [Decision],
    asked: &Asked,
    keys_of_flag: &[String],
) -> Option<&'d Decision> {
    let of_key = decisions.iter().find(|decision| decision.key == asked.key);
    let of_flag = || decisions.iter().find(|decision| keys_of_flag.contains(&decision.key));
    let served = || decisions.iter().find(|decision| decision.experience.is_some());
    of_key.or_else(of_flag).or_else(served).or_else(|| decisions.first())
}

/// What an address says, apart from the search.
fn fields(address: &str) -> Vec<(String, String)> {
    let (_, query) = address.split_once('?').unwrap_or_default();
    let fields = form_urlencoded::parse(query.as_bytes()).into_owned();
    fields.filter(|(name, _)| name != "q").collect()
}

/// Where it is told step by step how a user gets a key's value, of whom the app says that; as far
/// as an address has room for what it says.
pub fn address_about(member: &ProjectMember, user: &str, says: &Properties, key: &str) -> String {
    let (asked, path) = (Asked::about(user, key), member.path("/playground"));
    let address = asked.address(&path, says).or_else(|| asked.address(&path, &Properties::new()));
    address.unwrap_or(path)
}
