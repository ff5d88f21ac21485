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

#[cfg(test)]
mod tests {
    use super::*;

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
