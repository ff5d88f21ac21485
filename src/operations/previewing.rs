//! What publishing would do, without doing it: the same operation is run and given up again.

use uuid::Uuid;

use super::affected::{Before, Foreseen};
use super::editing::content_of;
use super::publishing::Published;
use super::shared_changes::SharedChanges;
use super::{Actor, OperationError};
use crate::domain::role::Right;
use crate::domain::version::{Change, SegmentNames};
use crate::operations::rights::{find_environment, lock_experience};
use crate::store::publications::{self, Publication};
use crate::store::{Connection, StoreError, rehearse, versions};

/// What publishing would do.
#[derive(Debug)]
pub struct Preview {
    /// What is live there.
    pub live: Option<Publication>,
    /// What would be.
    pub published: Published,
    /// What changes against what everybody gets now; against nothing, where nothing is live.
    pub changes: Vec<Change>,
    /// What was changed of the segments and keys that the version names.
    pub shared: SharedChanges,
    /// What the environment serves, and would serve.
    pub foreseen: Foreseen,
}

/// Runs `publish` and gives it up again.
///
/// # Errors
/// Those of `publish`.
pub fn preview(
    conn: &mut Connection,
    actor: &Actor,
    experience_id: Uuid,
    environment_id: Uuid,
    publish: impl FnOnce(&mut Connection) -> Result<Published, OperationError>,
) -> Result<Preview, OperationError> {
    rehearse(conn, |conn| {
        let environment = find_environment(conn, actor, environment_id)?;
        let experience = lock_experience(conn, actor, Right::See, experience_id)?;
        let before = Before::look(conn, &environment, Some(experience.id))?;
        let live = publications::active(conn, experience.id, environment.id)?;
        let base = match live.clone() {
            Some(live) => publications::for_everybody(conn, live)?,
            None => None,
        };
        let published = publish(conn)?;
        let mut version = |id| versions::find(conn, id)?.ok_or(StoreError::NotFound);
        let published_version = version(published.publication.version_id)?;
        let after = content_of(&published_version, &experience)?;
        let was = match base {
            Some(base) => content_of(&version(base.version_id)?, &experience)?,
            None => after.unserved(),
        };
        let names = SegmentNames::load(conn, experience.project_id, [&was, &after])?;
        let named = (&published_version, &after);
        let project_id = experience.project_id;
        Ok(Preview {
            changes: was.difference(&after, &names),
            shared: SharedChanges::of(conn, project_id, named, environment.id, live.as_ref())?,
            foreseen: before.and_after(conn, experience.id)?,
            live,
            published,
        })
    })
}
