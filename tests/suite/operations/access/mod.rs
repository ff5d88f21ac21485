//! Who gets in.

mod credentials;
mod gate;
mod people;
mod sign_in;
