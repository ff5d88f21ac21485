//! Numbers as people read them.

pub use crate::domain::grouped::grouped;

/// The same of what was counted.
pub fn grouped_count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A number and what it counts: "1 flag", "2,000 flags".
pub fn counted(number: usize, one: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{} {one}{many}", grouped(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// "10.1 %", "0.02 %": a share in percent, with two digits that say something.
pub fn share_words(share: f64) -> String {
    match share {
        0.0 => "0 %".to_owned(),
        share if share < 0.01 => "less than 0.01 %".to_owned(),
        share if share < 1.0 => {
            format!("{} %", format!("{share:.2}").trim_end_matches('0').trim_end_matches('.'))
        }
        share if share > 99.9 && share < 100.0 => "more than 99.9 %".to_owned(),
        share => format!("{} %", format!("{share:.1}").trim_end_matches(".0")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_named() {
        assert_eq!(counted(1, "flag"), "1 flag");
        assert_eq!(counted(5_000, "flag"), "5,000 flags");
    }

    #[test]
    fn shares_say_as_much_as_they_know() {
        let shown = [
            (0.0, "0 %"),
            (0.004, "less than 0.01 %"),
            (0.25, "0.25 %"),
            (0.5, "0.5 %"),
            (0.999, "1 %"),
            (10.14, "10.1 %"),
            (50.0, "50 %"),
            (99.99, "more than 99.9 %"),
            (100.0, "100 %"),
        ];
        for (share, text) in shown {
            assert_eq!(share_words(share), text);
        }
    }
}
