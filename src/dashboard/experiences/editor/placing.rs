//! Problems that an operation found in a version, at the fields of the editor that it came from.

use super::{
    around::Around,
    entered::{Entered, EnteredAudience},
};
use crate::domain::reading::{FieldError, Problems};

impl Entered {
    /// Problems that an operation found, at the fields of the editor.
    pub fn placed(&self, problems: Problems, around: &Around) -> Problems {
        problems.into_iter().map(|problem| self.place(problem, around)).collect()
    }

    fn place(&self, problem: FieldError, around: &Around) -> FieldError {
        let path = problem.field.trim_start_matches("definition.").to_owned();
        let (start, rest) = path.split_once('.').unwrap_or((&path, ""));
        let (list, number) = match start.split_once('[') {
            Some((list, number)) => (list, number.trim_end_matches(']').parse::<usize>().ok()),
            None => (start, None),
        };
        let at = |field: String| FieldError::new(field, problem.message.clone());
        match (list, number) {
            ("rows", Some(number)) => self.place_row(number, rest, around, &problem.message),
            ("everyone_else", _) => at(in_rule("everyone", rest, around, "serve")),
            ("test_users" | "variants" | "prerequisites" | "keys", Some(number)) => {
                at(self.in_list(list, number, rest, around).unwrap_or_else(|| "rows".to_owned()))
            }
            ("keys", _) => at("key".to_owned()),
            ("name" | "description" | "tags" | "bucket_by" | "salt" | "key", _) => {
                at(list.to_owned())
            }
            ("owner_id", _) => at("owner".to_owned()),
            _ => at("rows".to_owned()),
        }
    }

    /// The field of something that is no row.
    fn in_list(&self, list: &str, number: usize, rest: &str, around: &Around) -> Option<String> {
        Some(match list {
            "test_users" => {
                let prefix = format!("testers.{}", self.testers.get(number)?.id);
                in_rule(&prefix, rest, around, "user")
            }
            "variants" => {
                let prefix = format!("variants.{}", self.variants.get(number)?.id);
                match rest.strip_prefix("values.") {
                    Some(rest) => cell(&prefix, rest, around),
                    None if rest.starts_with("payload") => format!("{prefix}.payload"),
                    None if rest == "description" => format!("{prefix}.description"),
                    None => format!("{prefix}.name"),
                }
            }
            "prerequisites" => {
                let field = if rest.starts_with("in") { "values" } else { "key" };
                format!("prerequisites.{}.{field}", self.prerequisites.get(number)?.id)
            }
            _ => around.served.columns.get(number)?.field(),
        })
    }

    fn place_row(&self, number: usize, rest: &str, around: &Around, message: &str) -> FieldError {
        let Some(row) = self.rows.get(number) else { return FieldError::new("rows", message) };
        let field = in_rule(&format!("rows.{}", row.id), rest, around, "audience");
        let gone = matches!(&row.audience, EnteredAudience::Segment(slug)
            if around.segment(slug).is_none());
        match gone && field.ends_with(".audience") {
            true => gone_segment(number, &row.id),
            false => FieldError::new(field, message),
        }
    }
}

/// The field of a rule, or of a test user, that a path is about; `other` of all else.
fn in_rule(prefix: &str, rest: &str, around: &Around, other: &str) -> String {
    if let Some(rest) = rest.strip_prefix("serve.values.") {
        return match around.served.is_switch || around.served.is_multivariate {
            true => format!("{prefix}.serve"),
            false => cell(prefix, rest, around),
        };
    }
    let field = match rest {
        "rollout" => "percent",
        rest if rest.starts_with("serve") => "serve",
        _ => other,
    };
    format!("{prefix}.{field}")
}

/// The cell of the key that a path begins with. Names of keys may have dots in them.
fn cell(prefix: &str, rest: &str, around: &Around) -> String {
    let is_of = |name: &str| {
        let after = rest.strip_prefix(name);
        after.is_some_and(|after| after.is_empty() || after.starts_with(['.', '[']))
    };
    let columns = around.served.columns.iter().filter(|column| is_of(&column.name));
    match columns.max_by_key(|column| column.name.len()) {
        Some(column) => format!("{prefix}.values.{}", column.id),
        None => format!("{prefix}.serve"),
    }
}

/// What is said of a row whose segment nobody can choose any more.
pub fn gone_segment(number: usize, id: &str) -> FieldError {
    let message = format!(
        "Row {}: this segment was archived. Choose another, or remove the row.",
        number + 1
    );
    FieldError::new(format!("rows.{id}.audience"), message)
}
