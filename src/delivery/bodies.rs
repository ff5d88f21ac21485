//! Every answer written out once in the words of each protocol, when an environment is made ready;
//! answering is then copying bytes.

use actix_web::web::Bytes;

use super::{native, ofrep};
use crate::domain::ruleset::{AnswerIndex, Ruleset};

/// The written answers, in the order of the ruleset's answers.
#[derive(Debug, Default)]
pub struct Bodies {
    native_single: Vec<Bytes>,
    native_entry: Vec<Box<str>>,
    ofrep: Vec<Bytes>,
}

impl Bodies {
    /// Writes out all answers of a ruleset.
    pub fn render(ruleset: &Ruleset) -> Bodies {
        let mut bodies = Bodies::default();
        for answer in ruleset.answers() {
            let Some(key) = ruleset.key_of(answer) else { continue };
            bodies.native_single.push(native::single_body(key, answer).into());
            bodies.native_entry.push(native::entry(key, answer).into());
            bodies.ofrep.push(ofrep::body(key, answer).into());
        }
        bodies
    }

    /// The whole answer of the native evaluation of one key.
    pub fn native_single(&self, answer: AnswerIndex) -> Bytes {
        self.native_single.get(answer as usize).cloned().unwrap_or_default()
    }

    /// One member of the native evaluation of many keys.
    pub fn native_entry(&self, answer: AnswerIndex) -> &str {
        self.native_entry.get(answer as usize).map_or("", AsRef::as_ref)
    }

    /// The OFREP answer as one of a list.
    pub fn ofrep_text(&self, answer: AnswerIndex) -> &[u8] {
        self.ofrep.get(answer as usize).map_or(&[], AsRef::as_ref)
    }

    /// The OFREP answer alone.
    pub fn ofrep(&self, answer: AnswerIndex) -> Bytes {
        self.ofrep.get(answer as usize).cloned().unwrap_or_default()
    }
}
