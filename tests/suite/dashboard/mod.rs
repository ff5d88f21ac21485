//! The pages, over HTTP, as browsers ask for them.

mod assets;
pub mod browser;
mod creating_flags;
mod editing_flags;
mod errors;
mod first_steps;
mod forgery;
mod headers;
mod kept_forms;
mod keys;
mod lists;
mod proxies;
mod publishing;
mod sessions;
mod set_up;
mod sign_in;
mod switching;
mod typed_form;
mod versions;
