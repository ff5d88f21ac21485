//! Access tokens of people: JWTs, signed by us for us, so there is one algorithm and one form.
//!
//! A token names a session row, which ends it before its time: when its person is disabled or
//! their password is reset.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

const ISSUER: &str = "flagstaff";
const AUDIENCE: &str = "flagstaff/api/v1";
const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt"}"#;
const LIFETIME_SECONDS: i64 = 15 * 60;
/// How far clocks of replicas may be apart.
const LEEWAY_SECONDS: i64 = 60;
/// Ours have some 350 bytes.
const MOST_BYTES: usize = 1024;

/// How long an access token is good.
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_secs(LIFETIME_SECONDS.unsigned_abs());

/// Signs access tokens and checks them.
#[derive(Clone)]
pub struct AccessTokens {
    key: Hmac<Sha256>,
}

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    /// The person.
    pub sub: Uuid,
    /// The session: the hash that its row is known by, in base64url.
    sid: String,
    exp: i64,
    nbf: i64,
    iat: i64,
}

impl Claims {
    /// A session of 15 minutes from now on.
    pub(super) fn new(person_id: Uuid, session: &[u8; 32], now: DateTime<Utc>) -> Claims {
        let now = now.timestamp();
        Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: person_id,
            sid: URL_SAFE_NO_PAD.encode(session),
            exp: now.saturating_add(LIFETIME_SECONDS),
            nbf: now,
            iat: now,
        }
    }

    /// The hash that the row of the session is known by.
    pub(super) fn session(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(&self.sid).ok()
    }

    fn hold(&self, now: DateTime<Utc>) -> bool {
        let now = now.timestamp();
        self.iss == ISSUER
            && self.aud == AUDIENCE
            && self.nbf <= now.saturating_add(LEEWAY_SECONDS)
            && self.iat <= now.saturating_add(LEEWAY_SECONDS)
            && self.exp > now.saturating_sub(LEEWAY_SECONDS)
    }
}

impl AccessTokens {
    /// Tokens signed with a key that is derived from the secret key of the installation.
    pub fn new(secret_key: &str) -> AccessTokens {
        let derived = keyed(secret_key.as_bytes()).chain_update("flagstaff access token 1");
        AccessTokens { key: keyed(&derived.finalize().into_bytes()) }
    }

    /// The token that makes these claims.
    pub(super) fn sign(&self, claims: &Claims) -> String {
        // Text and whole numbers always become JSON.
        let payload = serde_json::to_vec(claims).unwrap_or_default();
        self.sign_parts(HEADER.as_bytes(), &payload)
    }

    fn sign_parts(&self, header: &[u8], payload: &[u8]) -> String {
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.key.clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What a token says, if it is one of ours and good at this moment. Whether its session goes on
    /// is for the caller to ask.
    pub(super) fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        if token.len() > MOST_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.key.clone().chain_update(signed).verify_slice(&signature).ok()?;
        let (header, payload) = signed.split_once('.')?;
        // One header was ever written, so none has to be read.
        if URL_SAFE_NO_PAD.decode(header).ok()? != HEADER.as_bytes() {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        claims.hold(now).then_some(claims)
    }
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessTokens(***)")
    }
}

/// HMAC takes keys of any length; the fallback can't be reached.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::{Value, json};

    use super::*;

    fn tokens() -> AccessTokens {
        AccessTokens::new("0123456789abcdef0123456789abcdef")
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn claims() -> Claims {
        Claims::new(Uuid::from_u128(7), &[9; 32], now())
    }

    fn accepted(token: &str) -> bool {
        tokens().verify(token, now()).is_some()
    }

    /// Signed with the right key, whatever it says.
    fn signed(header: &Value, payload: &Value) -> String {
        tokens().sign_parts(header.to_string().as_bytes(), payload.to_string().as_bytes())
    }

    #[test]
    fn a_token_is_read_back_for_fifteen_minutes_and_the_leeway() {
        let token = tokens().sign(&claims());
        let at = |seconds| tokens().verify(&token, now() + TimeDelta::seconds(seconds));
        assert_eq!(at(0), Some(claims()));
        assert_eq!(at(-60), Some(claims()));
        assert_eq!(at(-61), None);
        assert_eq!(at(15 * 60 + 59), Some(claims()));
        assert_eq!(at(15 * 60 + 60), None);
        assert_eq!(claims().session(), Some(vec![9; 32]));
    }

    #[test]
    fn a_token_of_another_installation_is_refused() {
        let foreign = AccessTokens::new("another secret key of 32 bytes ..").sign(&claims());
        assert!(!accepted(&foreign));
    }

    #[test]
    fn every_changed_letter_is_noticed() {
        let token = tokens().sign(&claims());
        for place in 0..token.len() {
            for other in [b'A', b'.', b'_', b'='] {
                let mut letters = token.clone().into_bytes();
                if letters[place] != other {
                    letters[place] = other;
                    assert!(!accepted(std::str::from_utf8(&letters).unwrap()), "{place}");
                }
            }
            assert!(!accepted(&token[..place]));
            assert!(!accepted(&token[place + 1..]));
        }
        assert!(!accepted(&format!("{token}=")));
        assert!(!accepted(&format!("{token}.")));
        assert!(!accepted(&format!(".{token}")));
    }

    #[test]
    fn a_header_that_is_not_ours_is_refused_even_with_the_right_signature() {
        let payload = serde_json::to_value(claims()).unwrap();
        let ours: Value = serde_json::from_str(HEADER).unwrap();
        assert!(accepted(&signed(&ours, &payload)));
        for header in [
            json!({"alg": "none", "typ": "at+jwt"}),
            json!({"alg": "None", "typ": "at+jwt"}),
            json!({"alg": "HS384", "typ": "at+jwt"}),
            json!({"alg": "RS256", "typ": "at+jwt"}),
            json!({"alg": "EdDSA", "typ": "at+jwt"}),
            json!({"alg": ["HS256"], "typ": "at+jwt"}),
            json!({"alg": "HS256", "typ": "JWT"}),
            json!({"alg": "HS256", "typ": "at+JWT"}),
            json!({"alg": "HS256"}),
            json!({"typ": "at+jwt"}),
            json!({"alg": "HS256", "typ": "at+jwt", "kid": "../../dev/null"}),
            json!({"alg": "HS256", "typ": "at+jwt", "jku": "https://evil.example"}),
            json!({"alg": "HS256", "typ": "at+jwt", "jwk": {"kty": "oct", "k": ""}}),
            json!({"alg": "HS256", "typ": "at+jwt", "crit": ["x"]}),
            json!([]),
            json!("HS256"),
            Value::Null,
        ] {
            assert!(!accepted(&signed(&header, &payload)), "{header}");
        }
    }

    #[test]
    fn a_claim_that_is_missing_or_of_another_kind_is_refused() {
        let good = serde_json::to_value(claims()).unwrap();
        let header: Value = serde_json::from_str(HEADER).unwrap();
        let wrong = [
            Value::Null,
            json!(true),
            json!({}),
            json!([]),
            json!(""),
            json!("1800000900"),
            json!(1.5e9),
            json!(-1),
            json!(99_999_999_999_999_999_999.0),
            json!(["flagstaff"]),
        ];
        for claim in ["iss", "aud", "sub", "sid", "exp", "nbf", "iat"] {
            let mut missing = good.clone();
            missing.as_object_mut().unwrap().remove(claim);
            assert!(!accepted(&signed(&header, &missing)), "{claim}");
            for value in &wrong {
                let mut changed = good.clone();
                changed[claim] = value.clone();
                let refused = !accepted(&signed(&header, &changed));
                // A session of another name and a time long past are for the next checks.
                let later = claim == "sid" && value.is_string()
                    || matches!(claim, "nbf" | "iat") && value == &json!(-1);
                assert!(refused || later, "{claim}: {value}");
            }
        }
        let mut more = good.clone();
        more["admin"] = json!(true);
        assert!(!accepted(&signed(&header, &more)));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let signature = "a".repeat(43);
        let header = URL_SAFE_NO_PAD.encode(HEADER);
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims()).unwrap());
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        for token in [
            String::new(),
            ".".to_owned(),
            "..".to_owned(),
            "...".to_owned(),
            format!("{header}.{payload}"),
            format!("{header}.{payload}."),
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{header}..{signature}"),
            format!(".{payload}.{signature}"),
            format!("{header}.{payload}.{signature}"),
            format!("{header}.{payload}.{signature}.{signature}"),
            "a".repeat(1_000_000),
            format!("{header}.{}.{signature}", "a".repeat(1_000_000)),
            ".".repeat(1_000_000),
            "🔑.🔑.🔑".to_owned(),
            "\0".to_owned(),
        ] {
            assert!(!accepted(&token), "{}", &token.chars().take(60).collect::<String>());
        }
    }

    #[test]
    fn the_key_never_prints() {
        assert_eq!(format!("{:?}", tokens()), "AccessTokens(***)");
    }
}
