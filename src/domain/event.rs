//! What an app reports about a user: that they did something, and what is to be stored about them.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::context::{Attribute, NumberText, USER_ID};

/// The most days that an event may be old; its id is kept a day longer.
pub const MOST_DAYS_OLD: i64 = 7;
/// How far the clock of an app may be ahead.
const MOST_AHEAD: Duration = Duration::minutes(5);
/// The most characters of an event's id and of its name.
const MOST_NAME: usize = 200;
/// The most bytes of a user's id, of a property's name and of its text.
const MOST_TEXT: usize = 1_024;
/// The most items of a property that is a list.
const MOST_ITEMS: usize = 100;
/// The most properties of a user.
pub const MOST_PROPERTIES: usize = 256;
/// The most bytes of a user's properties, written as JSON: a decision reads all of them.
const MOST_STORED: usize = 64 * 1024;
/// The most bytes of an event as it was sent.
const MOST_BYTES: usize = 4 * 1024;

/// What evaluations teach about who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teaches {
    /// Nothing.
    Nothing,
    /// Who asks, with the attributes that conditions use.
    #[default]
    Used,
    /// Who asks, with all that the app says.
    Everything,
}

impl Teaches {
    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Teaches::Nothing => "nothing",
            Teaches::Used => "used",
            Teaches::Everything => "everything",
        }
    }

    /// What that name stands for.
    pub fn parse(name: &str) -> Option<Teaches> {
        let all = [Teaches::Nothing, Teaches::Used, Teaches::Everything];
        all.into_iter().find(|teaches| teaches.as_str() == name)
    }
}

/// What is stored about a user, by name: texts, numbers, booleans, and lists of these.
pub type Properties = Map<String, Json>;

/// One report.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Names the report: the same id twice counts once.
    pub id: String,
    /// The user.
    pub user_id: String,
    /// What they did; none where only properties are reported.
    pub name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Properties to store.
    pub set: Properties,
    /// Names of properties to forget.
    pub unset: Vec<String>,
}

impl Event {
    /// Reads a report as it was sent; one without a timestamp happened at `now`. Fields that are
    /// not known are ignored.
    ///
    /// # Errors
    /// A sentence that says why it can't be taken.
    pub fn read(json: &Json, now: DateTime<Utc>) -> Result<Event, String> {
        if json.to_string().len() > MOST_BYTES {
            return Err(format!("An event may have at most {MOST_BYTES} bytes."));
        }
        let name = json.get("event").filter(|name| !name.is_null());
        let event = Event {
            id: name_of("id", json.get("id"))?,
            user_id: user_id(json.get("user_id"))?,
            name: name.map(|name| name_of("event", Some(name))).transpose()?,
            at: moment(json.get("timestamp"), now)?,
            set: set(json.get("set"))?,
            unset: unset(json.get("unset"))?,
        };
        let says_nothing = event.name.is_none() && event.set.is_empty() && event.unset.is_empty();
        match says_nothing {
            true => {
                Err("Say what happened as “event”, or what to store as “set” or “unset”."
                    .to_owned())
            }
            false => Ok(event),
        }
    }

    /// What is stored about the user after this report.
    ///
    /// # Errors
    /// When that would be too much; nothing has changed then.
    pub fn apply(&self, properties: &mut Properties) -> Result<(), String> {
        let mut after = properties.clone();
        after.retain(|name, _| !self.unset.contains(name));
        after.extend(self.set.iter().map(|(name, value)| (name.clone(), value.clone())));
        if after.len() > MOST_PROPERTIES {
            return Err(format!("A user has at most {MOST_PROPERTIES} properties."));
        }
        if !self.set.is_empty() && written(&after) > MOST_STORED {
            let most = MOST_STORED / 1024;
            return Err(format!("The properties of a user may have at most {most} KiB together."));
        }
        *properties = after;
        Ok(())
    }
}

/// How many bytes they take, written as JSON.
fn written(properties: &Properties) -> usize {
    properties.iter().map(|(name, value)| name.len() + value.to_string().len() + 6).sum()
}

fn name_of(field: &str, json: Option<&Json>) -> Result<String, String> {
    let text = json.and_then(Json::as_str).unwrap_or_default();
    let length = text.chars().count();
    if !(1..=MOST_NAME).contains(&length) {
        return Err(format!("“{field}” must be text of 1 to {MOST_NAME} characters."));
    }
    storable(field, text)?;
    Ok(text.to_owned())
}

fn user_id(json: Option<&Json>) -> Result<String, String> {
    let attribute = json.and_then(Attribute::from_json);
    let mut room = NumberText::new();
    let text = attribute.as_ref().and_then(|attribute| attribute.bucket_text(&mut room));
    let text = text.ok_or("“user_id” must be text or a number.")?;
    fits(USER_ID, text)?;
    storable(USER_ID, text)?;
    Ok(text.to_owned())
}

fn moment(json: Option<&Json>, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let Some(json) = json.filter(|json| !json.is_null()) else { return Ok(now) };
    let written = json.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let at = written
        .map(|at| at.to_utc())
        .ok_or("“timestamp” must be a time such as 2026-11-20T09:30:00Z.")?;
    if at > now + MOST_AHEAD {
        return Err("“timestamp” is in the future. Check the clock of the app.".to_owned());
    }
    if at < now - Duration::days(MOST_DAYS_OLD) {
        return Err(format!("“timestamp” is more than {MOST_DAYS_OLD} days ago."));
    }
    Ok(at)
}

fn set(json: Option<&Json>) -> Result<Properties, String> {
    let Some(json) = json.filter(|json| !json.is_null()) else { return Ok(Properties::new()) };
    let set = json.as_object().ok_or("“set” must be an object of properties.")?;
    for (name, value) in set {
        property_name(name)?;
        property(name, value)?;
    }
    Ok(set.clone())
}

fn unset(json: Option<&Json>) -> Result<Vec<String>, String> {
    let Some(json) = json.filter(|json| !json.is_null()) else { return Ok(Vec::new()) };
    let names = json.as_array().ok_or("“unset” must be a list of names of properties.")?;
    let texts: Option<Vec<&str>> = names.iter().map(Json::as_str).collect();
    let texts = texts.ok_or("“unset” must be a list of texts.")?;
    texts.iter().try_for_each(|name| storable("unset", name))?;
    Ok(texts.into_iter().map(str::to_owned).collect())
}

/// Who a user is, the app alone says: it is no property.
fn property_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name == USER_ID {
        return Err(format!("“{name}” can't be a property. Choose another name."));
    }
    fits("set", name)?;
    storable("set", name)
}

fn property(name: &str, value: &Json) -> Result<(), String> {
    let of_items = |items: &Vec<Json>| {
        items.len() <= MOST_ITEMS && !items.iter().any(|item| item.is_array() || item.is_object())
    };
    match value {
        Json::String(text) => fits(name, text).and_then(|()| storable(name, text)),
        Json::Number(_) | Json::Bool(_) => Ok(()),
        Json::Array(items) if of_items(items) => items.iter().try_for_each(|item| match item {
            Json::Null => Err(format!("The list “{name}” must not contain null.")),
            item => property(name, item),
        }),
        Json::Null => Err(format!("To forget “{name}”, name it in “unset”.")),
        Json::Array(_) | Json::Object(_) => Err(format!(
            "“{name}” must be text, a number, true or false, or a list of at most {MOST_ITEMS} \
             of these."
        )),
    }
}

fn fits(field: &str, text: &str) -> Result<(), String> {
    match text.len() <= MOST_TEXT {
        true => Ok(()),
        false => Err(format!("“{field}” may have at most {MOST_TEXT} bytes.")),
    }
}

/// Whether a text can be stored: Postgres keeps none with U+0000.
pub fn is_storable(text: &str) -> bool {
    text.len() <= MOST_TEXT && !text.contains('\0')
}

fn storable(field: &str, text: &str) -> Result<(), String> {
    match text.contains('\0') {
        true => Err(format!("“{field}” contains the character U+0000, which can't be stored.")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn read(json: Json) -> Result<Event, String> {
        Event::read(&json, now())
    }

    #[test]
    fn a_report_without_a_timestamp_happened_now() {
        let event = read(json!({"id": "e1", "user_id": 17, "event": "Charged"})).unwrap();
        assert_eq!((event.at, event.user_id.as_str()), (now(), "17"));
    }

    #[test]
    fn what_can_not_be_taken_says_why() {
        let cases = [
            (json!({"user_id": "u", "event": "A"}), "“id”"),
            (json!({"id": "", "user_id": "u", "event": "A"}), "“id”"),
            (json!({"id": "1", "user_id": true, "event": "A"}), "“user_id”"),
            (json!({"id": "1", "user_id": "u\0", "event": "A"}), "U+0000"),
            (json!({"id": "1", "user_id": "u"}), "Say what happened"),
            (json!({"id": "1", "user_id": "u", "event": "A", "timestamp": "yesterday"}), "a time"),
            (
                json!({"id": "1", "user_id": "u", "event": "A", "timestamp": "2026-11-20T12:06:00Z"}),
                "in the future",
            ),
            (
                json!({"id": "1", "user_id": "u", "event": "A", "timestamp": "2026-11-13T11:00:00Z"}),
                "7 days ago",
            ),
            (json!({"id": "1", "user_id": "u", "set": {"user_id": "v"}}), "can't be a property"),
            (json!({"id": "1", "user_id": "u", "set": {"plan": null}}), "“unset”"),
            (json!({"id": "1", "user_id": "u", "set": {"plan": {"a": 1}}}), "“plan” must be"),
            (json!({"id": "1", "user_id": "u", "set": {"plan": [["a"]]}}), "“plan” must be"),
            (json!({"id": "1", "user_id": "u", "set": {"plan": "x".repeat(1_025)}}), "1024 bytes"),
        ];
        for (json, reason) in cases {
            let error = read(json.clone()).unwrap_err();
            assert!(error.contains(reason), "{json}: {error}");
        }
    }

    #[test]
    fn unset_goes_before_set() {
        let mut properties = json!({"plan": "free", "city": "Rome"}).as_object().unwrap().clone();
        let report =
            json!({"id": "1", "user_id": "u", "set": {"plan": "pro"}, "unset": ["plan", "city"]});
        read(report).unwrap().apply(&mut properties).unwrap();
        assert_eq!(Json::Object(properties), json!({"plan": "pro"}));
    }

    #[test]
    fn a_user_with_too_many_properties_stays_as_they_were() {
        let many = |range: std::ops::Range<usize>| -> Properties {
            range.map(|i| (format!("p{i}"), json!(i))).collect()
        };
        let mut properties = many(0..MOST_PROPERTIES);
        let report = json!({"id": "1", "user_id": "u", "set": {"one": 1}});
        read(report).unwrap().apply(&mut properties).unwrap_err();
        assert_eq!(properties, many(0..MOST_PROPERTIES));
    }
}
