//! Waiting for what happens in its own time.

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long a test waits before it takes something for never happening.
const LIMIT: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer, which is returned.
///
/// # Panics
/// When there is none within a minute.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited for a minute, but never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
