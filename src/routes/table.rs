//! A table of routes: one row per route, and the only way to mount one.

use std::fmt;

use actix_web::{
    FromRequest, Handler, HttpResponse, Resource, Responder, Route,
    guard::fn_guard,
    http::{Method, StatusCode, header},
    web::{self, ServiceConfig},
};

use super::guard::guarded;
use crate::{domain::role::Right, http::Problem};

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: anybody may call it.
    Public,
    /// A key that may evaluate. The handler looks it up in memory and refuses in the form of its
    /// protocol, since nothing on this path may wait for the database.
    SdkKey,
    /// A caller on this machine. The handler looks.
    Local,
    /// A person or an API token; of which project does not matter.
    SignedIn,
    /// An admin, who is admin of every project.
    Admin,
    /// This right in the project that the request names. Where a right depends on the environment
    /// the row names the smallest that may do, and the operation asks for the rest.
    Right(Right),
}

/// One route: a method, a path, who may call it, and what answers.
pub struct Row {
    method: Method,
    path: &'static str,
    access: Access,
    is_among_names: bool,
    route: Box<dyn Fn() -> Route>,
}

impl Row {
    /// A row. The path is a pattern of actix.
    pub fn new<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> Row
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let of = method.clone();
        let route = move || guarded(web::method(of.clone()).to(handler.clone()), access);
        Row { method, path, access, is_among_names: false, route: Box::new(route) }
    }

    /// A row whose last word could be the name of something: requests of other methods are about
    /// that, and go to the rows behind it.
    pub fn among_names(self) -> Row {
        Row { is_among_names: true, ..self }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path without the expressions that bound its parameters, as OpenAPI writes it.
    pub fn path(&self) -> String {
        let (mut path, mut in_expression) = (String::new(), false);
        for c in self.path.chars() {
            match c {
                ':' => in_expression = true,
                '}' | '/' => in_expression = false,
                _ => {}
            }
            if !in_expression {
                path.push(c);
            }
        }
        path
    }

    /// Who may call it.
    pub fn access(&self) -> Access {
        self.access
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.method, self.path, self.access)
    }
}

/// Mounts these rows. Rows of one path become one resource, which answers 405 to other methods;
/// `finish` is what each resource goes through on its way into the app.
pub(super) fn mount(
    rows: &[Row],
    config: &mut ServiceConfig,
    finish: impl Fn(Resource, &mut ServiceConfig),
) {
    let mut mounted: Vec<&str> = Vec::new();
    for row in rows {
        if mounted.contains(&row.path) {
            continue;
        }
        mounted.push(row.path);
        let same_path: Vec<&Row> = rows.iter().filter(|other| other.path == row.path).collect();
        finish(resource(row.path, &same_path), config);
    }
}

fn resource(path: &str, rows: &[&Row]) -> Resource {
    let methods: Vec<&str> = rows.iter().map(|row| row.method.as_str()).collect();
    let allowed = methods.join(", ");
    let mut resource = web::resource(path);
    for row in rows {
        resource = resource.route((row.route)());
        if row.is_among_names {
            let method = row.method.clone();
            resource = resource.guard(fn_guard(move |asked| asked.head().method == method));
        }
    }
    resource.default_service(web::to(move || {
        let allowed = allowed.clone();
        async move { method_not_allowed(&allowed) }
    }))
}

fn method_not_allowed(allowed: &str) -> HttpResponse {
    let detail = format!("This address answers to {allowed} only.");
    let mut response =
        HttpResponse::from_error(Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail));
    if let Ok(value) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
