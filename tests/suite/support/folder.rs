//! A folder of a test's own.

use std::{
    env, fs,
    ops::Deref,
    path::{Path, PathBuf},
};

/// A new, empty folder, removed when dropped.
pub struct TestFolder(PathBuf);

impl TestFolder {
    /// Makes the folder, in the system's folder for temporary files.
    pub fn new() -> Self {
        let path = env::temp_dir().join(format!("fs-{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Deref for TestFolder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
