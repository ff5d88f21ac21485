//! What is worth a second look before a content is saved. Nothing of it keeps anybody from saving.

use std::collections::{HashMap, HashSet};

use super::{
    reach::{ContentReach, RowReach},
    unreachable::{Shadow, shadow, shadowed_by},
};
use crate::domain::{
    experience::Kind,
    reach::Estimate,
    slug::Slug,
    value::{Value, ValueType},
    version::{Audience, Content, Rule, Serve, Values},
};

/// Something worth a second look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it belongs to.
    pub place: Place,
    /// What it is.
    pub concern: Concern,
}

/// What a warning belongs to; numbers are places in the content, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A prerequisite.
    Prerequisite(usize),
    /// The attribute that buckets users.
    BucketBy,
    /// A variant.
    Variant(usize),
    /// A test user.
    TestUser(usize),
    /// A row.
    Row(usize),
    /// Everyone else.
    EveryoneElse,
}

/// What is worth a second look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// A row above is for everyone, so that this one never decides.
    BelowEveryone(usize),
    /// A row above has the same audience, so that this one never decides.
    SameAudience(usize),
    /// Rows above decide for all of its known users.
    Taken {
        /// How many that are.
        users: u64,
        /// Those rows.
        by: Vec<usize>,
    },
    /// Rows below have the same audience and are never asked.
    LeavesNothing(Vec<usize>),
    /// It gives what its users would get if nothing decided.
    GivesDefault {
        /// Whether something below would give them something else.
        blocks: bool,
    },
    /// It describes nobody who is known.
    NobodyKnown {
        /// How many were asked, where that is not everybody.
        asked: Option<u64>,
    },
    /// Nobody whom it describes was heard of lately.
    NobodyLately {
        /// How many were asked, where that is not everybody.
        asked: Option<u64>,
    },
    /// It is on, at 0 %.
    NothingDelivered,
    /// It is off.
    Off,
    /// A variant of its split has no weight.
    ZeroWeight(String),
    /// Its split gives everything to one variant.
    WholeWeight(String),
    /// No row that is on serves this variant.
    UnusedVariant {
        /// Whether test users get it.
        by_test_users: bool,
    },
    /// The test user is not known.
    UnknownTestUser(String),
    /// A segment that it names is archived.
    ArchivedSegment(Slug),
    /// Most known users lack the attribute that buckets them.
    LacksBucket {
        /// The attribute.
        attribute: String,
        /// How many have it.
        have: u64,
        /// How many are known.
        known: u64,
    },
    /// What serves the required key does not serve it here.
    RequiredIsIdle {
        /// The key.
        key: String,
        /// What becomes of it.
        required: Required,
    },
    /// No known user meets the prerequisite.
    NeverMet {
        /// The key.
        key: String,
    },
}

/// How what a prerequisite requires is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// The name of the experience that holds the key, where one does.
    pub holder: Option<String>,
    /// How it stands in the environment.
    pub state: State,
    /// Whether the key's default meets the prerequisite.
    pub default_meets: bool,
}

/// How an experience stands in an environment, as far as prerequisites care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It serves.
    Live,
    /// It is switched off.
    Off,
    /// Nothing is published.
    Draft,
}

/// What has to be known beside the content and its reach.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The kind of the experience.
    pub kind: Kind,
    /// The defaults of its keys, by name.
    pub defaults: &'a HashMap<String, Value>,
    /// The slugs of the segments that it names and that are archived.
    pub archived: &'a HashSet<String>,
    /// The ids of its test users who are not known.
    pub unknown_users: &'a HashSet<String>,
    /// How its prerequisites are served, in their order.
    pub required: &'a [Required],
    /// How many users are known.
    pub known: u64,
}

/// Everything worth a second look, in the order of the page.
pub fn warnings(content: &Content, reach: &ContentReach, facts: &Facts<'_>) -> Vec<Warning> {
    let looking = Looking { content, reach, facts };
    let mut found = Vec::new();
    looking.prerequisites(&mut found);
    looking.bucketing(&mut found);
    looking.variants(&mut found);
    looking.test_users(&mut found);
    for place in 0..content.rows.len() {
        looking.row(place, &mut found);
    }
    looking.everyone_else(&mut found);
    found
}

struct Looking<'a> {
    content: &'a Content,
    reach: &'a ContentReach,
    facts: &'a Facts<'a>,
}

impl Looking<'_> {
    fn about(&self, found: usize) -> u64 {
        Estimate::new(found, self.reach.asked, self.facts.known).about
    }

    /// How many were asked, where that is not everybody.
    fn sample(&self) -> Option<u64> {
        let asked = self.reach.asked as u64;
        (asked < self.facts.known).then_some(asked)
    }

    fn prerequisites(&self, found: &mut Vec<Warning>) {
        let all = self.content.prerequisites.iter().zip(self.facts.required);
        for (i, (prerequisite, required)) in all.enumerate() {
            let key = prerequisite.key.to_string();
            let met = self.reach.met.get(i).copied().unwrap_or(0);
            let concern = match required.state {
                State::Off | State::Draft => {
                    Concern::RequiredIsIdle { key, required: required.clone() }
                }
                State::Live if self.reach.asked > 0 && met == 0 => Concern::NeverMet { key },
                State::Live => continue,
            };
            found.push(Warning { place: Place::Prerequisite(i), concern });
        }
    }

    fn bucketing(&self, found: &mut Vec<Warning>) {
        let rules = self.content.rows.iter().map(|row| &row.rule);
        let mut rules = rules.chain([&self.content.everyone_else]);
        let needs_bucket = |rule: &Rule| {
            rule.enabled && (!rule.rollout.is_all() || matches!(rule.serve, Serve::Split(_)))
        };
        let have = self.reach.bucketed;
        if have * 2 < self.reach.asked && rules.any(needs_bucket) {
            let concern = Concern::LacksBucket {
                attribute: self.content.bucket_by.clone(),
                have: self.about(have),
                known: self.facts.known,
            };
            found.push(Warning { place: Place::BucketBy, concern });
        }
    }

    fn variants(&self, found: &mut Vec<Warning>) {
        let rules = || {
            let rows = self.content.rows.iter().map(|row| &row.rule);
            rows.chain([&self.content.everyone_else]).filter(|rule| rule.enabled)
        };
        for (i, variant) in self.content.variants.iter().enumerate() {
            let serves = |serve: &Serve| self.serves(serve, &variant.name);
            if !rules().any(|rule| serves(&rule.serve)) {
                let by_test_users = self.content.test_users.iter().any(|it| serves(&it.serve));
                let concern = Concern::UnusedVariant { by_test_users };
                found.push(Warning { place: Place::Variant(i), concern });
            }
        }
    }

    /// Whether it serves that variant, by name or, in a multivariate flag, by its value. A share
    /// without weight is told of beside its row.
    fn serves(&self, serve: &Serve, variant: &str) -> bool {
        match serve {
            Serve::Variant(name) => name == variant,
            Serve::Split(shares) => shares.iter().any(|share| share.variant == variant),
            Serve::Values(values) => {
                self.is_multivariate() && values.values().any(|value| value == variant)
            }
        }
    }

    fn is_multivariate(&self) -> bool {
        let mut defaults =
            self.content.keys.iter().map(|key| self.facts.defaults.get(key.as_str()));
        self.facts.kind == Kind::FeatureFlag
            && self.content.keys.len() == 1
            && defaults.all(|it| it.is_some_and(|it| it.value_type() == ValueType::String))
    }

    fn test_users(&self, found: &mut Vec<Warning>) {
        for (i, user) in self.content.test_users.iter().enumerate() {
            if self.facts.known > 0 && self.facts.unknown_users.contains(&user.user_id) {
                let concern = Concern::UnknownTestUser(user.user_id.clone());
                found.push(Warning { place: Place::TestUser(i), concern });
            }
        }
    }

    fn row(&self, place: usize, found: &mut Vec<Warning>) {
        let Some(row) = self.content.rows.get(place) else { return };
        let mut push = |concern| found.push(Warning { place: Place::Row(place), concern });
        let archived = named(&row.audience).into_iter();
        let mut archived = archived.filter(|slug| self.facts.archived.contains(slug.as_str()));
        if let Some(slug) = archived.next() {
            return push(Concern::ArchivedSegment(slug.clone()));
        }
        if !row.rule.enabled {
            return push(Concern::Off);
        }
        if let Some(shadow) = shadow(self.content, place) {
            return push(shadow.concern());
        }
        let reach = self.reach.rows.get(place);
        if let Some(taken) = reach.and_then(|reach| self.taken(reach)) {
            return push(taken);
        }
        if let Some(nobody) = reach.and_then(|reach| self.nobody(&row.audience, reach)) {
            push(nobody);
        }
        for concern in self.rule(&row.rule, place) {
            push(concern);
        }
        let below = shadowed_by(self.content, place);
        if !below.is_empty() {
            push(Concern::LeavesNothing(below));
        }
    }

    /// Where rows above decide for all whom it describes.
    fn taken(&self, reach: &RowReach) -> Option<Concern> {
        let taken: usize = reach.taken.values().sum();
        let all = reach.described > 0 && taken == reach.described;
        let by = || reach.taken.keys().copied().collect();
        all.then(|| Concern::Taken { users: self.about(taken), by: by() })
    }

    fn nobody(&self, audience: &Audience, reach: &RowReach) -> Option<Concern> {
        let asked = self.sample();
        match audience {
            Audience::Everyone => None,
            _ if self.reach.asked == 0 => None,
            _ if reach.described == 0 => Some(Concern::NobodyKnown { asked }),
            _ if reach.lately == 0 => Some(Concern::NobodyLately { asked }),
            _ => None,
        }
    }

    fn everyone_else(&self, found: &mut Vec<Warning>) {
        let rule = &self.content.everyone_else;
        if !rule.enabled {
            return;
        }
        let place = self.content.rows.len();
        let concerns = match shadow(self.content, place) {
            Some(shadow) => vec![shadow.concern()],
            None => self.rule(rule, place),
        };
        let warning = |concern| Warning { place: Place::EveryoneElse, concern };
        found.extend(concerns.into_iter().map(warning));
    }

    /// What is to be said of a rule that is on; what stands behind that place is below it.
    fn rule(&self, rule: &Rule, place: usize) -> Vec<Concern> {
        let mut concerns = Vec::new();
        if rule.rollout.hundredths() == 0 {
            concerns.push(Concern::NothingDelivered);
        } else if self.gives_default(&rule.serve) {
            concerns.push(Concern::GivesDefault { blocks: self.gives_something_below(place) });
        }
        if let Serve::Split(shares) = &rule.serve {
            let weighted: Vec<_> = shares.iter().filter(|share| share.weight > 0).collect();
            match weighted.as_slice() {
                [only] => concerns.push(Concern::WholeWeight(only.variant.clone())),
                _ => {
                    let none = shares.iter().filter(|share| share.weight == 0);
                    concerns.extend(none.map(|it| Concern::ZeroWeight(it.variant.clone())));
                }
            }
        }
        concerns
    }

    /// Whether anything that is on behind that place gives something else than the defaults.
    fn gives_something_below(&self, place: usize) -> bool {
        let rows = self.content.rows.iter().skip(place + 1).map(|row| &row.rule);
        let everyone_else = Some(&self.content.everyone_else);
        let rest = everyone_else.filter(|_| place < self.content.rows.len());
        let mut on = rows.chain(rest).filter(|rule| rule.enabled);
        on.any(|rule| rule.rollout.hundredths() > 0 && !self.gives_default(&rule.serve))
    }

    /// Whether everybody who is served that gets the defaults, and no payload with them.
    fn gives_default(&self, serve: &Serve) -> bool {
        let variant = |name: &str| {
            let variant = self.content.variant(name);
            variant.is_some_and(|it| it.payload.is_none() && self.are_defaults(&it.values))
        };
        match serve {
            Serve::Values(values) => self.are_defaults(values),
            Serve::Variant(name) => variant(name),
            Serve::Split(shares) => {
                let mut weighted = shares.iter().filter(|share| share.weight > 0);
                weighted.all(|share| variant(&share.variant))
            }
        }
    }

    fn are_defaults(&self, values: &Values) -> bool {
        values.iter().all(|(key, json)| {
            let default = self.facts.defaults.get(key.as_str());
            default.is_some_and(|default| {
                Value::read(default.value_type(), json).is_ok_and(|value| value == *default)
            })
        })
    }
}

impl Shadow {
    fn concern(self) -> Concern {
        match self {
            Shadow::Everyone(row) => Concern::BelowEveryone(row),
            Shadow::Same(row) => Concern::SameAudience(row),
        }
    }
}

/// The segments that an audience names.
fn named(audience: &Audience) -> Vec<&Slug> {
    match audience {
        Audience::Segment(slug) => vec![slug],
        Audience::Conditions(condition) => condition.segments(),
        Audience::Everyone => Vec::new(),
    }
}
