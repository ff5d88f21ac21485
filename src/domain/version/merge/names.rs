//! Which keys and variants there are then. What one side left out and the other one uses in a new
//! way is a conflict; then all sides are made to agree, so that whatever is taken from them names
//! only what is there.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    super::{Content, Group, Row, Rule, Serve, TestUser, Values, Variant},
    Field, Merger, Side, Told,
};
use crate::domain::key::KeyName;

impl Merger<'_> {
    pub(super) fn agree_on_names(&mut self) {
        for key in self.base.keys.clone() {
            self.agree_on_key(&key);
        }
        for variant in self.base.variants.clone() {
            self.agree_on_variant(&variant);
        }
        self.agree_on_requirements();
    }

    /// Who kept something that the other side left out.
    fn keeper(&self, has: impl Fn(&Content) -> bool) -> Option<Side> {
        match (has(&self.theirs), has(&self.yours)) {
            (true, false) => Some(Side::Theirs),
            (false, true) => Some(Side::Yours),
            _ => None,
        }
    }

    fn side(&mut self, side: Side) -> &mut Content {
        match side {
            Side::Theirs => &mut self.theirs,
            Side::Yours => &mut self.yours,
        }
    }

    fn agree_on_key(&mut self, key: &KeyName) {
        let Some(keeper) = self.keeper(|content| content.keys.contains(key)) else { return };
        let other = keeper.other();
        let (before, now) = (values_at(&self.base, key), values_at(self.side(keeper), key));
        let is_kept = before != now && {
            let what = format!("Key {key}");
            let field =
                Field { place: format!("keys[{key}]"), group: Group::Keys, what: &what, label: "" };
            let there = Told::of(key.as_str(), "there");
            let changed = Told { words: "there, with other values".to_owned(), ..there.clone() };
            self.stays(&field, keeper, there, changed)
        };
        if is_kept {
            let base = self.base.clone();
            self.side(other).take_key_back(key, &base);
        } else {
            for content in [&mut self.base, &mut self.theirs, &mut self.yours] {
                content.drop_key(key);
            }
        }
    }

    fn agree_on_variant(&mut self, variant: &Variant) {
        let name = &variant.name;
        let Some(keeper) = self.keeper(|content| content.variant(name).is_some()) else { return };
        let other = keeper.other();
        let (base, now) = (self.base.clone(), self.side(keeper).clone());
        let before = serves_of(&base, name);
        let is_used_anew = serves_of(&now, name).iter().any(|(at, it)| before.get(at) != Some(it));
        let changed = now.variant(name).filter(|now| *now != variant).cloned();
        let is_kept = (is_used_anew || changed.is_some()) && {
            let what = format!("Variant {name}");
            let place = format!("variants[{name}]");
            let field = Field { place, group: Group::Variants, what: &what, label: "" };
            let tell = |it: &Variant| Told::of(it.to_json(), it.in_words());
            let now = tell(changed.as_ref().unwrap_or(variant));
            self.stays(&field, keeper, tell(variant), now)
        };
        if is_kept {
            self.side(other).variants.push(variant.clone());
        } else {
            for content in [&mut self.base, &mut self.theirs, &mut self.yours] {
                content.drop_variant(name);
            }
        }
    }

    /// Whether what only the keeper kept is there then.
    fn stays(&mut self, field: &Field<'_>, keeper: Side, before: Told, now: Told) -> bool {
        let gone = Told::nothing("left out");
        let (theirs, yours) = match keeper {
            Side::Theirs => (now, gone),
            Side::Yours => (gone, now),
        };
        self.conflict(field, before, theirs, yours) == keeper
    }

    /// One side gives values to a key that the other one requires: only one of both can be.
    fn agree_on_requirements(&mut self) {
        for requirer in [Side::Theirs, Side::Yours] {
            let keys: Vec<KeyName> = self.side(requirer.other()).keys.clone();
            let needed = self.side(requirer).prerequisites.clone();
            for needed in needed.into_iter().filter(|needed| keys.contains(&needed.key)) {
                let key = &needed.key;
                if self.base.prerequisites.contains(&needed) {
                    // Only the other side changed something: it requires the key no longer.
                    self.side(requirer).prerequisites.retain(|it| it.key != *key);
                    continue;
                }
                let what = format!("Key {key}");
                let place = format!("prerequisites[{key}].own");
                let field = Field { place, group: Group::Prerequisites, what: &what, label: "" };
                let before = Told::nothing("neither required nor one of its keys");
                let required = Told::of(
                    needed.to_json(),
                    format!("required to be {}", needed.values_in_words()),
                );
                let own = Told::of(key.as_str(), "one of its keys");
                let (theirs, yours) = match requirer {
                    Side::Theirs => (required, own),
                    Side::Yours => (own, required),
                };
                let is_required = self.conflict(&field, before, theirs, yours) == requirer;
                for content in [&mut self.base, &mut self.theirs, &mut self.yours] {
                    match is_required {
                        true => content.drop_key(key),
                        false => content.prerequisites.retain(|it| it.key != *key),
                    }
                }
            }
        }
    }
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Theirs => Side::Yours,
            Side::Yours => Side::Theirs,
        }
    }
}

impl Content {
    /// Everything that is served, by a name of the place that holds through versions.
    fn served(&self) -> impl Iterator<Item = (String, &Serve)> {
        let rows = self.rows.iter().map(|row| (format!("row {}", row.id), &row.rule.serve));
        let users = self.test_users.iter().map(|it| (format!("user {}", it.user_id), &it.serve));
        rows.chain(users).chain([("everyone else".to_owned(), &self.everyone_else.serve)])
    }

    fn values_mut(&mut self) -> impl Iterator<Item = (String, &mut Values)> {
        let Content { variants, rows, test_users, everyone_else, .. } = self;
        let variants =
            variants.iter_mut().map(|it| (format!("variant {}", it.name), &mut it.values));
        let served = served_mut(rows, test_users, everyone_else);
        let served = served.filter_map(|(place, serve)| match serve {
            Serve::Values(values) => Some((place, values)),
            _ => None,
        });
        variants.chain(served)
    }

    fn drop_key(&mut self, key: &KeyName) {
        self.keys.retain(|it| it != key);
        for (_, values) in self.values_mut() {
            values.remove(key);
        }
    }

    /// Takes a key back with the values that it had, wherever nothing else took their place.
    fn take_key_back(&mut self, key: &KeyName, base: &Content) {
        self.keys.push(key.clone());
        let before = values_at(base, key);
        for (place, values) in self.values_mut() {
            values.extend(before.get(&place).map(|value| (key.clone(), value.clone())));
        }
    }

    /// Takes a variant out; who was served nothing else gets the defaults.
    fn drop_variant(&mut self, name: &str) {
        self.variants.retain(|variant| variant.name != name);
        let everything = served_mut(&mut self.rows, &mut self.test_users, &mut self.everyone_else);
        for (_, serve) in everything {
            if let Serve::Split(shares) = serve {
                shares.retain(|share| share.variant != name);
            }
            let is_empty = match serve {
                Serve::Split(shares) => shares.iter().all(|share| share.weight == 0),
                Serve::Variant(served) => served == name,
                Serve::Values(_) => false,
            };
            if is_empty {
                *serve = Serve::Values(Values::new());
            }
        }
    }
}

fn served_mut<'a>(
    rows: &'a mut [Row],
    test_users: &'a mut [TestUser],
    everyone_else: &'a mut Rule,
) -> impl Iterator<Item = (String, &'a mut Serve)> {
    let rows = rows.iter_mut().map(|row| (format!("row {}", row.id), &mut row.rule.serve));
    let users = test_users.iter_mut();
    let users = users.map(|it| (format!("user {}", it.user_id), &mut it.serve));
    rows.chain(users).chain([("everyone else".to_owned(), &mut everyone_else.serve)])
}

/// The values that a content gives a key, by place.
fn values_at(content: &Content, key: &KeyName) -> BTreeMap<String, Json> {
    let variants = content.variants.iter();
    let variants = variants.map(|variant| (format!("variant {}", variant.name), &variant.values));
    let served = content.served().filter_map(|(place, serve)| match serve {
        Serve::Values(values) => Some((place, values)),
        _ => None,
    });
    let all = variants.chain(served);
    all.filter_map(|(place, values)| Some((place, values.get(key)?.clone()))).collect()
}

/// What is served with a variant, by place.
fn serves_of<'a>(content: &'a Content, variant: &str) -> BTreeMap<String, &'a Serve> {
    let names = |serve: &Serve| match serve {
        Serve::Values(_) => false,
        Serve::Variant(name) => name == variant,
        Serve::Split(shares) => shares.iter().any(|share| share.variant == variant),
    };
    content.served().filter(|(_, serve)| names(serve)).collect()
}
