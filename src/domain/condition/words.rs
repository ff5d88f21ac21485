//! Condition trees as a person would say them.

use super::{
    AttributeCondition, Condition, EventCondition, Operand, OperandKind, Operator, Scalar,
};

/// Of a list, this many values are said; the rest are counted.
const MOST_SAID: usize = 5;

impl Condition {
    /// The tree as the end of a sentence: `plan is “pro” and country is one of “US”, “CA”`.
    pub fn in_words(&self) -> String {
        match self {
            Condition::All(parts) => joined(parts, " and "),
            Condition::Any(parts) => joined(parts, " or "),
            Condition::Not(part) => format!("not ({})", part.in_words()),
            Condition::Attribute(condition) => condition.in_words(),
            Condition::Event(condition) => condition.in_words(),
            Condition::Segment(slug) => format!("in segment {slug}"),
        }
    }
}

fn joined(parts: &[Condition], word: &str) -> String {
    let part = |part: &Condition| match part.is_several() && parts.len() > 1 {
        true => format!("({})", part.in_words()),
        false => part.in_words(),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(word)
}

impl Condition {
    /// Whether it is said with an *and* or an *or*.
    fn is_several(&self) -> bool {
        match self {
            Condition::All(parts) | Condition::Any(parts) => match parts.as_slice() {
                [only] => only.is_several(),
                _ => true,
            },
            _ => false,
        }
    }
}

impl AttributeCondition {
    pub(super) fn in_words(&self) -> String {
        let verb = verb(self.operator);
        match &self.operand {
            Operand::None => format!("{} {verb}", self.attribute),
            Operand::One(value) => match self.operator.operand_kind() {
                OperandKind::Moment => {
                    format!("{} {verb} {}", self.attribute, moment(&value.text()))
                }
                _ => format!("{} {verb} {}", self.attribute, value.in_words()),
            },
            Operand::List(values) => format!("{} {verb} {}", self.attribute, list(values)),
        }
    }
}

impl Scalar {
    fn in_words(&self) -> String {
        match self {
            Scalar::Text(text) => format!("“{text}”"),
            other => other.text(),
        }
    }
}

/// A moment as it would be said: `30 days ago`, `12 hours from now`, else as it is written.
fn moment(text: &str) -> String {
    let parts = text.char_indices().last().and_then(|(end, unit)| {
        let unit = match unit {
            'h' => "hour",
            'd' => "day",
            'w' => "week",
            _ => return None,
        };
        let number = text.get(1..end)?.trim_start_matches('0');
        let plural = if number == "1" { "" } else { "s" };
        let number = if number.is_empty() { "0" } else { number };
        match text.as_bytes().first()? {
            b'-' => Some(format!("{number} {unit}{plural} ago")),
            b'+' => Some(format!("{number} {unit}{plural} from now")),
            _ => None,
        }
    });
    parts.unwrap_or_else(|| format!("“{text}”"))
}

pub(super) fn list(values: &[Scalar]) -> String {
    let said: Vec<String> = values.iter().take(MOST_SAID).map(Scalar::in_words).collect();
    match values.len().saturating_sub(MOST_SAID) {
        0 => said.join(", "),
        more => format!("{} and {more} more", said.join(", ")),
    }
}

pub(super) fn verb(operator: Operator) -> &'static str {
    use Operator as O;
    match operator {
        O::Is => "is",
        O::IsNot => "is not",
        O::In => "is one of",
        O::NotIn => "is none of",
        O::Contains => "contains",
        O::DoesNotContain => "does not contain",
        O::StartsWith => "starts with",
        O::EndsWith => "ends with",
        O::Matches => "matches",
        O::Less => "is less than",
        O::LessOrEqual => "is at most",
        O::Greater => "is greater than",
        O::GreaterOrEqual => "is at least",
        O::VersionIs => "is version",
        O::VersionLess => "is below version",
        O::VersionLessOrEqual => "is at most version",
        O::VersionGreater => "is above version",
        O::VersionGreaterOrEqual => "is at least version",
        O::Before => "is before",
        O::After => "is after",
        O::IsSet => "is set",
        O::IsNotSet => "is not set",
        O::ContainsAny => "contains any of",
        O::ContainsAll => "contains all of",
    }
}

impl EventCondition {
    fn in_words(&self) -> String {
        let did = if self.did { "did" } else { "did not do" };
        let times = match self.at_least {
            1 => String::new(),
            times => format!(" at least {times} times"),
        };
        let days = match self.within_days {
            None => String::new(),
            Some(1) => " today".to_owned(),
            Some(days) => format!(" in the last {days} days"),
        };
        format!("{did} “{}”{times}{days}", self.event)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn said(json: Json) -> String {
        Condition::from_json(&json).unwrap().in_words()
    }

    #[test]
    fn a_tree_is_said_in_one_sentence() {
        let tree = json!({"all": [
            {"attribute": "os", "operator": "is", "value": "iOS"},
            {"any": [{"attribute": "seats", "operator": "greater_or_equal", "value": 10}, {"segment": "vip"}]},
            {"not": {"event": "Charged", "count": {"at_least": 3}, "within_days": 30}},
        ]});
        assert_eq!(
            said(tree),
            "os is “iOS” and (seats is at least 10 or in segment vip) and not (did “Charged” at least 3 times in the last 30 days)"
        );
        assert_eq!(
            said(json!({"event": "Charged", "did": false, "within_days": 1})),
            "did not do “Charged” today"
        );
    }

    #[test]
    fn groups_of_one_hide_no_brackets_and_moments_are_said_as_people_say_them() {
        let leaf = |name: &str| json!({"attribute": name, "operator": "is_set"});
        assert_eq!(
            said(json!({"all": [{"any": [{"any": [leaf("a"), leaf("b")]}]}, leaf("c")]})),
            "(a is set or b is set) and c is set"
        );
        let moment =
            |value: &str| said(json!({"attribute": "t", "operator": "after", "value": value}));
        assert_eq!(moment("-30d"), "t is after 30 days ago");
        assert_eq!(moment("+01h"), "t is after 1 hour from now");
        assert_eq!(moment("2026-03-31"), "t is after “2026-03-31”");
    }

    #[test]
    fn a_long_list_is_cut_short() {
        let tree = json!({"attribute": "n", "operator": "in", "value": [1, 2, 3, 4, 5, 6, 7]});
        assert_eq!(said(tree), "n is one of 1, 2, 3, 4, 5 and 2 more");
    }
}
