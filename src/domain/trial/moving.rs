//! What a content does to users by bucketing them anew, apart from all else that it changes.

use std::collections::BTreeMap;

use crate::domain::version::{Content, Serve, Values, Variant};

/// Why users get another value although no row was given another audience, order or percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moving {
    /// Another attribute buckets them, or another salt.
    Bucketing,
    /// Splits have other weights, or variants other values.
    Splits,
}

impl Moving {
    /// Both, in the order in which they are told.
    pub const ALL: [Moving; 2] = [Moving::Bucketing, Moving::Splits];
}

/// What is `live`, with nothing of `draft` but that; none where it is the same.
pub fn still(live: &Content, draft: &Content, moving: Moving) -> Option<Content> {
    let mut still = live.clone();
    match moving {
        Moving::Bucketing => {
            still.bucket_by.clone_from(&draft.bucket_by);
            still.salt.clone_from(&draft.salt);
        }
        Moving::Splits => resplit(&mut still, draft),
    }
    (still != *live).then_some(still)
}

fn resplit(still: &mut Content, draft: &Content) {
    for row in &mut still.rows {
        let now = draft.rows.iter().find(|now| now.id == row.id);
        if let Some(now) = now {
            give_weights(&mut row.rule.serve, &now.rule.serve);
        }
    }
    give_weights(&mut still.everyone_else.serve, &draft.everyone_else.serve);
    let mut variants: BTreeMap<&str, Variant> = BTreeMap::new();
    for variant in still.variants.iter().chain(&draft.variants) {
        let known = variant.values.iter().filter(|(key, _)| still.keys.contains(key));
        let values: Values = known.map(|(key, value)| (key.clone(), value.clone())).collect();
        variants.insert(&variant.name, Variant { values, ..variant.clone() });
    }
    let place = |variant: &Variant| still.variants.iter().position(|it| it.name == variant.name);
    let mut variants: Vec<Variant> = variants.into_values().collect();
    variants.sort_by_key(|variant| place(variant).unwrap_or(usize::MAX));
    let is_served = |variant: &Variant| {
        still.variant(&variant.name).is_some() || names_variant(still, &variant.name)
    };
    let served = variants.into_iter().filter(is_served).collect();
    still.variants = served;
}

fn give_weights(serve: &mut Serve, draft: &Serve) {
    if let (Serve::Split(shares), Serve::Split(now)) = (serve, draft) {
        shares.clone_from(now);
    }
}

/// Whether a split serves that variant.
fn names_variant(content: &Content, name: &str) -> bool {
    let rules = content.rows.iter().map(|row| &row.rule).chain([&content.everyone_else]);
    rules.into_iter().any(|rule| match &rule.serve {
        Serve::Split(shares) => shares.iter().any(|share| share.variant == name),
        Serve::Values(_) | Serve::Variant(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn content(weights: [u16; 2], salt: &str, percent: u16, value: bool) -> Content {
        let json: Json = json!({"keys": ["on"], "salt": salt,
            "variants": [{"name": "a", "values": {"on": value}}, {"name": "b", "values": {}}],
            "rows": [{"id": "r1", "audience": {"everyone": true}, "rollout": percent, "serve":
                {"split": [{"variant": "a", "weight": weights[0]},
                           {"variant": "b", "weight": weights[1]}]}}]});
        Content::from_json(&json, "s").unwrap()
    }

    #[test]
    fn only_what_buckets_anew_is_taken_over() {
        let live = content([1, 1], "s", 10, true);
        let salted = still(&live, &content([1, 3], "t", 50, true), Moving::Bucketing);
        assert_eq!(salted, Some(content([1, 1], "t", 10, true)));
        let split = still(&live, &content([1, 3], "t", 50, true), Moving::Splits);
        assert_eq!(split, Some(content([1, 3], "s", 10, true)));
        let revalued = still(&live, &content([1, 1], "t", 50, false), Moving::Splits);
        assert_eq!(revalued, Some(content([1, 1], "s", 10, false)));
    }

    #[test]
    fn a_percent_moves_nobody_by_itself() {
        let live = content([1, 1], "s", 10, true);
        for moving in Moving::ALL {
            assert_eq!(still(&live, &content([1, 1], "s", 99, true), moving), None);
        }
    }
}
