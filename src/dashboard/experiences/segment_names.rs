//! What the segments that contents name are called.

pub use crate::domain::version::SegmentNames;
