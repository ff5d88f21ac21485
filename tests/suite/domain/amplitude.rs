//! The answers of Amplitude's engine, wherever our rows can say what its flags say.
//!
//! Each of its segments becomes an experience of its own, since a segment there has its own salt
//! and one that gives no variant lets the next one decide: the first whose answer is a variant
//! wins, as it does there. What we say otherwise, and so leave out, is told by [`why_not`].

use flagstaff::domain::{evaluation::evaluate, ruleset::Ruleset};
use serde_json::{Map, Value as Json, json};

use super::environment::{ask, ruleset};

/// Why a flag can't be said in our words at all.
fn why_not(flag: &Json) -> Option<&'static str> {
    let text = flag.to_string();
    match text {
        _ if text.contains("(none)") => Some("“(none)” means a missing value there, a text here"),
        _ if text.contains("\"set is") => Some("there is no operator for the same set"),
        _ if text.contains("\"conditions\":[[]]") => Some("an empty group is refused here"),
        _ if text.contains("3.0.0-beta.2") => Some("a version is numbers here"),
        _ if text.contains("op-array-scalar") => Some("a list has no text here"),
        _ => None,
    }
}

/// Whether a pair of flag and user turns on a difference that domain.md makes on purpose.
fn differs(flag: &Json, attributes: &Map<String, Json>) -> bool {
    // A boolean buckets there by its text, and nobody here.
    let mut buckets = flag["segments"].as_array().unwrap().iter().map(|s| &s["bucket"]["selector"]);
    let is_boolean =
        |selector: &Json| attributes.get(&attribute_name(selector)).is_some_and(Json::is_boolean);
    let bucketed_by_boolean = buckets.any(|selector| selector.is_array() && is_boolean(selector));
    bucketed_by_boolean
        || conditions(flag).any(|condition| {
            let name = attribute_name(&condition["selector"]);
            let op = condition["op"].as_str().unwrap();
            let value = attributes.get(&name).unwrap_or(&Json::Null);
            let text = match value {
                Json::String(text) => text.clone(),
                Json::Null => String::new(),
                other => other.to_string(),
            };
            match op {
                // Booleans as text take no notice of case there; a negative operator fails there for
                // a missing value.
                "is" | "is not" if ["true", "false"].contains(&text.to_lowercase().as_str()) => {
                    true
                }
                "contains" | "does not contain" | "regex does not match" if value.is_null() => true,
                "is not" if value.is_null() => true,
                // Versions there may have a suffix, must have a point, and numbers may be
                // hexadecimal or else compare as text.
                _ if op.starts_with("version") => {
                    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
                    !value.is_null() && (!plain || !text.contains('.'))
                }
                _ if op.starts_with("greater") || op.starts_with("less") => {
                    value.is_string() && text.parse::<f64>().is_err()
                }
                // Lists there may come as JSON text, and a missing one is an empty one.
                _ if op.starts_with("set") => !value.is_array(),
                _ => false,
            }
        })
}

fn conditions(flag: &Json) -> impl Iterator<Item = &Json> {
    let segments = flag["segments"].as_array().unwrap().iter();
    let all = segments.flat_map(|segment| segment["conditions"].as_array().into_iter().flatten());
    all.flat_map(|all| all.as_array().unwrap())
}

/// `["context", "user", "user_properties", "plan"]` is our `plan`.
fn attribute_name(selector: &Json) -> String {
    let parts: Vec<&str> =
        selector.as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    match parts.as_slice() {
        ["context", "user", "user_properties", name] | ["context", "user", name] => {
            (*name).to_owned()
        }
        other => other.join("."),
    }
}

/// The user as our attributes; a group's name and properties under their selectors.
fn attributes(user: &Json) -> Map<String, Json> {
    let mut attributes = user["user_properties"].as_object().cloned().unwrap_or_default();
    for (name, value) in user.as_object().unwrap() {
        if !["user_properties", "groups", "group_properties"].contains(&name.as_str()) {
            attributes.insert(name.clone(), value.clone());
        }
    }
    for (kind, names) in user["groups"].as_object().into_iter().flatten() {
        let name = names[0].as_str().unwrap_or_default();
        if !name.is_empty() {
            attributes.insert(format!("context.groups.{kind}.group_name"), name.into());
            let properties = &user["group_properties"][kind][name];
            for (property, value) in properties.as_object().into_iter().flatten() {
                let path = format!("context.groups.{kind}.group_properties.{property}");
                attributes.insert(path, value.clone());
            }
        }
    }
    attributes
}

/// A condition there lists values of which any may do (for negative operators: none).
fn condition(theirs: &Json) -> Json {
    let attribute = attribute_name(&theirs["selector"]);
    let values = theirs["values"].as_array().unwrap();
    let each = |operator: &str| -> Json {
        let one =
            |value: &Json| json!({"attribute": attribute, "operator": operator, "value": value});
        let sound = values.iter().filter(|value| {
            let number = value.as_str().is_some_and(|text| text.parse::<f64>().is_ok());
            number || !["less", "less_or_equal", "greater", "greater_or_equal"].contains(&operator)
        });
        json!({"any": sound.map(one).collect::<Vec<_>>()})
    };
    let list =
        |operator: &str| json!({"attribute": attribute, "operator": operator, "value": values});
    let op = theirs["op"].as_str().unwrap();
    match op {
        "is" => list("in"),
        "is not" => list("not_in"),
        "contains" => any_case(&attribute, values),
        "does not contain" => json!({"not": any_case(&attribute, values)}),
        "regex match" => each("matches"),
        "regex does not match" => json!({"not": each("matches")}),
        "set contains any" => list("contains_any"),
        "set does not contain any" => json!({"not": list("contains_any")}),
        "set contains" => list("contains_all"),
        "set does not contain" => json!({"not": list("contains_all")}),
        other => each(&other.replace(' ', "_")),
    }
}

/// `contains` takes no notice of case there: a pattern says so here.
fn any_case(attribute: &str, values: &[Json]) -> Json {
    let one = |value: &Json| {
        let pattern = format!("(?i){}", regex::escape(value.as_str().unwrap()));
        json!({"attribute": attribute, "operator": "matches", "value": pattern})
    };
    json!({"any": values.iter().map(one).collect::<Vec<_>>()})
}

/// One of its segments as an environment of ours; an allocation of a range of users is the
/// difference of two rollouts, so it takes the experiences `to` and `from`.
struct Segment {
    ruleset: Ruleset,
    variant: Option<String>,
    /// Pairs of keys: out of the first and in the second is in the allocation.
    allocations: Vec<(String, String)>,
}

fn segment(theirs: &Json) -> Segment {
    let any = theirs["conditions"].as_array().map(|any| {
        let all = any.iter().map(
            |all| json!({"all": all.as_array().unwrap().iter().map(condition).collect::<Vec<_>>()}),
        );
        json!({"any": all.collect::<Vec<_>>()})
    });
    let audience = any.map_or(json!({"everyone": true}), |any| json!({"conditions": any}));
    let bucket = &theirs["bucket"];
    let mut keys = Map::from_iter([("matches".to_owned(), json!(""))]);
    let row = |key: &str| json!({"audience": audience, "serve": {"values": {key: "yes"}}});
    let plain = json!({"keys": ["matches"], "rows": [row("matches")]});
    let mut experiences = Map::from_iter([(
        "matches".to_owned(),
        json!({"kind": "product config", "content": plain}),
    )]);
    let mut pairs = Vec::new();
    for (i, allocation) in bucket["allocations"].as_array().into_iter().flatten().enumerate() {
        for (end, name) in ["from", "to"].into_iter().enumerate() {
            let key = format!("{name}-{i}");
            let mut row = row(&key);
            row["rollout"] = allocation["range"][end].clone();
            let distributions = allocation["distributions"].as_array().unwrap();
            let (variants, split) = split(distributions, &key);
            row["serve"] = json!({"split": split});
            let content = json!({"keys": [key], "salt": bucket["salt"], "variants": variants,
                "bucket_by": attribute_name(&bucket["selector"]), "rows": [row]});
            keys.insert(key.clone(), json!(""));
            experiences.insert(key, json!({"kind": "product config", "content": content}));
        }
        pairs.push((format!("from-{i}"), format!("to-{i}")));
    }
    let ruleset = ruleset(&json!({"keys": keys, "experiences": experiences}));
    Segment { ruleset, variant: theirs["variant"].as_str().map(str::to_owned), allocations: pairs }
}

/// Their ranges of positions as weights that cut at the same places.
fn split(distributions: &[Json], key: &str) -> (Vec<Json>, Vec<Json>) {
    let positions = f64::from(flagstaff::domain::bucketing::POSITIONS);
    let cut = |i: usize| distributions[i]["range"][1].as_u64().unwrap() as u32;
    let weights: Vec<u16> = (1..=1_000_u16)
        .find_map(|total| {
            let mut before = 0;
            let weights: Vec<u16> = (0..distributions.len())
                .map(|i| {
                    let here = (f64::from(cut(i)) / positions * f64::from(total)).round() as u16;
                    here - std::mem::replace(&mut before, here)
                })
                .collect();
            let ranges = flagstaff::domain::bucketing::split_ranges(&weights)?;
            ranges.iter().enumerate().all(|(i, range)| range.end == cut(i)).then_some(weights)
        })
        .unwrap();
    let names = distributions.iter().map(|d| d["variant"].as_str().unwrap());
    let split = names.clone().zip(weights);
    let split =
        split.map(|(name, weight)| json!({"variant": format!("v-{name}"), "weight": weight}));
    let variants = names.map(|name| json!({"name": format!("v-{name}"), "values": {key: name}}));
    (variants.collect(), split.collect())
}

impl Segment {
    /// The variant that this segment gives the user, if any.
    fn decide(&self, user: &Json) -> Option<String> {
        let value = |key: &str| {
            let json = ask(user, &Json::Null, |subject| {
                evaluate(&self.ruleset, key, subject).unwrap().value.to_json()
            });
            json.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
        };
        value("matches")?;
        let allocated = self.allocations.iter().find_map(|(from, to)| match value(from) {
            None => value(to),
            Some(_) => None,
        });
        allocated.or_else(|| self.variant.clone())
    }
}

#[test]
fn our_rows_give_what_their_segments_give() {
    let text = include_str!("../../vectors/amplitude_eval.json");
    let vectors: Json = serde_json::from_str(text).unwrap();
    let (mut agreed, mut differing, mut unsayable) = (0, 0, 0);
    for flag in vectors["flags"].as_array().unwrap() {
        let name = flag["key"].as_str().unwrap();
        let cases = vectors["cases"].as_array().unwrap().iter().filter(|case| case["flag"] == name);
        if why_not(flag).is_some() {
            unsayable += cases.count();
            continue;
        }
        let segments: Vec<Segment> =
            flag["segments"].as_array().unwrap().iter().map(segment).collect();
        for case in cases {
            let mut attributes =
                attributes(&vectors["users"][case["user"].as_u64().unwrap() as usize]);
            if let Some(needed) = flag["dependencies"][0].as_str() {
                let same = |other: &&Json| other["flag"] == needed && other["user"] == case["user"];
                let result = vectors["cases"].as_array().unwrap().iter().find(same).unwrap();
                attributes.insert(format!("result.{needed}.key"), result["variant"].clone());
            }
            if differs(flag, &attributes) {
                differing += 1;
                continue;
            }
            let user = Json::Object(attributes);
            let ours = segments.iter().find_map(|segment| segment.decide(&user));
            assert_eq!(json!(ours), case["variant"], "{name} {user}");
            agreed += 1;
        }
    }
    println!("{agreed} agreed, {differing} differing, {unsayable} unsayable");
    assert_eq!(agreed + differing + unsayable, 1_800);
    assert!(agreed >= 1_200, "only {agreed} cases are covered");
}
