//! What one environment serves, compiled for reading.

pub mod source;
