//! The pages, over HTTP, as browsers ask for them.

mod assets;
pub mod browser;
mod contrast;
mod creating_flags;
mod editing_flags;
mod errors;
mod filled_form;
mod first_steps;
mod forgery;
mod headers;
mod kept_forms;
mod keys;
mod lists;
mod menus;
mod proxies;
mod publishing;
mod segment_builder;
mod segment_saving;
mod segment_world;
mod segments;
mod sessions;
mod set_up;
mod sign_in;
mod switching;
mod typed_form;
mod users;
mod versions;
