//! Reading user ids from CSV, piece by piece as it arrives: the first column of each line.

use csv_core::{ReadFieldResult, Reader};

/// The most users of a list.
pub const MOST_USER_IDS: usize = 1_000_000;
/// The most bytes of a user id.
pub const MOST_USER_ID_BYTES: usize = 1_024;

/// What a first line says that is a heading, whatever its case and however its words are joined.
const HEADINGS: [&str; 11] = [
    "id",
    "ids",
    "uid",
    "user",
    "users",
    "userid",
    "userids",
    "customerid",
    "identity",
    "email",
    "targetingkey",
];
/// What some programs write before anything else.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A line that can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}: {reason}")]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: BadUserId,
}

/// Why something is no user id that could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUserId {
    /// There is something in the line, but not in its first column.
    #[error("there is no user id in the first column.")]
    Missing,
    /// Longer than any user id may be.
    #[error("this user id is longer than {MOST_USER_ID_BYTES} bytes.")]
    TooLong,
    /// Not text.
    #[error("this is not UTF-8. Save the file as CSV in UTF-8.")]
    NotUtf8,
    /// With a character that Postgres keeps in no text.
    #[error("a user id may not contain the character U+0000.")]
    Nul,
    /// Over several lines, which is a quotation mark that was left open.
    #[error("a user id can't go on in the next line. Is a quotation mark missing?")]
    LineBreak,
    /// One more than a list may have.
    #[error("with it there are more than 1,000,000 user ids, the most that a list can have.")]
    TooMany,
}

/// Reads CSV in pieces of any size.
#[derive(Debug)]
pub struct UserIdReader {
    csv: Reader,
    /// The first bytes, until it is known whether they are a byte order mark.
    start: Option<Vec<u8>>,
    lines: LineCount,
    /// The line at which the record began.
    line: u64,
    field: Box<[u8]>,
    /// How much of the field is there.
    filled: usize,
    place: Place,
    is_first_record: bool,
}

/// Where in the file the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    FirstColumn,
    /// In a later column of a line that has a user id, or has nothing so far.
    Later {
        has_id: bool,
    },
}

impl Default for UserIdReader {
    fn default() -> UserIdReader {
        UserIdReader {
            csv: Reader::new(),
            start: Some(Vec::new()),
            lines: LineCount::default(),
            line: 1,
            // One more, to see that there is more.
            field: vec![0; MOST_USER_ID_BYTES + 1].into_boxed_slice(),
            filled: 0,
            place: Place::Between,
            is_first_record: true,
        }
    }
}

impl UserIdReader {
    /// Reads on, and hands over each user id that is complete.
    ///
    /// # Errors
    /// The line that can't be taken; also where `take` refuses its user id.
    pub fn read(
        &mut self,
        bytes: &[u8],
        take: &mut impl FnMut(&str) -> Result<(), BadUserId>,
    ) -> Result<(), BadLine> {
        let Some(start) = &mut self.start else { return self.records(bytes, take) };
        start.extend_from_slice(bytes);
        if start.len() < BYTE_ORDER_MARK.len() {
            return Ok(());
        }
        self.begin(take)
    }

    /// Hands over what stands in the last line.
    ///
    /// # Errors
    /// As of [`UserIdReader::read`].
    pub fn finish(
        mut self,
        take: &mut impl FnMut(&str) -> Result<(), BadUserId>,
    ) -> Result<(), BadLine> {
        self.begin(take)?;
        if self.place == Place::Between {
            return Ok(());
        }
        self.field(&[], take).map(|_| ())
    }

    fn begin(
        &mut self,
        take: &mut impl FnMut(&str) -> Result<(), BadUserId>,
    ) -> Result<(), BadLine> {
        let Some(start) = self.start.take() else { return Ok(()) };
        self.records(start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start), take)
    }

    fn records(
        &mut self,
        mut bytes: &[u8],
        take: &mut impl FnMut(&str) -> Result<(), BadUserId>,
    ) -> Result<(), BadLine> {
        while !bytes.is_empty() {
            if self.place == Place::Between {
                let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                bytes = self.lines.pass(bytes, blank);
                if bytes.is_empty() {
                    break;
                }
                self.place = Place::FirstColumn;
                self.line = self.lines.ended + 1;
            }
            bytes = self.field(bytes, take)?;
        }
        Ok(())
    }

    /// Reads on in a field, as far as it goes; gives the rest.
    fn field<'a>(
        &mut self,
        bytes: &'a [u8],
        take: &mut impl FnMut(&str) -> Result<(), BadUserId>,
    ) -> Result<&'a [u8], BadLine> {
        let output = self.field.get_mut(self.filled..).unwrap_or_default();
        let (result, read, written) = self.csv.read_field(bytes, output);
        let rest = self.lines.pass(bytes, read);
        self.filled += written;
        self.settle(&result, take)?;
        Ok(rest)
    }

    /// Takes what the parser says of the field.
    fn settle(
        &mut self,
        result: &ReadFieldResult,
        take: &mut impl FnMut(&str) -> Result<(), BadUserId>,
    ) -> Result<(), BadLine> {
        let settled = match (result, self.place) {
            (ReadFieldResult::InputEmpty | ReadFieldResult::End, _) => return Ok(()),
            (ReadFieldResult::OutputFull, Place::FirstColumn) => Err(too_long(&self.field)),
            (_, Place::FirstColumn) => self.first_column(take),
            (_, place) => self.later_column(place),
        };
        self.filled = 0;
        match settled {
            Ok(_) if matches!(result, ReadFieldResult::Field { record_end: true }) => {
                self.place = Place::Between;
                self.is_first_record = false;
            }
            Ok(has_id) => self.place = Place::Later { has_id },
            Err(reason) => return Err(BadLine { line: self.line, reason }),
        }
        Ok(())
    }

    /// Whether there is a user id in it.
    fn first_column(
        &self,
        take: &mut impl FnMut(&str) -> Result<(), BadUserId>,
    ) -> Result<bool, BadUserId> {
        let bytes = self.field.get(..self.filled).unwrap_or_default();
        if bytes.len() > MOST_USER_ID_BYTES {
            return Err(too_long(bytes));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadUserId::NotUtf8)?;
        if text.trim().is_empty() {
            return Ok(false);
        }
        if text.contains('\0') {
            return Err(BadUserId::Nul);
        }
        if text.contains(['\r', '\n']) {
            return Err(BadUserId::LineBreak);
        }
        if !(self.is_first_record && is_heading(text)) {
            take(text)?;
        }
        Ok(true)
    }

    /// A line that has something, but no user id, is a mistake; one without anything is not.
    fn later_column(&self, place: Place) -> Result<bool, BadUserId> {
        let has_id = place == Place::Later { has_id: true };
        let bytes = self.field.get(..self.filled).unwrap_or_default();
        match has_id || bytes.trim_ascii().is_empty() {
            true => Ok(has_id),
            false => Err(BadUserId::Missing),
        }
    }
}

/// Something long over several lines is no long user id, but a quotation mark that is not closed.
fn too_long(bytes: &[u8]) -> BadUserId {
    let goes_on = bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n'));
    if goes_on { BadUserId::LineBreak } else { BadUserId::TooLong }
}

fn is_heading(text: &str) -> bool {
    let plain = text.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect::<String>();
    HEADINGS.contains(&plain.to_lowercase().as_str())
}

/// Counts the ends of lines, whichever of the three ways they are written.
#[derive(Debug, Default)]
struct LineCount {
    ended: u64,
    after_return: bool,
}

impl LineCount {
    /// Counts in the first bytes, and gives the rest.
    fn pass<'a>(&mut self, bytes: &'a [u8], most: usize) -> &'a [u8] {
        let (passed, rest) = bytes.split_at(most.min(bytes.len()));
        for byte in passed {
            match byte {
                b'\n' if self.after_return => {}
                b'\r' | b'\n' => self.ended += 1,
                _ => {}
            }
            self.after_return = *byte == b'\r';
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The user ids of that CSV, whatever the size of its pieces.
    fn read(csv: &[u8]) -> Result<Vec<String>, BadLine> {
        let whole = read_in(csv, csv.len().max(1));
        for size in 1..csv.len().min(9) {
            assert_eq!(read_in(csv, size), whole, "in pieces of {size}");
        }
        whole
    }

    fn read_in(csv: &[u8], size: usize) -> Result<Vec<String>, BadLine> {
        let mut ids = Vec::new();
        let mut take = |id: &str| {
            ids.push(id.to_owned());
            Ok(())
        };
        let mut reader = UserIdReader::default();
        for piece in csv.chunks(size) {
            reader.read(piece, &mut take)?;
        }
        reader.finish(&mut take)?;
        Ok(ids)
    }

    fn bad(csv: &[u8]) -> (u64, BadUserId) {
        let bad = read(csv).unwrap_err();
        (bad.line, bad.reason)
    }

    #[test]
    fn user_ids_are_the_first_column_whatever_the_lines_look_like() {
        let ids = |csv: &str| read(csv.as_bytes()).unwrap();
        assert_eq!(ids("a\nB\nb"), ["a", "B", "b"]);
        assert_eq!(ids("\u{feff}User ID\r\na\r\n\r\nb\r\n"), ["a", "b"]);
        assert_eq!(
            ids("\u{feff}\"user_id\",name\n\"a, b\",x\n\"say \"\"c\"\"\",y\n"),
            ["a, b", "say \"c\""]
        );
        assert_eq!(ids("a\rb\r\rc"), ["a", "b", "c"]);
        assert_eq!(ids("\n\n  \na b \n,,\n\"\"\nuser_id"), ["a b ", "user_id"]);
        assert_eq!(ids("ü\nü,ü"), ["ü", "ü"]);
        assert_eq!(ids(""), Vec::<String>::new());
        assert_eq!(ids("é"), ["é"]);
        let long = "x".repeat(MOST_USER_ID_BYTES);
        assert_eq!(ids(&format!("{long}\n{long},{long}{long}\nz")), [&long, &long, "z"]);
    }

    #[test]
    fn a_bad_line_is_named_by_its_number_and_its_reason() {
        let long = "x".repeat(MOST_USER_ID_BYTES + 1);
        assert_eq!(bad(format!("a\n\nb\n{long}\nc").as_bytes()), (4, BadUserId::TooLong));
        assert_eq!(bad(format!("a\r\n{long}").as_bytes()), (2, BadUserId::TooLong));
        assert_eq!(bad(format!("{long}{long},x").as_bytes()), (1, BadUserId::TooLong));
        assert_eq!(bad(b"a\rb\rc\xff\r"), (3, BadUserId::NotUtf8));
        // As a spreadsheet saves "Unicode text".
        assert_eq!(bad(b"\xff\xfea\0\n\0"), (1, BadUserId::NotUtf8));
        assert_eq!(bad(b"a\nb\0c\n"), (2, BadUserId::Nul));
        assert_eq!(bad(b"a\n\n,x\n"), (3, BadUserId::Missing));
        assert_eq!(bad(b"a\n\"b\nc\n"), (2, BadUserId::LineBreak));
        let open = format!("a\n\"b\n{}", "c\n".repeat(MOST_USER_ID_BYTES));
        assert_eq!(bad(open.as_bytes()), (2, BadUserId::LineBreak));
        assert_eq!(bad(b"a,\"x\ny\"\n\"b\nc\"\nd"), (3, BadUserId::LineBreak));
    }

    #[test]
    fn a_user_id_that_is_refused_is_told_with_its_line() {
        let mut reader = UserIdReader::default();
        let mut left = 2;
        let mut take = |_: &str| {
            left -= 1;
            if left < 0 { Err(BadUserId::TooMany) } else { Ok(()) }
        };
        let refused = reader.read(b"user_id\na\nb\n\nc\nd\n", &mut take).unwrap_err();
        assert_eq!((refused.line, refused.reason), (5, BadUserId::TooMany));
    }
}
