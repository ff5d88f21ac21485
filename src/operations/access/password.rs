//! Passwords: which ones are accepted, and how they are kept.

use std::{collections::HashSet, fmt, num::NonZero, thread};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier, phc},
};

use super::{super::OperationError, slots::Slots};
use crate::store::StoreError;

/// The least bytes of a password.
pub const FEWEST_PASSWORD_BYTES: usize = 12;
/// The most bytes of a password.
pub const MOST_PASSWORD_BYTES: usize = 1024;

/// Memory in KiB, passes and lanes: the least that OWASP recommends for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// How many may wait for each one that is being hashed.
const WAITING_PER_SLOT: usize = 4;

/// A password as somebody typed it: any characters, every byte counts. It never prints.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Accepts a new password.
    ///
    /// # Errors
    /// A sentence for whoever chose it, when it is too short, too long or too easy to guess.
    pub fn parse(text: impl Into<String>) -> Result<Password, String> {
        let text = text.into();
        match text.len() {
            0..FEWEST_PASSWORD_BYTES => Err(format!(
                "The password is too short. Choose one of at least {FEWEST_PASSWORD_BYTES} \
                 characters; a few words with spaces make a good one."
            )),
            FEWEST_PASSWORD_BYTES..=MOST_PASSWORD_BYTES if is_easy(&text) => {
                Err(TOO_EASY.to_owned())
            }
            FEWEST_PASSWORD_BYTES..=MOST_PASSWORD_BYTES => Ok(Password(text)),
            _ => Err(format!(
                "The password is too long. Choose one of at most {MOST_PASSWORD_BYTES} bytes."
            )),
        }
    }

    /// Accepts it only where it is none of the words that everybody knows of its owner.
    ///
    /// # Errors
    /// A sentence for whoever chose it.
    pub fn unlike<'a>(
        self,
        words: impl IntoIterator<Item = &'a String>,
    ) -> Result<Password, String> {
        let is_known = words.into_iter().any(|word| word.eq_ignore_ascii_case(self.0.trim()));
        if is_known { Err(TOO_EASY.to_owned()) } else { Ok(self) }
    }

    /// A password that somebody signs in with, which may be older than today's rules.
    pub fn of_any_length(text: impl Into<String>) -> Password {
        Password(text.into())
    }

    /// The password itself. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

const TOO_EASY: &str = "This password is too easy to guess. Choose a few words that nobody else \
                        would put together.";

/// What is tried first on any account, without the digits and signs at its end.
const TRIED_FIRST: [&str; 16] = [
    "adminadmin",
    "administrator",
    "changeme",
    "changemeplease",
    "flagstaff",
    "iloveyou",
    "letmein",
    "letmeinplease",
    "p@ssword",
    "passw0rd",
    "password",
    "passwordpassword",
    "qwertyuiop",
    "qwertzuiop",
    "welcome",
    "welcometoflagstaff",
];

/// The fewest different characters of a good one.
const FEWEST_DIFFERENT: usize = 5;

/// Whether it is one that others would try: few characters again and again, a run such as
/// `123456789012`, or a word of [`TRIED_FIRST`].
fn is_easy(text: &str) -> bool {
    let different: HashSet<char> = text.chars().collect();
    let pairs = || text.chars().zip(text.chars().skip(1));
    let runs = pairs().filter(|(one, next)| u32::from(*one) + 1 == u32::from(*next)).count();
    let lower = text.to_lowercase();
    let word = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    different.len() < FEWEST_DIFFERENT
        || runs * 4 >= pairs().count() * 3
        || TRIED_FIRST.contains(&word)
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What is kept of a password.
#[derive(Debug, Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hashes passwords, no more at once than there are processors: each takes one for tens of
/// milliseconds and 19 MiB.
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    slots: Slots,
    /// Of a password that nobody has.
    nobodys: String,
}

impl PasswordHasher {
    /// A hasher with its own limit. Make one for the whole process; it hashes once.
    ///
    /// # Errors
    /// [`OperationError::Internal`] when the system gives no randomness or memory.
    pub fn new() -> Result<PasswordHasher, OperationError> {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, None).map_err(|e| fault(&e))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys = hash(&argon2, &Password::generate())?;
        let slots = Slots::new(processors, processors * WAITING_PER_SLOT);
        Ok(PasswordHasher { argon2, slots, nobodys })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`OperationError::TooManyRequests`] when too many are waiting already.
    pub fn hash(&self, password: &Password) -> Result<PasswordHash, OperationError> {
        let _slot = self.slots.take()?;
        Ok(PasswordHash(hash(&self.argon2, password)?))
    }

    /// Whether a password is the one of that hash. Without a hash (nobody has that name) it takes
    /// the same time to say no.
    ///
    /// # Errors
    /// [`OperationError::TooManyRequests`] when too many are waiting already;
    /// [`OperationError::Internal`] when the hash can't be read.
    pub(super) fn verify(
        &self,
        password: &Password,
        hash: Option<&str>,
    ) -> Result<bool, OperationError> {
        let _slot = self.slots.take()?;
        let parsed =
            phc::PasswordHash::new(hash.unwrap_or(&self.nobodys)).map_err(|e| fault(&e))?;
        let right = self.argon2.verify_password(password.expose().as_bytes(), &parsed).is_ok();
        Ok(right && hash.is_some())
    }

    /// Whether a hash was made with other costs than today's.
    pub(super) fn is_outdated(&self, hash: &str) -> bool {
        let made_with = phc::PasswordHash::new(hash).ok().and_then(|parsed| {
            let params = Params::try_from(&parsed).ok()?;
            Some((parsed.algorithm.as_str() == "argon2id", costs(&params)))
        });
        made_with != Some((true, COST))
    }
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHasher")
    }
}

fn costs(params: &Params) -> (u32, u32, u32) {
    (params.m_cost(), params.t_cost(), params.p_cost())
}

fn hash(argon2: &Argon2<'_>, password: &Password) -> Result<String, OperationError> {
    let hashed: phc::PasswordHash =
        argon2.hash_password(password.expose().as_bytes()).map_err(|e| fault(&e))?;
    Ok(hashed.to_string())
}

fn fault(error: &impl fmt::Display) -> OperationError {
    OperationError::Internal(StoreError::Other(format!("password hash: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_12_to_1024_bytes_of_any_kind() {
        let cases = [
            ("abcde fghik"[..11].to_owned(), false),
            ("abxde fghik!".to_owned(), true),
            ("words ".repeat(170) + "atop", true),
            ("words ".repeat(170) + "atop!", false),
            ("  a b c d e ".to_owned(), true),
            ("three words only".to_owned(), true),
            ("🔑🚪🪟🏠🌳".to_owned(), true),
            ("🔑🔑".to_owned(), false),
            ("nul\0in the midst".to_owned(), true),
            (String::new(), false),
        ];
        for (text, accepted) in cases {
            assert_eq!(Password::parse(text.clone()).is_ok(), accepted, "{text:?}");
        }
    }

    #[test]
    fn what_everybody_tries_first_is_refused_with_words() {
        for easy in [
            "aaaaaaaaaaaa",
            "            ",
            "abababababab",
            "123456789012",
            "abcdefghijklmn",
            "Password1234!",
            "passwordpassword",
            "Flagstaff2026!",
            "qwertyuiop12",
        ] {
            let refused = Password::parse(easy).unwrap_err();
            assert!(refused.contains("too easy to guess. Choose a few words"), "{easy}");
        }
        let ada = "Ada@example.com".to_owned();
        assert!(Password::parse("ada@example.com").unwrap().unlike([&ada]).is_err());
        assert!(Password::parse("ada@example.com!").unwrap().unlike([&ada]).is_ok());
    }

    #[test]
    fn every_byte_of_a_password_counts() {
        let hasher = PasswordHasher::new().unwrap();
        let long: String = "all that fits ".chars().cycle().take(1023).collect();
        let cases = [
            (format!("{long}a"), format!("{long}b")),
            ("  leading space".to_owned(), " leading space".to_owned()),
            // Composed and decomposed: bytes are compared as they came.
            ("caf\u{e9} au lait!".to_owned(), "cafe\u{301} au lait!".to_owned()),
            ("before\0after it".to_owned(), "before\0other it".to_owned()),
        ];
        for (chosen, other) in cases {
            let hash = hasher.hash(&Password::parse(chosen.clone()).unwrap()).unwrap();
            let verify = |text: &str| {
                hasher.verify(&Password::of_any_length(text), Some(hash.as_str())).unwrap()
            };
            assert!(verify(&chosen));
            assert!(!verify(&other));
        }
    }

    #[test]
    fn nobody_has_the_password_that_unknown_people_are_compared_with() {
        let hasher = PasswordHasher::new().unwrap();
        assert!(!hasher.verify(&Password::of_any_length("whatever it is"), None).unwrap());
    }

    #[test]
    fn a_hash_of_other_costs_is_outdated() {
        let hasher = PasswordHasher::new().unwrap();
        let password = Password::parse("correct horse battery").unwrap();
        let today = hasher.hash(&password).unwrap();
        assert!(today.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!hasher.is_outdated(today.as_str()));
        let params = Params::new(8_192, 1, 1, None).unwrap();
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let old = hash(&cheap, &password).unwrap();
        assert!(hasher.is_outdated(&old));
        assert!(hasher.verify(&password, Some(&old)).unwrap());
    }

    #[test]
    fn a_password_never_prints() {
        assert_eq!(format!("{:?}", Password::generate()), "***");
    }
}
