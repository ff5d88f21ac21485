//! Styles and scripts. The build gives each an address with a hash of what is in it, so a browser
//! may keep it for good; a template names it by a constant, such as [`APP_CSS`].

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderMap},
    web::Path,
};

use super::PageError;

/// A file that browsers load.
pub struct Asset {
    /// Where it is served.
    pub address: &'static str,
    /// What it is.
    pub media_type: &'static str,
    /// A hash over what is in it.
    pub hash: &'static str,
    /// What is in it.
    pub plain: &'static [u8],
    /// The same, compressed.
    pub brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Hands out a file.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn serve(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, PageError> {
    let asset = find(&name).ok_or(PageError::NotFound)?;
    let etag = format!("\"{}\"", asset.hash);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::ETAG, etag.clone()));
    if header_of(request.headers(), header::IF_NONE_MATCH).contains(&etag) {
        return Ok(response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    response.content_type(asset.media_type);
    if accepts_brotli(request.headers()) {
        response.insert_header((header::CONTENT_ENCODING, "br"));
        return Ok(response.body(asset.brotli));
    }
    Ok(response.body(asset.plain))
}

fn find(name: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.address.strip_prefix("/static/") == Some(name))
}

fn header_of(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a browser takes what is compressed by brotli.
pub(super) fn accepts_brotli(headers: &HeaderMap) -> bool {
    header_of(headers, header::ACCEPT_ENCODING).split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "br" && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}
