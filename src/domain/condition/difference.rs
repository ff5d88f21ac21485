//! What changed from one condition tree to another, in sentences.

use super::{AttributeCondition, Condition, Operand, words};

impl Condition {
    /// What changed from this tree to `after`, in sentences; nothing exactly when they say the
    /// same.
    pub fn difference(&self, after: &Condition) -> Vec<String> {
        let mut told = Vec::new();
        if !self.says_the_same_as(after) {
            tell(self, after, &mut told);
        }
        if told.is_empty() && !self.says_the_same_as(after) {
            let (before, after) = (self.in_words(), after.in_words());
            told.push(format!("Was: {before}. Is now: {after}."));
        }
        told
    }
}

/// Tells what differs between two trees that say something different.
fn tell(before: &Condition, after: &Condition, told: &mut Vec<String>) {
    let (was, is) = (parts(before), parts(after));
    if is_all(before) != is_all(after) && was.len() > 1 && is.len() > 1 {
        told.push(match is_all(after) {
            true => "All of the conditions have to hold now, instead of any of them.".to_owned(),
            false => "Any of the conditions is enough now, instead of all of them.".to_owned(),
        });
    }
    let mut gone = left_out(&was, &is);
    let mut new = left_out(&is, &was);
    if gone.is_empty() && new.is_empty() && told.is_empty() {
        told.push("The conditions stand in another order.".to_owned());
    }
    while let Some((from, to)) = pair(&gone, &new) {
        let (from, to) = (gone.remove(from), new.remove(to));
        changed(from, to, told);
    }
    told.extend(gone.iter().map(|part| format!("Taken out: {}.", part.in_words())));
    told.extend(new.iter().map(|part| format!("New: {}.", part.in_words())));
}

/// What a tree joins at its top.
fn parts(tree: &Condition) -> Vec<&Condition> {
    match tree {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().collect(),
        single => vec![single],
    }
}

/// One condition, and an empty group, is both.
fn is_all(tree: &Condition) -> bool {
    !matches!(tree, Condition::Any(parts) if parts.len() > 1)
}

/// The parts for which there is none that says the same among the others.
fn left_out<'a>(parts: &[&'a Condition], others: &[&Condition]) -> Vec<&'a Condition> {
    let mut others = others.to_vec();
    let mut left = Vec::new();
    for part in parts {
        match others.iter().position(|other| other.says_the_same_as(part)) {
            Some(place) => drop(others.remove(place)),
            None => left.push(*part),
        }
    }
    left
}

/// The first two that are the same condition, changed.
fn pair(gone: &[&Condition], new: &[&Condition]) -> Option<(usize, usize)> {
    gone.iter().enumerate().find_map(|(from, before)| {
        new.iter().position(|after| are_twins(before, after)).map(|to| (from, to))
    })
}

fn are_twins(before: &Condition, after: &Condition) -> bool {
    match (before, after) {
        (Condition::Attribute(before), Condition::Attribute(after)) => {
            before.attribute == after.attribute
        }
        (Condition::Event(before), Condition::Event(after)) => before.event == after.event,
        (Condition::Not(_), Condition::Not(_)) => true,
        (Condition::All(_) | Condition::Any(_), Condition::All(_) | Condition::Any(_)) => {
            let (was, is) = (parts(before), parts(after));
            left_out(&was, &is).len() < was.len()
        }
        _ => false,
    }
}

fn changed(before: &Condition, after: &Condition, told: &mut Vec<String>) {
    match (before, after) {
        (Condition::Attribute(before), Condition::Attribute(after))
            if before.operator == after.operator =>
        {
            match (&before.operand, &after.operand) {
                (Operand::List(_), Operand::List(_)) => told.push(list_changed(before, after)),
                _ => told.push(replaced(before.in_words(), after.in_words())),
            }
        }
        (Condition::All(_) | Condition::Any(_), Condition::All(_) | Condition::Any(_)) => {
            let mut inside = Vec::new();
            tell(before, after, &mut inside);
            let group = format!("In the group ({}): ", after.in_words());
            told.extend(inside.into_iter().map(|sentence| group.clone() + &sentence));
        }
        _ => told.push(replaced(before.in_words(), after.in_words())),
    }
}

fn replaced(before: String, after: String) -> String {
    format!("{before} → {after}.")
}

/// Of a long list only what came and went is worth saying.
fn list_changed(before: &AttributeCondition, after: &AttributeCondition) -> String {
    let values = |condition: &AttributeCondition| match condition.operand.as_texts() {
        Operand::List(values) => values,
        Operand::None | Operand::One(_) => Vec::new(),
    };
    let (was, is) = (values(before), values(after));
    let without = |values: &[super::Scalar], others: &[super::Scalar]| {
        let left: Vec<_> = values.iter().filter(|it| !others.contains(it)).cloned().collect();
        (!left.is_empty()).then(|| words::list(&left))
    };
    let said = match (without(&is, &was), without(&was, &is)) {
        (Some(new), Some(gone)) => format!("added {new}; taken out {gone}"),
        (Some(new), None) => format!("added {new}"),
        (None, Some(gone)) => format!("taken out {gone}"),
        (None, None) => "the values stand in another order".to_owned(),
    };
    format!("{} {}: {said}.", after.attribute, words::verb(after.operator))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn tree(json: &Json) -> Condition {
        Condition::from_json(json).unwrap()
    }

    fn told(before: &Json, after: &Json) -> Vec<String> {
        tree(before).difference(&tree(after))
    }

    fn is(attribute: &str, value: &str) -> Json {
        json!({"attribute": attribute, "operator": "is", "value": value})
    }

    fn within(cities: &[&str]) -> Json {
        json!({"attribute": "city", "operator": "in", "value": cities})
    }

    #[test]
    fn what_came_went_and_changed_is_told() {
        let before =
            json!({"all": [is("plan", "pro"), within(&["Bath", "York"]), is("os", "iOS")]});
        let after = json!({"all": [is("plan", "max"), within(&["York", "Wells", "Ely"]),
                                   {"segment": "vip"}]});
        assert_eq!(
            told(&before, &after),
            [
                "plan is “pro” → plan is “max”.",
                "city is one of: added “Wells”, “Ely”; taken out “Bath”.",
                "Taken out: os is “iOS”.",
                "New: in segment vip.",
            ]
        );
    }

    #[test]
    fn how_conditions_are_joined_is_told() {
        let parts = [is("a", "1"), is("b", "2")];
        let (all, any) = (json!({"all": parts}), json!({"any": parts}));
        assert_eq!(
            told(&all, &any),
            ["Any of the conditions is enough now, instead of all of them."]
        );
        assert_eq!(
            told(&any, &all),
            ["All of the conditions have to hold now, instead of any of them."]
        );
        let turned = json!({"all": [parts[1], parts[0]]});
        assert_eq!(told(&all, &turned), ["The conditions stand in another order."]);
        assert_eq!(told(&parts[0], &all), ["New: b is “2”."]);
    }

    #[test]
    fn a_change_inside_a_group_is_told_with_the_group() {
        let group =
            |value: &str| json!({"all": [is("a", "1"), {"any": [is("b", value), is("c", "3")]}]});
        assert_eq!(
            told(&group("2"), &group("4")),
            ["In the group (b is “4” or c is “3”): b is “2” → b is “4”."]
        );
        let not = |value: &str| json!({"all": [is("a", "1"), {"not": is("b", value)}]});
        assert_eq!(told(&not("2"), &not("4")), ["not (b is “2”) → not (b is “4”)."]);
    }

    #[test]
    fn trees_that_say_the_same_differ_in_nothing_and_all_others_in_something() {
        let trees = [
            is("a", "1"),
            json!({"not": is("a", "1")}),
            json!({"all": [is("a", "1"), is("a", "1")]}),
            json!({"any": [is("a", "1"), is("a", "1")]}),
            json!({"any": [is("a", "1"), {"all": [is("b", "1"), is("c", "1")]}]}),
            json!({"any": [is("a", "1"), {"any": [is("b", "1"), is("c", "1")]}]}),
            json!({"event": "Paid", "did": false}),
            json!({"event": "Paid", "count": {"at_least": 2}}),
            within(&["Bath"]),
            within(&["Bath", "Bath"]),
        ];
        for (i, before) in trees.iter().enumerate() {
            for (j, after) in trees.iter().enumerate() {
                assert_eq!(told(before, after).is_empty(), i == j, "{before} {after}");
            }
        }
        assert_eq!(told(&is("a", "1"), &json!({"all": [is("a", "1")]})), [""; 0]);
    }
}
