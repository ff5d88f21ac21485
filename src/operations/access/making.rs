//! Making credentials and passwords out of the system's randomness.

use rand::RngExt;
use sha2::{Digest, Sha256};

use super::Password;
use crate::domain::credential::{Credential, CredentialKind};

/// Numbers below 62, as many as a credential has random letters.
fn random_letters() -> [u8; 30] {
    let mut random = rand::rng();
    std::array::from_fn(|_| random.random_range(0..62))
}

/// A new credential.
pub(super) fn credential(kind: CredentialKind) -> Credential {
    Credential::make(kind, &random_letters())
}

/// What is stored of a secret text, in place of it.
pub(super) fn fingerprint(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl Password {
    /// A new password that nobody can guess: four groups of five letters and digits, none of which
    /// look alike.
    pub fn generate() -> Password {
        const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut random = rand::rng();
        let mut letter = || {
            let place = random.random_range(0..LETTERS.len());
            LETTERS.get(place).map_or('a', |letter| char::from(*letter))
        };
        let groups: [String; 4] = std::array::from_fn(|_| (0..5).map(|_| letter()).collect());
        Password::of_any_length(groups.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_credentials_and_no_two_passwords_are_alike() {
        let made = |_| credential(CredentialKind::ApiToken).secret().to_owned();
        let all: std::collections::HashSet<String> = (0..1000).map(made).collect();
        assert_eq!(all.len(), 1000);
        let made = |_| Password::generate().expose().to_owned();
        let all: std::collections::HashSet<String> = (0..1000).map(made).collect();
        assert_eq!(all.len(), 1000);
        assert!(all.iter().all(|text| Password::parse(text.clone()).is_ok() && text.len() == 23));
    }
}
