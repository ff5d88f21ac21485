//! A content tried on the known users: who would get what, and what that changes.
//!
//! The content is compiled in the place of what its experience serves, and decided for every user
//! by the evaluation that decides values; beside it, what is served now. All numbers come from one
//! look at each user.

mod count;
mod moving;
mod reach;
mod side;
mod unreachable;
mod warning;
mod warning_words;

pub use moving::{Moving, still};
pub use reach::{ContentReach, KeyReach, Outcome, RowReach, RuleReach};
pub use warning::{Concern, Facts, Place, Required, State, Warning, warnings};

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::{
    condition::Condition,
    experience::Kind,
    key::KeyName,
    known_user::KnownUser,
    ruleset::{
        Cause, MemberLists, Ruleset,
        source::{ExperienceSource, SegmentRule, SegmentSource, Source},
    },
    slug::Slug,
    version::{Audience, Content},
};
use count::Counts;
use side::{Side, TriedKey};

/// A known user, with when something was last heard of them.
pub type Seen<'u> = (&'u KnownUser, DateTime<Utc>);

/// Whoever was not heard of for so many days is not there any more, as warnings see it.
pub const LATELY_DAYS: i64 = 30;

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The experience, or any identity for one to be.
    pub id: Uuid,
    /// Its name in addresses; anything for one to be.
    pub slug: &'a str,
    /// Its kind.
    pub kind: Kind,
    /// What it would say.
    pub content: &'a Content,
}

/// A content beside what is served, both compiled.
#[derive(Debug)]
pub struct Trial {
    content: Content,
    before: Side,
    after: Side,
    /// The keys of the content, then those that only what is served now gives values to.
    keys: Vec<TriedKey>,
    /// The places, before and after, of keys of others that require one of these.
    others: Vec<(u32, u32)>,
    rows: Vec<Described>,
}

/// Whom a row describes, as a place in the ruleset.
#[derive(Debug, Clone, Copy)]
enum Described {
    Everyone,
    Segment(u32),
    /// The row names what is not there any more.
    Nobody,
}

impl Trial {
    /// Compiles the content in the place of what its experience serves. `source` is what the
    /// environment serves, narrowed to it where that saves time. Rows that name a segment which is
    /// not there are passed over.
    ///
    /// # Errors
    /// Why it can't be served, as a sentence.
    pub fn new(
        mut source: Source,
        candidate: Candidate<'_>,
        lists: &MemberLists,
    ) -> Result<Trial, String> {
        let content = without_missing(candidate.content, &source.segments);
        for own in source.experiences.iter_mut().filter(|it| it.id == candidate.id) {
            // What is off is tried as if it were on: else nothing could ever be said of it.
            own.switched_on = true;
        }
        source.segments.extend(audiences(&content));
        let before = Ruleset::compile(source.clone(), None, lists).ruleset;
        let live = source.experiences.iter().find(|it| it.id == candidate.id);
        let live_keys = live.map(|live| side::keys_of(&live.active)).unwrap_or_default();
        source.experiences.retain(|it| it.id != candidate.id);
        let lead = stand_in(&mut source, &content);
        let tried = Content { keys: lead, ..content.clone() };
        source.experiences.push(ExperienceSource::as_if_published(
            candidate.id,
            candidate.slug.to_owned(),
            candidate.kind,
            (Uuid::nil(), 0),
            tried.to_json(),
        ));
        let compiled = Ruleset::compile(source, None, lists);
        if let Some(problem) = compiled.problems.iter().find(|it| it.what == candidate.slug) {
            return Err(problem.message.clone());
        }
        let after = compiled.ruleset;
        let keys = side::tried_keys(&content, &live_keys, &before, &after);
        let others = others(&keys, &before, &after);
        let rows = content.rows.iter().enumerate();
        let rows = rows.map(|(place, row)| described(&after, place, &row.audience)).collect();
        let lead = tried.keys.first().map(|key| key.as_str());
        let after = Side::new(after, lead);
        let before = Side::new(before, live_keys.first().map(String::as_str));
        Ok(Trial { content, before, after, keys, others, rows })
    }

    /// Decides for these users.
    pub fn reach<'u>(
        &self,
        users: impl IntoIterator<Item = Seen<'u>>,
        now: DateTime<Utc>,
    ) -> ContentReach {
        let mut counts = Counts::new(self);
        for (user, last_seen_at) in users {
            counts.look(user, last_seen_at, now);
        }
        reach::of(self, &counts)
    }
}

/// Rows that name a segment which is not there are off.
fn without_missing(content: &Content, segments: &[SegmentSource]) -> Content {
    let there: HashSet<&str> = segments.iter().map(|segment| segment.slug.as_str()).collect();
    let is_there = |slug: &Slug| there.contains(slug.as_str());
    let mut content = content.clone();
    for row in &mut content.rows {
        row.rule.enabled &= match &row.audience {
            Audience::Segment(slug) => is_there(slug),
            Audience::Conditions(condition) => condition.segments().into_iter().all(is_there),
            Audience::Everyone => true,
        };
    }
    content
}

/// The conditions of rows, each as a segment of its own, so that all rows can be asked about.
fn audiences(content: &Content) -> Vec<SegmentSource> {
    let rows = content.rows.iter().enumerate();
    let conditions = rows.filter_map(|(place, row)| match &row.audience {
        Audience::Conditions(condition) => Some((place, condition)),
        _ => None,
    });
    let segment = |(place, condition): (usize, &Condition)| SegmentSource {
        id: Uuid::from_u128(place as u128),
        slug: row_slug(place),
        rule: SegmentRule::Conditions(condition.to_json()),
    };
    conditions.map(segment).collect()
}

/// No segment is called so.
fn row_slug(place: usize) -> String {
    format!("(row {place})")
}

fn described(ruleset: &Ruleset, place: usize, audience: &Audience) -> Described {
    let slug = match audience {
        Audience::Everyone => return Described::Everyone,
        Audience::Segment(slug) => slug.as_str().to_owned(),
        Audience::Conditions(_) => row_slug(place),
    };
    let found = ruleset.segments.iter().position(|segment| *segment.slug == *slug);
    let found = found.and_then(|found| u32::try_from(found).ok());
    found.map_or(Described::Nobody, Described::Segment)
}

/// The keys of the content; where it has none yet, one that stands for those to come, so that its
/// rows can be decided all the same.
fn stand_in(source: &mut Source, content: &Content) -> Vec<KeyName> {
    if !content.keys.is_empty() {
        return content.keys.clone();
    }
    let is_free = |name: &String| !source.keys.iter().any(|key| key.name == *name);
    let name = (1..).map(|number| format!("key-{number}")).find(is_free).unwrap_or_default();
    source.keys.push(side::boolean_key(&name));
    KeyName::parse(&name).into_iter().collect()
}

/// The keys of other experiences whose values can move with these.
fn others(keys: &[TriedKey], before: &Ruleset, after: &Ruleset) -> Vec<(u32, u32)> {
    let own: HashSet<&str> = keys.iter().map(|key| key.name.as_ref()).collect();
    let mut names = BTreeSet::new();
    for ruleset in [before, after] {
        for key in &keys.iter().map(|key| key.name.as_ref()).collect::<Vec<&str>>() {
            names.extend(ruleset.dependents(Cause::Default(key)).keys);
        }
    }
    let others = names.into_iter().filter(|name| !own.contains(name.as_ref()));
    others.filter_map(|name| Some((before.key_place(&name)?, after.key_place(&name)?))).collect()
}
