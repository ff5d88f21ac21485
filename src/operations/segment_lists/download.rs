//! The users of a list as CSV, part by part.

use uuid::Uuid;

use super::super::OperationError;
use crate::store::Connection;
use crate::store::segment_lists;

/// How many users a part has.
const PART: i64 = 10_000;

/// A list as of a revision, on its way out.
#[derive(Debug, Clone)]
pub struct Download {
    segment_id: Uuid,
    revision: i32,
    /// The last user of the part before; none before the first part.
    after: Option<String>,
    is_over: bool,
}

impl Download {
    /// The users of that list as of that revision.
    pub fn new(segment_id: Uuid, revision: i32) -> Download {
        Download { segment_id, revision, after: None, is_over: false }
    }

    /// The next part; none when there is no more.
    ///
    /// # Errors
    /// Those of the database.
    pub fn next(&mut self, conn: &mut Connection) -> Result<Option<String>, OperationError> {
        if self.is_over {
            return Ok(None);
        }
        let after = self.after.as_deref();
        let users = segment_lists::page(conn, self.segment_id, self.revision, after, PART)?;
        let mut csv = String::new();
        if self.after.is_none() {
            csv.push_str("user_id\r\n");
        }
        for user in &users {
            push_line(&mut csv, user);
        }
        self.is_over = (users.len() as i64) < PART;
        self.after = users.into_iter().next_back();
        Ok(Some(csv))
    }
}

/// A user id never goes on in the next line, so only these two characters would be misread.
fn push_line(csv: &mut String, user: &str) {
    match user.contains(['"', ',']) {
        true => {
            csv.push('"');
            csv.push_str(&user.replace('"', "\"\""));
            csv.push('"');
        }
        false => csv.push_str(user),
    }
    csv.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_quoted_where_it_would_be_misread() {
        let mut csv = String::new();
        for user in ["plain", "a,b", "say \"c\"", " d "] {
            push_line(&mut csv, user);
        }
        assert_eq!(csv, "plain\r\n\"a,b\"\r\n\"say \"\"c\"\"\"\r\n d \r\n");
    }
}
