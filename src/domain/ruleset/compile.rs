//! Compiling an environment. What can't be compiled (older or newer data) is kept at its last good
//! form and reported; everything else goes on.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    Experience, Key, MemberLists, Ramp, Reason, Rest, Ruleset, Segment, SegmentMatcher, Serving,
    VersionReference,
    order::on_a_circle,
    plan::{Surroundings, enter_unserved},
    source::{ExperienceSource, KeySource, PublicationSource, SegmentRule, SegmentSource, Source},
};
use crate::domain::{
    bucketing::Rollout,
    condition::{Condition, Matcher},
    experience::Kind,
    slug::Slug,
    value::{Value, ValueType},
    version::{Content, ShortForm},
};

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
        let revision = source.revision;
        let mut compiler = Compiler {
            previous: Previous::of(previous),
            lists,
            segment_places: HashMap::new(),
            ruleset: Ruleset { revision, ..Ruleset::default() },
            source: Source { revision, ..Source::default() },
            problems: Vec::new(),
        };
        compiler.keys(source.keys);
        compiler.segments(source.segments);
        compiler.experiences(source.experiences);
        let Compiler { ruleset, source, problems, .. } = compiler;
        Compiled { ruleset, source, problems }
    }
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
    /// Place and identity of each segment, by slug.
    segment_places: HashMap<String, (u32, Uuid)>,
    ruleset: Ruleset,
    source: Source,
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

    fn segments(&mut self, segments: Vec<SegmentSource>) {
        let mut trees: HashMap<String, Option<Condition>> = HashMap::new();
        for segment in segments {
            let before = self.previous.segments.get(&segment.id).copied();
            let tree = |segment: &SegmentSource| match &segment.rule {
                SegmentRule::List => Ok(None),
                SegmentRule::Conditions(json) => Condition::from_json(json).map(Some),
            };
            let (tree, segment) = match (tree(&segment), before.map(|b| (tree(b), b))) {
                (Ok(tree), _) => (tree, segment),
                (Err(problems), Some((Ok(last_good), before))) => {
                    self.report(&segment.slug, sentence(&problems));
                    (last_good, before.clone())
                }
                (Err(problems), _) => {
                    self.report(&segment.slug, sentence(&problems));
                    (None, segment)
                }
            };
            trees.insert(segment.slug.clone(), tree);
            self.source.segments.push(segment);
        }
        self.segment_matchers(&trees);
    }

    fn segment_matchers(&mut self, trees: &HashMap<String, Option<Condition>>) {
        let needs = trees.iter().map(|(slug, tree)| {
            let named = tree.iter().flat_map(|tree| tree.segments());
            (slug.as_str(), named.map(|slug| slug.as_str()).collect())
        });
        let circular = on_a_circle(&needs.collect());
        let segments = std::mem::take(&mut self.source.segments);
        let places = segments.iter().zip(0..);
        self.segment_places = places.map(|(s, place)| (s.slug.clone(), (place, s.id))).collect();
        for segment in &segments {
            let slug = segment.slug.as_str();
            let place = |named: &Slug| self.segment_places.get(named.as_str()).map(|found| found.0);
            let compile = |tree: &Condition| Matcher::compile(tree, &place);
            let rule = match (&segment.rule, trees.get(slug)) {
                (SegmentRule::List, _) => self.list(segment.id),
                (_, Some(Some(_))) if circular.contains(&slug) => {
                    self.report(slug, "This segment depends on itself.");
                    SegmentMatcher::Unknown
                }
                (_, Some(Some(tree))) => match compile(tree) {
                    Ok(matcher) => SegmentMatcher::Conditions(matcher),
                    Err(message) => {
                        self.report(slug, message);
                        SegmentMatcher::Unknown
                    }
                },
                _ => SegmentMatcher::Unknown,
            };
            self.ruleset.segments.push(Segment { slug: slug.into(), rule });
        }
        self.source.segments = segments;
    }

    fn list(&self, id: Uuid) -> SegmentMatcher {
        let list = self.lists.get(&id).map(Arc::clone);
        list.map_or(SegmentMatcher::Unknown, SegmentMatcher::List)
    }

    fn experiences(&mut self, mut experiences: Vec<ExperienceSource>) {
        experiences.sort_by_key(|experience| experience.id);
        let circular = self.circular(&experiences);
        for experience in experiences {
            let before = self.previous.experiences.get(&experience.id).copied();
            let before = before.filter(|before| **before != experience);
            let place = self.ruleset.experiences.len() as u32;
            let compiled = match circular.contains(&experience.slug) {
                true => Err("It requires a key whose value depends on itself.".to_owned()),
                false => self.experience(&experience),
            };
            let (serving, own_keys, experience) = match compiled {
                Ok((serving, own_keys)) => (serving, own_keys, experience),
                Err(message) => {
                    self.report(&experience.slug, message);
                    self.last_good(experience, before)
                }
            };
            for (position, key) in own_keys.iter().enumerate() {
                if let Some(key) = self.ruleset.keys.get_mut(*key as usize) {
                    key.server = Some((place, position as u32));
                }
            }
            let slug = experience.slug.as_str().into();
            self.ruleset.experiences.push(Experience { slug, serving });
            self.source.experiences.push(experience);
        }
    }

    /// The last good form of an experience, with today's switch; without one, nobody knows what
    /// it should serve.
    fn last_good(
        &mut self,
        now: ExperienceSource,
        before: Option<&ExperienceSource>,
    ) -> (Serving, Vec<u32>, ExperienceSource) {
        let before = before.map(|b| ExperienceSource { switched_on: now.switched_on, ..b.clone() });
        if let Some(before) = before
            && let Ok((serving, own_keys)) = self.experience(&before)
        {
            return (serving, own_keys, before);
        }
        let own_keys = self.free_keys(&named_keys(&now.active.content));
        let reason = if now.switched_on { Reason::Stale } else { Reason::Disabled };
        let answers = &mut self.ruleset.answers;
        let around = Surroundings {
            keys: &self.ruleset.keys,
            key_places: &self.ruleset.key_places,
            segments: &self.segment_places,
            own_keys: &own_keys,
            multivariate: false,
        };
        let first = around.defaults(reason, None, answers).unwrap_or_default();
        let serving =
            if now.switched_on { Serving::Unreadable(first) } else { Serving::Off(first) };
        (serving, own_keys, now)
    }

    /// The slugs of the experiences whose prerequisites lead back to themselves.
    fn circular(&self, experiences: &[ExperienceSource]) -> HashSet<String> {
        let server = |key: &str| {
            experiences.iter().find(|e| contents(e).any(|c| named_keys(c).iter().any(|k| k == key)))
        };
        let needed = |experience: &ExperienceSource| -> Vec<String> {
            contents(experience)
                .flat_map(|content| content.get("prerequisites").and_then(Json::as_array))
                .flatten()
                .filter_map(|prerequisite| server(prerequisite.get("key")?.as_str()?))
                .map(|experience| experience.slug.clone())
                .collect()
        };
        let needs: HashMap<&str, Vec<String>> =
            experiences.iter().map(|e| (e.slug.as_str(), needed(e))).collect();
        let borrowed = needs
            .iter()
            .map(|(slug, needed)| (*slug, needed.iter().map(String::as_str).collect::<Vec<_>>()));
        on_a_circle(&borrowed.collect()).into_iter().map(str::to_owned).collect()
    }

    fn experience(&mut self, experience: &ExperienceSource) -> Result<(Serving, Vec<u32>), String> {
        let replaced = experience.active.replaces.as_deref();
        let ramp = Rollout::from_hundredths(experience.active.ramp)
            .ok_or("The share that its ramp has reached is above 100 %.")?;
        let replaced = replaced.filter(|_| !ramp.is_all());
        let active_content = content(&experience.active, &experience.slug)?;
        let replaced_content = replaced.map(|r| content(r, &experience.slug)).transpose()?;
        let mut named: Vec<String> = key_names(&active_content);
        named.extend(replaced_content.iter().flat_map(key_names));
        named.sort();
        named.dedup();
        let own_keys = self.free_keys(&named);
        if own_keys.len() < named.len() {
            return Err("It names a key that is archived or that another experience serves.".into());
        }
        self.short_form(experience.kind, &active_content, &own_keys);

        let multivariate = experience.kind == Kind::FeatureFlag
            && matches!(own_keys.as_slice(), [only]
                if self.ruleset.keys.get(*only as usize).is_some_and(|k| k.value_type == ValueType::String));
        let around = Surroundings {
            keys: &self.ruleset.keys,
            key_places: &self.ruleset.key_places,
            segments: &self.segment_places,
            own_keys: &own_keys,
            multivariate,
        };
        let answers = &mut self.ruleset.answers;
        let version = reference(&experience.active);
        if !experience.switched_on {
            let off = around.defaults(Reason::Disabled, Some(version), answers)?;
            return Ok((Serving::Off(off), own_keys));
        }
        let active = around.plan(&active_content, version, answers)?;
        let rest = match (replaced, replaced_content) {
            (Some(replaced), Some(content)) => {
                Rest::Replaced(Box::new(around.plan(&content, reference(replaced), answers)?))
            }
            _ => Rest::Nothing(around.defaults(Reason::Default, None, answers)?),
        };
        let salt = format!("{}/ramp/{}", active_content.salt, experience.active.id);
        let ramp = (!ramp.is_all()).then(|| Ramp { salt: salt.into(), reached: ramp, rest });
        Ok((Serving::On { active, ramp }, own_keys))
    }

    /// The places of the keys of these names that no experience serves yet.
    fn free_keys(&self, names: &[String]) -> Vec<u32> {
        let place = |name: &String| {
            let place = self.ruleset.key_place(name)?;
            let key = self.ruleset.keys.get(place as usize)?;
            key.server.is_none().then_some(place)
        };
        names.iter().filter_map(place).collect()
    }

    fn short_form(&mut self, kind: Kind, content: &Content, own_keys: &[u32]) {
        let [only] = own_keys else { return };
        let Some(key) = self.ruleset.keys.get_mut(*only as usize) else { return };
        if let (Kind::FeatureFlag, Value::Boolean(default)) = (kind, &key.default) {
            key.short_rollout = ShortForm::of(content, *default).map(|short| short.rollout);
        }
    }
}

fn content(publication: &PublicationSource, salt: &str) -> Result<Content, String> {
    Content::from_json(&publication.content, salt).map_err(|problems| {
        format!("Version {} can't be read. {}", publication.version, sentence(&problems))
    })
}

fn contents(experience: &ExperienceSource) -> impl Iterator<Item = &Json> {
    let replaced = experience.active.replaces.iter().map(|replaced| &replaced.content);
    std::iter::once(&experience.active.content).chain(replaced)
}

fn key_names(content: &Content) -> Vec<String> {
    content.keys.iter().map(|key| key.as_str().to_owned()).collect()
}

/// The keys that a content names, as far as it can be read at all.
fn named_keys(content: &Json) -> Vec<String> {
    let keys = content.get("keys").and_then(Json::as_array).into_iter().flatten();
    keys.filter_map(|key| key.as_str().map(str::to_owned)).collect()
}

fn reference(publication: &PublicationSource) -> VersionReference {
    VersionReference { id: publication.version_id, number: publication.version }
}

fn sentence(problems: &[crate::domain::reading::FieldError]) -> String {
    let first = problems.first();
    first.map_or_else(String::new, |problem| format!("{}: {}", problem.field, problem.message))
}
