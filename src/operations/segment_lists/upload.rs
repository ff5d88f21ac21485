//! User ids on their way in: what has arrived lies in a file, so that nothing in the database waits
//! for who is slow to send, and memory holds no more than a hash of each.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, BufWriter, Seek, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use foldhash::fast::RandomState;

use crate::domain::{
    segment::MemberList,
    user_ids::{BadLine, BadUserId, MOST_USER_IDS, UserIdReader},
};

/// How many may come in at once: each keeps up to 40 MB of hashes.
const MOST_AT_ONCE: usize = 4;

/// Where user ids lie that are on their way in.
#[derive(Debug, Clone)]
pub struct UploadFolder {
    folder: PathBuf,
    under_way: Arc<AtomicUsize>,
}

/// Why user ids are not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// A line is wrong.
    #[error("{0}")]
    Line(#[from] BadLine),
    /// Too many at once.
    #[error("Other lists are being uploaded. Try again in a moment.")]
    TooMany,
    /// They can't be kept.
    #[error("The list can't be kept on this server's disk.")]
    Disk(#[from] io::Error),
}

/// User ids that come in, piece by piece.
#[derive(Debug)]
pub struct Upload {
    reader: UserIdReader,
    taken: Taken,
}

#[derive(Debug)]
struct Taken {
    file: BufWriter<File>,
    seen: HashSet<u128, RandomState>,
    /// A disk that is full is told of at the next piece.
    failed: Option<io::Error>,
    _turn: Turn,
}

/// User ids that have come in, each once.
#[derive(Debug)]
pub struct UserIds {
    file: File,
    members: MemberList,
}

impl UploadFolder {
    /// That folder, which is made when it is first needed.
    pub fn new(folder: PathBuf) -> UploadFolder {
        UploadFolder { folder, under_way: Arc::default() }
    }

    /// Begins an upload.
    ///
    /// # Errors
    /// [`UploadError::TooMany`]; [`UploadError::Disk`].
    pub fn begin(&self) -> Result<Upload, UploadError> {
        let turn = Turn(Arc::clone(&self.under_way));
        if self.under_way.fetch_add(1, Ordering::Relaxed) >= MOST_AT_ONCE {
            return Err(UploadError::TooMany);
        }
        let taken = Taken {
            file: BufWriter::new(unnamed_file(&self.folder)?),
            seen: HashSet::default(),
            failed: None,
            _turn: turn,
        };
        Ok(Upload { reader: UserIdReader::default(), taken })
    }
}

/// A file that is gone when nobody has it open any more.
fn unnamed_file(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    tempfile::tempfile_in(folder)
}

/// One of those who upload at once; over when dropped.
#[derive(Debug)]
struct Turn(Arc<AtomicUsize>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Upload {
    /// Takes a piece of CSV.
    ///
    /// # Errors
    /// [`UploadError::Line`] with the line that is wrong; [`UploadError::Disk`].
    pub fn take(&mut self, csv: &[u8]) -> Result<(), UploadError> {
        self.reader.read(csv, &mut |id| self.taken.take(id))?;
        self.taken.failed.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// Ends a file, after which another one may begin.
    ///
    /// # Errors
    /// As of [`Upload::take`].
    pub fn end_file(&mut self) -> Result<(), UploadError> {
        std::mem::take(&mut self.reader).finish(&mut |id| self.taken.take(id))?;
        self.taken.failed.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// What has come in.
    ///
    /// # Errors
    /// As of [`Upload::take`].
    pub fn finish(mut self) -> Result<UserIds, UploadError> {
        self.end_file()?;
        let members = MemberList::from_hashes(self.taken.seen.into_iter().collect());
        let file = self.taken.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(UserIds { file, members })
    }
}

impl Taken {
    fn take(&mut self, id: &str) -> Result<(), BadUserId> {
        if self.seen.contains(&MemberList::hash(id)) {
            return Ok(());
        }
        if self.seen.len() == MOST_USER_IDS {
            return Err(BadUserId::TooMany);
        }
        self.seen.insert(MemberList::hash(id));
        if let Err(error) = write_line(&mut self.file, id) {
            self.failed.get_or_insert(error);
        }
        Ok(())
    }
}

/// Writes a user id as a line of COPY's text format, in which these two characters mean something.
fn write_line(file: &mut impl Write, id: &str) -> io::Result<()> {
    for part in id.split_inclusive(['\\', '\t']) {
        let plain = part.trim_end_matches(['\\', '\t']);
        file.write_all(plain.as_bytes())?;
        match part.as_bytes().last() {
            Some(b'\\') => file.write_all(b"\\\\")?,
            Some(b'\t') => file.write_all(b"\\t")?,
            _ => {}
        }
    }
    file.write_all(b"\n")
}

impl UserIds {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// They, as a list.
    pub fn members(&self) -> &MemberList {
        &self.members
    }

    /// Writes all of them, as lines of COPY's text format.
    pub(super) fn write_to(&self, mut out: &mut dyn Write) -> io::Result<()> {
        let mut file = &self.file;
        file.rewind()?;
        io::copy(&mut file, &mut out).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_postgres_would_else_misread_in_another_way() {
        let mut written = Vec::new();
        for id in ["plain", "a\\", "\\N", "\\.", "a\tb\\\\c"] {
            write_line(&mut written, id).unwrap();
        }
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "plain\na\\\\\n\\\\N\n\\\\.\na\\tb\\\\\\\\c\n"
        );
    }

    #[test]
    fn only_so_many_upload_at_once_and_each_makes_room_when_it_is_over() {
        let folder = UploadFolder::new(std::env::temp_dir());
        let uploads: Vec<Upload> = (0..MOST_AT_ONCE).map(|_| folder.begin().unwrap()).collect();
        assert!(matches!(folder.begin(), Err(UploadError::TooMany)));
        assert!(matches!(folder.begin(), Err(UploadError::TooMany)));
        drop(uploads);
        assert_eq!(folder.begin().unwrap().finish().unwrap().count(), 0);
    }
}
