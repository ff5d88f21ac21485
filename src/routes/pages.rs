//! Rows of pages: like those of management, with the guard and the frame of pages.

use std::fmt;

use actix_web::{
    Error, FromRequest, Handler, HttpResponse, Responder, Route,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    guard,
    http::{Method, StatusCode, header},
    middleware::{Next, from_fn},
    web::{self, ServiceConfig},
};

use crate::dashboard::{Admission, PageError, admit, framed};

/// One route of a page: a method, a path, whom it is for, and what answers. GET answers HEAD too.
pub struct PageRow {
    method: Method,
    path: &'static str,
    admission: Admission,
    route: Box<dyn Fn() -> Route>,
}

impl PageRow {
    /// A row. The path is a pattern of actix.
    pub fn new<F, Args>(
        method: Method,
        path: &'static str,
        admission: Admission,
        handler: F,
    ) -> PageRow
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let of = method.clone();
        let route = move || {
            accepting(&of)
                .to(handler.clone())
                .wrap(from_fn(move |request, next| guarded(admission, request, next)))
        };
        PageRow { method, path, admission, route: Box::new(route) }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// As a browser is told what may be asked here.
    fn allowed(&self) -> &str {
        if self.method == Method::GET { "GET, HEAD" } else { self.method.as_str() }
    }

    /// The path, as a pattern.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Whom it is for.
    pub fn admission(&self) -> Admission {
        self.admission
    }
}

impl fmt::Debug for PageRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.method, self.path, self.admission)
    }
}

async fn guarded<B: MessageBody + 'static>(
    admission: Admission,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admit(admission, &mut request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(error) => Ok(request.error_response(error)),
    }
}

/// A route for that method; whoever may GET a page may ask for its HEAD.
fn accepting(method: &Method) -> Route {
    match *method {
        Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        _ => web::method(method.clone()),
    }
}

/// Mounts them. Rows of one path become one resource, which answers 405 to other methods.
pub(super) fn mount(rows: &[PageRow], config: &mut ServiceConfig) {
    let mut mounted: Vec<&str> = Vec::new();
    for row in rows {
        if mounted.contains(&row.path) {
            continue;
        }
        mounted.push(row.path);
        let same_path: Vec<&PageRow> = rows.iter().filter(|other| other.path == row.path).collect();
        let methods: Vec<&str> = same_path.iter().map(|row| row.allowed()).collect();
        let allowed = methods.join(", ");
        let mut resource = web::resource(row.path);
        for row in &same_path {
            resource = resource.route((row.route)());
        }
        let others = web::to(move || {
            let allowed = allowed.clone();
            async move { method_not_allowed(&allowed) }
        });
        config.service(resource.default_service(others).wrap(from_fn(framed)));
    }
}

fn method_not_allowed(allowed: &str) -> HttpResponse {
    let reason = format!("This address answers to {allowed} only.");
    let error = PageError::Unreadable(StatusCode::METHOD_NOT_ALLOWED, reason);
    let mut response = HttpResponse::from_error(error);
    if let Ok(value) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
