//! Paths as SDKs write them: with a slash too many at the end or in the middle.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::uri::{PathAndQuery, Uri},
    middleware::Next,
};

/// Lets `/a//b/` mean `/a/b`, before routes and rights are looked at.
pub async fn tidy<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let Some(tidied) = tidied(request.uri()) {
        request.match_info_mut().get_mut().update(&tidied);
        request.head_mut().uri = tidied;
    }
    next.call(request).await
}

/// The address without superfluous slashes; `None` where there are none.
fn tidied(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if path == "/" || !(path.ends_with('/') || path.contains("//")) {
        return None;
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path_and_query = PathAndQuery::try_from(format!("/{}{query}", parts.join("/"))).ok()?;
    let mut tidied = uri.clone().into_parts();
    tidied.path_and_query = Some(path_and_query);
    Uri::from_parts(tidied).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn superfluous_slashes_go_and_the_query_stays() {
        for (written, meant) in [
            ("//ofrep/v1/evaluate/flags/", Some("/ofrep/v1/evaluate/flags")),
            ("/a/b/?x=//y/", Some("/a/b?x=//y/")),
            ("//", Some("/")),
            ("/", None),
            ("/a/b?x=//", None),
        ] {
            let uri: Uri = written.parse().unwrap();
            assert_eq!(tidied(&uri).map(|uri| uri.to_string()).as_deref(), meant, "{written}");
        }
    }
}
