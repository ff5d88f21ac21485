//! Condition trees beside what holds for a user. A tree and its matcher have the same shape, so
//! that walking both says in words what the matcher found.

use std::collections::HashSet;

use super::{Checked, Mark, Names, used::Uses};
use crate::domain::{
    condition::{Condition, EventCondition, Matcher, Truth},
    context::{NumberText, Subject, USER_ID},
    evaluation::decider::Decider,
    ruleset::{Compiled, PlannedAudience, SegmentMatcher, source::SegmentRule},
    version::Audience,
};

/// Of the words for a row's own conditions, this many characters stand for it.
const MOST_OF_A_ROW: usize = 80;

/// Checks conditions one by one.
pub(super) struct Checker<'t> {
    compiled: &'t Compiled,
    names: &'t Names,
    subject: &'t Subject<'t>,
    decider: Decider<'t, 't>,
    /// The segments that were told with all their conditions. Each is told once: a chain of
    /// segments that name several others would else be told in exponential length.
    told: HashSet<u32>,
    pub uses: Uses,
}

impl<'t> Checker<'t> {
    pub fn new(compiled: &'t Compiled, names: &'t Names, subject: &'t Subject<'t>) -> Checker<'t> {
        let mut decider = Decider::new(&compiled.ruleset, subject);
        decider.remember();
        let (told, uses) = (HashSet::new(), Uses::default());
        Checker { compiled, names, subject, decider, told, uses }
    }

    /// The conditions of a row; those of its segment where it names one.
    pub fn audience(&mut self, written: &Audience, planned: &PlannedAudience) -> Vec<Checked> {
        let PlannedAudience::Matches(matcher) = planned else { return Vec::new() };
        match (written, matcher) {
            (Audience::Segment(_), Matcher::Segment(place)) => self.inside_segment(*place),
            (Audience::Conditions(condition), matcher) => self.parts(condition, matcher),
            _ => Vec::new(),
        }
    }

    /// What a tree says, without the group around it where all of it has to hold.
    fn parts(&mut self, condition: &Condition, matcher: &Matcher) -> Vec<Checked> {
        match (condition, matcher) {
            (Condition::All(conditions), Matcher::All(matchers)) => self.each(conditions, matchers),
            _ => vec![self.check(condition, matcher)],
        }
    }

    fn each(&mut self, conditions: &[Condition], matchers: &[Matcher]) -> Vec<Checked> {
        let pairs = conditions.iter().zip(matchers);
        pairs.map(|(condition, matcher)| self.check(condition, matcher)).collect()
    }

    fn check(&mut self, condition: &Condition, matcher: &Matcher) -> Checked {
        let result = self.truth(matcher).into();
        let group = |words: &str, inside| Checked {
            condition: words.to_owned(),
            result,
            has: String::new(),
            inside,
        };
        match (condition, matcher) {
            (Condition::All(conditions), Matcher::All(matchers)) => {
                group("all of these", self.each(conditions, matchers))
            }
            (Condition::Any(conditions), Matcher::Any(matchers)) => {
                group("at least one of these", self.each(conditions, matchers))
            }
            (Condition::Not(condition), Matcher::Not(matcher)) => {
                group("not this", vec![self.check(condition, matcher)])
            }
            (Condition::Segment(slug), Matcher::Segment(place)) => {
                let name = self.segment_called(slug.as_str());
                let words = format!("in segment {name}");
                let is_new = !self.told.contains(place);
                let inside = self.inside_segment(*place);
                let has = if is_new { "" } else { "as above" };
                Checked { has: has.to_owned(), ..group(&words, inside) }
            }
            _ => Checked { has: self.has(condition), ..group(&condition.in_words(), Vec::new()) },
        }
    }

    fn truth(&mut self, matcher: &Matcher) -> Truth {
        let decider = &mut self.decider;
        matcher.matches(self.subject, &mut |leaf| decider.leaf(leaf))
    }

    fn has(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Attribute(condition) => self.uses.look(self.subject, &condition.attribute),
            Condition::Event(condition) => did(condition, self.subject),
            _ => String::new(),
        }
    }

    /// `Row 2, iPhone users`.
    pub fn row_called(&self, number: usize, audience: &Audience) -> String {
        let what = match audience {
            Audience::Everyone => "everyone".to_owned(),
            Audience::Segment(slug) => self.segment_called(slug.as_str()),
            Audience::Conditions(condition) => {
                let words = format!("users where {}", condition.in_words());
                match words.char_indices().nth(MOST_OF_A_ROW) {
                    Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
                    None => words,
                }
            }
        };
        format!("Row {number}, {what}")
    }

    /// What people call the segment.
    pub fn segment_called(&self, slug: &str) -> String {
        let mut segments = self.compiled.source.segments.iter();
        let source = segments.find(|segment| segment.slug == slug);
        source.map_or(slug, |segment| self.names.of(segment.id, slug)).to_owned()
    }

    fn inside_segment(&mut self, place: u32) -> Vec<Checked> {
        if !self.told.insert(place) {
            return Vec::new();
        }
        let compiled = self.compiled;
        let Some(segment) = compiled.ruleset.segments.get(place as usize) else {
            return Vec::new();
        };
        let written = compiled.source.segments.get(place as usize).map(|segment| &segment.rule);
        match (&segment.rule, written) {
            (SegmentMatcher::Conditions(matcher), Some(SegmentRule::Conditions(json))) => {
                Condition::from_json(json)
                    .map_or_else(|_| Vec::new(), |condition| self.parts(&condition, matcher))
            }
            (SegmentMatcher::List(_), _) => vec![self.on_the_list(place)],
            _ => vec![Checked {
                condition: "who is in this segment".to_owned(),
                result: Mark::Unknown,
                has: "it could not be read".to_owned(),
                inside: Vec::new(),
            }],
        }
    }

    fn on_the_list(&mut self, place: u32) -> Checked {
        self.uses.look(self.subject, USER_ID);
        let truth = self.decider.segment(place);
        let mut room = NumberText::new();
        let user = self.subject.context.user_id(&mut room).unwrap_or("nobody");
        let is = if truth == Truth::Holds { "is" } else { "is not" };
        Checked {
            condition: "on the list of this segment".to_owned(),
            result: truth.into(),
            has: format!("{user} {is} on it"),
            inside: Vec::new(),
        }
    }
}

/// What the user did, as far as the condition counts it.
fn did(condition: &EventCondition, subject: &Subject<'_>) -> String {
    let event = &condition.event;
    let days = match condition.within_days {
        None => String::new(),
        Some(1) => " today".to_owned(),
        Some(days) => format!(" in the last {days} days"),
    };
    match condition.times(subject) {
        None => format!("how often they did “{event}” could not be read"),
        Some(0) => format!("never did “{event}”{days}"),
        Some(1) => format!("did “{event}” once{days}"),
        Some(times) => format!("did “{event}” {times} times{days}"),
    }
}
