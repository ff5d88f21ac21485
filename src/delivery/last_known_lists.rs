//! The users of list segments, kept on disk beside what names them, so that a start without
//! Postgres knows them again. A file per list and revision: a line that says what it is, then the
//! hashes of the users.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::files;
use crate::domain::segment::MemberList;

/// What this build writes and reads.
const FORMAT: u32 = 1;
/// How many files of a list are kept: as many as there are of an environment.
const KEPT: usize = 3;
const HASH_BYTES: usize = 16;

/// The first line of a file.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    format: u32,
    database: Uuid,
    segment: Uuid,
    revision: i32,
    sha256: String,
}

/// The folder of these files.
#[derive(Debug, Clone)]
pub struct LastKnownLists {
    folder: PathBuf,
}

impl LastKnownLists {
    /// The files in that folder.
    pub fn new(folder: PathBuf) -> LastKnownLists {
        LastKnownLists { folder }
    }

    /// Whether a list is kept as of that revision.
    pub fn has(&self, segment: Uuid, revision: i32) -> bool {
        self.path(segment, revision).exists()
    }

    /// Keeps a list, and removes the oldest.
    ///
    /// # Errors
    /// When the folder can't be written; older files stay.
    pub fn write(
        &self,
        database: Uuid,
        segment: Uuid,
        revision: i32,
        list: &MemberList,
    ) -> io::Result<()> {
        let body: Vec<u8> = list.hashes().iter().flat_map(|hash| hash.to_be_bytes()).collect();
        let head = Head { format: FORMAT, database, segment, revision, sha256: hex(&body) };
        let mut content = serde_json::to_vec(&head)?;
        content.push(b'\n');
        content.extend_from_slice(&body);
        files::write_whole(&self.path(segment, revision), &content)?;
        for old in newest_first(&self.folder.join(segment.to_string())).into_iter().skip(KEPT) {
            fs::remove_file(old)?;
        }
        Ok(())
    }

    /// A list as of that revision; where that can't be read, as it was last known.
    pub fn read(&self, segment: Uuid, revision: i32) -> Option<Arc<MemberList>> {
        let wanted = self.path(segment, revision);
        let others = newest_first(&self.folder.join(segment.to_string()));
        let others = others.into_iter().filter(|file| *file != wanted);
        std::iter::once(wanted.clone()).chain(others).find_map(|file| match read_file(&file) {
            Ok((head, list)) if head.segment == segment => Some(Arc::new(list)),
            Ok(_) => None,
            Err(reason) => {
                tracing::warn!(?file, reason, "passing over a file of a list");
                None
            }
        })
    }

    /// Removes the lists of other databases.
    pub fn forget_others(&self, database: Uuid) {
        for folder in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            for file in newest_first(&folder.path()) {
                if read_file(&file).is_ok_and(|(head, _)| head.database != database) {
                    tracing::info!(?file, "removing a list of another database");
                    drop(fs::remove_file(file));
                }
            }
        }
    }

    fn path(&self, segment: Uuid, revision: i32) -> PathBuf {
        self.folder.join(segment.to_string()).join(format!("{revision:010}.list"))
    }
}

fn newest_first(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "list"));
    files.sort();
    files.reverse();
    files
}

fn read_file(path: &Path) -> Result<(Head, MemberList), String> {
    let content = fs::read(path).map_err(|error| error.to_string())?;
    let end = content.iter().position(|byte| *byte == b'\n').ok_or("it has no first line")?;
    let (head, body) = content.split_at(end);
    let body = body.get(1..).unwrap_or_default();
    let head: Head = serde_json::from_slice(head).map_err(|error| error.to_string())?;
    if head.format != FORMAT {
        return Err(format!("it has the format {}, and this build reads {FORMAT}", head.format));
    }
    if head.sha256 != hex(body) || !body.len().is_multiple_of(HASH_BYTES) {
        return Err("the checksum does not match".to_owned());
    }
    let hashes = body.as_chunks::<HASH_BYTES>().0.iter().map(|bytes| u128::from_be_bytes(*bytes));
    Ok((head, MemberList::from_hashes(hashes.collect())))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
