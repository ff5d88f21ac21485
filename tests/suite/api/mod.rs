//! The management API, as its clients see it.

mod bodies;
mod bulk;
mod document;
mod doors;
mod editing;
mod elsewhere;
mod explaining;
mod keys;
mod lists;
mod preview;
mod problems;
mod publishing;
mod reference;
mod rights;
mod samples;
mod segment_lists;
mod users;
mod world;
