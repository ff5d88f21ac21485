//! Texts that people enter: what is kept of them, and what is refused.

use crate::domain::reading::{FieldError, Problems};
use crate::domain::slug::Slug;
use crate::store::StoreError;

/// The most characters of a name.
const MOST_NAME: usize = 200;
/// The most bytes of a description or a note.
const MOST_DESCRIPTION: usize = 4 * 1024;
/// The most tags.
const MOST_TAGS: usize = 50;
/// The most characters of a tag.
const MOST_TAG: usize = 50;

/// A name, without the white space around it.
pub(super) fn name(field: &str, text: &str, problems: &mut Problems) -> String {
    let text = text.trim();
    if text.is_empty() {
        problems.push(FieldError::new(field, "Give it a name."));
    } else if text.chars().count() > MOST_NAME {
        let message = format!("A name may have at most {MOST_NAME} characters.");
        problems.push(FieldError::new(field, message));
    }
    refuse_nul(field, text, problems);
    text.to_owned()
}

/// A description or a note, at most 4 KiB.
pub(super) fn description(field: &str, text: &str, problems: &mut Problems) -> String {
    if text.len() > MOST_DESCRIPTION {
        problems.push(FieldError::new(field, "This text may have at most 4 KiB."));
    }
    refuse_nul(field, text, problems);
    text.to_owned()
}

/// Tags, each once, in the order in which they were given.
pub(super) fn tags(field: &str, tags: &[String], problems: &mut Problems) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags.iter().map(|tag| tag.trim()) {
        if tag.is_empty() || tag.chars().count() > MOST_TAG {
            let message = format!("A tag has between 1 and {MOST_TAG} characters.");
            problems.push(FieldError::new(field, message));
        }
        refuse_nul(field, tag, problems);
        if !kept.iter().any(|known| known == tag) {
            kept.push(tag.to_owned());
        }
    }
    if kept.len() > MOST_TAGS {
        problems.push(FieldError::new(field, format!("At most {MOST_TAGS} tags fit in here.")));
    }
    kept
}

fn refuse_nul(field: &str, text: &str, problems: &mut Problems) {
    if text.contains('\0') {
        problems.push(FieldError::new(field, "Text may not contain the character U+0000."));
    }
}

/// A slug for that name: `word` stands in where the name has no Latin letters, and a number goes
/// behind it where it is taken. `taken` answers which slugs start like that.
pub(super) fn free_slug(
    name: &str,
    word: &str,
    taken: impl FnOnce(&str) -> Result<Vec<String>, StoreError>,
) -> Result<String, StoreError> {
    let from_name = Slug::from_name(name).map(|slug| slug.to_string());
    let start = from_name.clone().unwrap_or_else(|| word.to_owned());
    let taken = taken(&start)?;
    let first = if from_name.is_some() { 2 } else { 1 };
    let numbered = (first..=u32::MAX).map(|number| format!("{start}-{number}"));
    let free = from_name.into_iter().chain(numbered).find(|slug| !taken.contains(slug));
    free.ok_or_else(|| StoreError::Other(format!("no number is left for the slug {start}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(name: &str, taken: &[&str]) -> String {
        let taken = taken.iter().map(|slug| (*slug).to_owned()).collect();
        free_slug(name, "flag", |_| Ok(taken)).unwrap()
    }

    #[test]
    fn a_taken_slug_gets_a_number_and_so_does_a_name_without_latin_letters() {
        assert_eq!(slug("Dark mode", &[]), "dark-mode");
        assert_eq!(slug("Dark mode", &["dark-mode", "dark-mode-2"]), "dark-mode-3");
        assert_eq!(slug("東京", &[]), "flag-1");
        assert_eq!(slug("東京", &["flag-1", "flag-2"]), "flag-3");
    }

    #[test]
    fn a_tag_is_kept_once() {
        let mut problems = Problems::new();
        let given = [" music ".to_owned(), "music".to_owned(), "ios".to_owned()];
        assert_eq!(tags("tags", &given, &mut problems), ["music", "ios"]);
        assert!(problems.is_empty());
        tags("tags", &["x".repeat(51)], &mut problems);
        assert_eq!(problems.len(), 1);
    }
}
