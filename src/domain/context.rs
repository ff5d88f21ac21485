//! What is known of a user when a value is decided: what the app says, and what is stored.

mod limits;

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The built-in attribute that names the user.
pub const USER_ID: &str = "user_id";

/// The attributes that apps or their SDKs fill by themselves. Any other name is a custom one.
pub const BUILT_IN_ATTRIBUTES: [&str; 12] = [
    USER_ID,
    "device_id",
    "platform",
    "os",
    "os_version",
    "app_version",
    "device_model",
    "country",
    "region",
    "city",
    "language",
    "email",
];

/// One attribute's value, as far as conditions can see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// Text.
    Text(Box<str>),
    /// A number; compared by the text that JavaScript writes for it.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// The comparison texts of a list's items; items that are themselves lists or objects are
    /// left out.
    List(Vec<Box<str>>),
}

/// Room for the text of a number, so that comparing it allocates nothing.
pub type NumberText = ryu_js::Buffer;

impl Attribute {
    /// The text by which a single value compares; `None` for a list.
    pub fn text<'a>(&'a self, room: &'a mut NumberText) -> Option<&'a str> {
        match self {
            Attribute::Text(text) => Some(text),
            Attribute::Number(number) => Some(room.format(*number)),
            Attribute::Boolean(value) => Some(boolean_text(*value)),
            Attribute::List(_) => None,
        }
    }

    /// The text that buckets: `None` for empty text, booleans and lists.
    pub fn bucket_text<'a>(&'a self, room: &'a mut NumberText) -> Option<&'a str> {
        match self {
            Attribute::Boolean(_) => None,
            other => other.text(room).filter(|text| !text.is_empty()),
        }
    }

    /// The value as JSON, for showing what a decision saw.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Attribute::Text(text) => text.as_ref().into(),
            Attribute::Number(number) => (*number).into(),
            Attribute::Boolean(value) => (*value).into(),
            Attribute::List(items) => items.iter().map(AsRef::<str>::as_ref).collect(),
        }
    }

    /// Reads an attribute from JSON; null and objects count as not set.
    pub fn from_json(json: &serde_json::Value) -> Option<Attribute> {
        MaybeAttribute::deserialize(json).ok().and_then(|read| read.0)
    }
}

/// The text of a boolean.
pub fn boolean_text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// Up to this many attributes are looked through one by one.
const MOST_LOOKED_THROUGH: usize = 16;

/// Named attributes, each at most once, sorted by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes(Vec<(Box<str>, Attribute)>);

impl Attributes {
    /// The attribute of that name.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        // Comparing lengths first makes looking through a few quicker than searching them.
        let found = match self.0.len() {
            0..=MOST_LOOKED_THROUGH => {
                self.0.iter().position(|(other, _)| other.as_ref() == name)?
            }
            _ => self.0.binary_search_by(|(other, _)| other.as_ref().cmp(name)).ok()?,
        };
        self.0.get(found).map(|(_, attribute)| attribute)
    }

    /// Sets an attribute, in place of one of the same name; says whether there was one.
    pub fn set(&mut self, name: &str, attribute: Attribute) -> bool {
        match self.0.binary_search_by(|(other, _)| other.as_ref().cmp(name)) {
            Ok(found) => {
                if let Some(entry) = self.0.get_mut(found) {
                    entry.1 = attribute;
                }
                true
            }
            Err(place) => {
                self.0.insert(place, (name.into(), attribute));
                false
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All attributes, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Attribute)> {
        self.0.iter().map(|(name, attribute)| (name.as_ref(), attribute))
    }
}

/// Read straight from a JSON object, since this happens for every request. Null and nested objects
/// count as not set; two attributes of the same name are an error.
impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Attributes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of attributes")
            }

            fn visit_unit<E>(self) -> Result<Attributes, E> {
                Ok(Attributes::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
                let mut attributes = Attributes::default();
                while let Some((name, value)) = map.next_entry::<Name<'de>, MaybeAttribute>()? {
                    if let Some(attribute) = value.0
                        && attributes.set(&name.0, attribute)
                    {
                        return Err(A::Error::custom("an attribute is there twice"));
                    }
                }
                Ok(attributes)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A field name, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

/// An attribute as it stands in JSON, or nothing where that counts as not set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MaybeAttribute(pub Option<Attribute>);

impl<'de> Deserialize<'de> for MaybeAttribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Option<Attribute>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Some(Attribute::Boolean(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Some(Attribute::Number(value as f64)))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Some(Attribute::Number(value as f64)))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Some(Attribute::Number(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Some(Attribute::Text(value.into())))
            }

            fn visit_string<E>(self, value: String) -> Result<Self::Value, E> {
                Ok(Some(Attribute::Text(value.into())))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                let mut room = NumberText::new();
                while let Some(item) = seq.next_element::<MaybeAttribute>()? {
                    items.extend(item.0.as_ref().and_then(|a| a.text(&mut room)).map(Box::from));
                }
                Ok(Some(Attribute::List(items)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(None)
            }
        }
        deserializer.deserialize_any(Reader).map(MaybeAttribute)
    }
}

/// What the app says about a user when it asks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    attributes: Attributes,
}

impl Context {
    /// A context of these attributes.
    pub fn new(attributes: Attributes) -> Context {
        Context { attributes }
    }

    /// A context of these attributes for that user.
    pub fn of_user(user_id: &str, mut attributes: Attributes) -> Context {
        attributes.set(USER_ID, Attribute::Text(user_id.into()));
        Context { attributes }
    }

    /// The attribute of that name.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(name)
    }

    /// All attributes, by name.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The user's id as text, where there is one.
    pub fn user_id<'a>(&'a self, room: &'a mut NumberText) -> Option<&'a str> {
        self.get(USER_ID)?.bucket_text(room)
    }
}

/// What is stored about a user in an environment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// Properties that fill attributes which the context does not carry.
    pub properties: Attributes,
    /// How often the user did each event, per UTC day.
    pub events: HashMap<String, Vec<(NaiveDate, u32)>>,
}

/// The names of all properties that are stored about anybody in an environment.
pub type StoredNames = HashSet<Box<str>, foldhash::fast::RandomState>;

/// What could be learned of a user's profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stored<'a> {
    /// Nothing is stored about this user.
    Nothing,
    /// This is stored.
    Profile(&'a Profile),
    /// It was not read, or could not be read in time: what depends on it is unknown. What is
    /// stored about nobody can't be stored about this user.
    Unknown(&'a StoredNames),
}

/// Whom a value is decided for, and when.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What the app says.
    pub context: &'a Context,
    /// What is stored.
    pub stored: Stored<'a>,
    /// The moment of the decision, for relative dates and event windows.
    pub now: DateTime<Utc>,
}

/// An attribute as a condition finds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found<'a> {
    /// The context or the profile carries it.
    Set(&'a Attribute),
    /// Neither does.
    NotSet,
    /// The context does not, and nobody knows whether the profile does.
    Unknown,
}

impl<'a> Subject<'a> {
    /// The attribute of that name; the context wins over the profile. Who the user is, the app
    /// alone says.
    pub fn attribute(&self, name: &str) -> Found<'a> {
        match (self.context.get(name), self.stored) {
            (Some(attribute), _) => Found::Set(attribute),
            (None, _) if name == USER_ID => Found::NotSet,
            (None, Stored::Profile(profile)) => {
                profile.properties.get(name).map_or(Found::NotSet, Found::Set)
            }
            (None, Stored::Unknown(names)) if names.contains(name) => Found::Unknown,
            (None, Stored::Nothing | Stored::Unknown(_)) => Found::NotSet,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attributes(json: serde_json::Value) -> Attributes {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn null_and_nested_objects_count_as_not_set() {
        let read =
            attributes(json!({"a": null, "b": {"c": 1}, "d": [1, "x", null, {"y": 2}, true]}));
        assert_eq!(read.get("a"), None);
        assert_eq!(read.get("b"), None);
        let items = ["1", "x", "true"].map(Box::from).to_vec();
        assert_eq!(read.get("d"), Some(&Attribute::List(items)));
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        let mut room = NumberText::new();
        let read = attributes(json!({"a": 17, "b": 1.0, "c": 1e21, "d": -0.0}));
        for (name, text) in [("a", "17"), ("b", "1"), ("c", "1e+21"), ("d", "0")] {
            assert_eq!(read.get(name).unwrap().text(&mut room), Some(text));
        }
    }

    #[test]
    fn the_context_wins_over_the_profile() {
        let context = Context::new(attributes(json!({"plan": "free"})));
        let profile = Profile {
            properties: attributes(json!({"plan": "pro", "seats": 3})),
            ..Profile::default()
        };
        let now = DateTime::UNIX_EPOCH;
        let subject = Subject { context: &context, stored: Stored::Profile(&profile), now };
        assert_eq!(subject.attribute("plan"), Found::Set(&Attribute::Text("free".into())));
        assert_eq!(subject.attribute("seats"), Found::Set(&Attribute::Number(3.0)));
        let names = StoredNames::from_iter(["plan", "seats"].map(Box::from));
        let blind = Subject { stored: Stored::Unknown(&names), ..subject };
        assert_eq!(blind.attribute("city"), Found::NotSet);
        assert_eq!(blind.attribute("seats"), Found::Unknown);
        assert_eq!(blind.attribute("plan"), Found::Set(&Attribute::Text("free".into())));
    }
}
