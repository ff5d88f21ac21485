//! Values to choose from.

use super::exact;
use crate::population::SeenValue;

/// A value that was seen, as a list offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// As a field shows it.
    pub value: String,
    /// With its share: "New York 12 %".
    pub label: String,
}

impl Suggestion {
    /// Of a value that was seen.
    pub fn of(seen: &SeenValue) -> Suggestion {
        let value = exact::shown(&seen.text);
        let percent = (seen.share * 100.0).round();
        let share = if percent < 1.0 { "under 1 %".to_owned() } else { format!("{percent} %") };
        Suggestion { label: format!("{value} {share}"), value }
    }
}
