//! What the pages know of the place where they are served.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use futures_util::future::{Ready, ready};

use crate::http::Arrival;

/// How browsers reach the pages.
#[derive(Debug, Clone)]
pub struct Site {
    origin: Option<String>,
}

impl Site {
    /// A site at that address (scheme, host, perhaps a port), or at whatever address a browser
    /// finds it, where none was set.
    pub fn new(origin: Option<String>) -> Site {
        Site { origin }
    }

    /// The site that a request was sent to: where no address was set, the one that a trusted proxy
    /// says.
    pub fn of(request: &HttpRequest) -> Site {
        let set = request.app_data::<Data<Site>>().and_then(|site| site.origin.clone());
        let arrival = Arrival::of(request);
        let scheme = if arrival.is_https { "https" } else { "http" };
        let told = arrival.passed_on.then(|| format!("{scheme}://{}", arrival.host));
        Site { origin: set.or(told) }
    }

    /// The address of the product, for a request to that host.
    pub fn address(&self, host: &str) -> String {
        self.origin.clone().unwrap_or_else(|| format!("http://{host}"))
    }

    /// Whether browsers come by HTTPS.
    pub fn is_https(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.starts_with("https://"))
    }

    /// Whether that origin is ours, for a request to that host.
    pub fn is_own_origin(&self, origin: &str, host: &str) -> bool {
        match &self.origin {
            Some(own) => own == origin,
            None => origin.strip_prefix("http://") == Some(host),
        }
    }

    /// The policy of every page: nothing but our own files, nothing inline, no frames.
    pub fn content_security_policy(&self) -> String {
        let upgrade = if self.is_https() { "upgrade-insecure-requests; " } else { "" };
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
             base-uri 'none'; object-src 'none'; {upgrade}report-to csp; report-uri /csp-report"
        )
    }
}

impl FromRequest for Site {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Site::of(request)))
    }
}

/// The code that the first run asks for, where others than the machine itself could come first.
#[derive(Debug, Clone)]
pub struct SetupCode(Option<String>);

impl SetupCode {
    /// That code, or none.
    pub fn new(code: Option<String>) -> SetupCode {
        SetupCode(code)
    }

    /// Whether it has to be entered.
    pub fn is_needed(&self) -> bool {
        self.0.is_some()
    }

    /// Whether that is it. Takes as long for a wrong one as for the right one.
    pub fn accepts(&self, entered: &str) -> bool {
        use subtle::ConstantTimeEq;
        let code = self.0.as_deref();
        code.is_none_or(|code| code.as_bytes().ct_eq(entered.trim().as_bytes()).into())
    }
}
