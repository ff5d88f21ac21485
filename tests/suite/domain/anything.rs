//! Generators: JSON as nobody would write it, and sound conditions, contents and users.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value as Json, json};

/// JSON as nobody would write it.
pub fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        select(vec![1e308, -0.0, 5e-324, 9_007_199_254_740_993.0]).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        select(vec![
            "US",
            "",
            "17",
            "-30d",
            "2026-02-30",
            "1.2.3.4",
            "\u{0}",
            "e\u{301}😀",
            "user_id"
        ])
        .prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        let name = prop_oneof![any::<String>(), select(names()).prop_map(str::to_owned)];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Json::from),
            vec((name, inner), 0..6).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// The names that contents and conditions use.
fn names() -> Vec<&'static str> {
    vec![
        "all",
        "any",
        "not",
        "attribute",
        "operator",
        "value",
        "event",
        "did",
        "count",
        "at_least",
        "within_days",
        "segment",
        "keys",
        "bucket_by",
        "salt",
        "prerequisites",
        "key",
        "in",
        "variants",
        "name",
        "values",
        "payload",
        "test_users",
        "user_id",
        "serve",
        "rows",
        "id",
        "audience",
        "conditions",
        "everyone",
        "enabled",
        "rollout",
        "variant",
        "split",
        "weight",
        "everyone_else",
        "on",
        "country",
    ]
}

pub fn any_condition() -> impl Strategy<Value = Json> {
    let text = select(vec!["x", "US", "17", "true"]);
    let attribute = select(vec!["country", "age", "plan", "tags"]);
    let plain = select(vec![
        "is",
        "is_not",
        "contains",
        "does_not_contain",
        "starts_with",
        "ends_with",
        "matches",
    ]);
    let leaf = prop_oneof![
        (attribute.clone(), plain, text.clone())
            .prop_map(|(a, o, v)| json!({"attribute": a, "operator": o, "value": v})),
        (
            attribute.clone(),
            select(vec!["less", "greater_or_equal", "version_less", "is"]),
            -50..50_i32
        )
            .prop_map(|(a, o, v)| json!({"attribute": a, "operator": o, "value": v.abs()})),
        (
            attribute.clone(),
            select(vec!["in", "not_in", "contains_any", "contains_all"]),
            vec(text, 1..4)
        )
            .prop_map(|(a, o, v)| json!({"attribute": a, "operator": o, "value": v})),
        (attribute.clone(), select(vec!["before", "after"]), select(vec!["-3d", "2026-01-01"]))
            .prop_map(|(a, o, v)| json!({"attribute": a, "operator": o, "value": v})),
        (attribute, select(vec!["is_set", "is_not_set"]))
            .prop_map(|(a, o)| json!({"attribute": a, "operator": o})),
        (any::<bool>(), option::of(1..40_u32), 2..9_u32).prop_map(
            |(did, days, times)| match days {
                Some(days) => json!({"event": "E", "did": did, "within_days": days}),
                None => json!({"event": "E", "did": did, "count": {"at_least": times}}),
            }
        ),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|parts| json!({"all": parts})),
            vec(inner.clone(), 1..4).prop_map(|parts| json!({"any": parts})),
            inner.prop_map(|part| json!({"not": part})),
        ]
    })
}

pub fn any_serve() -> impl Strategy<Value = Json> {
    prop_oneof![
        any::<bool>().prop_map(|on| json!({"values": {"on": on}})),
        select(vec!["a", "b"]).prop_map(|name| json!({"variant": name})),
        (0..=1_000_u16, 1..=1_000_u16).prop_map(
            |(a, b)| json!({"split": [{"variant": "a", "weight": a}, {"variant": "b", "weight": b}]})
        ),
    ]
}

/// A flag that is sound in every respect.
pub fn any_content() -> impl Strategy<Value = Json> {
    let audience = prop_oneof![
        3 => any_condition().prop_map(|tree| json!({"conditions": tree})),
        1 => Just(json!({"everyone": true})),
    ];
    let row = (audience, any::<bool>(), 0..=10_000_u16, any_serve()).prop_map(
        |(audience, enabled, rollout, serve)| {
            json!({"audience": audience, "enabled": enabled, "rollout": percent(rollout), "serve": serve})
        },
    );
    (vec(row, 0..5), any::<bool>(), 0..=10_000_u16, any_serve(), select(vec!["user_id", "plan"]))
        .prop_map(|(mut rows, enabled, rollout, serve, bucket_by)| {
            for (i, row) in rows.iter_mut().enumerate() {
                row["id"] = format!("row-{i}").into();
            }
            json!({"keys": ["on"], "bucket_by": bucket_by, "salt": "s", "rows": rows,
                "variants": [{"name": "a", "values": {"on": true}}, {"name": "b", "values": {}, "payload": 1}],
                "everyone_else": {"enabled": enabled, "rollout": percent(rollout), "serve": serve}})
        })
}

pub fn percent(hundredths: u16) -> f64 {
    f64::from(hundredths) / 100.0
}

pub fn any_user() -> impl Strategy<Value = Json> {
    let value = select(vec![
        json!("US"),
        json!("x"),
        json!(17),
        json!(-3.5),
        json!(true),
        json!(["x", "17"]),
        json!("2026-03-30"),
        json!(null),
        json!({"a": 1}),
    ]);
    let name = select(vec!["country", "age", "plan", "tags", "user_id"]);
    vec((name, value), 0..5).prop_map(|fields| {
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    })
}

/// Puts `planted` somewhere into a document.
pub fn mutate(json: &mut Json, mut place: usize, planted: Json) {
    let children = match &*json {
        Json::Array(items) => items.len(),
        Json::Object(map) => map.len(),
        _ => 0,
    };
    let turn = place % (children + 1);
    place /= children + 1;
    match json {
        Json::Array(items) if turn < children => mutate(&mut items[turn], place, planted),
        Json::Object(map) if turn < children => {
            mutate(map.values_mut().nth(turn).unwrap(), place, planted);
        }
        here => *here = planted,
    }
}
