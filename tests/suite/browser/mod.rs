//! The pages in a real Chromium, as people use them: by pointer and keyboard, in the light and in
//! the dark, on a phone, without scripts, and as a screen reader tells them.
//!
//! A test begins with a [`House`], lets a [`Visitor`] or two do what people do, and says what they
//! see. Every step waits for what it needs, and nothing waits a fixed time. At the end of a visit
//! the console must have had nothing to complain of.

mod accessibility;
mod away;
mod chromium;
mod configs;
mod editing;
mod element;
mod finding;
mod forgery;
mod house;
mod keyboard;
mod keys;
mod listing;
mod observed;
mod pages;
mod payloads;
mod playground;
mod poison;
mod protocol;
mod publishing;
mod segment_builder;
mod segments;
mod signing_in;
mod story;
mod switching;
mod user_lists;
mod users;
mod visitor;

pub use self::{house::House, visitor::Visitor};
