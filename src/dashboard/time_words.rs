//! Moments in words: "2 h ago", "18 Nov".

use chrono::{DateTime, Datelike, TimeDelta, Utc};

/// A moment that has passed, as seen from now.
pub fn ago(moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let since = (now - moment).max(TimeDelta::zero());
    let yesterday = now.date_naive().pred_opt() == Some(moment.date_naive());
    match since {
        since if since < TimeDelta::minutes(1) => format!("{} s ago", since.num_seconds()),
        since if since < TimeDelta::hours(1) => format!("{} min ago", since.num_minutes()),
        since if since < TimeDelta::hours(24) && !yesterday => {
            format!("{} h ago", since.num_hours())
        }
        _ if yesterday => moment.format("Yesterday %H:%M").to_string(),
        _ if moment.year() == now.year() => moment.format("%-d %b").to_string(),
        _ => moment.format("%-d %b %Y").to_string(),
    }
}

/// A moment to the minute.
pub fn at(moment: DateTime<Utc>) -> String {
    moment.format("%-d %b, %H:%M").to_string()
}

/// From one moment to another: `12 to 18 Nov`.
pub fn span(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    if from.date_naive() == to.date_naive() {
        return format!(
            "{}, {} to {}",
            from.format("%-d %b"),
            from.format("%H:%M"),
            to.format("%H:%M")
        );
    }
    let same_month = (from.year(), from.month()) == (to.year(), to.month());
    let start = if same_month { from.format("%-d") } else { from.format("%-d %b") };
    format!("{start} to {}", to.format("%-d %b"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_says_no_more_than_it_has_to() {
        let from: DateTime<Utc> = "2026-11-12T10:04:00Z".parse().unwrap();
        for (to, words) in [
            ("2026-11-12T10:30:00Z", "12 Nov, 10:04 to 10:30"),
            ("2026-11-18T10:30:00Z", "12 to 18 Nov"),
            ("2026-12-01T10:30:00Z", "12 Nov to 1 Dec"),
        ] {
            assert_eq!(span(from, to.parse().unwrap()), words);
        }
        assert_eq!(at(from), "12 Nov, 10:04");
    }

    #[test]
    fn moments_read_as_people_say_them() {
        let now: DateTime<Utc> = "2026-11-20T14:00:00Z".parse().unwrap();
        for (moment, words) in [
            ("2026-11-20T13:59:48Z", "12 s ago"),
            ("2026-11-20T13:48:00Z", "12 min ago"),
            ("2026-11-20T12:00:00Z", "2 h ago"),
            ("2026-11-19T16:20:00Z", "Yesterday 16:20"),
            ("2026-11-18T10:04:00Z", "18 Nov"),
            ("2025-11-18T10:04:00Z", "18 Nov 2025"),
            ("2026-11-20T14:00:05Z", "0 s ago"),
        ] {
            assert_eq!(ago(moment.parse().unwrap(), now), words);
        }
    }
}
