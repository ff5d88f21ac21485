//! Where to listen.

use std::net::{Ipv4Addr, SocketAddr};

use super::{SettingError, error::LISTEN};

/// Reads an address with a port. Names are not looked up, but for `localhost`.
pub(super) fn parse(text: &str) -> Result<SocketAddr, SettingError> {
    let local = text
        .strip_prefix("localhost:")
        .and_then(|port| port.parse().ok())
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    local.or_else(|| text.parse().ok()).ok_or_else(|| {
        LISTEN.wrong(format!(
            "is `{text}`, which is not an address with a port. Write it as 127.0.0.1:8080, or as \
             0.0.0.0:8080 to listen on every address of this machine."
        ))
    })
}
