//! How people and apps reach Flagstaff, and whether plain HTTP may leave this machine.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::Uri;

use super::{
    SettingError,
    error::{ALLOW_INSECURE_HTTP, LISTEN, PUBLIC_URL},
};

/// How people and apps reach Flagstaff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicUrl {
    /// At this address: scheme, host and perhaps a port, without a slash at the end.
    Given(String),
    /// At the address that it listens on.
    FromListen,
}

impl PublicUrl {
    /// The address, once the port is known that was picked. It ends without a slash.
    pub fn resolve(&self, bound: SocketAddr) -> String {
        match self {
            PublicUrl::Given(url) => url.clone(),
            // An address that stands for all of them leads nowhere from a browser.
            PublicUrl::FromListen if bound.ip().is_unspecified() => {
                format!("http://localhost:{}", bound.port())
            }
            PublicUrl::FromListen => format!("http://{bound}"),
        }
    }

    /// Whether people and apps reach it by HTTPS, which somebody in front of us provides.
    pub fn is_https(&self) -> bool {
        matches!(self, PublicUrl::Given(url) if url.starts_with("https://"))
    }

    pub(super) fn parse(text: Option<&str>) -> Result<PublicUrl, SettingError> {
        let Some(text) = text else { return Ok(PublicUrl::FromListen) };
        let wrong = || {
            PUBLIC_URL.wrong(
                "is not the address of a site. Write it as https://flags.example.com, with a port \
                 if it has one, and without a path, a user or a query.",
            )
        };
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains('#');
        match (scheme, uri.authority()) {
            (Some(scheme), Some(authority)) if bare && !authority.as_str().contains('@') => {
                Ok(PublicUrl::Given(format!("{scheme}://{authority}").to_ascii_lowercase()))
            }
            _ => Err(wrong()),
        }
    }

    /// Refuses to send passwords and keys over a network in the clear, unless that was asked for.
    pub(super) fn check_encryption(
        &self,
        listen: SocketAddr,
        allow_insecure_http: bool,
    ) -> Result<(), SettingError> {
        match (self.is_https(), allow_insecure_http) {
            (true, true) => Err(ALLOW_INSECURE_HTTP.wrong(
                "contradicts --public-url (FLAGSTAFF_PUBLIC_URL), which is https. \
                 Leave one of the two out.",
            )),
            (true, false) | (false, true) => Ok(()),
            (false, false) if !listen.ip().is_loopback() => Err(LISTEN.wrong(format!(
                "is {listen}, which other machines can reach, by plain HTTP. Put a proxy that \
                 speaks HTTPS in front and name its address with --public-url \
                 (FLAGSTAFF_PUBLIC_URL), or accept the risk with --allow-insecure-http."
            ))),
            (false, false) if !self.stays_here() => Err(PUBLIC_URL.wrong(
                "is plain HTTP at an address of another machine. Write https, or accept the risk \
                 with --allow-insecure-http (FLAGSTAFF_ALLOW_INSECURE_HTTP).",
            )),
            (false, false) => Ok(()),
        }
    }

    /// Whether it leads to this machine alone.
    pub fn stays_here(&self) -> bool {
        let PublicUrl::Given(url) = self else { return true };
        let uri: Option<Uri> = url.parse().ok();
        let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
        let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
        host == "localhost"
            || host.ends_with(".localhost")
            || address.is_ok_and(|address| address.is_loopback())
    }
}
