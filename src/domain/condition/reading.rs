//! Reading condition trees, with every problem named.

use serde_json::Value;

use super::{
    AttributeCondition, Condition, EventCondition, MOST_CONDITIONS, MOST_DEPTH, MOST_LIST_VALUES,
    MOST_PATTERN_BYTES, Operand, OperandKind, Operator, Scalar, VersionNumber, attribute_test,
    moment::Moment,
};
use crate::domain::{
    reading::{Node, Problems},
    slug::Slug,
};

/// How much of an operator that is none is repeated, in characters.
const MOST_OPERATOR_SHOWN: usize = 40;

impl Condition {
    /// Reads a tree; all problems are reported, with paths below `node`.
    pub fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Condition> {
        let before = problems.len();
        let tree = read_tree(node, 0, problems)?;
        if tree.leaves().len() > MOST_CONDITIONS {
            problems.push(
                node.problem(format!("At most {MOST_CONDITIONS} conditions fit in one audience.")),
            );
        }
        (problems.len() == before).then_some(tree)
    }

    /// Reads a tree that stands alone.
    pub fn from_json(json: &Value) -> Result<Condition, Problems> {
        let mut problems = Problems::new();
        Condition::read(&Node::root(json), &mut problems).ok_or(problems)
    }
}

fn read_tree(node: &Node<'_>, depth: usize, problems: &mut Problems) -> Option<Condition> {
    let Some(map) = node.json.as_object() else {
        problems.push(node.problem("A condition is a JSON object."));
        return None;
    };
    let has = |name: &str| map.contains_key(name);
    if has("all") || has("any") || has("not") {
        read_group(node, depth, problems)
    } else if has("event") {
        read_event(node, problems)
    } else if has("segment") {
        node.object(&["segment"], problems)?;
        let slug = node.required("segment", problems)?;
        read_slug(&slug, problems).map(Condition::Segment)
    } else {
        read_attribute(node, problems)
    }
}

fn read_group(node: &Node<'_>, depth: usize, problems: &mut Problems) -> Option<Condition> {
    if depth >= MOST_DEPTH {
        problems.push(node.problem(format!("Groups may stand at most {MOST_DEPTH} deep.")));
        return None;
    }
    let name = ["all", "any", "not"].into_iter().find(|name| node.json.get(name).is_some())?;
    node.object(&[name], problems)?;
    let inner = node.required(name, problems)?;
    if name == "not" {
        return read_tree(&inner, depth + 1, problems).map(|part| Condition::Not(Box::new(part)));
    }
    let parts = inner.list(problems)?;
    if parts.is_empty() {
        problems.push(inner.problem("Add at least one condition to this group."));
        return None;
    }
    let read: Vec<_> =
        parts.iter().filter_map(|part| read_tree(part, depth + 1, problems)).collect();
    let whole = read.len() == parts.len();
    let group = if name == "all" { Condition::All(read) } else { Condition::Any(read) };
    whole.then_some(group)
}

fn read_event(node: &Node<'_>, problems: &mut Problems) -> Option<Condition> {
    node.object(&["event", "did", "count", "within_days"], problems)?;
    let event = node.required("event", problems).and_then(|it| it.filled_text(200, problems));
    let event = event.map(str::to_owned);
    let did = node.field("did").map_or(Some(true), |did| did.boolean(problems));
    let at_least = node.field("count").map_or(Some(1), |count| read_count(&count, problems));
    let within_days = match node.field("within_days") {
        Some(days) => Some(whole_number(&days, 3_650, problems)?),
        None => None,
    };
    let (event, did, at_least) = (event?, did?, at_least?);
    Some(Condition::Event(EventCondition { event, did, at_least, within_days }))
}

fn read_count(node: &Node<'_>, problems: &mut Problems) -> Option<u32> {
    node.object(&["at_least"], problems)?;
    whole_number(&node.required("at_least", problems)?, 1_000_000, problems)
}

fn whole_number(node: &Node<'_>, most: u32, problems: &mut Problems) -> Option<u32> {
    let number = node.json.as_u64().and_then(|number| u32::try_from(number).ok());
    let number = number.filter(|number| (1..=most).contains(number));
    if number.is_none() {
        problems.push(node.problem(format!("Enter a whole number from 1 to {most}.")));
    }
    number
}

/// Reads the slug of a segment.
pub fn read_slug(node: &Node<'_>, problems: &mut Problems) -> Option<Slug> {
    let slug = Slug::parse(node.text(problems)?);
    if slug.is_err() {
        problems.push(node.problem("This is not the name of a segment. Pick one of the list."));
    }
    slug.ok()
}

fn read_attribute(node: &Node<'_>, problems: &mut Problems) -> Option<Condition> {
    node.object(&["attribute", "operator", "value"], problems)?;
    let attribute = node
        .required("attribute", problems)
        .and_then(|attribute| attribute.filled_text(200, problems));
    let operator_node = node.required("operator", problems)?;
    let name = operator_node.text(problems)?;
    let Some(operator) = Operator::parse(name) else {
        problems.push(operator_node.problem(unknown_operator(name)));
        return None;
    };
    let operand = read_operand(node, operator.operand_kind(), problems)?;
    let attribute = attribute?.to_owned();
    Some(Condition::Attribute(AttributeCondition { attribute, operator, operand }))
}

fn unknown_operator(name: &str) -> String {
    let shown: String = name.chars().take(MOST_OPERATOR_SHOWN).collect();
    match Operator::like(&shown) {
        Some(meant) => format!("“{shown}” is not an operator. Did you mean {meant}?"),
        None => {
            let known: Vec<_> = Operator::all().map(Operator::as_str).collect();
            format!("“{shown}” is not an operator. Known operators: {}.", known.join(", "))
        }
    }
}

fn read_operand(node: &Node<'_>, kind: OperandKind, problems: &mut Problems) -> Option<Operand> {
    if kind == OperandKind::None {
        if let Some(value) = node.field("value") {
            problems.push(value.problem("This operator compares with nothing. Leave it out."));
            return None;
        }
        return Some(Operand::None);
    }
    let value = node.required("value", problems)?;
    if kind == OperandKind::Values {
        return read_values(&value, problems).map(Operand::List);
    }
    let scalar = read_scalar(&value, problems)?;
    if let Some(message) = wrong_form(kind, &scalar) {
        problems.push(value.problem(message));
        return None;
    }
    Some(Operand::One(scalar))
}

fn read_values(node: &Node<'_>, problems: &mut Problems) -> Option<Vec<Scalar>> {
    let items = node.list(problems)?;
    if items.is_empty() || items.len() > MOST_LIST_VALUES {
        problems.push(node.problem(format!("Enter between 1 and {MOST_LIST_VALUES} values.")));
        return None;
    }
    let values: Vec<_> = items.iter().filter_map(|item| read_scalar(item, problems)).collect();
    (values.len() == items.len()).then_some(values)
}

fn read_scalar(node: &Node<'_>, problems: &mut Problems) -> Option<Scalar> {
    match node.json {
        Value::String(_) => {
            let text = node.text(problems)?;
            if text.len() > 1_024 {
                problems.push(node.problem("A value may have at most 1,024 bytes."));
                return None;
            }
            Some(Scalar::Text(text.to_owned()))
        }
        Value::Number(number) => number.as_f64().map(Scalar::Number),
        Value::Bool(value) => Some(Scalar::Boolean(*value)),
        _ => {
            problems.push(node.problem("This must be text, a number, true or false."));
            None
        }
    }
}

/// What is wrong with that operand, if anything.
fn wrong_form(kind: OperandKind, scalar: &Scalar) -> Option<String> {
    let text = scalar.text();
    let message = match kind {
        OperandKind::Text if text.is_empty() => "Enter some text to look for.",
        OperandKind::Pattern if text.is_empty() => "Enter a pattern.",
        OperandKind::Pattern if text.len() > MOST_PATTERN_BYTES => {
            "A pattern may have at most 512 bytes."
        }
        OperandKind::Pattern => return attribute_test::pattern(&text).err(),
        OperandKind::Number if attribute_test::number(&text).is_none() => "Enter a number.",
        OperandKind::Version if VersionNumber::parse(&text).is_none() => {
            "Enter a version: up to four numbers with points between them, such as 5.1 or 5.1.0."
        }
        OperandKind::Moment if Moment::parse(&text).is_none() => {
            "Enter a date such as 2026-03-31 or 2026-03-31T09:00:00Z, or one relative to now such \
             as -30d (h, d or w)."
        }
        _ => return None,
    };
    Some(message.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(json: Value) -> Vec<String> {
        let problems = Condition::from_json(&json).unwrap_err();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn every_problem_is_named_by_its_path() {
        let tree = json!({"all": [
            {"attribute": "age", "operator": "less", "value": "old"},
            {"any": [{"attribute": "x", "operator": "like", "value": 1}, {"event": "E", "within_days": 0}]},
            {"attribute": "a", "operator": "in", "value": []},
            {"attribute": "a", "operator": "matches", "value": "("},
            {"attribute": "a", "operator": "is", "value": null},
        ]});
        assert_eq!(
            fields(tree),
            [
                "all[0].value",
                "all[1].any[0].operator",
                "all[1].any[1].within_days",
                "all[2].value",
                "all[3].value",
                "all[4].value"
            ]
        );
    }

    #[test]
    fn an_empty_group_is_refused_since_it_would_mean_everyone() {
        assert_eq!(fields(json!({"all": []})), ["all"]);
        assert_eq!(fields(json!({"all": [{"any": []}]})), ["all[0].any"]);
        assert_eq!(fields(json!({})), ["attribute", "operator"]);
    }

    #[test]
    fn groups_stand_at_most_five_deep() {
        let leaf = json!({"attribute": "a", "operator": "is_set"});
        let nested = |depth| (0..depth).fold(leaf.clone(), |inner, _| json!({"not": inner}));
        assert!(Condition::from_json(&nested(5)).is_ok());
        assert!(Condition::from_json(&nested(6)).is_err());
    }

    #[test]
    fn a_tree_has_at_most_a_hundred_conditions() {
        let leaf = json!({"attribute": "a", "operator": "is", "value": 1});
        assert!(Condition::from_json(&json!({"any": vec![leaf.clone(); 100]})).is_ok());
        assert!(Condition::from_json(&json!({"any": vec![leaf; 101]})).is_err());
    }

    #[test]
    fn a_pattern_too_large_to_compile_is_refused() {
        let tree = json!({"attribute": "a", "operator": "matches", "value": "\\w{1000}"});
        assert_eq!(fields(tree), ["value"]);
    }
}
