//! The pages, over HTTP, as browsers ask for them.

mod assets;
pub mod browser;
mod forgery;
mod headers;
mod keys;
mod lists;
mod menus;
mod publishing;
mod sessions;
mod set_up;
mod sign_in;
mod switching;
mod versions;
