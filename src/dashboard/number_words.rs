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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_named() {
        assert_eq!(counted(1, "flag"), "1 flag");
        assert_eq!(counted(5_000, "flag"), "5,000 flags");
    }
}
