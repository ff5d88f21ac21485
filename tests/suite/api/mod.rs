//! The management API, as its clients see it.

mod fingerprint;
