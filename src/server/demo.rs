//! The demonstration, for whoever starts with `--demo`.

use crate::{
    operations::{OperationError, access::PasswordHasher, demo},
    settings::Settings,
    store::Store,
};

/// Loads the demonstration where that is wanted and the database is empty; answers how to get in.
pub(super) fn load(
    settings: &Settings,
    store: &Store,
    address: &str,
) -> Result<Option<String>, OperationError> {
    if !settings.demo {
        return Ok(None);
    }
    let loaded = demo::load_into_empty(store, &PasswordHasher::new()?)?;
    Ok(loaded.map(|demo| demo.in_words(address)))
}
