//! Everything that a version can hand out, and how wide it reaches: what its content alone says,
//! whoever the users are.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Audience, Content, Rule, Serve, Values};
use crate::domain::{bucketing::Rollout, key::KeyName};

/// How wide a version reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// The share of all users whom no row keeps from it.
    pub of_everybody: Rollout,
    /// The share of its audience that the widest row serves.
    pub of_some: Rollout,
}

impl Content {
    /// What each key can be handed out as to users who are no test users, each once; none is the
    /// default.
    pub fn outcomes(&self) -> BTreeMap<&KeyName, Vec<Option<&Json>>> {
        let served = self.bundles_served();
        let outcomes = self.keys.iter().map(|key| {
            let mut outcomes = Vec::new();
            for values in &served {
                let outcome = values.and_then(|values| values.get(key));
                if !outcomes.contains(&outcome) {
                    outcomes.push(outcome);
                }
            }
            (key, outcomes)
        });
        outcomes.collect()
    }

    /// How wide it reaches.
    pub fn shares(&self) -> Shares {
        let rules = self.deciding();
        let widest = |everyone: bool| {
            let rules = rules.iter().filter(|(is_everyone, _)| *is_everyone || !everyone);
            rules.map(|(_, rule)| rule.rollout).max_by_key(|rollout| rollout.hundredths())
        };
        let none = Rollout::from_hundredths(0).unwrap_or(Rollout::ALL);
        Shares {
            of_everybody: widest(true).unwrap_or(none),
            of_some: widest(false).unwrap_or(none),
        }
    }

    /// The rules that can decide, and whether each is about everyone. Below a row for everyone there
    /// is none.
    fn deciding(&self) -> Vec<(bool, &Rule)> {
        let enabled = self.rows.iter().filter(|row| row.rule.enabled);
        let mut rules: Vec<(bool, &Rule)> =
            enabled.map(|row| (matches!(row.audience, Audience::Everyone), &row.rule)).collect();
        match rules.iter().position(|(is_everyone, _)| *is_everyone) {
            Some(last) => rules.truncate(last + 1),
            None if self.everyone_else.enabled => rules.push((true, &self.everyone_else)),
            None => {}
        }
        rules
    }

    /// The bundles of values that users can get; none is all defaults.
    fn bundles_served(&self) -> Vec<Option<&Values>> {
        let rules = self.deciding();
        let is_closed = rules.last().is_some_and(|(is_everyone, _)| *is_everyone);
        let mut served = Vec::new();
        if !is_closed || !self.prerequisites.is_empty() {
            served.push(None);
        }
        for (_, rule) in rules {
            // A split leaves those out who have nothing to be bucketed by.
            if !rule.rollout.is_all() || matches!(rule.serve, Serve::Split(_)) {
                served.push(None);
            }
            if rule.rollout.hundredths() > 0 {
                served.extend(self.bundles(&rule.serve));
            }
        }
        served
    }

    fn bundles<'a>(&'a self, serve: &'a Serve) -> Vec<Option<&'a Values>> {
        let variant = |name: &str| self.variant(name).map(|variant| &variant.values);
        match serve {
            Serve::Values(values) => vec![Some(values)],
            Serve::Variant(name) => vec![variant(name)],
            Serve::Split(shares) => {
                let served = shares.iter().filter(|share| share.weight > 0);
                served.map(|share| variant(&share.variant)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(rows: Json, everyone_else: Json) -> Content {
        let json = json!({"keys": ["a", "b"], "rows": rows, "everyone_else": everyone_else,
            "variants": [{"name": "one", "values": {"a": 1}}, {"name": "two", "values": {"a": 2}}]});
        Content::from_json(&json, "salt").unwrap()
    }

    fn of_a(content: &Content) -> Vec<Json> {
        let outcomes = content.outcomes();
        let (_, of_a) = outcomes.iter().find(|(key, _)| key.as_str() == "a").unwrap();
        of_a.iter().map(|value| value.cloned().unwrap_or(json!("default"))).collect()
    }

    #[test]
    fn a_version_hands_out_what_its_rules_can_decide() {
        let everyone = |rollout: u8, serve: Json| json!({"rollout": rollout, "serve": serve});
        let one = json!({"values": {"a": 1}});
        let on = |mut rule: Json| {
            rule["enabled"] = json!(true);
            rule
        };
        let nothing = json!({"enabled": false, "serve": one});
        assert_eq!(of_a(&content(json!([]), nothing.clone())), [json!("default")]);
        assert_eq!(of_a(&content(json!([]), on(everyone(100, one.clone())))), [json!(1)]);
        let part = content(json!([]), on(everyone(20, one.clone())));
        assert_eq!(of_a(&part), [json!("default"), json!(1)]);
        let row = |audience: Json, enabled: bool, serve: Json| json!({"audience": audience, "enabled": enabled, "rollout": 100, "serve": serve});
        let (all, some) = (json!({"everyone": true}), json!({"segment": "ny"}));
        let two = json!({"variant": "two"});
        let split =
            json!({"split": [{"variant": "one", "weight": 1}, {"variant": "two", "weight": 0}]});
        let shadowed =
            json!([row(all.clone(), true, one.clone()), row(some.clone(), true, two.clone())]);
        assert_eq!(of_a(&content(shadowed, on(everyone(100, two.clone())))), [json!(1)]);
        let off = json!([row(all, false, two.clone()), row(some.clone(), true, one.clone())]);
        assert_eq!(of_a(&content(off, on(everyone(100, one)))), [json!(1)]);
        let both = content(json!([row(some, true, split)]), on(everyone(100, two)));
        assert_eq!(of_a(&both), [json!("default"), json!(1), json!(2)]);
    }

    #[test]
    fn a_version_reaches_as_wide_as_its_widest_rule() {
        let row = |rollout: f64| json!({"audience": {"segment": "ny"}, "rollout": rollout, "serve": {"values": {"a": 1}}});
        let shares = |rows: Json, everyone_else: Json| {
            let shares = content(rows, everyone_else).shares();
            (shares.of_everybody.hundredths(), shares.of_some.hundredths())
        };
        let serve = json!({"values": {"a": 1}});
        let off = json!({"enabled": false, "serve": serve});
        let ten = json!({"enabled": true, "rollout": 10, "serve": serve});
        assert_eq!(shares(json!([]), off.clone()), (0, 0));
        assert_eq!(shares(json!([row(20.0), row(33.33)]), off), (0, 3333));
        assert_eq!(shares(json!([row(20.0)]), ten), (1000, 2000));
    }
}
