//! What is wrong with a text that should be JSON, and where.

use serde_json::error::Category;

/// The most characters of a path that are told.
const MOST_PATH: usize = 200;

/// A step into a document.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Field(String),
    Item(usize),
}

/// What is wrong with a text that should be JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// From 1; 0 where it is not about one line.
    pub line: usize,
    /// From 1, in bytes.
    pub column: usize,
    /// The place in the document, where it is JSON: `plans[0].price`.
    pub path: String,
    /// What is wrong, without a full stop.
    pub message: String,
    /// Whether it is JSON, which can't be accepted all the same.
    pub is_json: bool,
}

impl JsonFault {
    pub(super) fn too_deep(most: usize) -> JsonFault {
        let message = format!("The JSON is nested too deep; at most {most} levels are accepted.");
        JsonFault { line: 0, column: 0, path: String::new(), message, is_json: true }
    }

    pub(super) fn new(error: &serde_json::Error, way: &[Step]) -> JsonFault {
        let said = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let said = said.strip_suffix(&place).unwrap_or(&said);
        let is_json = error.classify() == Category::Data;
        JsonFault {
            line: error.line(),
            column: error.column(),
            path: if is_json { path(way) } else { String::new() },
            message: if is_json { said.to_owned() } else { words(said) },
            is_json,
        }
    }

    pub(super) fn is_too_deep(&self) -> bool {
        self.line == 0
    }

    /// ` (line 2, column 7)`.
    pub(super) fn place(&self) -> String {
        format!(" (line {}, column {})", self.line, self.column)
    }

    /// What is wrong for whoever typed the text, with the line as it stands there.
    pub fn in_words(&self, text: &str) -> String {
        if self.is_too_deep() {
            return self.message.clone();
        }
        let line = text.lines().nth(self.line - 1).unwrap_or_default();
        let before = line.as_bytes().get(..self.column.saturating_sub(1)).unwrap_or_default();
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        let place = format!("Line {}, column {column}", self.line);
        let at = if self.path.is_empty() { String::new() } else { format!(" ({})", self.path) };
        match line.trim() {
            "" => format!("{place}{at}: {}.", self.message),
            line => format!("{place}{at}: {}. The line reads: {}", self.message, shortened(line)),
        }
    }
}

fn path(way: &[Step]) -> String {
    let mut path = String::new();
    for step in way {
        match step {
            Step::Item(index) => path += &format!("[{index}]"),
            Step::Field(name) if path.is_empty() => path.push_str(name),
            Step::Field(name) => path += &format!(".{name}"),
        }
    }
    path.retain(|c| c != '\0');
    path.chars().take(MOST_PATH).collect()
}

fn shortened(line: &str) -> String {
    let mut shown: String = line.chars().take(80).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}

/// What the parser says, for people who do not know parsers.
fn words(said: &str) -> String {
    let words = match said {
        "expected `,` or `}`" => "a comma or a closing } is missing before this",
        "expected `,` or `]`" => "a comma or a closing ] is missing before this",
        "expected `:`" => "a colon is missing after the name of a field",
        "expected value" => "a value is missing here; text stands in double quotes",
        "expected ident" => "this is neither true nor false nor null; text stands in double quotes",
        "key must be a string" => "the name of a field stands in double quotes",
        "trailing comma" => "the comma before this is one too many",
        "trailing characters" => "the JSON has ended before this",
        "invalid number" => "this is no number",
        "number out of range" => "this number is too large",
        "invalid escape" => "after a backslash comes one of \" \\ / b f n r t u",
        "EOF while parsing an object" => "the text ends before a closing }",
        "EOF while parsing a list" => "the text ends before a closing ]",
        "EOF while parsing a string" => "the text ends before a closing double quote",
        "EOF while parsing a value" => "the text ends where a value is expected",
        said if said.starts_with("control character") => {
            "a text goes on over the end of its line, or contains a control character; a new line \
             is written \\n"
        }
        said => said,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use crate::http::read_strict;

    fn said(text: &str) -> String {
        read_strict(text.as_bytes()).unwrap_err().in_words(text)
    }

    #[test]
    fn the_line_and_what_is_wrong_there_are_told_in_words() {
        for (text, words) in [
            (
                "{\n  \"a\": 1\n  \"b\": 2\n}",
                "Line 3, column 3: a comma or a closing } is missing before this. The line reads: \
                 \"b\": 2",
            ),
            (
                "{\"ü\": tru}",
                "Line 1, column 10: this is neither true nor false nor null; text stands in \
                 double quotes. The line reads: {\"ü\": tru}",
            ),
            (
                "{\n\"a\": [{\"b\": 1, \"b\": 2}]}",
                "Line 2, column 18 (a[0].b): a field is there twice. The line reads: \"a\": \
                 [{\"b\": 1, \"b\": 2}]}",
            ),
            ("", "Line 1, column 1: the text ends where a value is expected."),
        ] {
            assert_eq!(said(text), words);
        }
        assert!(said("[9007199254740993]").contains("([0]): a whole number beyond 2^53"));
        assert!(said(&"[".repeat(40)).contains("nested too deep"));
        assert!(said("[1,]").contains("the comma before this is one too many"));
    }
}
