//! What a user did, as a table: days down, events across.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::{super::number_words::grouped, short};
use crate::store::user_records::EventDay;

/// How many events have a column of their own; the others share one.
const MOST_COLUMNS: usize = 8;

/// The table. Without rows there is nothing to show.
#[derive(Default)]
pub struct EventTable {
    /// The events, the most frequent first.
    pub columns: Vec<Column>,
    /// How many events share the last column.
    pub others: usize,
    /// The days on which anything was done, the last first.
    pub rows: Vec<Row>,
}

/// An event.
pub struct Column {
    /// Its name.
    pub event: String,
    /// Whether it decides; else a client key told of it.
    pub decides: bool,
}

/// A day.
pub struct Row {
    /// The day, as machines read it.
    pub date: String,
    /// The day in words.
    pub day: String,
    /// How often each event was done, and the sum of the others.
    pub counts: Vec<String>,
}

/// An event as far as it decides alike.
type Kind<'a> = (&'a str, bool);

impl EventTable {
    /// Of these lines.
    pub fn of(lines: &[EventDay]) -> EventTable {
        let mut sums: HashMap<Kind<'_>, i64> = HashMap::new();
        let mut days: BTreeMap<NaiveDate, HashMap<Kind<'_>, i64>> = BTreeMap::new();
        for line in lines {
            let kind = (line.event.as_str(), line.decides);
            *sums.entry(kind).or_default() += line.times;
            *days.entry(line.day).or_default().entry(kind).or_default() += line.times;
        }
        let mut kinds: Vec<(Kind<'_>, i64)> = sums.into_iter().collect();
        kinds.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        let others = kinds.split_off(kinds.len().min(MOST_COLUMNS));
        let row = |(day, counts): (&NaiveDate, &HashMap<Kind<'_>, i64>)| {
            let of = |kinds: &[(Kind<'_>, i64)]| -> i64 {
                kinds.iter().filter_map(|(kind, _)| counts.get(kind)).sum()
            };
            let own = kinds.iter().map(|kind| of(std::slice::from_ref(kind)));
            let shared = (!others.is_empty()).then(|| of(&others));
            Row {
                date: day.to_string(),
                day: day.format("%a %-d %b %Y").to_string(),
                counts: own.chain(shared).map(grouped).collect(),
            }
        };
        EventTable {
            rows: days.iter().rev().map(row).collect(),
            others: others.len(),
            columns: kinds
                .into_iter()
                .map(|((event, decides), _)| Column { event: short(event), decides })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(day: &str, event: &str, decides: bool, times: i64) -> EventDay {
        EventDay { day: day.parse().unwrap(), event: event.to_owned(), decides, times }
    }

    #[test]
    fn days_stand_down_and_events_across() {
        let table = EventTable::of(&[
            line("2026-11-19", "Seen", true, 2),
            line("2026-11-20", "Charged", true, 1_000),
            line("2026-11-20", "Charged", false, 5),
        ]);
        let columns: Vec<(&str, bool)> =
            table.columns.iter().map(|column| (column.event.as_str(), column.decides)).collect();
        assert_eq!(columns, [("Charged", true), ("Charged", false), ("Seen", true)]);
        let rows: Vec<(&str, String)> =
            table.rows.iter().map(|row| (row.day.as_str(), row.counts.join(" "))).collect();
        let expected = [("Fri 20 Nov 2026", "1,000 5 0"), ("Thu 19 Nov 2026", "0 0 2")];
        assert_eq!(rows, expected.map(|(day, counts)| (day, counts.to_owned())));
        assert_eq!(table.others, 0);
    }

    #[test]
    fn of_many_events_the_rare_ones_share_a_column() {
        let lines: Vec<EventDay> = (0..12_i64)
            .map(|number| line("2026-11-20", &format!("e{number}"), true, 100 - number))
            .collect();
        let table = EventTable::of(&lines);
        assert_eq!((table.columns.len(), table.others), (8, 4));
        assert_eq!(table.rows[0].counts.last().unwrap(), &(92 + 91 + 90 + 89).to_string());
    }
}
