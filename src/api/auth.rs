//! Signing in.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Instant,
};

use actix_web::{
    HttpRequest,
    web::{self, Data},
};
use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::{Answer, ok},
    body::Body,
    query::Query,
    work,
};
use crate::{
    domain::reading::{Node, Problems},
    http::Arrival,
    operations::access::{Attempt, Password, SignIn},
    store::{READ_WITHIN, Store},
};

/// Who signs in.
#[derive(ToSchema)]
pub struct Login {
    /// The email; may be called `email`, too.
    #[schema(example = "ada@example.com")]
    username: String,
    /// The password.
    password: String,
}

/// A person's access to management, for 15 minutes.
#[derive(Serialize, ToSchema)]
pub struct AccessToken {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// `bearer`.
    token_type: &'static str,
    /// How many seconds it is good.
    expires_in: u64,
}

impl Login {
    fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Login> {
        node.object(&["username", "email", "password"], problems)?;
        let name = match (node.field("username"), node.field("email")) {
            (Some(_), Some(email)) => {
                problems.push(email.problem("Send one of username and email."));
                None
            }
            (Some(name), None) | (None, Some(name)) => Some(name),
            (None, None) => node.required("username", problems),
        };
        let username = name.and_then(|node| node.text(problems));
        let password = node.required("password", problems).and_then(|node| node.text(problems));
        Some(Login { username: username?.to_owned(), password: password?.to_owned() })
    }
}

/// Signs a person in
///
/// An unknown person and a wrong password are answered alike. After some attempts the next one has
/// to wait.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "Signing in", request_body = Login,
    security(()),
    responses((status = 200, description = "An access token", body = AccessToken)))]
pub async fn login(
    request: HttpRequest,
    store: Data<Store>,
    sign_in: Data<SignIn>,
    query: Query,
    body: Body,
) -> Answer {
    query.only(&[])?;
    let login = body.read(Login::read)?;
    let from = Arrival::of(&request).address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let signed_in = web::block(move || {
        store.within(READ_WITHIN, move |store| {
            let password = Password::of_any_length(login.password);
            let attempt = Attempt { email: &login.username, password: &password, from };
            sign_in.access_token(store, &attempt, Instant::now(), Utc::now())
        })?
    });
    let signed_in = work::settle(signed_in.await)?;
    Ok(ok(&AccessToken {
        access_token: signed_in.access_token,
        token_type: "bearer",
        expires_in: signed_in.expires_in.as_secs(),
    }))
}
