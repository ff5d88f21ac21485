//! A row of the builder: one condition on a property, as it was entered.

use serde_json::{Value as Json, json};

use super::{
    exact,
    moments::Unit,
    operators::{self, Editor},
    values,
};
use crate::{
    dashboard::Form,
    domain::{
        condition::{AttributeCondition, Condition, Operand, OperandKind, Operator, Scalar},
        reading::FieldError,
    },
};

/// A condition on a property, complete or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Tells it from the others, whatever is moved.
    pub id: u32,
    /// The property.
    pub attribute: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what. An operator that compares with one value takes the first, and keeps the others
    /// for one that compares with many.
    pub values: Vec<String>,
    /// What a moment is counted in.
    pub unit: Unit,
}

impl Row {
    /// A row in which nothing was entered yet.
    pub fn blank(id: u32) -> Row {
        Row {
            id,
            attribute: String::new(),
            operator: Operator::Is,
            values: Vec::new(),
            unit: Unit::default(),
        }
    }

    /// The row of that number in a form.
    pub fn from_form(form: &Form, id: u32) -> Row {
        let field = |name: &str| format!("{name}-{id}");
        let operator = Operator::parse(form.get(&field("operator"))).unwrap_or(Operator::Is);
        let mut entered: Vec<String> = form.all(&field("value")).map(str::to_owned).collect();
        if operator.operand_kind() == OperandKind::Values {
            entered.retain(|value| !value.is_empty());
            let known = entered.len();
            entered.extend(values::split(form.get(&field("more"))));
            if entered.len() > known {
                entered = values::once(entered);
            }
        }
        let unit = Unit::parse(form.get(&field("unit")));
        Row {
            id,
            attribute: form.get(&field("attribute")).trim().to_owned(),
            operator,
            unit: unit.unwrap_or_else(|| entered.first().map_or(Unit::Date, |it| Unit::of(it).0)),
            values: entered,
        }
    }

    /// The row that shows a condition.
    pub fn of_condition(id: u32, condition: &AttributeCondition) -> Row {
        let shown = |value: &Scalar| exact::shown(&value.text());
        let mut row = Row {
            attribute: exact::shown(&condition.attribute),
            operator: condition.operator,
            values: match &condition.operand {
                Operand::None => Vec::new(),
                Operand::One(value) => vec![shown(value)],
                Operand::List(values) => values.iter().map(shown).collect(),
            },
            ..Row::blank(id)
        };
        if condition.operator.operand_kind() == OperandKind::Moment
            && let Some(moment) = row.values.first_mut()
        {
            let (unit, entered) = Unit::of(moment);
            (row.unit, *moment) = (unit, entered);
        }
        row
    }

    /// Turns it into its opposite, where its operator has a twin; says whether it has.
    pub fn negate(&mut self) -> bool {
        let twin = self
            .operator
            .opposite_of()
            .or_else(|| Operator::all().find(|other| other.opposite_of() == Some(self.operator)));
        self.operator = twin.unwrap_or(self.operator);
        twin.is_some()
    }

    /// The one value, for an operator that compares with one.
    pub fn value(&self) -> &str {
        self.values.first().map(String::as_str).unwrap_or_default()
    }

    /// The values that are kept for an operator that compares with many, while this one does not.
    pub fn kept_values(&self) -> &[String] {
        match self.editor() {
            Editor::Chips | Editor::Lines => &[],
            Editor::Nothing => &self.values,
            _ => self.values.get(1..).unwrap_or_default(),
        }
    }

    /// The values as lines of one text.
    pub fn lines(&self) -> String {
        values::lines(&self.values)
    }

    /// What stands beside the operator.
    pub fn editor(&self) -> Editor {
        Editor::of(self.operator, self.values.len())
    }

    /// The property that is meant.
    pub fn property(&self) -> String {
        exact::meant(&self.attribute)
    }

    /// What the row is called beside others: "city is any of New York, Miami".
    pub fn words(&self) -> String {
        if self.attribute.is_empty() {
            return "new condition".to_owned();
        }
        let mut words = format!("{} {}", self.attribute, operators::label(&self.operator));
        let shown: Vec<&str> = match self.editor() {
            Editor::Nothing => Vec::new(),
            Editor::Chips | Editor::Lines => self.values.iter().map(String::as_str).collect(),
            _ => vec![self.value()],
        };
        if !shown.is_empty() {
            words = format!("{words} {}", shown.join(", "));
        }
        match words.char_indices().nth(MOST_WORDS) {
            Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
            None => words,
        }
    }

    /// The condition that was entered.
    ///
    /// # Errors
    /// What is missing or wrong, by the field of the form.
    pub fn condition(&self) -> Result<Condition, Vec<FieldError>> {
        let mut missing = Vec::new();
        if self.attribute.is_empty() {
            missing.push(self.problem("attribute", "Choose a property.".to_owned()));
        } else if self.lacks_value() {
            missing.push(self.problem("value", self.value_wanted()));
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        Condition::from_json(&self.json()).map_err(|problems| {
            let placed = problems.into_iter().map(|problem| {
                let name = problem.field.split('[').next().unwrap_or_default();
                let in_unit = self.operator.operand_kind() == OperandKind::Moment
                    && self.unit.is_relative()
                    && name == "value";
                let message = if in_unit { self.value_wanted() } else { problem.message };
                self.problem(name, message)
            });
            placed.collect()
        })
    }

    fn lacks_value(&self) -> bool {
        match self.operator.operand_kind() {
            OperandKind::None => false,
            OperandKind::Values => self.values.is_empty(),
            _ => self.value().is_empty(),
        }
    }

    fn value_wanted(&self) -> String {
        let name = &self.attribute;
        match self.operator.operand_kind() {
            OperandKind::Values => format!("Choose at least one value for {name}."),
            OperandKind::Number => format!("Enter a number for {name}."),
            OperandKind::Version => format!("Enter a version for {name}, such as 5.12.0."),
            OperandKind::Pattern => format!("Enter a pattern for {name}."),
            OperandKind::Moment if self.unit.is_relative() => {
                let unit = self.unit.label();
                format!("Enter a whole number of {unit} for {name}, such as 30.")
            }
            OperandKind::Moment => format!("Choose a date for {name}."),
            OperandKind::Text => format!("Enter some text to look for in {name}."),
            _ => format!("Choose a value for {name}."),
        }
    }

    fn problem(&self, name: &str, message: String) -> FieldError {
        FieldError::new(format!("{name}-{}", self.id), message)
    }

    fn json(&self) -> Json {
        let attribute = self.property();
        let operator = self.operator.as_str();
        let trimmed = self.value().trim();
        let value = match self.operator.operand_kind() {
            OperandKind::None => return json!({"attribute": attribute, "operator": operator}),
            OperandKind::Values => self.values.iter().map(|value| exact::meant(value)).collect(),
            OperandKind::Number => number(&exact::meant(trimmed)),
            OperandKind::Moment => self.unit.moment(trimmed).into(),
            OperandKind::Value | OperandKind::Version => exact::meant(trimmed).into(),
            OperandKind::Text | OperandKind::Pattern => exact::meant(self.value()).into(),
        };
        json!({"attribute": attribute, "operator": operator, "value": value})
    }
}

/// How much of a row its name says, in characters.
const MOST_WORDS: usize = 80;

/// A number where the text is its usual form, so that nothing changes on the way; else the text.
fn number(text: &str) -> Json {
    let number = text.parse::<f64>().map(Scalar::Number);
    number.ok().filter(|number| number.text() == text).map_or_else(|| text.into(), |n| n.to_json())
}
