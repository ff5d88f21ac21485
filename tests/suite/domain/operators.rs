//! What each operator holds for; as data in `operators.json`.

use flagstaff::domain::{condition::Operator, evaluation::evaluate, ruleset::Reason};
use serde_json::{Value as Json, json};

use super::environment::{ask, one_flag, ruleset};

/// Whether a condition holds for a user; `None`: nobody knows.
fn holds(condition: &Json, user: &Json, stored: &Json) -> Option<bool> {
    let rows = json!([{"audience": {"conditions": condition}, "serve": {"values": {"on": true}}}]);
    let ruleset = ruleset(&one_flag(json!({"rows": rows})));
    ask(user, stored, |subject| {
        let answer = evaluate(&ruleset, "on", subject).unwrap();
        (answer.decision.reason != Reason::Stale).then_some(answer.enabled)
    })
}

fn on_x(operator: &str, operand: &Json, value: &Json) -> Option<bool> {
    let mut condition = json!({"attribute": "x", "operator": operator});
    if !operand.is_null() {
        condition["value"] = operand.clone();
    }
    holds(&condition, &json!({"x": value}), &Json::Null)
}

fn opposite(operator: &str) -> Option<&'static str> {
    match operator {
        "is" => Some("is_not"),
        "in" => Some("not_in"),
        "contains" => Some("does_not_contain"),
        "is_set" => Some("is_not_set"),
        _ => None,
    }
}

#[test]
fn every_operator_holds_for_what_it_is_told_to() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("operators.json")).unwrap();
    for case in &cases {
        let operator = case["operator"].as_str().unwrap();
        let operand = &case["value"];
        for (values, wanted) in [(&case["holds_for"], true), (&case["fails_for"], false)] {
            for value in values.as_array().unwrap() {
                let told = format!("{value} {operator} {operand}");
                assert_eq!(on_x(operator, operand, value), Some(wanted), "{told}");
                if let Some(opposite) = opposite(operator) {
                    assert_eq!(on_x(opposite, operand, value), Some(!wanted), "not: {told}");
                }
            }
        }
    }
    let told = |operator: Operator| cases.iter().any(|case| case["operator"] == operator.as_str());
    for operator in Operator::all() {
        assert!(told(operator.opposite_of().unwrap_or(operator)), "{}", operator.as_str());
    }
}

#[test]
fn missing_values_null_and_objects_fail_every_operator_but_the_negative_ones() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("operators.json")).unwrap();
    for case in &cases {
        let operator = case["operator"].as_str().unwrap();
        for value in [Json::Null, json!({"a": 1}), json!({})] {
            assert_eq!(on_x(operator, &case["value"], &value), Some(false), "{operator} {value}");
            if let Some(opposite) = opposite(operator) {
                assert_eq!(on_x(opposite, &case["value"], &value), Some(true), "{opposite}");
            }
        }
    }
}

#[test]
fn what_is_neither_said_nor_readable_is_unknown_for_every_operator_and_its_opposite() {
    let unavailable = json!("unavailable");
    for operator in ["is", "is_not"] {
        let condition = json!({"attribute": "x", "operator": operator, "value": 1});
        assert_eq!(holds(&condition, &json!({}), &unavailable), None);
        assert_eq!(holds(&json!({"not": condition}), &json!({}), &unavailable), None);
        let said = holds(&condition, &json!({"x": 1}), &unavailable);
        assert_eq!(said, Some(operator == "is"));
    }
    let nobody = json!({"attribute": "user_id", "operator": "is_not_set"});
    assert_eq!(holds(&nobody, &json!({}), &unavailable), Some(true));
}

#[test]
fn events_are_counted_per_day_in_a_window_that_ends_today() {
    let stored = json!({"events": {"Charged": {"2026-03-31": 1, "2026-03-30": 1, "2026-03-02": 4, "2026-03-01": 9}}});
    for (condition, wanted) in [
        (json!({"event": "Charged"}), true),
        (json!({"event": "charged"}), false),
        (json!({"event": "Charged", "did": false}), false),
        (json!({"event": "Refunded", "did": false}), true),
        (json!({"event": "Charged", "count": {"at_least": 15}}), true),
        (json!({"event": "Charged", "count": {"at_least": 16}}), false),
        (json!({"event": "Charged", "count": {"at_least": 1}, "within_days": 1}), true),
        (json!({"event": "Charged", "count": {"at_least": 2}, "within_days": 1}), false),
        (json!({"event": "Charged", "count": {"at_least": 2}, "within_days": 2}), true),
        (json!({"event": "Charged", "count": {"at_least": 6}, "within_days": 30}), true),
        (json!({"event": "Charged", "count": {"at_least": 7}, "within_days": 30}), false),
        (
            json!({"event": "Charged", "did": false, "count": {"at_least": 7}, "within_days": 30}),
            true,
        ),
    ] {
        assert_eq!(
            holds(&condition, &json!({"user_id": "ann"}), &stored),
            Some(wanted),
            "{condition}"
        );
        assert_eq!(holds(&condition, &json!({"user_id": "ann"}), &json!("unavailable")), None);
        let never = condition["did"] == json!(false);
        assert_eq!(holds(&condition, &json!({}), &Json::Null), Some(never), "{condition}");
    }
}

#[test]
fn a_list_of_thousands_is_compared_in_no_time() {
    let values: Vec<String> = (0..10_000).map(|number| format!("value-{number}")).collect();
    assert_eq!(on_x("contains_all", &json!(values), &json!(values)), Some(true));
    assert_eq!(on_x("contains_any", &json!(values), &json!(vec!["x"; 10_000])), Some(false));
}
