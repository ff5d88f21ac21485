//! What is no list: texts, rules, and what is served.

use serde_json::Value as Json;

use super::{
    super::{Content, Group, Rule, Serve, Values, words::value_in_words},
    Field, Merger, Side, Three, Told,
};
use crate::domain::key::KeyName;

impl Merger<'_> {
    pub(super) fn text(
        &mut self,
        place: &str,
        what: &str,
        of: impl Fn(&Content) -> &String,
    ) -> String {
        let field = Field { place: place.to_owned(), group: Group::Advanced, what, label: "" };
        let sides = [&self.base, &self.theirs, &self.yours].map(|side| of(side).clone());
        let [base, theirs, yours] = &sides;
        self.field(&field, &Three { base: Some(base), theirs, yours }, |text| {
            Told::of(text.as_str(), text.clone())
        })
    }

    pub(super) fn everyone_else(&mut self) -> Rule {
        let sides = [&self.base, &self.theirs, &self.yours].map(|side| side.everyone_else.clone());
        let [base, theirs, yours] = &sides;
        self.rule("everyone_else", "Everyone else", &Three { base: Some(base), theirs, yours })
    }

    pub(super) fn rule(&mut self, place: &str, what: &str, three: &Three<'_, Rule>) -> Rule {
        let field = |name: &str, label: &'static str| Field {
            place: format!("{place}.{name}"),
            group: Group::Targeting,
            what,
            label,
        };
        let enabled =
            self.field(&field("enabled", "switched"), &three.map(|it| &it.enabled), |on| {
                Told::of(*on, if *on { "on" } else { "off" })
            });
        let rollout = &three.map(|it| &it.rollout);
        let rollout = self.field(&field("rollout", "deliver to"), rollout, |rollout| {
            Told::of(rollout.to_json(), rollout.in_words())
        });
        let serve = self.serve(&field("serve", "gets"), &three.map(|it| &it.serve));
        Rule { enabled, rollout, serve }
    }

    /// What is served then: value by value where all sides serve plain values.
    pub(super) fn serve(&mut self, field: &Field<'_>, three: &Three<'_, Serve>) -> Serve {
        if let Some(settled) = three.settled() {
            return settled.clone();
        }
        let none = Values::new();
        let base = match three.base {
            None => Some(&none),
            Some(Serve::Values(values)) => Some(values),
            Some(_) => None,
        };
        if let (Some(base), Serve::Values(theirs), Serve::Values(yours)) =
            (base, three.theirs, three.yours)
        {
            return Serve::Values(self.values(field, &Three { base: Some(base), theirs, yours }));
        }
        let words = self.yours.clone();
        self.field(field, three, |serve| Told::of(serve.to_json(), words.serve_in_words(serve)))
    }

    /// The values by key; one that is missing means the key's default.
    pub(super) fn values(&mut self, field: &Field<'_>, three: &Three<'_, Values>) -> Values {
        let sides = [three.base, Some(three.theirs), Some(three.yours)];
        let mut keys: Vec<&KeyName> = sides.into_iter().flatten().flat_map(Values::keys).collect();
        keys.sort();
        keys.dedup();
        let mut values = Values::new();
        for key in keys {
            let of = |values: &Values| values.get(key).cloned();
            let (base, theirs, yours) =
                (three.base.and_then(of), of(three.theirs), of(three.yours));
            let here = Field {
                place: format!("{}.values.{key}", field.place),
                label: key.as_str(),
                ..*field
            };
            let all = Three { base: Some(&base), theirs: &theirs, yours: &yours };
            let value = self.field(&here, &all, |value| value_told(value.as_ref(), "the default"));
            values.extend(value.map(|value| (key.clone(), value)));
        }
        values
    }

    /// What a thing is that only one side kept, and changed.
    pub(super) fn kept_or_left_out<T: Clone>(
        &mut self,
        field: &Field<'_>,
        kept: (Side, &T),
        tell: impl Fn(&T) -> Told,
        base: &T,
    ) -> Option<T> {
        let (side, item) = kept;
        let gone = Told::nothing("left out");
        let (theirs, yours) = match side {
            Side::Theirs => (tell(item), gone),
            Side::Yours => (gone, tell(item)),
        };
        let taken = self.conflict(field, tell(base), theirs, yours);
        (taken == side).then(|| item.clone())
    }
}

/// A value, or what is said where there is none.
pub(super) fn value_told(value: Option<&Json>, nothing: &str) -> Told {
    match value {
        Some(json) => Told::of(json.clone(), value_in_words(json)),
        None => Told::nothing(nothing),
    }
}

impl<'a, T> Three<'a, T> {
    /// A part of it.
    pub(super) fn map<U>(&self, part: impl Fn(&'a T) -> &'a U) -> Three<'a, U> {
        Three { base: self.base.map(&part), theirs: part(self.theirs), yours: part(self.yours) }
    }
}
