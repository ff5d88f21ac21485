//! Compiling one version: entering every answer that it can give, and planning how to choose.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use super::{
    Answer, AnswerIndex, Audience, Decision, Key, Plan, PlannedAudience, PlannedRow, PlannedRule,
    Reason, Requirement, Serves, VersionReference, compile::SegmentPlaces,
};
use crate::domain::{
    bucketing::{Rollout, Salt, split_ranges},
    condition::{Matcher, Predicates},
    experience::Kind,
    slug::Slug,
    value::{Value, ValueType},
    version::{self, Content, Rule, Serve, Values},
};

/// What a version is compiled against.
pub(super) struct Surroundings<'a> {
    /// All keys of the environment.
    pub keys: &'a [Key],
    /// Where each key stands in `keys`.
    pub key_places: &'a HashMap<Box<str>, u32, RandomState>,
    /// The segments of the environment.
    pub segments: &'a SegmentPlaces,
    /// The keys of the experience, as places in `keys`.
    pub own_keys: &'a [u32],
    /// The kind of the experience.
    pub kind: Kind,
}

/// What a compiled version enters.
pub(super) struct Entries<'a> {
    /// Everything that can be handed out.
    pub answers: &'a mut Vec<Answer>,
    /// Everything that is asked of attributes.
    pub predicates: &'a mut Predicates,
}

/// What a decision serves: values, and the variant that they come from.
#[derive(Default)]
struct Served<'a> {
    values: Option<&'a Values>,
    variant: Option<&'a version::Variant>,
}

impl Surroundings<'_> {
    /// Compiles a version; the error says why it can't be served.
    pub fn plan(
        &self,
        content: &Content,
        version: VersionReference,
        entries: &mut Entries<'_>,
    ) -> Result<Plan, String> {
        let multivariate = self.is_multivariate(content);
        let Entries { answers, predicates } = entries;
        let mut planner =
            Planner { around: self, content, multivariate, version, answers, predicates };
        let requirement = |p: &version::Prerequisite| self.requirement(p);
        let test_user = |planner: &mut Planner<'_>, user: &version::TestUser| {
            let decision = planner.decision(Reason::TargetingMatch, None, Audience::Tester, None);
            let answer = planner.serve(&user.serve, decision)?;
            Ok::<_, String>((user.user_id.as_str().into(), answer))
        };
        let users = content.test_users.iter();
        let enabled = content.rows.iter().filter(|row| row.rule.enabled);
        Ok(Plan {
            bucket_by: content.bucket_by.as_str().into(),
            salt: Salt::new(&content.salt),
            test_users: users
                .map(|user| test_user(&mut planner, user))
                .collect::<Result<_, _>>()?,
            prerequisites: content
                .prerequisites
                .iter()
                .map(requirement)
                .collect::<Result<_, _>>()?,
            unmet: planner.defaults(Reason::Default)?,
            stale: planner.defaults(Reason::Stale)?,
            rows: enabled.map(|row| planner.row(row)).collect::<Result<_, _>>()?,
            everyone_else: planner.everyone_else()?,
        })
    }

    /// Enters the defaults of all own keys, decided by that version or by none.
    pub fn defaults(
        &self,
        reason: Reason,
        version: Option<VersionReference>,
        answers: &mut Vec<Answer>,
    ) -> Result<AnswerIndex, String> {
        let decision = Decision {
            reason,
            row: None,
            audience: Audience::None,
            version,
            rollout: None,
            payload: None,
        };
        enter(self.keys, self.own_keys, &Served::default(), decision, answers)
    }

    /// Whether it is a multivariate flag, whose key's values are its variants' names.
    fn is_multivariate(&self, content: &Content) -> bool {
        let [only] = content.keys.as_slice() else { return false };
        let place = self.key_places.get(only.as_str());
        let key = place.and_then(|place| self.keys.get(*place as usize));
        self.kind == Kind::FeatureFlag && key.is_some_and(|k| k.value_type == ValueType::String)
    }

    fn requirement(&self, prerequisite: &version::Prerequisite) -> Result<Requirement, String> {
        let name = prerequisite.key.as_str();
        let place = self.key_places.get(name).copied();
        let (place, key) = place
            .and_then(|place| Some((place, self.keys.get(place as usize)?)))
            .ok_or_else(|| format!("The required key “{name}” does not exist or is archived."))?;
        let read = |json| {
            Value::read(key.value_type, json)
                .map_err(|_| format!("The required key “{name}” can't have the value {json}."))
        };
        let values = prerequisite.is_in.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Requirement { key: place, values })
    }
}

/// Enters the answer for a key that no experience serves.
pub(super) fn enter_unserved(
    keys: &[Key],
    place: u32,
    answers: &mut Vec<Answer>,
) -> Result<AnswerIndex, String> {
    let decision = Decision {
        reason: Reason::Default,
        row: None,
        audience: Audience::None,
        version: None,
        rollout: None,
        payload: None,
    };
    enter(keys, &[place], &Served::default(), decision, answers)
}

/// Enters one answer per key, one after the other; gives the place of the first.
fn enter(
    keys: &[Key],
    own_keys: &[u32],
    served: &Served<'_>,
    decision: Decision,
    answers: &mut Vec<Answer>,
) -> Result<AnswerIndex, String> {
    let first = answers.len() as AnswerIndex;
    let decision = Arc::new(decision);
    for place in own_keys {
        let key = keys.get(*place as usize).ok_or("A key of this version is not there.")?;
        let json = served.values.and_then(|values| {
            values.iter().find(|(name, _)| name.as_str() == key.name.as_ref()).map(|(_, json)| json)
        });
        let value = match json {
            Some(json) => Value::read(key.value_type, json).map_err(|message| {
                format!("A value of “{}” can't be served. {message}", key.name)
            })?,
            None => key.default.clone(),
        };
        let variant = match (served.variant, &value) {
            (Some(variant), _) => variant.name.as_str(),
            (None, Value::Boolean(true)) => "on",
            (None, Value::Boolean(false)) => "off",
            (None, _) if json.is_some() => "value",
            (None, _) => "default",
        };
        answers.push(Answer {
            index: answers.len() as AnswerIndex,
            key: *place,
            json: value.json_text().into(),
            variant: variant.into(),
            enabled: match (key.value_type, &value) {
                (ValueType::Boolean, Value::Boolean(on)) => *on,
                _ => decision.reason != Reason::Disabled,
            },
            value,
            decision: Arc::clone(&decision),
        });
    }
    Ok(first)
}

struct Planner<'a> {
    around: &'a Surroundings<'a>,
    content: &'a Content,
    multivariate: bool,
    version: VersionReference,
    answers: &'a mut Vec<Answer>,
    predicates: &'a mut Predicates,
}

impl<'a> Planner<'a> {
    fn decision(
        &self,
        reason: Reason,
        row: Option<&str>,
        audience: Audience,
        rollout: Option<Rollout>,
    ) -> Decision {
        let version = Some(self.version);
        Decision { reason, row: row.map(str::to_owned), audience, version, rollout, payload: None }
    }

    fn defaults(&mut self, reason: Reason) -> Result<AnswerIndex, String> {
        self.around.defaults(reason, Some(self.version), self.answers)
    }

    fn row(&mut self, row: &version::Row) -> Result<PlannedRow, String> {
        let segments = self.around.segments;
        let place = |slug: &Slug| segments.get(slug.as_str()).map(|(place, _)| *place);
        let (audience, counted_as) = match &row.audience {
            version::Audience::Everyone => (PlannedAudience::Everyone, Audience::OneOff),
            version::Audience::Conditions(condition) => (
                PlannedAudience::Matches(Matcher::compile(condition, &place, self.predicates)?),
                Audience::OneOff,
            ),
            version::Audience::Segment(slug) => {
                let missing = || format!("There is no segment “{slug}”.");
                let (place, id) = segments.get(slug.as_str()).ok_or_else(missing)?;
                (PlannedAudience::Matches(Matcher::Segment(*place)), Audience::Segment(*id))
            }
        };
        let rule = self.rule(&row.rule, &row.id, counted_as, Reason::TargetingMatch)?;
        Ok(PlannedRow { id: row.id.as_str().into(), audience, rule })
    }

    fn everyone_else(&mut self) -> Result<Option<PlannedRule>, String> {
        let rule = &self.content.everyone_else;
        if !rule.enabled {
            return Ok(None);
        }
        self.rule(rule, "everyone_else", Audience::EveryoneElse, Reason::Static).map(Some)
    }

    /// Plans a rule. `whole` is the reason where it serves one thing to its whole audience.
    fn rule(
        &mut self,
        rule: &Rule,
        row: &str,
        audience: Audience,
        whole: Reason,
    ) -> Result<PlannedRule, String> {
        let split = matches!(rule.serve, Serve::Split(_));
        let reason = if split || !rule.rollout.is_all() { Reason::Split } else { whole };
        let decision = self.decision(reason, Some(row), audience, Some(rule.rollout));
        let nothing = Served::default();
        let around = self.around;
        let out = enter(around.keys, around.own_keys, &nothing, decision.clone(), self.answers)?;
        let serves = match &rule.serve {
            Serve::Split(shares) => {
                let weights: Vec<u16> = shares.iter().map(|share| share.weight).collect();
                let ranges = split_ranges(&weights).ok_or("A split has no weight above 0.")?;
                let shares = ranges.into_iter().zip(shares);
                let share = |(range, share): (_, &version::Share)| {
                    Ok::<_, String>((range, self.variant(&share.variant, decision.clone())?))
                };
                Serves::Split(shares.map(share).collect::<Result<_, _>>()?)
            }
            one => Serves::One(self.serve(one, decision)?),
        };
        Ok(PlannedRule { rollout: rule.rollout, out, serves })
    }

    fn serve(&mut self, serve: &Serve, decision: Decision) -> Result<AnswerIndex, String> {
        match serve {
            Serve::Variant(name) => self.variant(name, decision),
            Serve::Values(values) => {
                let served =
                    Served { values: Some(values), variant: self.variant_named_by(values) };
                self.enter_served(&served, decision)
            }
            Serve::Split(_) => Err("A split can't be served to one user.".to_owned()),
        }
    }

    /// In a multivariate flag a plain value is a variant's name.
    fn variant_named_by(&self, values: &Values) -> Option<&'a version::Variant> {
        let name = values.values().next().and_then(|value| value.as_str());
        name.filter(|_| self.multivariate).and_then(|name| self.content.variant(name))
    }

    fn variant(&mut self, name: &str, decision: Decision) -> Result<AnswerIndex, String> {
        let missing = || format!("There is no variant “{name}” in this version.");
        let variant = self.content.variant(name).ok_or_else(missing)?;
        let served = Served { values: Some(&variant.values), variant: Some(variant) };
        self.enter_served(&served, decision)
    }

    fn enter_served(
        &mut self,
        served: &Served<'_>,
        mut decision: Decision,
    ) -> Result<AnswerIndex, String> {
        let payload = served.variant.and_then(|variant| variant.payload.as_ref());
        decision.payload = payload.map(ToString::to_string);
        enter(self.around.keys, self.around.own_keys, served, decision, self.answers)
    }
}
