//! The pages, over HTTP, as browsers ask for them.

mod assets;
pub mod browser;
mod filled_form;
mod forgery;
mod headers;
mod keys;
mod lists;
mod publishing;
mod segment_builder;
mod segment_saving;
mod segment_world;
mod segments;
mod sessions;
mod set_up;
mod sign_in;
mod switching;
mod versions;
