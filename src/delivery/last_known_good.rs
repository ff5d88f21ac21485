//! What was last served, kept on disk, so that a start without Postgres serves it again.
//!
//! One folder per environment; the newest file and two older ones. Each carries the identity of
//! the database that it came from and a checksum; a damaged one is passed over for the one before.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{files, last_known_lists::LastKnownLists, snapshot::EnvironmentSource};

/// What this build writes and reads.
const FORMAT: u32 = 1;
/// How many files of an environment are kept.
const KEPT: usize = 3;

/// The first line of a file; the body follows.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: u32,
    database: Uuid,
    environment: Uuid,
    revision: i64,
    written_at: DateTime<Utc>,
    sha256: String,
    length: usize,
}

/// The folder of last-known-good files.
#[derive(Debug, Clone)]
pub struct LastKnownGood {
    folder: PathBuf,
}

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It can't be read at all.
    #[error("it can't be read: {0}")]
    Io(#[from] io::Error),
    /// It is torn or changed.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Another build wrote it.
    #[error("it has the format {0}, and this build reads {FORMAT}")]
    Format(u32),
    /// It is of another database.
    #[error("it is of another database")]
    OtherDatabase,
}

impl LastKnownGood {
    /// The files in that folder of the data folder.
    pub fn new(folder: PathBuf) -> LastKnownGood {
        LastKnownGood { folder }
    }

    /// The files of the lists that environments name.
    pub fn lists(&self) -> LastKnownLists {
        LastKnownLists::new(self.folder.join("lists"))
    }

    /// Writes the newest file of an environment and removes the oldest.
    ///
    /// # Errors
    /// When the folder can't be written; older files stay.
    pub fn write(
        &self,
        database: Uuid,
        environment: &EnvironmentSource,
        now: DateTime<Utc>,
    ) -> io::Result<()> {
        let body = serde_json::to_vec(environment)?;
        let revision = environment.source.revision;
        let head = Head {
            format: FORMAT,
            database,
            environment: environment.id,
            revision,
            written_at: now,
            sha256: hex(&body),
            length: body.len(),
        };
        let mut content = serde_json::to_vec(&head)?;
        content.push(b'\n');
        content.extend_from_slice(&body);
        let folder = self.folder.join(environment.id.to_string());
        // Revisions may start over where the database was replaced; the time puts them in order.
        let name = format!("{:020}-{revision}.snapshot", now.timestamp_micros().max(0));
        files::write_whole(&folder.join(name), &content)?;
        for old in newest_first(&folder)?.into_iter().skip(KEPT) {
            fs::remove_file(old)?;
        }
        Ok(())
    }

    /// The newest usable file of each environment; of that database, where it is known.
    pub fn read(&self, database: Option<Uuid>) -> HashMap<Uuid, EnvironmentSource> {
        let mut found: HashMap<Uuid, (Head, EnvironmentSource)> = HashMap::new();
        for folder in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if let Some((head, source)) = newest_usable(&folder.path(), database) {
                found.insert(source.id, (head, source));
            }
        }
        let newest = found.values().max_by_key(|(head, _)| head.written_at);
        let database = database.or(newest.map(|(head, _)| head.database));
        found.retain(|_, (head, _)| Some(head.database) == database);
        found.into_iter().map(|(id, (_, source))| (id, source)).collect()
    }

    /// Removes the files of environments and lists that are of another database.
    pub fn forget_others(&self, database: Uuid) {
        self.lists().forget_others(database);
        for folder in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            for file in newest_first(&folder.path()).into_iter().flatten() {
                if matches!(read_file(&file, Some(database)), Err(Unusable::OtherDatabase)) {
                    tracing::info!(?file, "removing a snapshot of another database");
                    drop(fs::remove_file(file));
                }
            }
        }
    }
}

fn newest_usable(folder: &Path, database: Option<Uuid>) -> Option<(Head, EnvironmentSource)> {
    newest_first(folder).ok()?.into_iter().find_map(|file| match read_file(&file, database) {
        Ok(found) => Some(found),
        Err(reason) => {
            tracing::warn!(?file, %reason, "passing over a last-known-good file");
            None
        }
    })
}

fn newest_first(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "snapshot"));
    files.sort();
    files.reverse();
    Ok(files)
}

fn read_file(path: &Path, database: Option<Uuid>) -> Result<(Head, EnvironmentSource), Unusable> {
    let content = fs::read(path)?;
    let damaged = |reason: &str| Unusable::Damaged(reason.to_owned());
    let end = content.iter().position(|byte| *byte == b'\n').ok_or(damaged("no first line"))?;
    let (head, body) = content.split_at(end);
    let body = body.get(1..).unwrap_or_default();
    let head: Head =
        serde_json::from_slice(head).map_err(|error| Unusable::Damaged(error.to_string()))?;
    if head.format != FORMAT {
        return Err(Unusable::Format(head.format));
    }
    if database.is_some_and(|database| database != head.database) {
        return Err(Unusable::OtherDatabase);
    }
    if head.length != body.len() || head.sha256 != hex(body) {
        return Err(damaged("the checksum does not match"));
    }
    let source: EnvironmentSource =
        serde_json::from_slice(body).map_err(|error| Unusable::Damaged(error.to_string()))?;
    if source.id != head.environment || source.source.revision != head.revision {
        return Err(damaged("its parts do not belong together"));
    }
    Ok((head, source))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
