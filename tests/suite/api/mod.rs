//! The management API, as its clients see it.

mod bodies;
mod document;
mod elsewhere;
mod fingerprint;
mod problems;
mod reference;
mod rights;
mod samples;
mod world;
