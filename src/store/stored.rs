//! How words and JSON are read from their columns. The types are public because the row structs' own
//! interface names them; the module is not.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::{Jsonb, Text};

use crate::domain::{event::Teaches, experience::Kind, role::Role, value::ValueType};

/// One of the words that a CHECK of its column allows.
pub trait Word: Sized {
    /// What it is, for the error.
    const NOUN: &'static str;
    /// The value of that word.
    fn of_word(word: &str) -> Option<Self>;
}

/// A column of words, on its way into an enumeration.
#[derive(Debug, FromSqlRow)]
pub struct Stored<T>(pub(super) T);

impl<T: Word> FromSql<Text, Pg> for Stored<T> {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let word = <String as FromSql<Text, Pg>>::from_sql(bytes)?;
        let value = T::of_word(&word);
        value.map(Stored).ok_or_else(|| format!("{word} is no {} of this build", T::NOUN).into())
    }
}

/// Says how an enumeration is read from its column of words.
macro_rules! stored_word {
    ($type:ty, $noun:literal) => {
        impl $crate::store::stored::Word for $type {
            const NOUN: &'static str = $noun;
            fn of_word(word: &str) -> Option<Self> {
                <$type>::parse(word)
            }
        }
        impl From<$crate::store::stored::Stored<$type>> for $type {
            fn from(stored: $crate::store::stored::Stored<$type>) -> $type {
                stored.0
            }
        }
    };
}
pub(super) use stored_word;

stored_word!(ValueType, "value type");
stored_word!(Kind, "kind of experience");
stored_word!(Role, "role");
stored_word!(Teaches, "setting of what evaluations teach");

/// JSON for the ruleset. What can't be read is null, which no compiler accepts: so it spoils the
/// one experience it belongs to, and not the whole environment.
#[derive(Debug, FromSqlRow)]
pub struct ReadableJson(pub(super) serde_json::Value);

impl FromSql<Jsonb, Pg> for ReadableJson {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let value = <serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(bytes);
        Ok(ReadableJson(value.unwrap_or_else(|error| {
            tracing::error!(%error, "a stored JSON value can't be read");
            serde_json::Value::Null
        })))
    }
}
