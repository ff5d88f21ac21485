//! Conditions as JSON in a text field.

use serde_json::Value as Json;

use crate::{
    domain::{
        condition::Condition,
        reading::{FieldError, Node, Problems},
    },
    http::parse_strict,
};

/// The field of problems with the text.
pub const FIELD: &str = "segment-json";

/// What to start from.
pub const START: &str = "{\n  \"all\": []\n}";

/// Reads the text. Each problem says where it is: `conditions.all[2].operator: …`.
///
/// # Errors
/// All of them, at the field of the text.
pub fn read(text: &str) -> Result<Condition, Vec<FieldError>> {
    if text.trim().is_empty() {
        return Err(vec![FieldError::new(FIELD, "Enter conditions.")]);
    }
    let json: Json = parse_strict(text.as_bytes()).map_err(|problem| {
        let detail = problem.detail().replace("The body is", "This is");
        vec![FieldError::new(FIELD, detail)]
    })?;
    let mut problems = Problems::new();
    let condition = Condition::read(&Node::at("conditions", &json), &mut problems);
    condition.ok_or_else(|| problems.into_iter().map(placed).collect())
}

/// A problem of the conditions, at the field of the text.
pub fn placed(problem: FieldError) -> FieldError {
    FieldError::new(FIELD, format!("{}: {}", problem.field, problem.message))
}

/// The text of a tree.
pub fn write(condition: &Condition) -> String {
    serde_json::to_string_pretty(&condition.to_json()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        read(text).unwrap_err().into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn a_problem_says_where_it_is_and_what_may_be_meant() {
        let text = r#"{"all": [{"attribute": "a", "operator": "is_set"},
            {"any": [{"attribute": "seats", "operator": "greatr", "value": 3}]}]}"#;
        assert_eq!(
            said(text),
            [
                "conditions.all[1].any[0].operator: “greatr” is not an operator. Did you mean greater?"
            ]
        );
        assert_eq!(said(" "), ["Enter conditions."]);
        assert_eq!(said("{\n\"all\" ["), ["This is not valid JSON (line 2, column 7)."]);
        assert_eq!(said("[1]"), ["conditions: A condition is a JSON object."]);
    }
}
