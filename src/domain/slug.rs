//! Slugs: the names of experiences and segments in addresses and contents.

use std::fmt;

/// Lower case letters, digits and hyphens; never changes after it was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

impl Slug {
    /// The most characters a slug has.
    pub const MOST: usize = 100;

    /// Parses a slug; the error is a sentence for the person who typed it.
    pub fn parse(text: &str) -> Result<Slug, String> {
        let well_made = text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
        let well_ended = text.split('-').all(|word| !word.is_empty());
        match text {
            "new" => Err("The name “new” is reserved.".to_owned()),
            _ if well_made && well_ended && text.len() <= Slug::MOST => Ok(Slug(text.to_owned())),
            _ => {
                Err("This is made of lower case letters and digits with single hyphens between them, at \
                      most 100."
                    .to_owned())
            }
        }
    }

    /// Makes a slug from a name: `iPhone users in New York` becomes `iphone-users-in-new-york`.
    ///
    /// `None` when the name has no Latin letter or digit, or makes a reserved word; the caller then
    /// numbers it (`flag-7`).
    pub fn from_name(name: &str) -> Option<Slug> {
        let mut slug = String::new();
        for c in name.chars().flat_map(latin) {
            match c.is_ascii_alphanumeric() {
                true => slug.push(c.to_ascii_lowercase()),
                false if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                false => {}
            }
        }
        slug.truncate(Slug::MOST - 10);
        Slug::parse(slug.trim_end_matches('-')).ok()
    }

    /// This slug with a number, for when it is taken: `flag-2`.
    pub fn numbered(&self, number: u32) -> Slug {
        Slug(format!("{}-{number}", self.0))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The plain letters of the commonest accented ones, so that `Café` becomes `cafe`.
fn latin(c: char) -> Vec<char> {
    let plain = match c {
        'à'..='å' | 'À'..='Å' => "a",
        'ç' | 'Ç' => "c",
        'è'..='ë' | 'È'..='Ë' => "e",
        'ì'..='ï' | 'Ì'..='Ï' => "i",
        'ñ' | 'Ñ' => "n",
        'ò'..='ö' | 'ø' | 'Ò'..='Ö' | 'Ø' => "o",
        'ù'..='ü' | 'Ù'..='Ü' => "u",
        'ß' => "ss",
        '\'' | '’' => "",
        other => return vec![other],
    };
    plain.chars().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str) -> Option<String> {
        Slug::from_name(name).map(|slug| slug.to_string())
    }

    #[test]
    fn a_slug_is_made_from_the_name() {
        assert_eq!(made("iPhone users in New York").as_deref(), Some("iphone-users-in-new-york"));
        assert_eq!(made("  Café & Crème! ").as_deref(), Some("cafe-creme"));
        assert_eq!(made("Don't stop").as_deref(), Some("dont-stop"));
    }

    #[test]
    fn a_name_without_latin_letters_and_a_reserved_one_make_none() {
        assert_eq!(made("東京"), None);
        assert_eq!(made("New"), None);
        assert!(made(&"long ".repeat(100)).is_some_and(|slug| slug.len() <= 90));
    }
}
