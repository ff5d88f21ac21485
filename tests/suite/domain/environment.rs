//! Environments written as JSON that anybody can read, made into rulesets.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use flagstaff::domain::{
    context::{Attributes, Context, Profile, Stored, StoredNames, Subject},
    experience::Kind,
    ruleset::{
        Compiled, MemberLists, Ruleset,
        source::{
            ExperienceSource, KeySource, PublicationSource, SegmentRule, SegmentSource, Source,
        },
    },
    segment::MemberList,
    value::ValueType,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The moment of every decision in these tests.
pub fn now() -> DateTime<Utc> {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

/// The same identity for the same name, always.
pub fn id(name: &str) -> Uuid {
    Uuid::from_u128(MemberList::hash(name))
}

/// `{"keys": {name: default}, "segments": {slug: conditions, or {"list": [users]}},
/// "experiences": {slug: {"version", "content", "kind", "on", "ramp", "replaces"}}}`.
pub fn source(environment: &Json) -> Source {
    let entries = |name: &str| environment[name].as_object().cloned().unwrap_or_default();
    let key = |(name, default): (String, Json)| KeySource {
        id: id(&name),
        value_type: value_type(&default),
        default_value: default,
        name,
    };
    let segment = |(slug, rule): (String, Json)| SegmentSource {
        id: id(&slug),
        rule: match rule.get("list") {
            Some(_) => SegmentRule::List { revision: 1 },
            None => SegmentRule::Conditions(rule),
        },
        slug,
    };
    Source {
        revision: 1,
        keys: entries("keys").into_iter().map(key).collect(),
        segments: entries("segments").into_iter().map(segment).collect(),
        experiences: entries("experiences").iter().map(|(slug, e)| experience(slug, e)).collect(),
        stored_names: stored_names().iter().map(|name| name.to_string()).collect(),
        teaches: Default::default(),
    }
}

fn experience(slug: &str, written: &Json) -> ExperienceSource {
    ExperienceSource {
        id: id(slug),
        slug: slug.to_owned(),
        kind: match written["kind"].as_str() {
            Some("product config") => Kind::ProductConfig,
            _ => Kind::FeatureFlag,
        },
        switched_on: written["on"].as_bool().unwrap_or(true),
        active: publication(slug, written),
    }
}

fn publication(slug: &str, written: &Json) -> PublicationSource {
    let version = written["version"].as_i64().unwrap_or(1) as i32;
    let replaces = written.get("replaces").filter(|replaces| !replaces.is_null());
    PublicationSource {
        id: id(&format!("{slug} publication {version}")),
        version_id: id(&format!("{slug} version {version}")),
        version,
        content: written["content"].clone(),
        ramp: (written["ramp"].as_f64().unwrap_or(100.0) * 100.0).round() as u16,
        replaces: replaces.map(|replaces| Box::new(publication(slug, replaces))),
    }
}

fn value_type(default: &Json) -> ValueType {
    match default {
        Json::Bool(_) => ValueType::Boolean,
        Json::String(_) => ValueType::String,
        Json::Number(number) if number.is_i64() => ValueType::Integer,
        Json::Number(_) => ValueType::Decimal,
        _ => ValueType::Json,
    }
}

/// The members of the list segments; a list written as null could not be read.
pub fn lists(environment: &Json) -> MemberLists {
    let segments = environment["segments"].as_object().cloned().unwrap_or_default();
    let lists = segments.into_iter().filter_map(|(slug, rule)| {
        let members = rule.get("list")?.as_array()?.clone();
        let members = members.iter().filter_map(Json::as_str);
        Some((id(&slug), Arc::new(MemberList::from_ids(members))))
    });
    lists.collect()
}

/// Compiles it; `previous` is what was good before.
pub fn compiled_after(environment: &Json, previous: Option<&Source>) -> Compiled {
    Ruleset::compile(source(environment), previous, &lists(environment))
}

/// Compiles it; everything in it must be sound.
pub fn ruleset(environment: &Json) -> Ruleset {
    compiled(environment).ruleset
}

/// The same with what it was compiled from.
pub fn compiled(environment: &Json) -> Compiled {
    let compiled = compiled_after(environment, None);
    assert_eq!(compiled.problems, []);
    compiled
}

/// An environment of one key `on` (default false) and one flag `flag` of that content, whose rows
/// serve true unless they say otherwise.
pub fn one_flag(mut content: Json) -> Json {
    content["keys"] = json!(["on"]);
    json!({"keys": {"on": false}, "experiences": {"flag": {"content": content}}})
}

/// The context of a user written as an object of attributes.
pub fn context(user: &Json) -> Context {
    Context::new(attributes(user))
}

/// Attributes written as an object.
pub fn attributes(json: &Json) -> Attributes {
    serde_json::from_str(&json.to_string()).unwrap()
}

/// A profile written as `{"properties": {}, "events": {name: {day: times}}}`.
pub fn profile(written: &Json) -> Profile {
    let days = |days: &Json| {
        let days = days.as_object().unwrap().iter();
        let day = |(day, times): (&String, &Json)| {
            (day.parse::<NaiveDate>().unwrap(), times.as_u64().unwrap() as u32)
        };
        days.map(day).collect::<Vec<_>>()
    };
    let events = written["events"].as_object().cloned().unwrap_or_default();
    let events: HashMap<_, _> = events.iter().map(|(name, d)| (name.clone(), days(d))).collect();
    Profile { properties: attributes(&written["properties"]), events }
}

/// The names of what may be stored about the users of these cases.
pub fn stored_names() -> StoredNames {
    ["age", "city", "company", "country", "os", "plan", "seats", "tags", "x"]
        .map(Box::from)
        .into_iter()
        .collect()
}

/// Asks with what is stored about the user: an object as of [`profile`], `"unavailable"`, or
/// nothing.
pub fn ask<T>(user: &Json, stored: &Json, decide: impl FnOnce(&Subject<'_>) -> T) -> T {
    let context = context(user);
    let profile = stored.is_object().then(|| profile(stored));
    let names = stored_names();
    let stored = match (&profile, stored) {
        (Some(profile), _) => Stored::Profile(profile),
        (None, Json::String(_)) => Stored::Unknown(&names),
        _ => Stored::Nothing,
    };
    decide(&Subject { context: &context, stored, now: now() })
}
