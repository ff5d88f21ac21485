//! The folder of one private Postgres, and the folder of its socket.
//!
//! ```text
//! <data folder>/postgres/    ours, even where Postgres runs as another account, so that this
//!     owner.lock             account can't lead us to other files by symbolic links
//!     server.lock
//!     postgres.log
//!     data/                  the account's, mode 0700
//!     socket/                the account's, mode 0700
//! ```

use std::{
    env,
    fs::{self, DirBuilder, File, Permissions},
    hash::Hasher,
    io::{self, ErrorKind},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown, symlink},
    },
    path::{Path, PathBuf},
    process::Command,
};

use xxhash_rust::xxh3::Xxh3Default;

use super::{
    Durability, Options,
    account::{Account, we_are_root},
    error::{StartError, file},
};

/// Systems keep 104 bytes (macOS) or 108 (Linux) for the path of a socket, with a final zero.
const LONGEST_SOCKET_PATH: usize = 103;

/// What Postgres calls its socket.
const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// What a program of PostgreSQL gets to see of our environment, which may hold secrets.
const ENVIRONMENT: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"];

/// The folder of one private Postgres.
#[derive(Debug, Clone)]
pub(super) struct Home {
    root: PathBuf,
    /// Who Postgres runs as; ourselves if none.
    account: Option<Account>,
    socket_folder: PathBuf,
}

impl Home {
    /// Opens the home in a data folder, and makes it when it is not there.
    ///
    /// # Errors
    /// Where a folder can't be made, is somebody else's, or can't be reached by the account that
    /// Postgres gets.
    pub fn open(options: &Options) -> Result<Self, StartError> {
        let entrance = options.data_dir.join("postgres");
        make_data_folder(&options.data_dir)?;
        let account = Account::choose(options.run_as.as_deref(), &entrance.join("data"))?;
        if entrance.symlink_metadata().is_err() {
            make(&entrance, account, options.durability)?;
        }
        let root = fs::canonicalize(&entrance).map_err(file("find", &entrance))?;
        let owner = fs::metadata(&root).map_err(file("read", &root))?.uid();
        if !we_are_root() && owner != rustix::process::geteuid().as_raw() {
            return Err(StartError::OtherOwner { path: root, owner });
        }
        if let Some((account, blocker)) = blocker(account, &root.join("data")) {
            return Err(StartError::Unreachable { blocker, uid: account.uid });
        }
        let socket_folder = socket_folder(&root)?;
        Ok(Self { root, account, socket_folder })
    }

    /// The folder itself, free of symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The database files.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// A file or folder of the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Where the socket is.
    pub fn socket_folder(&self) -> &Path {
        &self.socket_folder
    }

    /// What a server leaves beside its files when it is killed.
    pub fn leftovers(&self) -> [PathBuf; 3] {
        [
            super::pid_file::path(&self.data()),
            self.socket_folder.join(SOCKET_NAME),
            self.socket_folder.join(format!("{SOCKET_NAME}.lock")),
        ]
    }

    /// Makes the folder of the socket, or checks that it is as private as it has to be.
    pub fn make_socket_folder(&self) -> Result<(), StartError> {
        self.make_private_folder(&self.socket_folder)
    }

    /// Removes the folder of the socket when it is outside of the home, where nobody would.
    pub fn remove_socket_folder(&self) {
        if !self.socket_folder.starts_with(&self.root) {
            // One that is not empty belongs to a server that did not stop.
            let _ = fs::remove_dir(&self.socket_folder);
        }
    }

    /// Makes a folder that only the account of Postgres (and root) can enter.
    pub fn make_private_folder(&self, path: &Path) -> Result<(), StartError> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => {
                return Err(file("create", path)(e));
            }
            _ => {}
        }
        let ours = rustix::process::geteuid().as_raw();
        let owner = self.account.map_or(ours, |account| account.uid);
        // The folder may be in /tmp, where anybody can have put something of this name.
        let found = fs::symlink_metadata(path).map_err(file("read", path))?;
        if !found.is_dir() || (found.uid() != owner && found.uid() != ours) {
            return Err(StartError::SocketFolder(path.to_path_buf()));
        }
        if found.mode() & 0o777 != 0o700 {
            fs::set_permissions(path, Permissions::from_mode(0o700))
                .map_err(file("change the mode of", path))?;
        }
        match self.account {
            Some(account) if found.uid() != account.uid => account.take(path),
            _ => Ok(()),
        }
    }

    /// Opens a file of the home for appending, making it when it is not there.
    pub fn open_file(&self, name: &str) -> Result<File, StartError> {
        let path = self.path(name);
        let opened = File::options()
            .create(true)
            .append(true)
            .read(true)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&path)
            .and_then(|opened| self.keep_with_owner(&opened).map(|()| opened));
        opened.map_err(file("open", path))
    }

    /// Root that works in somebody's folder leaves no files there that they can't open.
    fn keep_with_owner(&self, opened: &File) -> io::Result<()> {
        let home = fs::metadata(&self.root)?;
        if we_are_root() && home.uid() != opened.metadata()?.uid() {
            fchown(opened, Some(home.uid()), Some(home.gid()))?;
        }
        Ok(())
    }

    /// A program of PostgreSQL, about to run in `folder` as the account of Postgres.
    pub fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().env("LC_ALL", "C");
        command.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
        if let Some(account) = self.account {
            account.run(&mut command);
        }
        command
    }
}

fn blocker(account: Option<Account>, path: &Path) -> Option<(Account, PathBuf)> {
    account.and_then(|account| Some((account, account.blocked_by(path)?)))
}

/// Makes the data folder. One of root's can be passed by other accounts, though not listed, since
/// Postgres is one of them.
fn make_data_folder(path: &Path) -> Result<(), StartError> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(file("create", path))?;
    let mode = if we_are_root() { 0o711 } else { 0o700 };
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(file("change the mode of", path))
}

/// Makes the home at `entrance`; where the account can't get there (a data folder below root's own
/// home, as a rule), somewhere else, with a symbolic link at `entrance`.
fn make(
    entrance: &Path,
    account: Option<Account>,
    durability: Durability,
) -> Result<(), StartError> {
    let parent = entrance.parent().unwrap_or(entrance);
    let parent = fs::canonicalize(parent).map_err(file("find", parent))?;
    let mode = if account.is_some() { 0o711 } else { 0o700 };
    let Some((account, blocker)) = blocker(account, &parent.join("postgres")) else {
        return make_folder(entrance, mode);
    };
    let elsewhere = match durability {
        Durability::Durable => PathBuf::from("/var/lib/flagstaff"),
        Durability::Throwaway => env::temp_dir(),
    };
    // A new name each time: somebody who removed the data folder wants an empty database.
    let root = elsewhere.join(format!("flagstaff-{}", uuid::Uuid::new_v4().simple()));
    let made = make_data_folder(&elsewhere).and_then(|()| make_folder(&root, mode));
    if made.is_err() || account.blocked_by(&root).is_some() {
        return Err(StartError::Unreachable { blocker, uid: account.uid });
    }
    tracing::info!(
        "Postgres can't reach {}, so its files are in {}, with a link to them",
        entrance.display(),
        root.display()
    );
    symlink(&root, entrance).map_err(file("create", entrance))
}

fn make_folder(path: &Path, mode: u32) -> Result<(), StartError> {
    match fs::create_dir(path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(file("create", path)(e)),
        _ => {}
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(file("change the mode of", path))
}

/// The folder of the socket: in the home, or where that makes too long a path, in the folder for
/// temporary files. A comma would make libpq see two hosts.
fn socket_folder(root: &Path) -> Result<PathBuf, StartError> {
    let mut hash = Xxh3Default::new();
    hash.write(root.as_os_str().as_bytes());
    let short = env::temp_dir().join(format!("flagstaff-{:016x}", hash.finish()));
    let fits = |folder: &PathBuf| {
        let path = folder.join(SOCKET_NAME);
        let bytes = path.as_os_str().as_bytes();
        // The longest name in there is that of the lock file.
        bytes.len() + ".lock".len() <= LONGEST_SOCKET_PATH && !bytes.contains(&b',')
    };
    let candidates = [root.join("socket"), short];
    match candidates.iter().find(|folder| fits(folder)) {
        Some(folder) => Ok(folder.clone()),
        None => Err(StartError::SocketFolder(root.join("socket"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_in_the_home_unless_its_path_would_be_too_long() {
        assert_eq!(
            socket_folder(Path::new("/d/postgres")).unwrap(),
            Path::new("/d/postgres/socket")
        );
        for odd in ["/long".repeat(20), "/a,b".to_owned()] {
            let folder = socket_folder(Path::new(&odd)).unwrap();
            assert!(folder.starts_with(env::temp_dir()), "{}", folder.display());
            assert_eq!(folder, socket_folder(Path::new(&odd)).unwrap());
        }
    }
}
