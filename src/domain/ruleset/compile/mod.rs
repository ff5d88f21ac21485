//! Compiling an environment. What can't be compiled (older or newer data) is kept at its last good
//! form and reported; everything else goes on.

mod experiences;
mod segments;

pub(super) use segments::SegmentPlaces;

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{
    Key, MemberLists, Ruleset,
    plan::enter_unserved,
    source::{ExperienceSource, KeySource, SegmentSource, Source},
};
use crate::domain::{condition::Predicates, context::USER_ID, reading::FieldError, value::Value};

/// A compiled environment.
#[derive(Debug, Default)]
pub struct Compiled {
    /// Ready for reading.
    pub ruleset: Ruleset,
    /// What it was made from in the end: the source, with the last good form of what can't be
    /// compiled. Worth keeping as the next `previous`, and in the last-known-good file.
    pub source: Source,
    /// What could not be compiled.
    pub problems: Vec<Problem>,
}

/// Something that could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, segment or experience, by its name or slug.
    pub what: String,
    /// Why, as a sentence.
    pub message: String,
}

impl Ruleset {
    /// Compiles an environment. `previous` is what was last compiled of it, for what can't be
    /// compiled now; `lists` are the members of its list segments.
    pub fn compile(source: Source, previous: Option<&Source>, lists: &MemberLists) -> Compiled {
        let Source { revision, stored_names, teaches, .. } = source;
        let names = stored_names.iter().map(|name| name.as_str().into()).collect();
        let mut compiler = Compiler {
            previous: Previous::of(previous),
            lists,
            segment_places: SegmentPlaces::new(),
            ruleset: Ruleset { revision, stored_names: names, teaches, ..Ruleset::default() },
            source: Source { revision, stored_names, teaches, ..Source::default() },
            predicates: Predicates::default(),
            problems: Vec::new(),
        };
        compiler.keys(source.keys);
        compiler.segments(source.segments);
        compiler.experiences(source.experiences);
        let Compiler { mut ruleset, source, predicates, problems, .. } = compiler;
        ruleset.predicates = predicates.finish();
        ruleset.used_names = used_names(&ruleset);
        Compiled { ruleset, source, problems }
    }
}

/// The attributes that what this environment serves asks for, but for who the user is.
fn used_names(ruleset: &Ruleset) -> Vec<Box<str>> {
    let asked = ruleset.predicates.iter().map(|predicate| predicate.attribute.clone());
    let plans = ruleset.experiences.iter().flat_map(|experience| experience.plans());
    let bucketed = plans.map(|plan| plan.bucket_by.clone());
    let names: BTreeSet<Box<str>> =
        asked.chain(bucketed).filter(|name| name.as_ref() != USER_ID).collect();
    names.into_iter().collect()
}

/// What was last compiled, by identity.
#[derive(Default)]
struct Previous<'a> {
    keys: HashMap<Uuid, &'a KeySource>,
    segments: HashMap<Uuid, &'a SegmentSource>,
    experiences: HashMap<Uuid, &'a ExperienceSource>,
}

impl<'a> Previous<'a> {
    fn of(source: Option<&'a Source>) -> Previous<'a> {
        let Some(source) = source else { return Previous::default() };
        Previous {
            keys: source.keys.iter().map(|key| (key.id, key)).collect(),
            segments: source.segments.iter().map(|segment| (segment.id, segment)).collect(),
            experiences: source.experiences.iter().map(|e| (e.id, e)).collect(),
        }
    }
}

struct Compiler<'a> {
    previous: Previous<'a>,
    lists: &'a MemberLists,
    segment_places: SegmentPlaces,
    ruleset: Ruleset,
    source: Source,
    predicates: Predicates,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn report(&mut self, what: &str, message: impl Into<String>) {
        self.problems.push(Problem { what: what.to_owned(), message: message.into() });
    }

    fn keys(&mut self, mut keys: Vec<KeySource>) {
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        for key in keys {
            let before = self.previous.keys.get(&key.id).copied();
            let read = |key: &KeySource| Value::read(key.value_type, &key.default_value);
            let (default, key) = match (read(&key), before) {
                (Ok(default), _) => (default, key),
                (Err(message), before) => {
                    self.report(&key.name, message);
                    match before.and_then(|key| Some((read(key).ok()?, key.clone()))) {
                        Some(last_good) => last_good,
                        None => continue,
                    }
                }
            };
            let place = self.ruleset.keys.len() as u32;
            self.ruleset.key_places.insert(key.name.as_str().into(), place);
            self.ruleset.keys.push(Key {
                id: key.id,
                name: key.name.as_str().into(),
                value_type: key.value_type,
                short_rollout: None,
                default,
                unserved: 0,
                server: None,
            });
            self.source.keys.push(key);
        }
        for place in 0..self.ruleset.keys.len() {
            let entered =
                enter_unserved(&self.ruleset.keys, place as u32, &mut self.ruleset.answers);
            if let (Ok(answer), Some(key)) = (entered, self.ruleset.keys.get_mut(place)) {
                key.unserved = answer;
            }
        }
    }
}

fn sentence(problems: &[FieldError]) -> String {
    let first = problems.first();
    first.map_or_else(String::new, |problem| format!("{}: {}", problem.field, problem.message))
}
