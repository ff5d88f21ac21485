//! What the playground is asked, as its address or its form says it.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{
    super::{FieldErrors, list_address},
    attributes::{self, Properties},
};
use crate::domain::{
    context::{Attribute, Attributes, Context, MaybeAttribute},
    reading::FieldError,
};

/// By which rules values are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// What is live now.
    #[default]
    Live,
    /// A saved version of one flag.
    Version,
    /// A moment in the past.
    Moment,
}

impl By {
    /// Its name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Live => "live",
            By::Version => "version",
            By::Moment => "moment",
        }
    }
}

/// What was asked, as it was typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// Whether somebody was looked up.
    pub is_asked: bool,
    /// Whether it comes from the form, whose fields say more than an address needs.
    pub is_typed: bool,
    /// The user's id.
    pub user: String,
    /// Attributes as rows.
    pub rows: Vec<(String, String)>,
    /// Attributes as JSON.
    pub json: String,
    /// Whether they are written as JSON.
    pub as_json: bool,
    /// Whether a way to write them was chosen.
    way_is_chosen: bool,
    /// By which rules.
    pub by: By,
    /// The slug of the flag or config.
    pub flag: String,
    /// The number of its version.
    pub version: String,
    /// The moment, in UTC.
    pub at: String,
    /// Whether what is stored about the user is left aside.
    pub bare: bool,
    /// The key that is told step by step.
    pub key: String,
    /// What the names of keys contain.
    pub search: String,
    link_is_broken: bool,
}

/// The same, found sound.
pub struct Sound {
    /// What an app would say.
    pub context: Context,
    /// The attributes, as they were written.
    pub attributes: Properties,
    /// The number of the version.
    pub version: Option<i32>,
    /// The moment.
    pub at: Option<DateTime<Utc>>,
}

impl Asked {
    /// How that user gets the key's value.
    pub fn about(user: &str, key: &str) -> Asked {
        Asked { user: user.to_owned(), key: key.to_owned(), ..Asked::default() }
    }

    /// Reads a query.
    pub fn parse(query: &str) -> Asked {
        let mut asked = Asked::default();
        let mut names = Vec::new();
        let mut values = Vec::new();
        let mut json = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match name.as_ref() {
                "user" => {
                    asked.is_asked = true;
                    asked.user = value.trim().to_owned();
                }
                "a" => asked.take_link(&value),
                "name" => names.push(value),
                "value" => values.push(value),
                "json" => json = Some(value),
                "as" => (asked.way_is_chosen, asked.as_json) = (true, value == "json"),
                "by" => {
                    let all = [By::Live, By::Version, By::Moment];
                    asked.by = all.into_iter().find(|by| by.as_str() == value).unwrap_or_default();
                }
                "flag" => asked.flag = value,
                "version" => asked.version = value.trim().to_owned(),
                "at" => asked.at = value.trim().to_owned(),
                "bare" => asked.bare = value == "1",
                "key" => asked.key = value,
                "q" => asked.search = list_address::search(&value),
                _ => {}
            }
        }
        asked.take_form(names, values, json);
        asked
    }

    fn take_link(&mut self, text: &str) {
        let found = attributes::from_address(text);
        self.link_is_broken = found.is_none();
        self.show(&found.unwrap_or_default());
    }

    /// What the form's own fields say goes before the address that it was shown at. The form
    /// whose button was pressed may be left for the other one.
    fn take_form(&mut self, names: Vec<String>, values: Vec<String>, json: Option<String>) {
        let wanted = self.way_is_chosen.then_some(self.as_json);
        if let Some(json) = json {
            (self.is_typed, self.json, self.as_json) = (true, json.replace("\r\n", "\n"), true);
        } else if !names.is_empty() {
            (self.is_typed, self.as_json) = (true, false);
            self.rows = names.into_iter().zip(values).collect();
        } else {
            return;
        }
        // Only what can be read can be written in the other way.
        if let (Some(wanted), Ok(found)) = (wanted, self.attributes())
            && wanted != self.as_json
        {
            self.as_json = wanted;
            self.show(&found);
        }
    }

    /// Fills both ways to write attributes.
    fn show(&mut self, found: &Properties) {
        self.json = attributes::to_json(found);
        match attributes::to_rows(found) {
            Some(rows) => self.rows = rows,
            None => self.as_json = true,
        }
    }

    fn attributes(&self) -> Result<Properties, Vec<FieldError>> {
        match self.as_json {
            true => attributes::from_json(&self.json)
                .map_err(|message| vec![FieldError::new("json", message)]),
            false => attributes::from_rows(&self.rows),
        }
    }

    /// Checks everything that was typed.
    ///
    /// # Errors
    /// All that is wrong, by field.
    pub fn read(&self) -> Result<Sound, FieldErrors> {
        let mut problems = Vec::new();
        let field = if self.as_json { "json" } else { "name-0" };
        if self.link_is_broken {
            let message = "The attributes of this link can’t be read. Write them again.";
            problems.push(FieldError::new(field, message));
        }
        if self.texts().any(|text| text.contains('\0')) {
            let message = "Text may not contain the character U+0000.";
            problems.push(FieldError::new("user", message));
        }
        let attributes = self.attributes().unwrap_or_else(|found| {
            problems.extend(found);
            Properties::new()
        });
        let context = context(&self.user, &attributes).unwrap_or_else(|message| {
            let at = if self.user.len() > MOST_USER_ID { "user" } else { field };
            problems.push(FieldError::new(at, message));
            Context::default()
        });
        let (version, at) = (self.version(&mut problems), self.moment(&mut problems));
        match problems.is_empty() {
            true => Ok(Sound { context, attributes, version, at }),
            false => Err(FieldErrors::new(problems)),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let rows = self.rows.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        [self.user.as_str(), &self.flag, &self.key, &self.json].into_iter().chain(rows)
    }

    fn version(&self, problems: &mut Vec<FieldError>) -> Option<i32> {
        if self.by != By::Version {
            return None;
        }
        if self.flag.is_empty() {
            problems.push(FieldError::new("flag", "Choose the flag or config."));
        }
        let number = self.version.parse().ok().filter(|number: &i32| *number > 0);
        if number.is_none() {
            problems.push(FieldError::new("version", "Enter the number of a version, such as 1."));
        }
        number
    }

    fn moment(&self, problems: &mut Vec<FieldError>) -> Option<DateTime<Utc>> {
        if self.by != By::Moment {
            return None;
        }
        let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
        let read = |form: &&str| NaiveDateTime::parse_from_str(&self.at, form).ok();
        let moment = forms.iter().find_map(read).filter(|moment| {
            use chrono::Datelike as _;
            (1970..=9998).contains(&moment.year())
        });
        if moment.is_none() {
            problems.push(FieldError::new("at", "Choose a day and a time."));
        }
        moment.map(|moment| moment.and_utc())
    }

    /// Whether more than the user's id is asked, or about to be.
    pub fn says_more(&self) -> bool {
        self.way_is_chosen
            || self.as_json
            || self.bare
            || self.by != By::Live
            || !self.rows.is_empty()
            || (!self.is_asked && !self.flag.is_empty())
    }

    /// The same, with another key told step by step.
    pub fn opening(&self, key: &str) -> Asked {
        Asked { key: key.to_owned(), ..self.clone() }
    }

    /// Whether it differs from what that address asks for in the search alone.
    pub fn is_typed_on(&self, address: &str) -> bool {
        let (_, query) = address.split_once('?').unwrap_or_default();
        let before = Asked::parse(query);
        Asked { search: before.search.clone(), ..self.clone() } == before
    }

    /// The address of the same, with those attributes; `None` where these are too long for one.
    pub fn address(&self, path: &str, attributes: &Properties) -> Option<String> {
        let attributes = attributes::to_address(attributes)?;
        let mut fields = form_urlencoded::Serializer::new(String::new());
        fields.append_pair("user", &self.user);
        let way = match (self.as_json, self.way_is_chosen) {
            (true, _) => "json",
            (false, true) => "rows",
            (false, false) => "",
        };
        let (flag, version, at) = match self.by {
            By::Live => (self.flag.as_str(), "", ""),
            By::Version => (self.flag.as_str(), self.version.as_str(), ""),
            By::Moment => (self.flag.as_str(), "", self.at.as_str()),
        };
        let by = if self.by == By::Live { "" } else { self.by.as_str() };
        let bare = if self.bare { "1" } else { "" };
        for (name, value) in [
            ("a", attributes.as_str()),
            ("as", way),
            ("by", by),
            ("flag", flag),
            ("version", version),
            ("at", at),
            ("bare", bare),
            ("key", &self.key),
            ("q", &self.search),
        ] {
            if !value.is_empty() {
                fields.append_pair(name, value);
            }
        }
        Some(format!("{path}?{}", fields.finish()))
    }
}

/// The most bytes of a user's id.
const MOST_USER_ID: usize = 1_024;

fn context(user: &str, attributes: &Properties) -> Result<Context, String> {
    let mut read = Attributes::default();
    for (name, value) in attributes {
        if let Some(attribute) = Attribute::from_json(value) {
            read.set(name, attribute);
        }
    }
    let user = Some(user).filter(|user| !user.is_empty());
    Context::read(MaybeAttribute(user.map(|user| Attribute::Text(user.into()))), read)
}
