//! What a browser remembers of how its person likes the pages.

use actix_web::HttpResponse;
use chrono::TimeDelta;

use super::{Ask, Form, Moved, Site, Theme, cookies, local_path::local_or_start};

/// Chooses the theme, and comes back to where it was chosen.
pub async fn choose_theme(form: Form, ask: Ask, site: Site) -> HttpResponse {
    let mut response = Moved::to(local_or_start(form.get("back"))).answer(&ask, &site);
    match Theme::parse(form.get("theme")) {
        Theme::System => cookies::forget(response.headers_mut(), &site, cookies::THEME),
        theme => {
            let keep = Some(TimeDelta::days(365));
            cookies::set(response.headers_mut(), &site, cookies::THEME, theme.as_str(), keep);
        }
    }
    response
}
