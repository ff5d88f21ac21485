//! From conditions to what a browser sends of the form, and back.

use serde_json::{Value as Json, json};

use super::{
    builder::Builder,
    edit::{Edit, NewPart},
    editing::Focus,
    entered::*,
    group::{Group, Match, Part},
    items::{Item, of as items_of},
    operators::Editor,
    row::Row,
};
use crate::{
    dashboard::Form,
    domain::condition::{Condition, Operator},
};

fn condition(json: &Json) -> Condition {
    Condition::from_json(json).unwrap()
}

/// What a browser sends of the builder, in the order of the page.
fn sent(entered: &Entered) -> Form {
    let mut fields: Vec<(String, String)> = Vec::new();
    for item in items_of(&entered.builder.root) {
        let mut send = |name: &str, id: u32, value: &str| {
            // A field of one line has no lines.
            let value = if name == "more" { value.to_owned() } else { value.replace('\n', "") };
            fields.push((format!("{name}-{id}"), value));
        };
        let row = match item {
            Item::Join(_) => continue,
            Item::Open(group, _) => {
                let name = Match::ALL.iter().find(|(it, ..)| *it == group.matches).unwrap().1;
                send("match", group.id, name);
                format!("group:{}", group.id)
            }
            Item::Close(group) => format!("end:{}", group.id),
            Item::Property(row, _) => {
                send_row(row, &mut send);
                format!("property:{}", row.id)
            }
            Item::Event(row, _) => {
                send("did", row.id, if row.did { "did" } else { "not" });
                send("event", row.id, &row.event);
                send("bound", row.id, if row.fewer { "fewer" } else { "least" });
                send("times", row.id, &row.times);
                send("window", row.id, if row.ever { "ever" } else { "last" });
                send("days", row.id, &row.days);
                format!("event:{}", row.id)
            }
            Item::Membership(row, _) => {
                send("in", row.id, if row.is_in { "in" } else { "not" });
                send("segment", row.id, &row.segment);
                format!("segment:{}", row.id)
            }
        };
        fields.push(("row".to_owned(), row));
    }
    Form::of(fields)
}

fn send_row(row: &Row, send: &mut impl FnMut(&str, u32, &str)) {
    send("attribute", row.id, &row.attribute);
    send("operator", row.id, row.operator.as_str());
    match row.editor() {
        Editor::Nothing => {}
        Editor::Chips => row.values.iter().for_each(|value| send("value", row.id, value)),
        Editor::Lines => send("more", row.id, &row.lines().replace('\n', "\r\n")),
        Editor::Moment => {
            let unit = super::Unit::all().find(|(unit, ..)| *unit == row.unit).unwrap().1;
            send("unit", row.id, unit);
            send("value", row.id, row.value());
        }
        _ => send("value", row.id, row.value()),
    }
    row.kept_values().iter().for_each(|value| send("value", row.id, value));
}

/// The tree that comes back from a page that shows this one.
fn through_the_page(tree: &Json) -> Json {
    let mut entered = Entered::of(Base::default(), &condition(tree));
    entered = Entered::from_form(&sent(&entered));
    entered.apply(Edit::ShowJson).unwrap();
    assert!(entered.is_json());
    entered.apply(Edit::ShowBuilder).unwrap();
    assert!(!entered.is_json());
    Entered::from_form(&sent(&entered)).condition().unwrap().to_json()
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
                assert_eq!(through_the_page(&tree), tree, "{operator:?}");
            }
        }
    }
}

#[test]
fn every_tree_goes_through_the_builder_and_back() {
    let leaf = json!({"attribute": "a", "operator": "is", "value": "b"});
    let event = json!({"event": "Charged", "did": true});
    let not = |inner: &Json| json!({"not": inner});
    for tree in [
        json!({"all": [leaf, {"any": [leaf, {"all": [event, {"segment": "vip"}]}]}, leaf]}),
        json!({"any": [not(&leaf), not(&event), not(&json!({"segment": "vip"}))]}),
        not(&not(&not(&not(&not(&leaf))))),
        not(&json!({"all": [leaf, event]})),
        json!({"all": [{"any": [{"all": [{"any": [{"all": [leaf, event]}]}]}]}]}),
        json!({"all": [{"all": [{"all": [not(&json!({"any": [leaf, leaf]}))]}]}, not(&not(&leaf))]}),
        json!({"all": [
            {"event": " Charged\n", "did": false, "count": {"at_least": 3}, "within_days": 30},
            {"event": "\"x\"", "did": false},
            {"event": "Opened", "did": true, "count": {"at_least": 2}, "within_days": 1},
        ]}),
        json!({"any": [
            {"attribute": " a\tb ", "operator": "is", "value": " b"},
            {"attribute": "a", "operator": "is", "value": ""},
            {"attribute": "a", "operator": "contains", "value": "\n"},
            {"attribute": "a", "operator": "in", "value": ["b\nc", "", " ", "\"", "\" x\"", "a;b"]},
            {"attribute": "a", "operator": "matches", "value": "\"a\""},
            {"attribute": "a", "operator": "less", "value": " 5 "},
        ]}),
    ] {
        assert_eq!(through_the_page(&tree), tree);
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
        let back = Entered::from_form(&sent(&entered)).condition().unwrap();
        assert!(back.says_the_same_as(&condition(&leaf)), "{leaf} became {}", back.to_json());
    }
}

#[test]
fn a_long_list_goes_through_the_builder_as_lines() {
    let mut values: Vec<String> = (0..5_000).map(|number| format!("user, {number}")).collect();
    values.extend(["two\nlines", " blanks ", "\"quotes\"", ""].map(str::to_owned));
    let tree = json!({"all": [{"attribute": "user_id", "operator": "in", "value": values}]});
    let entered = Entered::of(Base::default(), &condition(&tree));
    let Part::Property(row) = &entered.builder.root.parts[0] else { panic!("a row") };
    assert_eq!(row.editor(), Editor::Lines);
    assert_eq!(through_the_page(&tree), tree);
}

#[test]
fn what_is_missing_is_said_at_its_field() {
    let form = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let problems = Entered::from_form(&Form::of(fields.collect())).condition().unwrap_err();
        problems.into_iter().map(|it| format!("{} {}", it.field, it.message)).collect::<Vec<_>>()
    };
    assert_eq!(form(&[]), ["match-0 Add at least one condition."]);
    assert_eq!(form(&[("row", "property:3")]), ["attribute-3 Choose a property."]);
    assert_eq!(form(&[("row", "segment:3")]), ["segment-3 Choose a segment."]);
    assert_eq!(
        form(&[("row", "group:3"), ("row", "end:3"), ("row", "event:4"), ("times-4", "some")]),
        [
            "match-3 Add at least one condition to this group, or remove it.",
            "event-4 Choose an event.",
            "times-4 Enter how many times, as a whole number such as 3.",
            "days-4 Enter how many days, as a whole number such as 30.",
        ]
    );
    let event = [("row", "event:4"), ("event-4", "Charged"), ("times-4", "0"), ("days-4", "9999")];
    assert_eq!(
        form(&event),
        [
            "times-4 Enter a whole number from 1 to 1000000.",
            "days-4 Enter a whole number from 1 to 3650."
        ]
    );
    let row = |operator: &'static str, value: &'static str| {
        form(&[
            ("row", "property:3"),
            ("attribute-3", "city"),
            ("operator-3", operator),
            ("value-3", value),
        ])
    };
    assert_eq!(row("is", ""), ["value-3 Choose a value for city."]);
    assert_eq!(row("in", ""), ["value-3 Choose at least one value for city."]);
    assert_eq!(row("less", "old"), ["value-3 Enter a number."]);
    assert_eq!(
        row("matches", "(?=a)"),
        ["value-3 A regex can't look back or around. Use contains, or a simpler pattern."]
    );
    let moment =
        [("row", "property:1"), ("attribute-1", "born"), ("operator-1", "after"), ("value-1", "x")];
    let moment = form(&[&moment[..], &[("unit-1", "days-ago")]].concat());
    assert_eq!(moment, ["value-1 Enter a whole number of days ago for born, such as 30."]);
    let rows: Vec<(&str, String)> = (1..=150).map(|id| ("row", format!("property:{id}"))).collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(name, id)| (*name, id.as_str())).collect();
    assert!(form(&rows).last().unwrap().contains("100 conditions is the most"));
}

/// The tree as letters: `a(bc)d` is a group between conditions on *a* and *d*.
fn letters(group: &Group) -> String {
    let parts = group.parts.iter().map(|part| match part {
        Part::Group(inner) => format!("({})", letters(inner)),
        Part::Property(row) => row.attribute.clone(),
        Part::Event(row) => row.event.clone(),
        Part::Membership(row) => row.segment.clone(),
    });
    parts.collect()
}

#[test]
fn rows_and_groups_are_added_copied_moved_and_removed() {
    let leaf = |name: &str| json!({"attribute": name, "operator": "is_set"});
    let tree =
        json!({"all": [leaf("a"), {"any": [leaf("b"), {"event": "c", "did": true}]}, leaf("d")]});
    let mut builder = Builder::of_condition(&condition(&tree));
    // Numbers follow the order of the page: a is 1, the group 2, b 3, c 4, d 5.
    let mut does = |edit: Edit, after: &str, focus: Option<Focus>| {
        assert_eq!(builder.apply(edit).unwrap(), focus, "{edit:?}");
        assert_eq!(letters(&builder.root), after, "{edit:?}");
    };
    does(Edit::Refresh, "a(bc)d", None);
    does(Edit::Up(5), "ad(bc)", Some(Focus::Menu(5)));
    does(Edit::Up(3), "adb(c)", Some(Focus::Menu(3)));
    does(Edit::Down(4), "adb()c", Some(Focus::Menu(4)));
    does(Edit::Up(1), "adb()c", None);
    does(Edit::Down(4), "adb()c", None);
    does(Edit::Down(1), "dab()c", Some(Focus::Menu(1)));
    does(Edit::Wrap(1), "d(a)b()c", Some(Focus::Menu(1)));
    does(Edit::Duplicate(6), "d(a)(a)b()c", Some(Focus::Field(7)));
    does(Edit::Remove(8), "d(a)()b()c", Some(Focus::Field(7)));
    does(Edit::Remove(4), "d(a)()b()", Some(Focus::Menu(2)));
    does(Edit::Add(NewPart::Event, 2), "d(a)()b()", Some(Focus::Field(8)));
    does(Edit::Add(NewPart::Segment, 99), "d(a)()b()", None);
    does(Edit::Remove(99), "d(a)()b()", None);
}

#[test]
fn what_is_turned_into_not_is_the_exact_opposite() {
    let opposite = |tree: Json| {
        let mut builder = Builder::of_condition(&condition(&json!({"all": [tree]})));
        builder.apply(Edit::Negate(1)).unwrap();
        builder.condition().unwrap().to_json()["all"][0].clone()
    };
    let leaf = |operator: &str| json!({"attribute": "a", "operator": operator, "value": "x"});
    for (before, after) in [
        (leaf("is"), leaf("is_not")),
        (leaf("is_not"), leaf("is")),
        (leaf("starts_with"), json!({"not": leaf("starts_with")})),
        (json!({"segment": "vip"}), json!({"not": {"segment": "vip"}})),
        (json!({"not": {"segment": "vip"}}), json!({"segment": "vip"})),
        (json!({"event": "E", "did": true}), json!({"event": "E", "did": false})),
        (json!({"event": "E", "did": false}), json!({"event": "E", "did": true})),
        (
            json!({"event": "E", "did": true, "count": {"at_least": 3}}),
            json!({"event": "E", "did": false, "count": {"at_least": 3}}),
        ),
        (
            json!({"any": [leaf("is"), leaf("contains")]}),
            json!({"not": {"any": [leaf("is"), leaf("contains")]}}),
        ),
        (
            json!({"not": {"any": [leaf("is"), leaf("is_not")]}}),
            json!({"any": [leaf("is"), leaf("is_not")]}),
        ),
        (
            json!({"all": [leaf("is"), leaf("is_not")]}),
            json!({"not": {"all": [leaf("is"), leaf("is_not")]}}),
        ),
    ] {
        assert_eq!(opposite(before), after);
    }
}

#[test]
fn five_levels_and_a_hundred_conditions_fit_and_no_more() {
    let mut builder = Builder::blank();
    for depth in 1..5 {
        builder.apply(Edit::Wrap(1)).unwrap();
        assert_eq!(builder.root.depth(), depth + 1);
    }
    for edit in [Edit::Wrap(1), Edit::Add(NewPart::Group, 5)] {
        let problems = builder.apply(edit).unwrap_err();
        assert_eq!(problems[0].field, "match-5");
        assert!(problems[0].message.starts_with("5 levels is the most."));
    }
    assert_eq!(builder.root.depth(), 5);
    for _ in 0..99 {
        builder.apply(Edit::Add(NewPart::Property, 5)).unwrap();
    }
    let problems = builder.apply(Edit::Duplicate(1)).unwrap_err();
    assert!(problems[0].message.starts_with("100 conditions is the most."));
    assert_eq!(builder.root.conditions(), 100);
}

#[test]
fn a_form_of_more_levels_than_fit_is_refused_at_the_group() {
    let open = (1..=9).map(|id| format!("group:{id}"));
    let close = (1..=9).rev().map(|id| format!("end:{id}"));
    let rows = open.chain(["segment:20".to_owned()]).chain(close);
    let fields = rows.map(|row| ("row".to_owned(), row)).collect();
    let problems = Entered::from_form(&Form::of(fields)).condition().unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "match-5");
}

#[test]
fn problems_with_other_segments_are_placed_at_their_rows() {
    let tree = json!({"all": [{"segment": "a"}, {"not": {"any": [{"segment": "b"}, {"not": {"segment": "c"}}]}}]});
    let builder = Builder::of_condition(&condition(&tree));
    for (path, field) in [
        ("conditions.all[0].segment", "segment-1"),
        ("conditions.all[1].not.any[0].segment", "segment-3"),
        ("conditions.all[1].not.any[1].not.segment", "segment-4"),
        ("conditions", "match-0"),
    ] {
        assert_eq!(builder.field_of(path), field);
    }
}

#[test]
fn values_survive_an_operator_that_has_no_place_for_them() {
    let fields = [("row", "property:1"), ("attribute-1", "city"), ("operator-1", "is_set")];
    let values = [("value-1", "New York"), ("value-1", "Miami")];
    let fields: Vec<(String, String)> = fields
        .iter()
        .chain(&values)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let entered = Entered::from_form(&Form::of(fields));
    let Part::Property(row) = &entered.builder.root.parts[0] else { panic!("a row") };
    assert_eq!(row.kept_values(), ["New York", "Miami"]);
    assert!(row.condition().is_ok());
}
