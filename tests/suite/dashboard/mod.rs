//! The pages, over HTTP, as browsers ask for them.

mod assets;
pub mod browser;
mod errors;
mod first_steps;
mod forgery;
mod headers;
mod kept_forms;
mod keys;
mod lists;
mod publishing;
mod proxies;
mod sessions;
mod set_up;
mod sign_in;
mod switching;
mod versions;
