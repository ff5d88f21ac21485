//! The credential that a request presents.

use actix_web::http::header::{AUTHORIZATION, HeaderMap};

/// A credential as it was sent, not yet known to be good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Presented<'a>(&'a str);

impl<'a> Presented<'a> {
    /// The secret itself. Never log it.
    pub fn secret(self) -> &'a str {
        self.0
    }
}

/// Finds the credential: `Authorization: Bearer …`, `Authorization: Api-Key …` (as Amplitude's
/// JavaScript SDKs say it), or `X-API-Key: …`. Never in a query.
pub fn presented(headers: &HeaderMap) -> Option<Presented<'_>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let secret = match authorization {
        Some(value) => {
            let (scheme, secret) = value.split_once(' ')?;
            let known =
                scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("api-key");
            known.then(|| secret.trim())?
        }
        None => text("x-api-key")?.trim(),
    };
    (!secret.is_empty()).then_some(Presented(secret))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn found(name: &'static str, value: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        presented(&headers).map(|presented| presented.secret().to_owned())
    }

    #[test]
    fn a_credential_is_found_in_each_of_its_forms_and_in_no_other() {
        assert_eq!(found("authorization", "Bearer k").as_deref(), Some("k"));
        assert_eq!(found("authorization", "bearer k").as_deref(), Some("k"));
        assert_eq!(found("authorization", "Api-Key k").as_deref(), Some("k"));
        assert_eq!(found("x-api-key", "k").as_deref(), Some("k"));
        assert_eq!(found("authorization", "Basic k"), None);
        assert_eq!(found("authorization", "k"), None);
        assert_eq!(found("x-api-key", " "), None);
        assert_eq!(found("cookie", "k"), None);
    }
}
