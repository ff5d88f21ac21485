//! One side of a trial: a ruleset, and where in it the keys stand that are looked at.

use serde_json::Value as Json;
use uuid::Uuid;

use crate::domain::{
    evaluation::decider::Decider,
    ruleset::{
        Answer, AnswerIndex, Plan, Ruleset, Serving,
        source::{KeySource, PublicationSource},
    },
    value::{Value, ValueType},
    version::Content,
};

/// What decides on one side.
#[derive(Debug)]
pub(super) struct Side {
    pub ruleset: Ruleset,
    /// The place of a key that the experience serves, and its position there; none where the
    /// experience serves nothing.
    lead: Option<(u32, u32)>,
    /// The place of the experience.
    experience: Option<u32>,
}

/// A key that is looked at on both sides.
#[derive(Debug)]
pub(super) struct TriedKey {
    pub name: Box<str>,
    pub default: Value,
    /// Whether the content gives it values.
    pub is_own: bool,
    before: At,
    after: At,
}

/// Where the answer of a key is found.
#[derive(Debug, Clone, Copy)]
enum At {
    /// That many places behind the first answer that the experience gives.
    Behind(u32),
    /// There, whatever the experience does.
    Fixed(AnswerIndex),
}

impl Side {
    pub fn new(ruleset: Ruleset, key: Option<&str>) -> Side {
        let place = key.and_then(|key| ruleset.key_place(key));
        let server = place.and_then(|place| {
            let (experience, position) = ruleset.keys.get(place as usize)?.server?;
            Some((place, experience, position))
        });
        let lead = server.map(|(place, _, position)| (place, position));
        let experience = server.map(|(_, experience, _)| experience);
        Side { ruleset, lead, experience }
    }

    /// The first of the answers that the experience gives.
    pub fn first<'r>(&'r self, decider: &mut Decider<'r, '_>) -> AnswerIndex {
        let Some((place, position)) = self.lead else { return 0 };
        decider.remembered_answer(place).map_or(0, |answer| answer.index - position)
    }

    /// The version that decides, where one does.
    pub fn plan(&self) -> Option<&Plan> {
        match &self.ruleset.experiences.get(self.experience? as usize)?.serving {
            Serving::On { active, .. } => Some(active),
            Serving::Off(_) | Serving::Unreadable(_) => None,
        }
    }

    fn at(&self, at: At, first: AnswerIndex) -> Option<&Answer> {
        let index = match at {
            At::Behind(position) => first + position,
            At::Fixed(index) => index,
        };
        self.ruleset.answers.get(index as usize)
    }
}

impl TriedKey {
    /// What it hands out now, where the experience's first answer is that.
    pub fn before<'t>(&self, side: &'t Side, first: AnswerIndex) -> Option<&'t Answer> {
        side.at(self.before, first)
    }

    /// What it would hand out.
    pub fn after<'t>(&self, side: &'t Side, first: AnswerIndex) -> Option<&'t Answer> {
        side.at(self.after, first)
    }
}

/// The keys of the content, then those that only what is served now gives values to.
pub(super) fn tried_keys(
    content: &Content,
    live: &[String],
    before: &Ruleset,
    after: &Ruleset,
) -> Vec<TriedKey> {
    let own: Vec<&str> = content.keys.iter().map(|key| key.as_str()).collect();
    let left = live.iter().map(String::as_str).filter(|name| !own.contains(name));
    let at = |ruleset: &Ruleset, name: &str, is_served: bool| {
        let key = ruleset.keys.get(ruleset.key_place(name)? as usize)?;
        Some(match key.server.filter(|_| is_served) {
            Some((_, position)) => At::Behind(position),
            None => At::Fixed(key.unserved),
        })
    };
    let tried = |name: &str, is_own: bool| {
        let place = after.key_place(name)? as usize;
        Some(TriedKey {
            name: name.into(),
            default: after.keys.get(place)?.default.clone(),
            is_own,
            before: at(before, name, live.iter().any(|it| it == name))?,
            after: at(after, name, is_own)?,
        })
    };
    let own = own.iter().filter_map(|name| tried(name, true));
    own.chain(left.filter_map(|name| tried(name, false))).collect()
}

/// The keys that a publication gives values to, or that what it replaces still does.
pub(super) fn keys_of(publication: &PublicationSource) -> Vec<String> {
    let contents = publication.replaces.iter().map(|replaced| &replaced.content);
    let contents = std::iter::once(&publication.content).chain(contents);
    let named = contents.filter_map(|content| content.get("keys").and_then(Json::as_array));
    let mut names: Vec<String> =
        named.flatten().filter_map(|key| key.as_str().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    names
}

/// A boolean key of that name.
pub(super) fn boolean_key(name: &str) -> KeySource {
    KeySource {
        id: Uuid::nil(),
        name: name.to_owned(),
        value_type: ValueType::Boolean,
        default_value: Json::Bool(false),
    }
}
