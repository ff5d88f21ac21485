//! Pages travel compressed, to browsers that take brotli.
//!
//! A page holds secrets beside text that somebody else may have chosen (a search in its address, a
//! name), and how long both are compressed together tells something of both (BREACH). So the token
//! of forms is another one on each page ([`csrf::token`](super::csrf::token)), and what another
//! site has asked for, which alone can try one guess after the other, is not compressed.
//! What apps get is none of this: it lies ready, and is small.

use std::io::Write;

use actix_web::{
    HttpRequest,
    body::{BoxBody, MessageBody},
    dev::ServiceResponse,
    http::header::{self, HeaderValue},
};

use super::assets::accepts_brotli;

/// Below that nothing is won.
const LEAST_BYTES: usize = 1024;
/// A page in well under a millisecond; a higher one would win a few percent.
const QUALITY: u32 = 4;
/// As large as a page may be before more of it is not compared (2^18 bytes).
const WINDOW: u32 = 18;

/// The same, compressed where that is possible.
pub fn compressed(
    request: &HttpRequest,
    response: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "text/html; charset=utf-8");
    let from = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    let is_foreign = from.is_some_and(|from| from != b"same-origin" && from != b"none");
    if !is_page || is_foreign || !accepts_brotli(request.headers()) {
        return response;
    }
    response.map_body(|head, body| {
        let plain = match body.try_into_bytes() {
            Ok(plain) => plain,
            Err(body) => return body,
        };
        match brotli(&plain).filter(|_| plain.len() >= LEAST_BYTES) {
            Some(small) => {
                let coding = HeaderValue::from_static("br");
                head.headers_mut().insert(header::CONTENT_ENCODING, coding);
                BoxBody::new(small)
            }
            None => BoxBody::new(plain),
        }
    })
}

fn brotli(plain: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(plain.len() / 4);
    let mut writer = brotli::CompressorWriter::new(&mut out, 4096, QUALITY, WINDOW);
    writer.write_all(plain).ok()?;
    drop(writer);
    Some(out)
}
