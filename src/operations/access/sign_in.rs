//! Signing in with a password. The only place that checks one.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::OperationError,
    AccessTokens, Password, PasswordHasher,
    access_token::{ACCESS_TOKEN_LIFETIME, Claims},
    password::MOST_PASSWORD_BYTES,
    throttle::Throttle,
};
use crate::store::{
    Connection, Store, StoreError,
    people::{self, Person},
    sessions::{self, NewSession},
};

/// How many sessions a person may have, programs that sign in again and again included.
const MOST_SESSIONS: u16 = 100;

/// A session's row outlives its token by a little, so that the token's own clock decides.
const ROW_OUTLIVES_TOKEN: TimeDelta = TimeDelta::minutes(2);

const WRONG: OperationError =
    OperationError::NotSignedIn("The email or the password is not right.");

/// Checks passwords and hands out access tokens. One for the whole process: it remembers attempts.
#[derive(Debug)]
pub struct SignIn {
    hasher: PasswordHasher,
    throttle: Throttle,
    tokens: AccessTokens,
}

/// An attempt to sign in.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// Who they say they are.
    pub email: &'a str,
    /// How they show it.
    pub password: &'a Password,
    /// From where.
    pub from: IpAddr,
}

/// Somebody who has just signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// Their access token. Never log it.
    pub access_token: String,
    /// How long it is good.
    pub expires_in: Duration,
}

impl SignIn {
    /// Prepares signing in. Hashes a password once.
    ///
    /// # Errors
    /// As [`PasswordHasher::new`].
    pub fn new(tokens: AccessTokens) -> Result<SignIn, OperationError> {
        Ok(SignIn { hasher: PasswordHasher::new()?, throttle: Throttle::default(), tokens })
    }

    /// The hasher, for new passwords.
    pub fn hasher(&self) -> &PasswordHasher {
        &self.hasher
    }

    /// The access tokens that it hands out.
    pub fn tokens(&self) -> &AccessTokens {
        &self.tokens
    }

    /// Signs a person in for 15 minutes. Blocks for tens of milliseconds, with no connection held.
    /// `clock` is for the throttle, `now` for what is written down.
    ///
    /// # Errors
    /// As [`check_password`](Self::check_password), and those of the database.
    pub fn access_token(
        &self,
        store: &Store,
        attempt: &Attempt<'_>,
        clock: Instant,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, OperationError> {
        let person = self.check_password(store, attempt, clock)?;
        let session: [u8; 32] = rand::random();
        store.write(|conn| {
            sessions::forget_expired(conn)?;
            open_session(conn, &person, &session, attempt.from, now)
        })?;
        let access_token = self.tokens.sign(&Claims::new(person.id, &session, now));
        Ok(SignedIn { person, access_token, expires_in: ACCESS_TOKEN_LIFETIME })
    }

    /// Who has that email and that password. Takes as long for an unknown email as for a wrong
    /// password. A hash that was made with other costs than today's is replaced.
    ///
    /// # Errors
    /// [`OperationError::NotSignedIn`], which does not say what was wrong;
    /// [`OperationError::TooManyRequests`]; those of the database.
    pub fn check_password(
        &self,
        store: &Store,
        attempt: &Attempt<'_>,
        clock: Instant,
    ) -> Result<Person, OperationError> {
        self.throttle.begin(attempt.email, attempt.from, clock)?;
        if attempt.password.expose().len() > MOST_PASSWORD_BYTES || attempt.email.contains('\0') {
            return Err(WRONG);
        }
        let compared = self.compare(store, attempt);
        if compared.is_err() {
            self.throttle.was_not_made(attempt.email, attempt.from);
        }
        let (person, hash) = compared?.ok_or(WRONG)?;
        self.throttle.succeeded(attempt.email, attempt.from);
        if self.hasher.is_outdated(&hash) {
            let new = self.hasher.hash(attempt.password)?;
            store.write(|conn| people::set_password_hash(conn, person.id, new.as_str()))?;
        }
        Ok(person)
    }

    /// The person and the hash of their password, if they are known and the password is right.
    fn compare(
        &self,
        store: &Store,
        attempt: &Attempt<'_>,
    ) -> Result<Option<(Person, String)>, OperationError> {
        let found = store.read(|conn| people::find_for_sign_in(conn, attempt.email))?;
        let hash = found.as_ref().map(|(_, hash)| hash.as_str());
        let right = self.hasher.verify(attempt.password, hash)?;
        Ok(found.filter(|_| right))
    }
}

fn open_session(
    conn: &mut Connection,
    person: &Person,
    session: &[u8],
    from: IpAddr,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let lifetime = TimeDelta::from_std(ACCESS_TOKEN_LIFETIME).unwrap_or(TimeDelta::zero());
    let new = NewSession {
        token_hash: session,
        person_id: person.id,
        expires_at: now + lifetime + ROW_OUTLIVES_TOKEN,
        ip: Some(&from.to_canonical().to_string()),
        user_agent: None,
        idle_seconds: None,
    };
    sessions::create(conn, &new, MOST_SESSIONS).map(drop)
}
