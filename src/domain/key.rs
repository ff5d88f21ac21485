//! Keys: the named, typed remote values that an app's code reads.

use std::fmt;

/// The name of a key, as the app's code says it: `[A-Za-z0-9][A-Za-z0-9._-]{0,99}`, exact in case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Parses a name; the error is a sentence for the person who typed it.
    pub fn parse(text: &str) -> Result<KeyName, String> {
        let mut characters = text.chars();
        let starts_well = characters.next().is_some_and(|c| c.is_ascii_alphanumeric());
        let goes_on_well =
            characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if starts_well && goes_on_well && text.len() <= 100 {
            Ok(KeyName(text.to_owned()))
        } else {
            Err("A key starts with a letter or a digit and goes on with letters, digits, dots, \
                 underscores or hyphens; at most 100 characters, no spaces."
                .to_owned())
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_as_code_names_it() {
        for name in ["auto_playlist", "a", "9lives", "new-checkout.v2", "A_B"] {
            assert!(KeyName::parse(name).is_ok(), "{name}");
        }
        for name in ["", "_x", ".x", "-x", "a b", "ключ", "a/b", &"x".repeat(101)] {
            assert!(KeyName::parse(name).is_err(), "{name}");
        }
    }
}
