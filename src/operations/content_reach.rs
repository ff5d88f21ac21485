//! Who would get what from a content, in known users: what it changes beside what is live, whom it
//! moves from one bucket to another, and what is worth a second look. Nothing is saved.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::contents::Draft;
use super::{Actor, OperationError};
use crate::domain::experience::Kind;
use crate::domain::json_schema::JsonSchema;
use crate::domain::reach::Estimate;
use crate::domain::role::Right;
use crate::domain::ruleset::source::{ExperienceSource, KeySource, Source};
use crate::domain::trial::{
    Candidate, ContentReach, Facts, Moving, Required, State, Trial, Warning, still, warnings,
};
use crate::domain::value::{Value, ValueType};
use crate::domain::version::{Content, Prerequisite, ProjectNames};
use crate::population::{Population, Sample};
use crate::store::environments::Environment;
use crate::store::experiences::Experience;
use crate::store::{Connection, keys, population, segments, versions};

/// Stands for the slug of an experience to be; none is called so.
const NEW: &str = "(new)";

/// A content that is tried.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// The project.
    pub project_id: Uuid,
    /// Whose known users are counted.
    pub environment: &'a Environment,
    /// Feature flag or product config.
    pub kind: Kind,
    /// The experience that it would be a version of; none for one to be.
    pub experience: Option<&'a Experience>,
    /// What it says.
    pub draft: Draft<'a>,
    /// Keys that would be made along with it.
    pub new_keys: &'a [NewKey<'a>],
}

/// A key to be.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// Its name.
    pub name: &'a str,
    /// What values it takes.
    pub value_type: ValueType,
    /// What it would hand out where nothing decides.
    pub default_value: &'a Json,
}

/// What came of trying.
#[derive(Debug, Clone)]
pub struct Tryout {
    /// What was tried.
    pub content: Content,
    /// How the experience stands in the environment: what is off or not published was tried as if
    /// it were on and published for everybody.
    pub state: State,
    /// How many users are known.
    pub known: u64,
    /// Who would get what.
    pub reach: ContentReach,
    /// Whom it moves by bucketing anew.
    pub moves: Vec<Moves>,
    /// What is worth a second look.
    pub warnings: Vec<Warning>,
    /// The names of the project's segments, by slug.
    pub segment_names: HashMap<String, String>,
    /// The environment's name.
    pub environment: String,
}

/// Users who are moved by being bucketed anew, with all else as it is live.
#[derive(Debug, Clone)]
pub struct Moves {
    /// By what.
    pub moving: Moving,
    /// Who would get what if nothing else changed.
    pub reach: ContentReach,
}

impl Tryout {
    /// What a number of those who were asked says about all.
    pub fn estimate(&self, found: usize) -> Estimate {
        Estimate::new(found, self.reach.asked, self.known)
    }

    /// A warning as a sentence.
    pub fn words(&self, warning: &Warning) -> String {
        let name =
            |slug: &str| self.segment_names.get(slug).cloned().unwrap_or_else(|| slug.to_owned());
        warning.in_words(&self.content, &self.environment, &name)
    }
}

/// Tries a content on the known users of an environment.
///
/// # Errors
/// [`OperationError::Invalid`] with what is wrong with it, by path; those of the right to see.
pub fn tryout(
    conn: &mut Connection,
    population: &Population,
    actor: &Actor,
    tried: &Tried<'_>,
    now: DateTime<Utc>,
) -> Result<Tryout, OperationError> {
    actor.require(Right::See, tried.project_id)?;
    let served = population.rules(conn, tried.environment.id)?;
    let new_keys: Vec<KeySource> = tried.new_keys.iter().map(NewKey::source).collect();
    let segment_names: HashMap<String, String> =
        segments::names(conn, tried.project_id)?.into_iter().collect();
    let content = read(conn, tried, &served, &new_keys, &segment_names)?;
    let id = tried.experience.map_or_else(Uuid::nil, |experience| experience.id);
    let mut source = served.around(id, &content.to_json());
    source.keys.extend(new_keys);
    let facts = Known::load(conn, tried, &content, &served, &source)?;
    let live = source.experiences.iter().find(|it| it.id == id).cloned();
    let lists = population.member_lists(conn, &source.segments)?;
    let sample = population.sample(tried.environment.id, now)?;
    let slug = tried.experience.map_or(NEW, |experience| experience.slug.as_str());
    let look = |content: &Content| -> Result<ContentReach, String> {
        let candidate = Candidate { id, slug, kind: tried.kind, content };
        let trial = Trial::new(source.clone(), candidate, &lists)?;
        Ok(trial.reach(sample.last_seen(), now))
    };
    let reach = look(&content).map_err(|message| unservable(tried, &content, message))?;
    let moves = moves(live.as_ref(), &content, look);
    let warnings = warnings(&content, &reach, &facts.facts(tried.kind, &sample));
    Ok(Tryout {
        state: state(live.as_ref()),
        known: sample.known(),
        environment: tried.environment.name.clone(),
        content,
        reach,
        moves,
        warnings,
        segment_names,
    })
}

impl NewKey<'_> {
    fn source(&self) -> KeySource {
        KeySource {
            id: Uuid::nil(),
            name: self.name.to_owned(),
            value_type: self.value_type,
            default_value: self.default_value.clone(),
        }
    }
}

/// The content, checked like one that is saved, but for segments that are archived: a warning says
/// that of them.
fn read(
    conn: &mut Connection,
    tried: &Tried<'_>,
    served: &Source,
    new_keys: &[KeySource],
    segments: &HashMap<String, String>,
) -> Result<Content, OperationError> {
    let mut content = tried.draft.read(&salt(conn, tried)?)?;
    let names: Vec<&str> = content.keys.iter().map(|key| key.as_str()).collect();
    let schema = |json: Option<Json>| JsonSchema::read(&json?).ok().map(std::sync::Arc::new);
    let schemas = keys::find_by_names(conn, tried.project_id, &names)?;
    let schemas = schemas.into_iter().filter_map(|key| Some((key.name, schema(key.schema)?)));
    let all_keys = served.keys.iter().chain(new_keys);
    let names = ProjectNames {
        keys: all_keys.map(|key| (key.name.clone(), key.value_type)).collect(),
        schemas: schemas.collect(),
        segments: segments.keys().cloned().collect(),
    };
    content.name_variants(tried.kind, &names);
    let problems = content.validate(tried.kind, &names, tried.draft.base());
    if problems.is_empty() { Ok(content) } else { Err(OperationError::Invalid(problems)) }
}

/// The salt of a content that gives none.
fn salt(conn: &mut Connection, tried: &Tried<'_>) -> Result<String, OperationError> {
    let Some(experience) = tried.experience else { return Ok(NEW.to_owned()) };
    let newest = versions::newest(conn, experience.id)?;
    let salt = newest.as_ref().and_then(|newest| newest.content.get("salt")?.as_str());
    Ok(salt.unwrap_or(&experience.slug).to_owned())
}

/// Why the environment could not serve it, at the field that is to blame.
fn unservable(tried: &Tried<'_>, content: &Content, message: String) -> OperationError {
    let field = if content.prerequisites.is_empty() { "keys" } else { "prerequisites" };
    let field = match tried.draft.base() {
        "" => field.to_owned(),
        base => format!("{base}.{field}"),
    };
    OperationError::invalid(&field, message)
}

fn state(live: Option<&ExperienceSource>) -> State {
    match live {
        None => State::Draft,
        Some(live) if live.switched_on => State::Live,
        Some(_) => State::Off,
    }
}

/// Whom the content moves by bucketing anew, beside what is live.
fn moves(
    live: Option<&ExperienceSource>,
    content: &Content,
    look: impl Fn(&Content) -> Result<ContentReach, String>,
) -> Vec<Moves> {
    let live = live.and_then(|it| Content::from_json(&it.active.content, &it.slug).ok());
    let Some(live) = live else { return Vec::new() };
    let moved = Moving::ALL.into_iter().filter_map(|moving| {
        let reach = look(&still(&live, content, moving)?).ok()?;
        Some(Moves { moving, reach })
    });
    moved.collect()
}

/// What warnings have to know.
struct Known {
    defaults: HashMap<String, Value>,
    archived: HashSet<String>,
    unknown_users: HashSet<String>,
    required: Vec<Required>,
}

impl Known {
    fn load(
        conn: &mut Connection,
        tried: &Tried<'_>,
        content: &Content,
        served: &Source,
        source: &Source,
    ) -> Result<Known, OperationError> {
        let keys =
            source.keys.iter().filter(|it| content.keys.iter().any(|k| *k.as_str() == *it.name));
        let default = |key: &KeySource| Value::read(key.value_type, &key.default_value).ok();
        let there: HashSet<&str> = served.segments.iter().map(|it| it.slug.as_str()).collect();
        let named = content.segments().into_iter().map(|slug| slug.as_str());
        let users: Vec<&str> = content.test_users.iter().map(|it| it.user_id.as_str()).collect();
        let mut unknown: HashSet<String> = users.iter().map(|id| (*id).to_owned()).collect();
        for known in population::known_among(conn, tried.environment.id, &users)? {
            unknown.remove(&known);
        }
        let required = content.prerequisites.iter();
        let required =
            required.map(|it| required_state(conn, it, source)).collect::<Result<_, _>>()?;
        Ok(Known {
            defaults: keys.filter_map(|key| Some((key.name.clone(), default(key)?))).collect(),
            archived: named.filter(|it| !there.contains(it)).map(str::to_owned).collect(),
            unknown_users: unknown,
            required,
        })
    }

    fn facts(&self, kind: Kind, sample: &Sample) -> Facts<'_> {
        Facts {
            kind,
            defaults: &self.defaults,
            archived: &self.archived,
            unknown_users: &self.unknown_users,
            required: &self.required,
            known: sample.known(),
        }
    }
}

/// How the key that is required is served.
fn required_state(
    conn: &mut Connection,
    prerequisite: &Prerequisite,
    source: &Source,
) -> Result<Required, OperationError> {
    let name = prerequisite.key.as_str();
    let key = source.keys.iter().find(|key| key.name == name);
    let holders = match key {
        Some(key) => keys::holders(conn, &[key.id])?,
        None => Vec::new(),
    };
    let serves = |experience: &&ExperienceSource| {
        let keys = experience.active.content.get("keys").and_then(Json::as_array);
        keys.is_some_and(|keys| keys.iter().any(|key| key == name))
    };
    let read = |key: &KeySource, json: &Json| Value::read(key.value_type, json).ok();
    let default_meets = key.is_some_and(|key| {
        let default = read(key, &key.default_value);
        prerequisite.is_in.iter().any(|json| read(key, json) == default)
    });
    Ok(Required {
        holder: holders.into_iter().next().map(|held| held.experience_name),
        state: state(source.experiences.iter().find(serves)),
        default_meets,
    })
}
