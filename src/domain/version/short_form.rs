//! The everyday flag: one boolean key, one audience, one percentage.

use serde_json::{Value as Json, json};

use super::{Audience, Content, Row, Rule, Serve, Values, reading::read_rollout};
use crate::domain::{
    bucketing::Rollout,
    condition::{Condition, Operator},
    context::USER_ID,
    key::KeyName,
    reading::{Node, Problems},
};

/// A flag that serves the value which is not the default to a percentage of those whom all (or
/// any) targeting rules describe.
#[derive(Debug, Clone, PartialEq)]
pub struct ShortForm {
    /// Whom it is for; `None`: everyone.
    pub targeting_rules: Option<TargetingRules>,
    /// How many of them get it.
    pub rollout: Rollout,
}

/// The targeting rules as they are written: a list, or `{"any": […]}`, `{"all": […]}`, `{"not": …}`.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetingRules(Condition);

/// The id of the only row.
const ROW: &str = "r1";

/// Names of operators that other products use, and ours.
const ALIASES: [(&str, Operator); 14] = [
    ("equals", Operator::Is),
    ("not_equals", Operator::IsNot),
    ("greater_than", Operator::Greater),
    ("greater_than_or_equal", Operator::GreaterOrEqual),
    ("greater_than_or_equals", Operator::GreaterOrEqual),
    ("less_than", Operator::Less),
    ("less_than_or_equal", Operator::LessOrEqual),
    ("less_than_or_equals", Operator::LessOrEqual),
    ("not_contains", Operator::DoesNotContain),
    ("exists", Operator::IsSet),
    ("not_exists", Operator::IsNotSet),
    ("regex", Operator::Matches),
    ("matches_regex", Operator::Matches),
    ("is_not_in", Operator::NotIn),
];

impl TargetingRules {
    /// Reads the rules; an empty list means everyone.
    pub fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Option<TargetingRules>> {
        let mut json = node.json.clone();
        rename_operators(&mut json);
        let Json::Array(rules) = json else {
            return Condition::read(&Node::at(node.path.clone(), &json), problems)
                .map(|condition| Some(TargetingRules(condition)));
        };
        if rules.is_empty() {
            return Some(None);
        }
        let before = problems.len();
        let items = rules.iter().enumerate();
        let conditions: Vec<_> = items
            .filter_map(|(i, rule)| {
                Condition::read(&Node::at(format!("{}[{i}]", node.path), rule), problems)
            })
            .collect();
        if problems.len() > before {
            return None;
        }
        let all = Condition::All(conditions);
        Condition::read(&Node::at(node.path.clone(), &all.to_json()), problems)
            .map(|condition| Some(TargetingRules(condition)))
    }

    fn to_json(&self) -> Json {
        match &self.0 {
            Condition::All(parts) => parts.iter().map(Condition::to_json).collect(),
            other => other.to_json(),
        }
    }
}

/// Puts our operators' names in place of the aliases, wherever a rule stands.
fn rename_operators(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(rename_operators),
        Json::Object(map) => {
            if let Some(operator) = map.get_mut("operator") {
                let name = operator.as_str().map(str::to_lowercase).unwrap_or_default();
                if let Some((_, ours)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
                    *operator = ours.as_str().into();
                }
            }
            for group in ["all", "any", "not"] {
                map.get_mut(group).into_iter().for_each(rename_operators);
            }
        }
        _ => {}
    }
}

impl ShortForm {
    /// Reads a percentage of the short form.
    pub fn read_rollout(node: &Node<'_>, problems: &mut Problems) -> Option<Rollout> {
        read_rollout(node, problems)
    }

    /// The content that says the same for `key`, whose default is `default`.
    pub fn to_content(&self, key: &KeyName, default: bool, salt: &str) -> Content {
        let serve = Serve::Values(Values::from([(key.clone(), json!(!default))]));
        let rule = Rule { enabled: true, rollout: self.rollout, serve };
        let (rows, everyone_else) = match &self.targeting_rules {
            Some(rules) => {
                let audience = Audience::Conditions(rules.0.clone());
                (vec![Row { id: ROW.to_owned(), audience, rule }], Rule::disabled())
            }
            None => (Vec::new(), rule),
        };
        Content {
            keys: vec![key.clone()],
            bucket_by: USER_ID.to_owned(),
            salt: salt.to_owned(),
            prerequisites: Vec::new(),
            variants: Vec::new(),
            test_users: Vec::new(),
            rows,
            everyone_else,
        }
    }

    /// The short form of a content, where it can be said so.
    pub fn of(content: &Content, default: bool) -> Option<ShortForm> {
        let [key] = content.keys.as_slice() else { return None };
        let plain = content.bucket_by == USER_ID
            && content.prerequisites.is_empty()
            && content.variants.is_empty()
            && content.test_users.is_empty();
        let (rule, targeting_rules) = match content.rows.as_slice() {
            [] => (&content.everyone_else, None),
            [Row { audience: Audience::Conditions(condition), rule, .. }]
                if !content.everyone_else.enabled =>
            {
                (rule, Some(TargetingRules(condition.clone())))
            }
            [Row { audience: Audience::Everyone, rule, .. }]
                if rule.enabled || !content.everyone_else.enabled =>
            {
                (rule, None)
            }
            _ => return None,
        };
        let Serve::Values(values) = &rule.serve else { return None };
        let flips = values.get(key) == Some(&json!(!default));
        let nobody = !rule.enabled && targeting_rules.is_none();
        match plain && (rule.enabled && flips || nobody) {
            true if nobody => {
                let rollout = Rollout::from_hundredths(0)?;
                Some(ShortForm { targeting_rules: None, rollout })
            }
            true => Some(ShortForm { targeting_rules, rollout: rule.rollout }),
            false => None,
        }
    }

    /// `targeting_rules` as the API writes them.
    pub fn targeting_rules_json(&self) -> Json {
        self.targeting_rules.as_ref().map_or_else(|| json!([]), TargetingRules::to_json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(json: Json) -> Option<TargetingRules> {
        let mut problems = Problems::new();
        let read = TargetingRules::read(&Node::at("targeting_rules", &json), &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        read.unwrap()
    }

    #[test]
    fn the_short_form_is_read_back_from_the_content_that_it_makes() {
        let key = KeyName::parse("new-checkout-flow").unwrap();
        for (written, default) in [
            (json!([]), false),
            (
                json!([{"attribute": "plan", "operator": "equals", "value": "enterprise"},
                    {"attribute": "country", "operator": "in", "value": ["US", "CA"]}]),
                true,
            ),
            (
                json!({"any": [{"attribute": "age", "operator": "greater_than", "value": 30}]}),
                false,
            ),
        ] {
            let rollout = Rollout::from_hundredths(1_000).unwrap();
            let short = ShortForm { targeting_rules: rules(written), rollout };
            let content = short.to_content(&key, default, "salt");
            assert_eq!(ShortForm::of(&content, default), Some(short));
        }
    }

    #[test]
    fn names_of_operators_that_others_use_are_understood() {
        let read = rules(json!([{"attribute": "plan", "operator": "EQUALS", "value": "pro"}]));
        let wanted = json!([{"attribute": "plan", "operator": "is", "value": "pro"}]);
        assert_eq!(read.unwrap().to_json(), wanted);
    }

    #[test]
    fn problems_are_named_within_the_targeting_rules() {
        let json = json!([{"attribute": "plan", "operator": "resembles", "value": 1}]);
        let mut problems = Problems::new();
        TargetingRules::read(&Node::at("targeting_rules", &json), &mut problems);
        assert_eq!(problems[0].field, "targeting_rules[0].operator");
    }
}
