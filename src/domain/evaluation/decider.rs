//! One user's decisions, by the rules of "How a value is decided".

use super::event::{Bucketed, Event};
use crate::domain::{
    bucketing::{Bucket, EVERY_POSITION, PositionRange, Salt},
    condition::{Leaf, Truth},
    context::{Found, NumberText, Subject},
    ruleset::{
        Answer, AnswerIndex, Key, Plan, PlannedAudience, PlannedRow, PlannedRule, Ramp, Reason,
        Requirement, Rest, Ruleset, SegmentMatcher, Serves, Serving,
    },
};

/// What is told of a decision while it is made; by default nothing, at no cost.
pub(super) trait Trace<'r> {
    /// Something was looked at; put together only where somebody listens.
    fn saw(&mut self, _event: impl FnOnce() -> Event<'r>) {}
}

/// Nobody listens.
pub(super) struct NoTrace;

impl Trace<'_> for NoTrace {}

/// Decides for one user.
///
/// What was decided is remembered where it may be asked again: several keys of one experience, a
/// key that several experiences require, a segment that several others name. Without memory a
/// chain of such diamonds would take exponential time. One ordinary key needs none, and allocates
/// nothing.
pub(in crate::domain) struct Decider<'r, 's> {
    ruleset: &'r Ruleset,
    subject: &'s Subject<'s>,
    /// By experience; empty while nothing is remembered.
    decided: Vec<Option<AnswerIndex>>,
    /// By segment; empty while nothing is remembered.
    members: Vec<Option<Truth>>,
    /// By predicate; empty while nothing is remembered.
    tested: Vec<Option<Truth>>,
}

impl<'r, 's> Decider<'r, 's> {
    /// Nothing is decided yet.
    pub fn new(ruleset: &'r Ruleset, subject: &'s Subject<'s>) -> Decider<'r, 's> {
        Decider { ruleset, subject, decided: Vec::new(), members: Vec::new(), tested: Vec::new() }
    }

    /// Remembers from now on.
    pub fn remember(&mut self) {
        self.decided.resize(self.ruleset.experiences.len(), None);
        self.members.resize(self.ruleset.segments.len(), None);
        self.tested.resize(self.ruleset.predicates.len(), None);
    }

    /// The answer of the key at that place.
    pub(super) fn answer<T: Trace<'r>>(&mut self, place: u32, trace: &mut T) -> Option<&'r Answer> {
        let key = self.ruleset.keys.get(place as usize)?;
        let index = match key.server {
            Some((experience, position)) => self.experience(experience, trace) + position,
            None => {
                trace.saw(|| Event::Unpublished);
                key.unserved
            }
        };
        self.ruleset.answers.get(index as usize)
    }

    /// The answer of the key at that place, decided once for all keys of its experience.
    pub fn remembered_answer(&mut self, place: u32) -> Option<&'r Answer> {
        let key: &Key = self.ruleset.keys.get(place as usize)?;
        let Some((experience, position)) = key.server else {
            return self.ruleset.answers.get(key.unserved as usize);
        };
        let first = match self.decided.get(experience as usize).copied().flatten() {
            Some(first) => first,
            None => {
                let first = self.experience(experience, &mut NoTrace);
                if let Some(decided) = self.decided.get_mut(experience as usize) {
                    *decided = Some(first);
                }
                first
            }
        };
        self.ruleset.answers.get((first + position) as usize)
    }

    /// Decides for all keys of an experience; gives the answer of the first.
    fn experience<T: Trace<'r>>(&mut self, place: u32, trace: &mut T) -> AnswerIndex {
        let Some(experience) = self.ruleset.experiences.get(place as usize) else { return 0 };
        trace.saw(|| Event::Serving { place, serving: &experience.serving });
        let (active, ramp) = match &experience.serving {
            Serving::Off(answer) | Serving::Unreadable(answer) => return *answer,
            Serving::On { active, ramp } => (active, ramp),
        };
        match (self.test_user(active, trace), ramp) {
            (Some(answer), _) => answer,
            (None, None) => self.plan(active, trace),
            (None, Some(ramp)) => self.ramp(active, ramp, trace),
        }
    }

    fn test_user<T: Trace<'r>>(&self, plan: &'r Plan, trace: &mut T) -> Option<AnswerIndex> {
        let answer = match plan.test_users.is_empty() {
            true => None,
            false => {
                let mut room = NumberText::new();
                let user_id = self.subject.context.user_id(&mut room);
                user_id.and_then(|user_id| plan.test_users.get(user_id).copied())
            }
        };
        trace.saw(|| Event::TestUser { is_one: answer.is_some() });
        answer
    }

    fn ramp<T: Trace<'r>>(
        &mut self,
        active: &'r Plan,
        ramp: &'r Ramp,
        trace: &mut T,
    ) -> AnswerIndex {
        // A version for its test users alone asks for nothing that could be unknown.
        let at = match ramp.reached.is_nobody() {
            true => Bucketed::Nowhere,
            false => self.bucket(&ramp.salt, &active.bucket_by),
        };
        let inside = match at {
            Bucketed::At(bucket) => ramp.reached.contains(bucket, &EVERY_POSITION),
            Bucketed::Nowhere | Bucketed::Unknown => false,
        };
        trace.saw(|| Event::Ramp { active, ramp, at, inside });
        match &ramp.rest {
            _ if matches!(at, Bucketed::Unknown) => active.stale,
            _ if inside => self.plan(active, trace),
            Rest::Nothing(answer) => *answer,
            Rest::Replaced(plan) => match self.test_user(plan, trace) {
                Some(answer) => answer,
                None => self.plan(plan, trace),
            },
        }
    }

    fn plan<T: Trace<'r>>(&mut self, plan: &'r Plan, trace: &mut T) -> AnswerIndex {
        for requirement in &plan.prerequisites {
            match self.requirement(requirement, trace) {
                Truth::Holds => {}
                Truth::Fails => return plan.unmet,
                Truth::Unknown => return plan.stale,
            }
        }
        for row in &plan.rows {
            let truth = self.row(row);
            trace.saw(|| Event::Row { row, truth });
            match truth {
                Truth::Holds => return self.rule(plan, &row.rule, trace),
                Truth::Unknown => return plan.stale,
                Truth::Fails => {}
            }
        }
        trace.saw(|| Event::EveryoneElse { plan });
        match &plan.everyone_else {
            Some(rule) => self.rule(plan, rule, trace),
            None => plan.unmet,
        }
    }

    /// Whether a prerequisite is met.
    fn requirement<T: Trace<'r>>(&mut self, requirement: &'r Requirement, trace: &mut T) -> Truth {
        if self.decided.is_empty() {
            self.remember();
        }
        let Some(answer) = self.remembered_answer(requirement.key) else { return Truth::Fails };
        let met = match answer.decision.reason {
            Reason::Stale => Truth::Unknown,
            _ => requirement.values.contains(&answer.value).into(),
        };
        trace.saw(|| Event::Requirement { requirement, answer, met });
        met
    }

    fn row(&mut self, row: &PlannedRow) -> Truth {
        match &row.audience {
            PlannedAudience::Everyone => Truth::Holds,
            PlannedAudience::Matches(matcher) => {
                let subject = self.subject;
                matcher.matches(subject, &mut |leaf| self.leaf(leaf))
            }
        }
    }

    /// Whether a leaf of a tree holds.
    pub fn leaf(&mut self, leaf: Leaf) -> Truth {
        match leaf {
            Leaf::Predicate(place) => self.predicate(place),
            Leaf::Segment(place) => self.segment(place),
        }
    }

    fn predicate(&mut self, place: u32) -> Truth {
        if let Some(Some(known)) = self.tested.get(place as usize) {
            return *known;
        }
        let predicate = self.ruleset.predicates.get(place as usize);
        let truth = predicate.map_or(Truth::Unknown, |predicate| predicate.holds(self.subject));
        if let Some(tested) = self.tested.get_mut(place as usize) {
            *tested = Some(truth);
        }
        truth
    }

    /// Whether the user is in that segment. Segments were found free of circles when compiled.
    pub fn segment(&mut self, place: u32) -> Truth {
        if let Some(Some(known)) = self.members.get(place as usize) {
            return *known;
        }
        let Some(segment) = self.ruleset.segments.get(place as usize) else {
            return Truth::Unknown;
        };
        let truth = match &segment.rule {
            SegmentMatcher::Conditions(matcher) => {
                if segment.names_others && self.members.is_empty() {
                    self.remember();
                }
                let subject = self.subject;
                matcher.matches(subject, &mut |leaf| self.leaf(leaf))
            }
            SegmentMatcher::List(list) => {
                let mut room = NumberText::new();
                let user_id = self.subject.context.user_id(&mut room);
                user_id.is_some_and(|user_id| list.contains(user_id)).into()
            }
            SegmentMatcher::Unknown => Truth::Unknown,
        };
        if let Some(member) = self.members.get_mut(place as usize) {
            *member = Some(truth);
        }
        truth
    }

    fn rule<T: Trace<'r>>(
        &self,
        plan: &'r Plan,
        rule: &'r PlannedRule,
        trace: &mut T,
    ) -> AnswerIndex {
        if let (true, Serves::One(answer)) = (rule.rollout.is_all(), &rule.serves) {
            return *answer;
        }
        let at = self.bucket(&plan.salt, &plan.bucket_by);
        let served = match at {
            Bucketed::At(bucket) => {
                let (range, answer) = served_at(&rule.serves, bucket);
                answer.filter(|_| rule.rollout.contains(bucket, &range))
            }
            Bucketed::Nowhere | Bucketed::Unknown => None,
        };
        trace.saw(|| Event::Percentage { plan, rule, at, served });
        match (served, at) {
            (Some(answer), _) => answer,
            (None, Bucketed::Unknown) => plan.stale,
            (None, _) => rule.out,
        }
    }

    /// Whether that prerequisite is met, by itself.
    pub fn meets(&mut self, requirement: &'r Requirement) -> bool {
        self.requirement(requirement, &mut NoTrace) == Truth::Holds
    }

    /// Whether the user has a text to be bucketed by.
    pub fn has_bucket(&self, plan: &Plan) -> bool {
        matches!(self.bucket(&plan.salt, &plan.bucket_by), Bucketed::At(_))
    }

    fn bucket(&self, salt: &Salt, bucket_by: &str) -> Bucketed {
        let attribute = match self.subject.attribute(bucket_by) {
            Found::Set(attribute) => attribute,
            Found::NotSet => return Bucketed::Nowhere,
            Found::Unknown => return Bucketed::Unknown,
        };
        let mut room = NumberText::new();
        match attribute.bucket_text(&mut room) {
            Some(text) => Bucketed::At(salt.bucket(text)),
            None => Bucketed::Nowhere,
        }
    }
}

/// The range of positions that the bucket falls into, and what is served there.
fn served_at(serves: &Serves, bucket: Bucket) -> (PositionRange, Option<AnswerIndex>) {
    match serves {
        Serves::One(answer) => (EVERY_POSITION, Some(*answer)),
        Serves::Split(ranges) => {
            let after = ranges.partition_point(|(range, _)| range.end <= bucket.position);
            match ranges.get(after) {
                Some((range, answer)) => (range.clone(), Some(*answer)),
                None => (EVERY_POSITION, None),
            }
        }
    }
}
