//! Version numbers of apps and systems.

/// Up to four numbers; missing parts are 0, so `5.1` is `5.1.0.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionNumber([u64; 4]);

impl VersionNumber {
    /// Parses `5`, `5.1`, `5.1.2` or `5.1.2.3`; anything else is no version.
    pub fn parse(text: &str) -> Option<VersionNumber> {
        let mut parts = [0; 4];
        let mut places = parts.iter_mut();
        for part in text.split('.') {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            *places.next()? = digits.then(|| part.parse().ok()).flatten()?;
        }
        Some(VersionNumber(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_parts_are_zero_and_parts_compare_as_numbers() {
        let version = |text| VersionNumber::parse(text).unwrap();
        assert_eq!(version("5.1"), version("5.1.0.0"));
        assert!(version("2.10") > version("2.9.9"));
        for wrong in ["", "v2", "1.", ".1", "1..2", "1.2.3.4.5", "1.2-beta", "99999999999999999999"]
        {
            assert_eq!(VersionNumber::parse(wrong), None, "{wrong}");
        }
    }
}
