//! Generators: a version, and what two people make of it, with much that they have in common.

use proptest::{collection::vec, option, prelude::*, sample::select, sample::subsequence};
use serde_json::{Map, Value as Json, json};

use flagstaff::domain::version::Content;

/// A base, and two contents that somebody made from it.
pub fn any_edits() -> impl Strategy<Value = (Content, Content, Content)> {
    let mask = || vec(prop::bool::weighted(0.3), 8);
    (any_wide(), any_wide(), any_wide(), mask(), mask()).prop_map(
        |(base, one, other, first, second)| {
            let edited = |with: &Json, mask: &[bool]| content(mixed(&base, with, mask));
            (content(base.clone()), edited(&one, &first), edited(&other, &second))
        },
    )
}

fn content(json: Json) -> Content {
    Content::from_json(&sound(json), "salt").unwrap()
}

/// Those parts of `with` that the mask names, and the others of `base`.
fn mixed(base: &Json, with: &Json, mask: &[bool]) -> Json {
    let parts = base.as_object().unwrap().iter().zip(mask);
    let parts = parts.map(|((name, part), mask)| {
        let new = &with[name];
        let part = match (mask, part) {
            (false, part) => part.clone(),
            // Of lists, half of the items are edited.
            (true, Json::Array(items)) => half_edited(items, new.as_array().unwrap()).into(),
            (true, _) => new.clone(),
        };
        (name.clone(), part)
    });
    parts.collect::<Map<String, Json>>().into()
}

fn half_edited(old: &[Json], new: &[Json]) -> Vec<Json> {
    if new.len() < 2 {
        return new.to_vec();
    }
    let mut items = old.to_vec();
    for (i, item) in new.iter().enumerate() {
        match items.iter().position(|old| name_of(old) == name_of(item)) {
            Some(place) if i % 2 == 0 => items[place] = item.clone(),
            Some(_) => {}
            None => items.push(item.clone()),
        }
    }
    items
}

fn name_of(item: &Json) -> Json {
    ["id", "name", "user_id", "key"]
        .iter()
        .find_map(|field| item.get(field))
        .unwrap_or(item)
        .clone()
}

fn any_value() -> impl Strategy<Value = Json> {
    select(vec![json!(1), json!(2), json!("x"), json!(true), json!({"a": [1]}), json!(null)])
}

fn any_values() -> impl Strategy<Value = Json> {
    (subsequence(vec!["a", "b", "c"], 0..=3), vec(any_value(), 3)).prop_map(|(keys, values)| {
        keys.into_iter().zip(values).map(|(key, value)| (key.to_owned(), value)).collect()
    })
}

fn any_serve() -> impl Strategy<Value = Json> {
    let name = select(vec!["v1", "v2", "v3"]);
    prop_oneof![
        3 => any_values().prop_map(|values| json!({"values": values})),
        1 => name.prop_map(|name| json!({"variant": name})),
        1 => (0..3_u16, 1..3_u16).prop_map(
            |(a, b)| json!({"split": [{"variant": "v1", "weight": a}, {"variant": "v2", "weight": b}]})
        ),
    ]
}

fn any_rule() -> impl Strategy<Value = Json> {
    (any::<bool>(), select(vec![0, 20, 100]), any_serve()).prop_map(
        |(enabled, rollout, serve)| json!({"enabled": enabled, "rollout": rollout, "serve": serve}),
    )
}

/// Some of these names, in any order.
fn some(names: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(names, 0..=names.len()).prop_shuffle()
}

fn any_rows() -> impl Strategy<Value = Json> {
    let audience = select(vec![
        json!({"segment": "s1"}),
        json!({"segment": "s2"}),
        json!({"everyone": true}),
        json!({"conditions": {"attribute": "plan", "operator": "is", "value": "pro"}}),
    ]);
    (some(&["r1", "r2", "r3", "r4"]), vec((audience, any_rule()), 4)).prop_map(|(ids, rows)| {
        let rows = ids.into_iter().zip(rows).map(|(id, (audience, mut rule))| {
            rule["id"] = id.into();
            rule["audience"] = audience;
            rule
        });
        rows.collect()
    })
}

fn any_wide() -> impl Strategy<Value = Json> {
    let variant = (any_values(), option::of(any_value()), select(vec!["", "for some"]));
    let variants = (some(&["v1", "v2", "v3"]), vec(variant, 3)).prop_map(|(names, variants)| {
        let variants = names.into_iter().zip(variants).map(|(name, (values, payload, description))| {
            json!({"name": name, "values": values, "payload": payload, "description": description})
        });
        variants.collect::<Json>()
    });
    let users = (some(&["u1", "u2"]), vec(any_serve(), 2)).prop_map(|(ids, serves)| {
        let users = ids.into_iter().zip(serves);
        users.map(|(id, serve)| json!({"user_id": id, "serve": serve})).collect::<Json>()
    });
    let needed = (some(&["c", "p", "q"]), vec(any_value(), 3)).prop_map(|(keys, values)| {
        let needed = keys.into_iter().zip(values);
        needed.map(|(key, value)| json!({"key": key, "in": [value]})).collect::<Json>()
    });
    let by = select(vec!["user_id", "company"]);
    let salt = select(vec!["s", "t"]);
    (some(&["a", "b", "c"]), by, salt, needed, variants, users, any_rows(), any_rule()).prop_map(
        |(keys, by, salt, needed, variants, users, rows, rule)| {
            json!({"keys": keys, "bucket_by": by, "salt": salt, "prerequisites": needed,
                   "variants": variants, "test_users": users, "rows": rows, "everyone_else": rule})
        },
    )
}

/// The same without what names something that is not there.
fn sound(mut content: Json) -> Json {
    let names = |list: &Json, field: &str| -> Vec<Json> {
        list.as_array().unwrap().iter().map(|it| it.get(field).unwrap_or(it).clone()).collect()
    };
    let keys = names(&content["keys"], "");
    let variants = names(&content["variants"], "name");
    let values = |values: &mut Json| {
        values.as_object_mut().unwrap().retain(|key, _| keys.contains(&json!(key)));
    };
    let serve = |holder: &mut Json, splits: bool| {
        let serve = &mut holder["serve"];
        let shares = serve.get("split").and_then(Json::as_array).cloned().unwrap_or_default();
        let there = shares.iter().all(|share| variants.contains(&share["variant"]));
        let one = serve.get("variant").is_none_or(|name| variants.contains(name));
        if !there || !one || (!splits && !shares.is_empty()) {
            *serve = json!({"values": {}});
        }
        if serve.get("values").is_some() {
            values(&mut serve["values"]);
        }
    };
    content["variants"].as_array_mut().unwrap().iter_mut().for_each(|it| values(&mut it["values"]));
    content["rows"].as_array_mut().unwrap().iter_mut().for_each(|row| serve(row, true));
    content["test_users"].as_array_mut().unwrap().iter_mut().for_each(|user| serve(user, false));
    serve(&mut content["everyone_else"], true);
    let needed = content["prerequisites"].as_array_mut().unwrap();
    needed.retain(|needed| !keys.contains(&needed["key"]));
    content
}
