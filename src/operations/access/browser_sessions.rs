//! Sessions of browsers: opened with a password, known by a secret in a cookie, and ended on the
//! server, at once and for good.

use std::{net::IpAddr, time::Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};

use super::{super::OperationError, Attempt, SignIn, making::fingerprint};
use crate::store::{
    Connection, Store, StoreError,
    people::Person,
    sessions::{self, NewSession, Session},
};

/// How many browsers a person may be signed in with; the oldest one has to go.
const MOST_SESSIONS: u16 = 10;

/// How old the last use that is written down may get.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How much of a browser's name is kept.
const MOST_USER_AGENT: usize = 500;

/// How long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// 12 hours at most, and an hour without use.
    ForTheDay,
    /// 30 days at most, and 7 days without use.
    LoggedIn,
}

impl Stay {
    fn idle(self) -> TimeDelta {
        match self {
            Stay::ForTheDay => TimeDelta::minutes(60),
            Stay::LoggedIn => TimeDelta::days(7),
        }
    }

    fn at_most(self) -> TimeDelta {
        match self {
            Stay::ForTheDay => TimeDelta::hours(12),
            Stay::LoggedIn => TimeDelta::days(30),
        }
    }
}

/// A session that was just opened.
pub struct Opened {
    /// Who signed in.
    pub person: Person,
    /// What the browser is to send back. Never log it.
    pub secret: String,
    /// How long the browser keeps it; none until it is closed.
    pub keep_for: Option<TimeDelta>,
}

/// Which browser signs in.
#[derive(Debug, Clone, Copy)]
pub struct Browser<'a> {
    /// What it calls itself.
    pub user_agent: Option<&'a str>,
    /// The secret of the session that it has by now, which ends: a session never outlives a login.
    pub session: Option<&'a str>,
    /// How long to stay signed in.
    pub stay: Stay,
}

/// Signs a person in with their password. Blocks for tens of milliseconds, with no connection held.
///
/// # Errors
/// As [`SignIn::check_password`], and those of the database.
pub fn sign_in(
    sign_in: &SignIn,
    store: &Store,
    attempt: &Attempt<'_>,
    browser: Browser<'_>,
    now: DateTime<Utc>,
) -> Result<Opened, OperationError> {
    let person = sign_in.check_password(store, attempt, Instant::now())?;
    store.write(|conn| {
        sessions::forget_expired(conn)?;
        open(conn, person.clone(), attempt.from, browser, now)
    })
}

/// Opens a session for somebody who has just shown who they are.
///
/// # Errors
/// Those of the database.
pub fn open(
    conn: &mut Connection,
    person: Person,
    from: IpAddr,
    browser: Browser<'_>,
    now: DateTime<Utc>,
) -> Result<Opened, OperationError> {
    if let Some(old) = browser.session {
        sessions::end(conn, &fingerprint(old))?;
    }
    let random: [u8; 32] = rand::random();
    let secret = URL_SAFE_NO_PAD.encode(random);
    let user_agent: Option<String> =
        browser.user_agent.map(|name| name.chars().take(MOST_USER_AGENT).collect());
    let new = NewSession {
        token_hash: &fingerprint(&secret),
        person_id: person.id,
        expires_at: now + browser.stay.at_most(),
        ip: Some(&from.to_canonical().to_string()),
        user_agent: user_agent.as_deref(),
        idle_seconds: i32::try_from(browser.stay.idle().num_seconds()).ok(),
    };
    sessions::create(conn, &new, MOST_SESSIONS)?;
    let keep_for = (browser.stay == Stay::LoggedIn).then(|| browser.stay.at_most());
    Ok(Opened { person, secret, keep_for })
}

/// Whose session that is, while it lasts. Notes, once a minute, that it is in use.
///
/// # Errors
/// Those of the database.
pub fn resume(
    conn: &mut Connection,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<Option<Person>, OperationError> {
    let hash = fingerprint(secret);
    let Some((session, person)) = sessions::find(conn, &hash)? else { return Ok(None) };
    if has_rested_too_long(&session, now) {
        unless_read_only(sessions::end(conn, &hash).map(drop))?;
        return Ok(None);
    }
    if now - session.last_seen_at > USE_NOTED_EVERY {
        unless_read_only(sessions::touch(conn, &hash))?;
    }
    Ok(Some(person))
}

/// Lets somebody look around in a database that takes no notes.
fn unless_read_only(noted: Result<(), StoreError>) -> Result<(), StoreError> {
    match noted {
        Err(StoreError::Unavailable(_)) => Ok(()),
        noted => noted,
    }
}

/// Ends a session.
///
/// # Errors
/// Those of the database.
pub fn end(conn: &mut Connection, secret: &str) -> Result<(), OperationError> {
    sessions::end(conn, &fingerprint(secret))?;
    Ok(())
}

/// One that may not rest at all is no session of a browser.
fn has_rested_too_long(session: &Session, now: DateTime<Utc>) -> bool {
    let idle = session.idle_seconds.map(|seconds| TimeDelta::seconds(i64::from(seconds)));
    idle.is_none_or(|idle| now - session.last_seen_at > idle)
}
