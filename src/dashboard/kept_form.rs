//! A form that could not be taken when it was sent, kept so that nothing typed is lost: it goes
//! back to its browser, and comes again when its person presses a button. Never by itself, and
//! never with a password.

use actix_web::HttpRequest;

use super::{Form, csrf, local_path::local_or_start};

/// The names of the fields in which the log-in page carries it.
pub const ADDRESS: &str = "kept_address";
/// See [`ADDRESS`].
pub const FIELDS: &str = "kept_fields";

/// The most that is kept, as it is sent: twice wrapped it still is a form that we take.
const MOST_BYTES: usize = 64 * 1024;

/// What says for itself who somebody is, and so is kept nowhere.
const SECRET: [&str; 3] = [csrf::FIELD, "password", "code"];

/// Where forms of ours go whose sending again would be no help.
const NEVER: [&str; 2] = ["/login", "/logout"];

/// A form that waits to be sent again.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptForm {
    /// Where it goes.
    pub address: String,
    /// What was entered.
    pub fields: Vec<(String, String)>,
}

impl KeptForm {
    /// That of a request, unless it is too large to be kept.
    pub(super) fn of(request: &HttpRequest, form: &Form) -> Option<KeptForm> {
        KeptForm::new(&request.uri().to_string(), form.fields().to_vec())
    }

    /// The one that a log-in page has carried.
    pub(super) fn carried_by(form: &Form) -> Option<KeptForm> {
        let address = form.get(ADDRESS);
        let fields = form_urlencoded::parse(form.get(FIELDS).as_bytes()).into_owned().collect();
        if address.is_empty() { None } else { KeptForm::new(address, fields) }
    }

    fn new(address: &str, mut fields: Vec<(String, String)>) -> Option<KeptForm> {
        let path = address.split('?').next().unwrap_or_default();
        fields.retain(|(name, _)| !SECRET.iter().any(|secret| name.contains(secret)));
        let kept = KeptForm { address: local_or_start(address).to_owned(), fields };
        let good = kept.address == address && path != "/" && !NEVER.contains(&path);
        (good && kept.encoded().len() <= MOST_BYTES).then_some(kept)
    }

    /// Its fields in one text.
    pub fn encoded(&self) -> String {
        let mut fields = form_urlencoded::Serializer::new(String::new());
        fields.extend_pairs(&self.fields);
        fields.finish()
    }

    /// What of it tells its person which form it is.
    pub fn shown(&self) -> impl Iterator<Item = &(String, String)> {
        self.fields.iter().filter(|(_, value)| !value.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(address: &str, fields: &[(&str, &str)]) -> Option<KeptForm> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        KeptForm::new(address, fields.collect())
    }

    #[test]
    fn everything_is_kept_but_what_is_secret_and_nothing_goes_elsewhere() {
        let form = kept(
            "/p/a/b/keys/new?from=x",
            &[("name", "a & b"), ("csrf", "t"), ("password", "p"), ("new_password", "p")],
        );
        assert_eq!(form.unwrap().encoded(), "name=a+%26+b");
        for address in ["//e/p", "https://e/p", "/login", "/login?next=/", "/logout", "/", "p"] {
            assert_eq!(kept(address, &[("a", "b")]), None, "{address}");
        }
        assert_eq!(kept("/p/a/b/keys/new", &[("a", &"ü".repeat(20_000))]), None);
    }
}
