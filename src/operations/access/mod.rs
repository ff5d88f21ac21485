//! Who gets in: people with passwords, programs with keys and tokens.
//!
//! Everything here that takes a [`Connection`](crate::store::Connection) runs in a transaction of
//! its caller. [`SignIn`] alone is given the whole store, since it hashes between a read and a
//! write and must not keep a connection meanwhile.

mod access_token;
pub mod api_tokens;
mod authentication;
pub mod browser_sessions;
mod making;
mod password;
pub mod people;
pub mod sdk_keys;
mod sign_in;
mod slots;
mod throttle;

pub use access_token::{ACCESS_TOKEN_LIFETIME, AccessTokens};
pub use authentication::authenticate;
pub use password::{
    FEWEST_PASSWORD_BYTES, MOST_PASSWORD_BYTES, Password, PasswordHash, PasswordHasher,
};
pub use sign_in::{Attempt, SignIn, SignedIn};
