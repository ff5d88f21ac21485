//! The pages, over HTTP, as browsers ask for them.

mod assets;
pub mod browser;
mod creating_flags;
mod editing_flags;
mod forgery;
mod headers;
mod keys;
mod lists;
mod publishing;
mod sessions;
mod set_up;
mod sign_in;
mod switching;
mod typed_form;
mod versions;
