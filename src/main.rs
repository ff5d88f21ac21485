//! The command line of Flagstaff.
fn main() {}
