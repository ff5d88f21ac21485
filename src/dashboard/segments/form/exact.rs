//! Texts as fields of one line show them. What such a field would lose or hide (line breaks, blanks
//! around, nothing at all) is shown as a JSON string in quotes, and read back from there.

/// A text as a field shows it.
pub fn shown(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// The text that a field shows so.
pub fn meant(shown: &str) -> String {
    match quoted(shown) {
        Some(text) if !is_plain(&text) => text,
        _ => shown.to_owned(),
    }
}

fn is_plain(text: &str) -> bool {
    let is_seen = !text.is_empty() && text.trim() == text && !text.contains(char::is_control);
    is_seen && quoted(text).is_none()
}

fn quoted(text: &str) -> Option<String> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_and_stands_on_one_line() {
        for text in
            ["", " ", "a", " a", "a\nb", "a\r\nb\t", "\"", "\"a\"", "\" a\"", "\"\\n\"", "é"]
        {
            assert_eq!(meant(&shown(text)), text, "{text:?}");
            assert!(!shown(text).contains(['\n', '\r']) && shown(text).trim() == shown(text));
        }
        assert_eq!((shown("New York"), shown(" a")), ("New York".into(), "\" a\"".into()));
    }

    #[test]
    fn quotes_that_somebody_typed_around_a_plain_text_stay() {
        for typed in ["\"New York\"", "New \"York\"", "\"open", "17", "true"] {
            assert_eq!(meant(typed), typed);
        }
    }
}
