//! Hears of new revisions as they are committed.

use diesel::connection::SimpleConnection;
use uuid::Uuid;

use super::{Connection, StoreError, connection};

/// Where new revisions are announced.
pub(super) const CHANNEL: &str = "flagstaff_revision";

/// That an environment serves something else now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRevision {
    /// The environment.
    pub environment_id: Uuid,
    /// Its revision now.
    pub revision: i64,
}

/// A connection of its own that listens.
pub struct Listener {
    connection: Connection,
}

impl Listener {
    /// Connects and listens. What was announced before is not heard: look at
    /// [`super::rulesets::revisions`] after this.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] without Postgres.
    pub fn connect(database_url: &str) -> Result<Listener, StoreError> {
        let mut connection = connection::establish(database_url)?;
        connection.batch_execute("listen flagstaff_revision")?;
        Ok(Listener { connection })
    }

    /// What was announced since the last call, without waiting.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the connection is gone: connect anew.
    pub fn poll(&mut self) -> Result<Vec<NewRevision>, StoreError> {
        let mut heard = Vec::new();
        for notification in self.connection.notifications_iter() {
            let notification =
                notification.map_err(|error| StoreError::Unavailable(error.to_string()))?;
            match parse(&notification.payload) {
                Some(revision) => heard.push(revision),
                None => tracing::warn!(payload = notification.payload, "not a revision"),
            }
        }
        Ok(heard)
    }
}

fn parse(payload: &str) -> Option<NewRevision> {
    let (environment, revision) = payload.split_once(':')?;
    Some(NewRevision {
        environment_id: environment.parse().ok()?,
        revision: revision.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_payload_that_is_no_revision_is_none() {
        assert!(parse("6f1c3c70-36ec-4ed1-9a8e-3a5a4a5f1e11:7").is_some());
        for payload in ["", "x", ":", "6f1c3c70-36ec-4ed1-9a8e-3a5a4a5f1e11", "x:7"] {
            assert_eq!(parse(payload), None, "{payload}");
        }
    }
}
