//! The domain: how a value is decided, told as data where that reads better.

mod amplitude;
pub mod anything;
mod compiling;
mod decisions;
mod difference;
mod edited;
mod environment;
mod event_days;
mod explaining;
mod json_schema;
mod merging;
mod operators;
mod properties;
mod reading;
mod trial;
mod vectors;
mod warnings;
