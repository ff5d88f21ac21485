//! Keys, prerequisites, variants and test users.

use std::collections::{HashMap, HashSet};

use super::{
    super::{Content, Group, Prerequisite, TestUser, Variant},
    Field, Merger, Side, Three, Told,
    fields::value_told,
    order::Orders,
};
use crate::domain::key::KeyName;

/// A list whose items are known by a name.
pub(super) struct Named<'n, T> {
    /// Its field.
    pub path: &'n str,
    /// Of which part.
    pub group: Group,
    /// What a change of its order is called.
    pub order: &'n str,
    /// By what its items are known.
    pub name: fn(&T) -> &str,
    /// What an item is called.
    pub what: &'n dyn Fn(&T) -> String,
    /// An item as a whole.
    pub tell: &'n dyn Fn(&T) -> Told,
    /// What decides where both sides added something at the same place.
    pub tie: &'n dyn Fn(&T) -> String,
}

impl Merger<'_> {
    pub(super) fn keys(&mut self) -> Vec<KeyName> {
        let lists = self.lists(|content| content.keys.clone());
        let key = |key: &KeyName| Told::of(key.as_str(), key.to_string());
        let list = Named {
            path: "keys",
            group: Group::Keys,
            order: "Order of the keys",
            name: KeyName::as_str,
            what: &|key: &KeyName| format!("Key {key}"),
            tell: &key,
            tie: &|key: &KeyName| key.to_string(),
        };
        self.items(&list, lists, |_, _, three| three.yours.clone())
    }

    pub(super) fn prerequisites(&mut self) -> Vec<Prerequisite> {
        let lists = self.lists(|content| content.prerequisites.clone());
        let told = |needed: &Prerequisite| Told::of(needed.to_json(), needed.values_in_words());
        let list = Named {
            path: "prerequisites",
            group: Group::Prerequisites,
            order: "Order of the required keys",
            name: |needed: &Prerequisite| needed.key.as_str(),
            what: &|needed: &Prerequisite| format!("Requires {}", needed.key),
            tell: &told,
            tie: &|needed: &Prerequisite| needed.key.to_string(),
        };
        self.items(&list, lists, |merger, field, three| merger.field(field, &three, told))
    }

    pub(super) fn variants(&mut self) -> Vec<Variant> {
        let lists = self.lists(|content| content.variants.clone());
        let list = Named {
            path: "variants",
            group: Group::Variants,
            order: "Order of the variants",
            name: |variant: &Variant| &variant.name,
            what: &|variant: &Variant| format!("Variant {}", variant.name),
            tell: &|variant: &Variant| Told::of(variant.to_json(), variant.in_words()),
            tie: &|variant: &Variant| variant.name.clone(),
        };
        self.items(&list, lists, |merger, field, three| merger.variant(field, &three))
    }

    fn variant(&mut self, field: &Field<'_>, three: &Three<'_, Variant>) -> Variant {
        let part = |name: &str, label: &'static str| Field {
            place: format!("{}.{name}", field.place),
            label,
            ..*field
        };
        let values = self.values(field, &three.map(|it| &it.values));
        let payload = self.field(&part("payload", "payload"), &three.map(|it| &it.payload), |it| {
            value_told(it.as_ref(), "none")
        });
        let description = &three.map(|it| &it.description);
        let description = self.field(&part("description", "description"), description, |text| {
            Told::of(text.as_str(), text.clone())
        });
        Variant { name: three.yours.name.clone(), description, values, payload }
    }

    pub(super) fn test_users(&mut self) -> Vec<TestUser> {
        let lists = self.lists(|content| content.test_users.clone());
        let words = self.yours.clone();
        let list = Named {
            path: "test_users",
            group: Group::TestUsers,
            order: "Order of the test users",
            name: |user: &TestUser| &user.user_id,
            what: &|user: &TestUser| format!("Test user {}", user.user_id),
            tell: &|user: &TestUser| Told::of(user.to_json(), words.serve_in_words(&user.serve)),
            tie: &|user: &TestUser| user.user_id.clone(),
        };
        self.items(&list, lists, |merger, field, three| {
            let field = Field { place: format!("{}.serve", field.place), label: "gets", ..*field };
            TestUser {
                user_id: three.yours.user_id.clone(),
                serve: merger.serve(&field, &three.map(|it| &it.serve)),
            }
        })
    }

    /// A list of each side, taken out while it is merged.
    pub(super) fn lists<T>(&self, of: impl Fn(&Content) -> Vec<T>) -> [Vec<T>; 3] {
        [&self.base, &self.theirs, &self.yours].map(of)
    }

    /// The items that a list holds then, in the order in which they stand then. `both` puts an item
    /// together that both sides have, and that differs.
    pub(super) fn items<T: Clone + PartialEq>(
        &mut self,
        list: &Named<'_, T>,
        [base, theirs, yours]: [Vec<T>; 3],
        both: impl Fn(&mut Self, &Field<'_>, Three<'_, T>) -> T,
    ) -> Vec<T> {
        let find = |items: &[T], name: &str| -> Option<T> {
            items.iter().find(|item| (list.name)(item) == name).cloned()
        };
        let mut merged: HashMap<String, T> = HashMap::new();
        for name in names_of(list, [&base, &theirs, &yours]) {
            let sides = (find(&base, &name), find(&theirs, &name), find(&yours, &name));
            if let Some(item) = self.item(list, &name, sides, &both) {
                merged.insert(name, item);
            }
        }
        let names = |items: &[T]| items.iter().map(|it| (list.name)(it).to_owned()).collect();
        let orders = Orders { base: names(&base), theirs: names(&theirs), yours: names(&yours) };
        let kept: HashSet<String> = merged.keys().cloned().collect();
        let of = |name: &str, words: &dyn Fn(&T) -> String| {
            merged.get(name).map(words).unwrap_or_default()
        };
        let order = (list.path, list.group, list.order);
        let (tie, said) = (|name: &str| of(name, list.tie), |name: &str| of(name, list.what));
        let order = self.order(order, &orders, &kept, tie, said);
        order.iter().filter_map(|name| merged.get(name).cloned()).collect()
    }

    fn item<T: Clone + PartialEq>(
        &mut self,
        list: &Named<'_, T>,
        name: &str,
        sides: (Option<T>, Option<T>, Option<T>),
        both: impl Fn(&mut Self, &Field<'_>, Three<'_, T>) -> T,
    ) -> Option<T> {
        let place = format!("{}[{name}]", list.path);
        let field = |item: &T| (list.what)(item);
        match sides {
            (base, Some(theirs), Some(yours)) => {
                let what = field(&yours);
                let field = Field { place, group: list.group, what: &what, label: "" };
                let three = Three { base: base.as_ref(), theirs: &theirs, yours: &yours };
                Some(match three.settled() {
                    Some(settled) => settled.clone(),
                    None => both(self, &field, three),
                })
            }
            (None, theirs, yours) => theirs.or(yours),
            (Some(_), None, None) => None,
            (Some(base), theirs, yours) => {
                let side = if theirs.is_some() { Side::Theirs } else { Side::Yours };
                let item = theirs.or(yours).filter(|item| *item != base)?;
                let what = field(&item);
                let field = Field { place, group: list.group, what: &what, label: "" };
                self.kept_or_left_out(&field, (side, &item), list.tell, &base)
            }
        }
    }
}

/// All names of a list, each once.
fn names_of<T>(list: &Named<'_, T>, sides: [&Vec<T>; 3]) -> Vec<String> {
    let mut seen = HashSet::new();
    let all = sides.into_iter().flatten().map(|item| (list.name)(item).to_owned());
    all.filter(|name| seen.insert(name.clone())).collect()
}
