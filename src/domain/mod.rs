//! The words and rules of the product, as pure values and functions.
//!
//! Time and stored data come in as arguments; answers come out. Nothing here does I/O, reads a
//! clock or draws a random number.

pub mod experience;
pub mod role;
pub mod ruleset;
pub mod value;
