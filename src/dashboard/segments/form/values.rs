//! Lists of values as people type and paste them: between commas, semicolons or tabs, or on lines
//! of their own, as a column of a spreadsheet comes. A value that has one of these in it stands in
//! quotes, as spreadsheets write it.

use super::exact;

/// Up to this many values are shown one by one; more of them as lines of one text.
pub const MOST_CHIPS: usize = 1_000;

/// What parts two values.
const BETWEEN: [char; 5] = [',', ';', '\t', '\n', '\r'];

/// The values of a text that was typed or pasted, in order, each once.
pub fn split(text: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (value, after) = first(rest);
        if !value.is_empty() {
            values.push(value);
        }
        rest = after;
    }
    once(values)
}

/// Each of them once, where it stood first.
pub fn once(values: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    values.into_iter().filter(|value| seen.insert(value.clone())).collect()
}

/// The first value, and what follows after the comma or line that ends it.
fn first(text: &str) -> (String, &str) {
    let text = text.trim_start();
    if let Some((value, after)) = text.strip_prefix('"').and_then(quoted) {
        let value = value.trim().replace("\r\n", "\n");
        // A cell of several lines, as one line shows it.
        let shown = if value.contains(char::is_control) { exact::shown(&value) } else { value };
        return (shown, after);
    }
    let end = text.find(BETWEEN).unwrap_or(text.len());
    let (value, after) = text.split_at(end);
    (value.trim().to_owned(), after.get(1..).unwrap_or_default())
}

/// What stands up to the closing quote; a doubled one is part of the value. None where nothing
/// closes it, or something else follows than the next value.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut rest) = (String::new(), text);
    loop {
        let (part, after) = rest.split_once('"')?;
        value.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                value.push('"');
                rest = after;
            }
            None => {
                let after = after.trim_start_matches(' ');
                let ends = after.is_empty() || after.starts_with(BETWEEN);
                return ends.then(|| (value, after.get(1..).unwrap_or_default()));
            }
        }
    }
}

/// The values as lines of one text that [`split`] reads back.
pub fn lines(values: &[String]) -> String {
    let line = |value: &String| match value.contains(BETWEEN) || value.contains('"') {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value.clone(),
    };
    values.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_lines_part_values_and_quotes_keep_them_together() {
        for (text, values) in [
            ("New York, Brooklyn,Queens", vec!["New York", "Brooklyn", "Queens"]),
            ("a\r\nb\n\n c ,,", vec!["a", "b", "c"]),
            ("\"New York, NY\", Miami", vec!["New York, NY", "Miami"]),
            ("\"a \"\"b\"\"\"\nc", vec!["a \"b\"", "c"]),
            ("\" x \"", vec!["x"]),
            ("New York\tMiami;Boston ; \"a;b\"\t", vec!["New York", "Miami", "Boston", "a;b"]),
            ("\"two\nlines\"\r\nc", vec!["\"two\\nlines\"", "c"]),
            ("5\" display, b", vec!["5\" display", "b"]),
            ("\"open, b", vec!["\"open", "b"]),
            ("a, a, b", vec!["a", "b"]),
            (" \n ", vec![]),
        ] {
            assert_eq!(split(text), values, "{text:?}");
        }
    }

    #[test]
    fn lines_are_read_back() {
        let values: Vec<String> =
            ["a", "New York, NY", "5\"", "\" x \"", "\"", "x;y", "é"].map(str::to_owned).to_vec();
        assert_eq!(split(&lines(&values)), values);
    }
}
