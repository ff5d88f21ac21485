//! Who gets what of an experience, in a few words: "3 segments · 20 % to 100 %", "dark_mode = 3 for
//! 2 segments".

use crate::{
    domain::{
        bucketing::Rollout,
        experience::Kind,
        version::{Audience, Content, Rule, Serve, Values, value_in_words},
    },
    store::publications::{FULL_RAMP, TEST_USERS_ONLY},
};

/// How many values of one key are said.
const MOST_VALUES: usize = 3;

/// In words; `ramp` is the share of users reached so far, in hundredths of a percent, and
/// `segment_name` gives the name of a segment by its slug.
pub fn who_gets_it(
    kind: Kind,
    content: &Content,
    ramp: i16,
    segment_name: impl Fn(&str) -> String,
) -> String {
    if ramp == TEST_USERS_ONLY {
        return "Test users only".to_owned();
    }
    let everyone = &content.everyone_else;
    let rows = content.rows.iter().filter(|row| row.rule.enabled);
    let mut rules: Vec<&Rule> = rows.map(|row| &row.rule).collect();
    let mut audience = audience(content, segment_name);
    if everyone.enabled {
        rules.push(everyone);
        match audience.as_mut() {
            None => audience = Some("Everyone".to_owned()),
            Some(audience) => audience.push_str(" and everyone else"),
        }
    }
    let Some(audience) = audience else { return "Nobody".to_owned() };
    if ramp == TEST_USERS_ONLY {
        return "Test users only".to_owned();
    }
    let (share, served) = (share(&rules, ramp), served(kind, content, &rules));
    match (kind, served) {
        (Kind::FeatureFlag, None) => format!("{audience} · {share}"),
        (Kind::FeatureFlag, Some(served)) => format!("{audience} · {share} · {served}"),
        (Kind::ProductConfig, served) => {
            let served = served.unwrap_or_default();
            let audience = lower_first(&audience);
            match share.as_str() {
                "100 %" => format!("{served} for {audience}"),
                share => format!("{served} for {audience} · {share}"),
            }
        }
    }
}

/// Whom the rows that are on describe, in their order, each once.
pub fn audiences(content: &Content, segment_name: impl Fn(&str) -> String) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for row in content.rows.iter().filter(|row| row.rule.enabled) {
        let name = match &row.audience {
            Audience::Segment(slug) => segment_name(slug.as_str()),
            Audience::Conditions(condition) => condition.in_words(),
            Audience::Everyone => "Everyone".to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn audience(content: &Content, segment_name: impl Fn(&str) -> String) -> Option<String> {
    let rows = content.rows.iter().filter(|row| row.rule.enabled).count();
    match rows {
        0 => None,
        1 => audiences(content, segment_name).pop(),
        several => Some(format!("{several} segments")),
    }
}

/// "Everyone" in the middle of a sentence; names stay as they are.
fn lower_first(audience: &str) -> String {
    match audience.strip_prefix("Everyone") {
        Some(rest) => format!("everyone{rest}"),
        None => audience.to_owned(),
    }
}

fn share(rules: &[&Rule], ramp: i16) -> String {
    let percents = || rules.iter().map(|rule| rule.rollout);
    let least = percents().min_by_key(|rollout| rollout.hundredths()).unwrap_or(Rollout::ALL);
    let most = percents().max_by_key(|rollout| rollout.hundredths()).unwrap_or(Rollout::ALL);
    let share = match least == most {
        true => most.in_words(),
        false => format!("{} to {}", least.in_words(), most.in_words()),
    };
    match ramp {
        FULL_RAMP.. => share,
        partly => format!("ramp {} of {share}", percent(f64::from(partly) / 100.0)),
    }
}

/// What they get; nothing where a flag just gives true, which goes without saying.
fn served(kind: Kind, content: &Content, rules: &[&Rule]) -> Option<String> {
    let (first, rest) = rules.split_first()?;
    let same = rest.iter().all(|rule| rule.serve == first.serve);
    let is_on = |values: &Values| {
        !values.is_empty() && values.values().all(|value| value.as_bool() == Some(true))
    };
    match &first.serve {
        Serve::Split(_) if same => Some(content.split_in_few_words(&first.serve)),
        Serve::Variant(name) if same => Some(format!("variant {name}")),
        Serve::Values(values) if same && kind == Kind::FeatureFlag && is_on(values) => None,
        Serve::Values(values) if same => Some(values_in_few_words(content, values)),
        _ => differing(kind, content, rules),
    }
}

fn values_in_few_words(content: &Content, values: &Values) -> String {
    match values.len() {
        0 if content.keys.len() == 1 => "the default".to_owned(),
        0 => "the defaults".to_owned(),
        1 | 2 => {
            let said =
                values.iter().map(|(key, value)| format!("{key} = {}", value_in_words(value)));
            said.collect::<Vec<_>>().join(", ")
        }
        several => format!("{several} values"),
    }
}

/// What rows serve that do not all serve the same.
fn differing(kind: Kind, content: &Content, rules: &[&Rule]) -> Option<String> {
    if let [key] = content.keys.as_slice() {
        let value = |rule: &&Rule| match &rule.serve {
            Serve::Values(values) => {
                Some(values.get(key).map_or_else(|| "the default".to_owned(), value_in_words))
            }
            Serve::Variant(name) => Some(name.clone()),
            Serve::Split(_) => None,
        };
        let values: Option<Vec<String>> = rules.iter().map(value).collect();
        if let Some(mut values) = values {
            values.sort();
            values.dedup();
            return Some(match values.as_slice() {
                [first @ .., last] if values.len() <= MOST_VALUES && !first.is_empty() => {
                    format!("{key} = {} or {last}", first.join(", "))
                }
                _ => format!("{} values of {key}", values.len()),
            });
        }
    }
    let splits = rules.iter().any(|rule| matches!(rule.serve, Serve::Split(_)));
    match (splits, kind) {
        (true, _) => Some("a split".to_owned()),
        (false, Kind::FeatureFlag) => Some("different values".to_owned()),
        (false, Kind::ProductConfig) => Some(format!("{} keys", content.keys.len())),
    }
}

/// At most two decimals, without zeros at the end.
fn percent(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn words(kind: Kind, content: &Json) -> String {
        let content = Content::from_json(content, "salt").unwrap();
        who_gets_it(kind, &content, FULL_RAMP, |slug| format!("Users of {slug}"))
    }

    fn row(segment: &str, rollout: f64, serve: Json) -> Json {
        json!({"audience": {"segment": segment}, "rollout": rollout, "serve": serve})
    }

    #[test]
    fn a_flag_says_whom_it_is_on_for() {
        let on = || json!({"values": {"auto": true}});
        let of = |rows: Json, everyone_else: Json| {
            let content = json!({"keys": ["auto"], "rows": rows, "everyone_else": everyone_else,
                                 "variants": [{"name": "A"}, {"name": "B"}]});
            words(Kind::FeatureFlag, &content)
        };
        let nobody = || json!({"enabled": false, "serve": on()});
        assert_eq!(of(json!([]), nobody()), "Nobody");
        assert_eq!(of(json!([]), json!({"enabled": true, "serve": on()})), "Everyone · 100 %");
        let two = json!([row("ny", 20.0, on()), row("miami", 30.0, on())]);
        assert_eq!(of(two.clone(), nobody()), "2 segments · 20 % to 30 %");
        let all = json!({"enabled": true, "serve": on()});
        assert_eq!(of(two, all), "2 segments and everyone else · 20 % to 100 %");
        let split =
            json!({"split": [{"variant": "A", "weight": 1}, {"variant": "B", "weight": 1}]});
        let shown = of(json!([row("ny", 50.0, split)]), nobody());
        assert_eq!(shown, "Users of ny · 50 % · split A 50 / B 50");
        let off = json!({"values": {"auto": false}});
        assert_eq!(
            of(json!([row("ny", 100.0, off)]), nobody()),
            "Users of ny · 100 % · auto = false"
        );
    }

    #[test]
    fn a_config_says_which_values_go_to_whom() {
        let give = |value: i32| json!({"values": {"dark_mode": value}});
        let of = |keys: Json, rows: Json| {
            let content = json!({"keys": keys, "rows": rows, "variants": [{"name": "calm"}]});
            words(Kind::ProductConfig, &content)
        };
        let one = || json!(["dark_mode"]);
        let same = json!([row("ny", 100.0, give(3)), row("miami", 100.0, give(3))]);
        assert_eq!(of(one(), same), "dark_mode = 3 for 2 segments");
        let other = json!([row("ny", 100.0, give(3)), row("miami", 50.0, give(4))]);
        assert_eq!(of(one(), other), "dark_mode = 3 or 4 for 2 segments · 50 % to 100 %");
        let calm = json!([row("ny", 100.0, json!({"variant": "calm"}))]);
        assert_eq!(of(one(), calm), "variant calm for Users of ny");
        let everyone = json!([{"audience": {"everyone": true}, "serve": give(4)}]);
        assert_eq!(of(one(), everyone), "dark_mode = 4 for everyone");
        let many = json!([
            row("ny", 100.0, json!({"values": {"a": 1, "b": 2, "c": 3}})),
            row("miami", 100.0, json!({"values": {"a": 2}})),
        ]);
        assert_eq!(of(json!(["a", "b", "c"]), many), "3 keys for 2 segments");
    }
}
