//! Where to go after a login.

/// The address, where it is certainly one of ours; else the start. Nothing that a browser could
/// read as another site: two slashes in its path, a backslash, a control character.
pub fn local_or_start(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let local = path.starts_with('/')
        && !path.contains("//")
        && address.len() <= 2_000
        && address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if local { address } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_to_another_site() {
        for outside in [
            "",
            "//e",
            "///e",
            "/\\e",
            "\\/e",
            "\\\\e",
            "https:e",
            "https://e",
            "http:/e",
            "e",
            "javascript:alert(1)",
            "/\t/e",
            "/\n/e",
            "\t//e",
            " //e",
            "//user@e",
            "/ /e",
            "data:,",
            "//[::1]",
            "//e:80",
            "／／e",
            "/／e",
            "/\u{2028}/e",
            "//e%2f",
            "/a//e",
            "?//e",
            "//",
        ] {
            assert_eq!(local_or_start(outside), "/", "{outside:?}");
        }
        for inside in [
            "/",
            "/p/a/b?q=%2f%2fe",
            "/p/a/b/flags?status=live&page=2",
            "/%09/e",
            "/p/a/b?q=http://e",
        ] {
            assert_eq!(local_or_start(inside), inside);
        }
    }
}
