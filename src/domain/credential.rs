//! The form of keys and tokens: a prefix that says what it is, 30 random letters and digits, and 6
//! that check the rest, so that a typing error is told from a revoked key, and a scanner finds a
//! leaked one, without asking a database.
//!
//! As a regular expression: `fs_(client|server|api)_[0-9A-Za-z]{36}`.

use std::fmt;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LETTERS: usize = 30;
const CHECK_LETTERS: usize = 6;
const SHOWN_LETTERS: usize = 4;

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// An SDK key that is public by nature.
    ClientKey,
    /// An SDK key that is secret.
    ServerKey,
    /// A token of the management API.
    ApiToken,
}

impl CredentialKind {
    /// All kinds.
    pub const ALL: [CredentialKind; 3] =
        [CredentialKind::ClientKey, CredentialKind::ServerKey, CredentialKind::ApiToken];

    fn prefix(self) -> &'static str {
        match self {
            CredentialKind::ClientKey => "fs_client_",
            CredentialKind::ServerKey => "fs_server_",
            CredentialKind::ApiToken => "fs_api_",
        }
    }
}

/// A credential of the right form. It never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    kind: CredentialKind,
    text: String,
}

impl Credential {
    /// Makes a credential out of random numbers, each of which should be any one below 62.
    pub fn make(kind: CredentialKind, random: &[u8; RANDOM_LETTERS]) -> Credential {
        let mut text = kind.prefix().to_owned();
        text.extend(random.iter().map(|number| letter(u32::from(*number))));
        text.push_str(&check(&text));
        Credential { kind, text }
    }

    /// Reads a credential; `None` when it can't be one.
    pub fn parse(text: &str) -> Option<Credential> {
        let kind = CredentialKind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()))?;
        let letters = text.strip_prefix(kind.prefix())?;
        let well_made = letters.len() == RANDOM_LETTERS + CHECK_LETTERS
            && letters.bytes().all(|letter| letter.is_ascii_alphanumeric());
        let (body, last) = text.split_at_checked(text.len().checked_sub(CHECK_LETTERS)?)?;
        (well_made && check(body) == last).then(|| Credential { kind, text: text.to_owned() })
    }

    /// What it is.
    pub fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// The credential itself. Never log it.
    pub fn secret(&self) -> &str {
        &self.text
    }

    /// How it starts, to tell it from others; far too little to use it.
    pub fn shown(&self) -> &str {
        self.text.get(..self.kind.prefix().len() + SHOWN_LETTERS).unwrap_or_default()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.shown())
    }
}

/// The last letters: the CRC32 of all before, in base 62.
fn check(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut letters = [' '; CHECK_LETTERS];
    for place in letters.iter_mut().rev() {
        *place = letter(rest % 62);
        rest /= 62;
    }
    letters.iter().collect()
}

fn letter(number: u32) -> char {
    ALPHABET.get(number as usize % ALPHABET.len()).map_or('0', |letter| char::from(*letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(kind: CredentialKind) -> Credential {
        let mut numbers = [0; RANDOM_LETTERS];
        for (number, index) in numbers.iter_mut().zip(0..) {
            *number = index * 2;
        }
        Credential::make(kind, &numbers)
    }

    #[test]
    fn a_credential_has_the_published_form_and_is_read_back() {
        let form =
            regex::Regex::new("^fs_(client|server|api)_[0-9A-Za-z]{30}[0-9A-Za-z]{6}$").unwrap();
        for kind in CredentialKind::ALL {
            let made = some(kind);
            assert!(form.is_match(made.secret()), "{}", made.secret());
            assert_eq!(Credential::parse(made.secret()), Some(made.clone()));
            assert_eq!(made.kind(), kind);
        }
        assert_eq!(
            some(CredentialKind::ClientKey).secret(),
            "fs_client_02468ACEGIKMOQSUWYacegikmoqsuw3TS2bq"
        );
    }

    #[test]
    fn a_credential_with_any_letter_changed_is_none() {
        let made = some(CredentialKind::ServerKey);
        for place in 0..made.secret().len() {
            let mut letters = made.secret().as_bytes().to_vec();
            letters[place] = if letters[place] == b'a' { b'b' } else { b'a' };
            assert_eq!(Credential::parse(std::str::from_utf8(&letters).unwrap()), None);
        }
    }

    #[test]
    fn what_is_no_credential_is_refused() {
        let made = some(CredentialKind::ApiToken);
        let short = &made.secret()[..made.secret().len() - 1];
        for text in ["", "fs_", "fs_api_", short, &format!("{}0", made.secret()), "fs_api_ü", "é"]
        {
            assert_eq!(Credential::parse(text), None, "{text}");
        }
        let swapped = some(CredentialKind::ClientKey).secret().replace("client", "server");
        assert_eq!(Credential::parse(&swapped), None);
    }

    #[test]
    fn a_credential_never_prints() {
        assert_eq!(format!("{:?}", some(CredentialKind::ClientKey)), "fs_client_0246…");
    }
}
