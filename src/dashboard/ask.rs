//! What a request says about how it wants its answer.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header},
};
use futures_util::future::{Ready, ready};

use super::{Site, Toast, cookies, local_path::local_or_start};
use crate::http::Arrival;

/// How a request wants its answer.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    htmx: bool,
    restores_history: bool,
    target: Option<String>,
    current: Option<String>,
    /// Where it was asked for, path and query; for something that was sent, the page that it was
    /// sent from.
    pub address: String,
    /// The theme that the browser remembers.
    pub theme: Theme,
    /// What the page before has left to say.
    pub toast: Option<Toast>,
}

/// In which colours pages come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them, in the order of the menu.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// Its name in cookies and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Its name on pages.
    pub fn label(self) -> &'static str {
        match self {
            Theme::System => "System",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        }
    }

    /// Its name where it is not left to the system.
    pub fn forced(self) -> Option<&'static str> {
        (self != Theme::System).then(|| self.as_str())
    }

    /// The theme of that name; else that of the system.
    pub fn parse(text: &str) -> Theme {
        Theme::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default()
    }
}

impl Ask {
    /// Reads it from a request.
    pub fn of(request: &HttpRequest) -> Ask {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        Ask {
            htmx: text("hx-request") == Some("true"),
            restores_history: text("hx-history-restore-request") == Some("true"),
            target: text("hx-target").map(str::to_owned),
            current: text("hx-current-url").map(path_and_query),
            address: sent_from(request).unwrap_or_else(|| request.uri().to_string()),
            theme: cookies::get(request, cookies::THEME)
                .map(|theme| Theme::parse(&theme))
                .unwrap_or_default(),
            toast: cookies::get(request, cookies::TOAST)
                .and_then(|toast| Toast::from_cookie(&toast)),
        }
    }

    /// The site that it was sent to.
    pub fn site(request: &HttpRequest) -> Site {
        Site::of(request)
    }

    /// Whether htmx asks, for a part of a page.
    pub fn is_htmx(&self) -> bool {
        self.htmx && !self.restores_history
    }

    /// The address that the browser shows while htmx asks: path and query.
    pub fn shown(&self) -> Option<&str> {
        self.current.as_deref().filter(|_| self.is_htmx())
    }

    /// Whether htmx asks from the page at that path.
    pub fn is_on(&self, path: &str) -> bool {
        self.shown().is_some_and(|shown| shown.split('?').next() == path.split('?').next())
    }

    /// Whether the answer goes into the dialog.
    pub fn is_for_dialog(&self) -> bool {
        self.is_htmx() && self.target.as_deref() == Some("modal-body")
    }
}

/// What follows the host of an address.
fn path_and_query(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/").to_owned()
}

/// The page of ours from which something was sent: where it was sent to need not be a page.
fn sent_from(request: &HttpRequest) -> Option<String> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let referer = request.headers().get(header::REFERER)?.to_str().ok()?;
    let (host, _) = referer.split_once("://")?.1.split_once('/')?;
    let page = referer.split_once(host)?.1;
    let is_ours = host == Arrival::of(request).host && local_or_start(page) == page;
    is_ours.then(|| page.to_owned())
}

impl FromRequest for Ask {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Ask::of(request)))
    }
}
