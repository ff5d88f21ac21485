//! The versions of an experience as people look back through them: what changed with each, and
//! where it is or was served.

use super::OperationError;
use super::editing::content_of;
use crate::domain::version::{Change, Common, Content, SegmentNames, in_short};
use crate::store::experiences::Experience;
use crate::store::publications::{self, Publication};
use crate::store::versions::{self, Version, VersionSummary};
use crate::store::{Connection, StoreError};

/// A version, and what became of it.
#[derive(Debug, Clone)]
pub struct PastVersion {
    /// The version.
    pub version: VersionSummary,
    /// What changed with it: what its author says, else what whoever published it says, else the
    /// difference in a few words.
    pub what: String,
    /// Its last publication in each environment that served it.
    pub published: Vec<Publication>,
}

impl PastVersion {
    /// Its last publication in that environment.
    pub fn published_in(&self, environment_id: uuid::Uuid) -> Option<&Publication> {
        self.published.iter().find(|it| it.environment_id == environment_id)
    }
}

/// The versions of an experience below that number (none: all), the newest first, at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn list(
    conn: &mut Connection,
    experience: &Experience,
    below: Option<i32>,
    limit: u16,
) -> Result<Vec<PastVersion>, OperationError> {
    let found = versions::list(conn, experience.id, below, limit)?;
    let ids: Vec<_> = found.iter().map(|version| version.id).collect();
    let published = publications::last_of(conn, &ids)?;
    let differences = Differences::load(conn, experience, &found, &published)?;
    let past = found.into_iter().map(|version| {
        let of_it = published.iter().filter(|it| it.version_id == version.id);
        let published: Vec<Publication> = of_it.cloned().collect();
        let what = note_of(&version, &published).unwrap_or_else(|| differences.of(version.number));
        PastVersion { version, what, published }
    });
    Ok(past.collect())
}

/// What a version of an experience says.
///
/// # Errors
/// [`OperationError::Internal`] for a version that this build can't read.
pub fn content(version: &Version, experience: &Experience) -> Result<Content, OperationError> {
    Ok(content_of(version, experience)?)
}

fn note_of(version: &VersionSummary, published: &[Publication]) -> Option<String> {
    let of = published.iter().filter(|it| it.version_id == version.id);
    let mut notes = [&version.note].into_iter().chain(of.map(|it| &it.note));
    notes.find(|note| !note.is_empty()).cloned()
}

/// Two versions side by side.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// What changed from the first to the second one.
    pub changes: Vec<Change>,
    /// What both say.
    pub common: Vec<Common>,
}

/// Compares one version of an experience with another one.
///
/// # Errors
/// [`OperationError::Internal`] for a version that this build can't read.
pub fn compare(
    conn: &mut Connection,
    experience: &Experience,
    before: &Version,
    after: &Version,
) -> Result<Comparison, OperationError> {
    let (before, after) = (content_of(before, experience)?, content_of(after, experience)?);
    let names = SegmentNames::load(conn, experience.project_id, [&before, &after])?;
    let (changes, common) = (before.difference(&after, &names), before.in_common(&after, &names));
    Ok(Comparison { changes, common })
}

/// What tells versions without a note from those before them.
struct Differences {
    contents: Vec<(i32, Content)>,
    names: SegmentNames,
}

impl Differences {
    fn load(
        conn: &mut Connection,
        experience: &Experience,
        found: &[VersionSummary],
        published: &[Publication],
    ) -> Result<Differences, OperationError> {
        let silent = found.iter().filter(|version| note_of(version, published).is_none());
        let numbers: Vec<i32> =
            silent.flat_map(|version| [version.number, version.number - 1]).collect();
        let versions = versions::find_by_numbers(conn, experience.id, &numbers)?;
        let content = |version: &Version| -> Result<(i32, Content), StoreError> {
            Ok((version.number, content_of(version, experience)?))
        };
        let contents = versions.iter().map(content).collect::<Result<Vec<_>, StoreError>>()?;
        let all = contents.iter().map(|(_, content)| content);
        let names = SegmentNames::load(conn, experience.project_id, all)?;
        Ok(Differences { contents, names })
    }

    fn content(&self, number: i32) -> Option<&Content> {
        self.contents.iter().find(|(it, _)| *it == number).map(|(_, content)| content)
    }

    fn of(&self, number: i32) -> String {
        if number == 1 {
            return "First version".to_owned();
        }
        let both = self.content(number - 1).zip(self.content(number));
        both.map_or_else(String::new, |(before, after)| {
            in_short(&before.difference(after, &self.names), Change::in_short)
        })
    }
}
