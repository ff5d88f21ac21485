//! From conditions to what a browser sends of the form, and back.

use serde_json::{Value as Json, json};

use super::{builder::Builder, edit::Edit, entered::*, operators::Editor};
use crate::{
    dashboard::Form,
    domain::condition::{Condition, Operator},
};

fn condition(json: &Json) -> Condition {
    Condition::from_json(json).unwrap()
}

/// What a browser sends of the builder.
fn sent(entered: &Entered) -> Form {
    let mut fields = vec![("name".to_owned(), entered.name.clone())];
    let matches = super::Match::ALL.iter().find(|(it, ..)| *it == entered.builder.matches);
    fields.push(("match".to_owned(), matches.unwrap().1.to_owned()));
    for row in &entered.builder.rows {
        let mut send =
            |name: &str, value: String| fields.push((format!("{name}-{}", row.id), value));
        send("attribute", row.attribute.clone());
        send("operator", row.operator.as_str().to_owned());
        match row.editor() {
            Editor::Nothing => {}
            Editor::Chips => row.values.iter().for_each(|value| send("value", value.clone())),
            Editor::Lines => send("more", row.lines().replace('\n', "\r\n")),
            Editor::Moment => {
                let unit = super::Unit::all().find(|(unit, ..)| *unit == row.unit).unwrap().1;
                send("unit", unit.to_owned());
                send("value", row.value().to_owned());
            }
            _ => send("value", row.value().to_owned()),
        }
        row.kept_values().iter().for_each(|value| send("value", value.clone()));
        fields.push(("row".to_owned(), row.id.to_string()));
    }
    Form::of(fields)
}

fn value_for(operator: Operator) -> Option<Json> {
    use crate::domain::condition::OperandKind as Kind;
    Some(match operator.operand_kind() {
        Kind::None => return None,
        Kind::Value => json!("New York, \"NY\""),
        Kind::Values => json!(["New York", "a, b", "“x”"]),
        Kind::Text => json!("two words "),
        Kind::Pattern => json!("^a.*$"),
        Kind::Number => json!(1.5),
        Kind::Version => json!("5.12.0"),
        Kind::Moment => json!("-30d"),
    })
}

#[test]
fn every_operator_goes_through_the_builder_and_back() {
    for operator in Operator::all() {
        for group in ["all", "any"] {
            let mut leaf = json!({"attribute": "some_property", "operator": operator.as_str()});
            if let Some(value) = value_for(operator) {
                leaf["value"] = value;
            }
            let tree = json!({group: [leaf.clone(), leaf]});
            for tree in [tree.clone(), json!({"not": tree})] {
                let entered = Entered::of(Base::default(), &condition(&tree));
                let is_not_all = tree["not"]["all"].is_array();
                assert_eq!(entered.is_json(), is_not_all, "{tree}");
                if !is_not_all {
                    let back = Entered::from_form(&sent(&entered)).condition().unwrap();
                    assert_eq!(back.to_json(), tree, "{operator:?}");
                }
            }
        }
    }
}

#[test]
fn numbers_dates_and_single_conditions_keep_their_meaning() {
    for leaf in [
        json!({"attribute": "seats", "operator": "is", "value": 17}),
        json!({"attribute": "premium", "operator": "is", "value": true}),
        json!({"attribute": "seats", "operator": "less", "value": "1e3"}),
        json!({"attribute": "born", "operator": "before", "value": "2000-01-02"}),
        json!({"attribute": "born", "operator": "after", "value": "2000-01-02T03:04:05Z"}),
        json!({"not": {"attribute": "ids", "operator": "contains_any", "value": [1, 2, 2]}}),
    ] {
        let entered = Entered::of(Base::default(), &condition(&leaf));
        assert!(!entered.is_json(), "{leaf}");
        let back = Entered::from_form(&sent(&entered)).condition().unwrap();
        assert!(back.says_the_same_as(&condition(&leaf)), "{leaf} became {}", back.to_json());
    }
}

#[test]
fn what_the_builder_can_not_show_is_text_and_loses_nothing() {
    let leaf = json!({"attribute": "a", "operator": "is", "value": "b"});
    for tree in [
        json!({"all": [leaf, {"any": [leaf, leaf]}]}),
        json!({"all": [{"event": "Charged", "did": false, "count": {"at_least": 3}, "within_days": 30}]}),
        json!({"segment": "vip"}),
        json!({"attribute": "a", "operator": "is", "value": " b"}),
        json!({"attribute": "a", "operator": "in", "value": ["b\nc"]}),
    ] {
        let mut entered = Entered::of(Base::default(), &condition(&tree));
        assert!(entered.is_json() && !entered.why_json.is_empty(), "{tree}");
        assert_eq!(entered.condition().unwrap().to_json(), tree);
        entered.apply(Edit::ShowBuilder).unwrap();
        assert!(entered.is_json() && !entered.why_json.is_empty());
    }
}

#[test]
fn a_long_list_goes_through_the_builder_as_lines() {
    let values: Vec<String> = (0..5_000).map(|number| format!("user, {number}")).collect();
    let tree = json!({"all": [{"attribute": "user_id", "operator": "in", "value": values}]});
    let entered = Entered::of(Base::default(), &condition(&tree));
    assert_eq!(entered.builder.rows[0].editor(), Editor::Lines);
    let back = Entered::from_form(&sent(&entered)).condition().unwrap();
    assert_eq!(back.to_json(), tree);
}

#[test]
fn what_is_missing_is_said_at_its_field() {
    let form = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let problems = Entered::from_form(&Form::of(fields.collect())).condition().unwrap_err();
        problems.into_iter().map(|it| format!("{} {}", it.field, it.message)).collect::<Vec<_>>()
    };
    assert_eq!(form(&[]), ["segment-conditions Add at least one condition."]);
    assert_eq!(form(&[("row", "3")]), ["attribute-3 Choose a property."]);
    let row = |operator: &'static str, value: &'static str| {
        form(&[("row", "3"), ("attribute-3", "city"), ("operator-3", operator), ("value-3", value)])
    };
    assert_eq!(row("is", ""), ["value-3 Choose a value for city."]);
    assert_eq!(row("in", ""), ["value-3 Choose at least one value for city."]);
    assert_eq!(row("less", "old"), ["value-3 Enter a number."]);
    assert_eq!(
        row("matches", "(?=a)"),
        ["value-3 A regex can't look back or around. Use contains, or a simpler pattern."]
    );
    let moment = [("row", "1"), ("attribute-1", "born"), ("operator-1", "after"), ("value-1", "x")];
    let moment = form(&[&moment[..], &[("unit-1", "days-ago")]].concat());
    assert_eq!(moment, ["value-1 Enter a whole number of days ago for born, such as 30."]);
    let rows: Vec<(&str, String)> = (1..=150).map(|id| ("row", id.to_string())).collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(name, id)| (*name, id.as_str())).collect();
    assert!(form(&rows).last().unwrap().contains("100 conditions is the most"));
}

#[test]
fn rows_are_added_copied_moved_and_removed() {
    let mut entered = Entered::blank();
    let attributes = |builder: &Builder| -> Vec<String> {
        builder.rows.iter().map(|row| row.attribute.clone()).collect()
    };
    entered.builder.rows[0].attribute = "a".to_owned();
    assert_eq!(entered.apply(Edit::Add).unwrap(), Some(2));
    entered.builder.rows[1].attribute = "b".to_owned();
    assert_eq!(entered.apply(Edit::Duplicate(1)).unwrap(), Some(3));
    assert_eq!(attributes(&entered.builder), ["a", "a", "b"]);
    entered.apply(Edit::Up(2)).unwrap();
    assert_eq!(attributes(&entered.builder), ["a", "b", "a"]);
    entered.apply(Edit::Down(1)).unwrap();
    entered.apply(Edit::Down(99)).unwrap();
    assert_eq!(attributes(&entered.builder), ["b", "a", "a"]);
    entered.apply(Edit::Remove(3)).unwrap();
    assert_eq!(attributes(&entered.builder), ["b", "a"]);
    for _ in 0..98 {
        entered.apply(Edit::Add).unwrap();
    }
    assert!(entered.apply(Edit::Add).is_err());
    assert_eq!(entered.builder.rows.len(), 100);
}

#[test]
fn values_survive_an_operator_that_has_no_place_for_them() {
    let fields = [("row", "1"), ("attribute-1", "city"), ("operator-1", "is_set")];
    let values = [("value-1", "New York"), ("value-1", "Miami")];
    let fields: Vec<(String, String)> = fields
        .iter()
        .chain(&values)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let entered = Entered::from_form(&Form::of(fields));
    let row = &entered.builder.rows[0];
    assert_eq!(row.kept_values(), ["New York", "Miami"]);
    assert!(row.condition().is_ok());
}
