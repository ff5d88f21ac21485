//! Moments in conditions: fixed ones, and ones relative to now.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

/// A moment that a condition compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// This instant.
    At(DateTime<Utc>),
    /// This long after now; before it, when negative.
    FromNow(Duration),
}

impl Moment {
    /// Parses an RFC 3339 date or date and time, or `-30d`, `+12h`, `-2w`.
    pub fn parse(text: &str) -> Option<Moment> {
        instant(text).map(Moment::At).or_else(|| relative(text).map(Moment::FromNow))
    }

    /// The instant meant, seen from `now`; `None` beyond the calendar.
    pub fn resolve(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Moment::At(instant) => Some(instant),
            Moment::FromNow(offset) => now.checked_add_signed(offset),
        }
    }
}

/// Reads an RFC 3339 date and time, or a date, which means its first instant in UTC.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.with_timezone(&Utc));
    }
    let well_formed = text.len() == 10;
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| well_formed)?;
    Some(date.and_time(NaiveTime::MIN).and_utc())
}

fn relative(text: &str) -> Option<Duration> {
    let sign = match text.as_bytes().first()? {
        b'-' => -1,
        b'+' => 1,
        _ => return None,
    };
    let unit = text.chars().last()?;
    let digits = text.get(1..text.len().checked_sub(unit.len_utf8())?)?;
    let well_formed = digits.bytes().all(|byte| byte.is_ascii_digit());
    let count: i64 = digits.parse().ok().filter(|_| well_formed && digits.len() <= 6)?;
    match unit {
        'h' => Duration::try_hours(sign * count),
        'd' => Duration::try_days(sign * count),
        'w' => Duration::try_weeks(sign * count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates_or_relative_to_now() {
        let now = instant("2026-03-31T12:00:00Z").unwrap();
        let at = |text| Moment::parse(text).and_then(|moment| moment.resolve(now));
        assert_eq!(at("-30d"), instant("2026-03-01T12:00:00Z"));
        assert_eq!(at("+12h"), instant("2026-04-01T00:00:00Z"));
        assert_eq!(at("2026-01-02"), instant("2026-01-02T00:00:00Z"));
        assert_eq!(at("2026-01-02T03:00:00+02:00"), instant("2026-01-02T01:00:00Z"));
        for wrong in ["", "-", "-d", "30d", "-30x", "-30", "soon", "2026-1-2", "-9999999d", "-5é"]
        {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
    }
}
