//! Moments as the builder asks for them: a date, or a number of days before or after now.

/// What a moment is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// A day of the calendar.
    #[default]
    Date,
    /// A date with a time and its zone.
    Time,
    /// Hours before now.
    HoursAgo,
    /// Days before now.
    DaysAgo,
    /// Weeks before now.
    WeeksAgo,
    /// Hours from now.
    HoursAhead,
    /// Days from now.
    DaysAhead,
    /// Weeks from now.
    WeeksAhead,
}

/// Each unit with its name in forms, its name on pages, and what stands around the number.
const TABLE: [(Unit, &str, &str, &str, &str); 8] = [
    (Unit::Date, "date", "date", "", ""),
    (Unit::Time, "time", "date and time", "", ""),
    (Unit::HoursAgo, "hours-ago", "hours ago", "-", "h"),
    (Unit::DaysAgo, "days-ago", "days ago", "-", "d"),
    (Unit::WeeksAgo, "weeks-ago", "weeks ago", "-", "w"),
    (Unit::HoursAhead, "hours-ahead", "hours from now", "+", "h"),
    (Unit::DaysAhead, "days-ahead", "days from now", "+", "d"),
    (Unit::WeeksAhead, "weeks-ahead", "weeks from now", "+", "w"),
];

impl Unit {
    /// All units with their names in forms and on pages.
    pub fn all() -> impl Iterator<Item = (Unit, &'static str, &'static str)> {
        TABLE.iter().map(|(unit, name, label, ..)| (*unit, *name, *label))
    }

    /// The unit of that name.
    pub fn parse(name: &str) -> Option<Unit> {
        Unit::all().find(|(_, known, _)| *known == name).map(|(unit, ..)| unit)
    }

    /// Whether it counts from now.
    pub fn is_relative(self) -> bool {
        !matches!(self, Unit::Date | Unit::Time)
    }

    /// Its name on pages.
    pub fn label(self) -> &'static str {
        TABLE.iter().find(|(unit, ..)| *unit == self).map_or("", |(_, _, label, ..)| label)
    }

    /// The moment as conditions write it, from what was entered.
    pub fn moment(self, entered: &str) -> String {
        let row = TABLE.iter().find(|(unit, ..)| *unit == self);
        let (sign, letter) = row.map_or(("", ""), |(.., sign, letter)| (*sign, *letter));
        format!("{sign}{}{letter}", entered.trim())
    }

    /// What has to be entered, in which unit, for a moment of a condition.
    pub fn of(moment: &str) -> (Unit, String) {
        for (unit, _, _, sign, letter) in TABLE.iter().filter(|(unit, ..)| unit.is_relative()) {
            let number = moment.strip_prefix(sign).and_then(|rest| rest.strip_suffix(letter));
            if let Some(number) = number {
                return (*unit, number.to_owned());
            }
        }
        let unit = if moment.len() == "2026-03-31".len() { Unit::Date } else { Unit::Time };
        (unit, moment.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_is_read_back() {
        for moment in ["2026-03-31", "2026-03-31T09:00:00+02:00", "-30d", "+12h", "-2w", "-007d"] {
            let (unit, entered) = Unit::of(moment);
            assert_eq!(unit.moment(&entered), moment);
        }
        assert_eq!(Unit::of("-30d"), (Unit::DaysAgo, "30".to_owned()));
        for (unit, name, _) in Unit::all() {
            assert_eq!(Unit::parse(name), Some(unit));
        }
    }
}
