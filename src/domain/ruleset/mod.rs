//! What one environment serves, compiled for reading: immutable, and complete, so that deciding a
//! value touches nothing else.

mod answer;
mod around;
mod compile;
mod dependents;
mod order;
mod plan;
pub mod source;

pub use answer::{Answer, AnswerIndex, Audience, Decision, Reason, VersionReference};
pub use compile::{Compiled, Problem};
pub use dependents::{Cause, Dependents};

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use crate::domain::{
    bucketing::{PositionRange, Rollout, Salt},
    condition::{Matcher, Predicate},
    context::StoredNames,
    event::Teaches,
    segment::MemberList,
    value::{Value, ValueType},
};

/// The member lists of *list* segments, by the segment's identity; one that is missing could not
/// be read.
pub type MemberLists = HashMap<Uuid, Arc<MemberList>>;

/// The most segments that may name one another in a row, and the most requirements that may lead
/// on to the next: deciding a value goes as deep as they do.
pub const MOST_NESTING: usize = 20;

/// One environment at one revision.
#[derive(Debug, Default)]
pub struct Ruleset {
    pub(in crate::domain) revision: i64,
    pub(in crate::domain) key_places: HashMap<Box<str>, u32, foldhash::fast::RandomState>,
    pub(in crate::domain) keys: Vec<Key>,
    pub(in crate::domain) experiences: Vec<Experience>,
    pub(in crate::domain) segments: Vec<Segment>,
    pub(in crate::domain) predicates: Vec<Predicate>,
    pub(in crate::domain) answers: Vec<Answer>,
    pub(in crate::domain) stored_names: StoredNames,
    pub(in crate::domain) used_names: Vec<Box<str>>,
    pub(in crate::domain) teaches: Teaches,
}

impl Ruleset {
    /// The revision.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// Every key, sorted by name.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The place of the key of that name.
    pub fn key_place(&self, name: &str) -> Option<u32> {
        self.key_places.get(name).copied()
    }

    /// The key of an answer.
    pub fn key_of(&self, answer: &Answer) -> Option<&Key> {
        self.keys.get(answer.key as usize)
    }

    /// The names of all properties that are stored about its users.
    pub fn stored_names(&self) -> &StoredNames {
        &self.stored_names
    }

    /// The names of the attributes that it asks for, but for who the user is.
    pub fn used_names(&self) -> &[Box<str>] {
        &self.used_names
    }

    /// What evaluations teach about who is there.
    pub fn teaches(&self) -> Teaches {
        self.teaches
    }

    /// Everything that can be handed out.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }
}

/// A key, ready.
#[derive(Debug)]
pub struct Key {
    /// Identity in the store.
    pub id: Uuid,
    /// The name that apps say.
    pub name: Box<str>,
    /// What values it takes.
    pub value_type: ValueType,
    /// The percentage of the everyday flag, where its experience can be said in the short form.
    pub short_rollout: Option<Rollout>,
    /// The value where nothing else decides.
    pub(in crate::domain) default: Value,
    /// The answer where no experience serves it.
    pub(in crate::domain) unserved: AnswerIndex,
    /// The experience that serves it, and the key's position there.
    pub(in crate::domain) server: Option<(u32, u32)>,
}

impl Key {
    /// The value where nothing else decides.
    pub fn default_value(&self) -> &Value {
        &self.default
    }
}

/// An experience with an active publication.
#[derive(Debug)]
pub(in crate::domain) struct Experience {
    pub slug: Box<str>,
    pub serving: Serving,
}

impl Experience {
    /// The version that decides, and the one that it is replacing.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        let (active, rest) = match &self.serving {
            Serving::Off(_) | Serving::Unreadable(_) => (None, None),
            Serving::On { active, ramp } => (Some(active), ramp.as_ref().map(|ramp| &ramp.rest)),
        };
        let replaced = rest.and_then(|rest| match rest {
            Rest::Replaced(plan) => Some(plan.as_ref()),
            Rest::Nothing(_) => None,
        });
        active.into_iter().chain(replaced)
    }
}

/// What an experience does. An answer here is the first of as many as the experience has keys.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all are on; a box would cost each decision")]
pub(in crate::domain) enum Serving {
    /// It is switched off.
    Off(AnswerIndex),
    /// It can't be read: nobody knows what it should serve.
    Unreadable(AnswerIndex),
    /// It decides.
    On { active: Plan, ramp: Option<Ramp> },
}

/// How far a publication has reached, and what the rest get.
#[derive(Debug)]
pub(in crate::domain) struct Ramp {
    pub salt: Salt,
    pub reached: Rollout,
    pub rest: Rest,
}

#[derive(Debug)]
pub(in crate::domain) enum Rest {
    /// The publication that is being replaced decides.
    Replaced(Box<Plan>),
    /// Nothing was published before.
    Nothing(AnswerIndex),
}

/// A version, ready.
#[derive(Debug)]
pub(in crate::domain) struct Plan {
    pub bucket_by: Box<str>,
    pub salt: Salt,
    pub test_users: HashMap<Box<str>, AnswerIndex, foldhash::fast::RandomState>,
    pub prerequisites: Vec<Requirement>,
    pub unmet: AnswerIndex,
    pub stale: AnswerIndex,
    /// The enabled rows, in order of priority.
    pub rows: Vec<PlannedRow>,
    pub everyone_else: Option<PlannedRule>,
}

/// A value that another key must have.
#[derive(Debug)]
pub(in crate::domain) struct Requirement {
    pub key: u32,
    pub values: Vec<Value>,
}

#[derive(Debug)]
pub(in crate::domain) struct PlannedRow {
    pub id: Box<str>,
    pub audience: PlannedAudience,
    pub rule: PlannedRule,
}

#[derive(Debug)]
pub(in crate::domain) enum PlannedAudience {
    Everyone,
    Matches(Matcher),
}

#[derive(Debug)]
pub(in crate::domain) struct PlannedRule {
    pub rollout: Rollout,
    /// The answer of those whom the percentage leaves out.
    pub out: AnswerIndex,
    pub serves: Serves,
}

#[derive(Debug)]
pub(in crate::domain) enum Serves {
    One(AnswerIndex),
    /// Ranges of positions in ascending order, without a gap.
    Split(Vec<(PositionRange, AnswerIndex)>),
}

/// A segment, ready.
#[derive(Debug)]
pub(in crate::domain) struct Segment {
    pub slug: Box<str>,
    pub rule: SegmentMatcher,
    /// Whether other segments stand inside it.
    pub names_others: bool,
}

#[derive(Debug)]
pub(in crate::domain) enum SegmentMatcher {
    Conditions(Matcher),
    List(Arc<MemberList>),
    /// Nobody knows who is in it.
    Unknown,
}
