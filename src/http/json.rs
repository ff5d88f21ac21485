//! JSON read strictly: what would change on its way through the system is refused at the door.
//!
//! serde_json alone takes the last of two fields of one name, turns whole numbers beyond 64 bits
//! into floating point, and lets U+0000 through, which Postgres then refuses.

use std::{cell::RefCell, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{
    Problem,
    json_fault::{JsonFault, Step},
};
use crate::domain::{reading::FieldError, value::LARGEST_INTEGER};

/// The most arrays and objects inside one another.
const MOST_DEPTH: usize = 32;

/// Parses a body; 400 with what is wrong, and never a repetition of what was sent but for the
/// names of fields on the way there.
pub fn parse_strict(body: &[u8]) -> Result<Value, Problem> {
    read_strict(body).map_err(|fault| match fault.is_json {
        _ if fault.is_too_deep() => Problem::bad_request(fault.message),
        true => {
            let message = fault.message.clone();
            let detail = format!("The JSON can't be accepted: {message}{}.", fault.place());
            let error = FieldError::new(fault.path, format!("{message}."));
            Problem::bad_request(detail).at(error)
        }
        false => Problem::bad_request(format!("The body is not valid JSON{}.", fault.place())),
    })
}

/// Reads JSON strictly.
///
/// # Errors
/// What is wrong with it first, and where.
pub fn read_strict(text: &[u8]) -> Result<Value, JsonFault> {
    if !depth_within(text) {
        return Err(JsonFault::too_deep(MOST_DEPTH));
    }
    let path = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = Reader { path: &path }.deserialize(&mut deserializer);
    let read = read.and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| JsonFault::new(&error, &path.borrow()))
}

/// Whether arrays and objects stand at most 32 deep. Looks at brackets only, so it is quick and
/// needs no stack.
pub fn depth_within(body: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                if depth > MOST_DEPTH {
                    return false;
                }
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

/// Reads one value, and remembers the way to it.
#[derive(Clone, Copy)]
struct Reader<'p> {
    path: &'p RefCell<Vec<Step>>,
}

impl Reader<'_> {
    /// Goes into a part. The way stays as it is where something is wrong.
    fn within<T, E>(self, step: Step, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.path.borrow_mut().push(step);
        let value = read()?;
        self.path.borrow_mut().pop();
        Ok(value)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn exact<E: Error>(exact: bool, value: Value) -> Result<Value, E> {
    if exact {
        Ok(value)
    } else {
        Err(E::custom("a whole number beyond 2^53 would lose digits in apps; send it as text"))
    }
}

fn clean<E: Error>(text: &str) -> Result<(), E> {
    if text.contains('\0') {
        return Err(E::custom("text may not contain the character U+0000"));
    }
    Ok(())
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        exact((-LARGEST_INTEGER..=LARGEST_INTEGER).contains(&value), value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        exact(value <= LARGEST_INTEGER as u64, value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        if value == 0.0 && value.is_sign_negative() {
            return Err(E::custom("there is no minus zero here; write 0"));
        }
        // Whole numbers too long for 64 bits arrive here already rounded.
        exact(value.fract() != 0.0 || value.abs() <= LARGEST_INTEGER as f64, value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        clean(value)?;
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) =
            self.within(Step::Item(items.len()), || seq.next_element_seed(self))?
        {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = self.within(Step::Field(name.clone()), || {
                clean(&name)?;
                if fields.contains_key(&name) {
                    return Err(A::Error::custom("a field is there twice"));
                }
                map.next_value_seed(self)
            })?;
            fields.insert(name, value);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_change_on_its_way_is_refused() {
        for refused in [
            r#"{"a": 1, "a": 2}"#,
            r#"{"b": {"a": 1, "a": 1}}"#,
            "[9007199254740992]",
            "[18446744073709551616]",
            "[-9007199254740992]",
            "[1e400]",
            "[-0]",
            "[-0.0]",
            r#"["\u0000"]"#,
            "{\"\\u0000\": 1}",
            "[1,]",
            "[NaN]",
            "\u{feff}{}",
            "",
            "{} {}",
        ] {
            assert!(parse_strict(refused.as_bytes()).is_err(), "{refused}");
        }
        for kept in [r#"{"a":9007199254740991}"#, "[1.0,-0.5,\"\\\\u0000\"]", "null"] {
            assert_eq!(parse_strict(kept.as_bytes()).unwrap().to_string(), *kept);
        }
    }

    #[test]
    fn nesting_is_bounded_at_32_levels() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse_strict(nested(32).as_bytes()).is_ok());
        assert!(parse_strict(nested(33).as_bytes()).is_err());
        assert!(parse_strict(nested(1_000_000).as_bytes()).is_err());
        assert!(parse_strict(b"[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]").is_ok());
    }
}
