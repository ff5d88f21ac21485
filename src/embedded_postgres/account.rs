//! The account that Postgres runs under: it refuses root, so root hands it to somebody else.

use std::{
    fs, io,
    os::unix::{
        fs::{MetadataExt, lchown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use super::error::{StartError, file};

/// The number that systems without a `nobody` in /etc/passwd give it.
const NOBODY: Account = Account { uid: 65534, gid: 65534 };

/// An ordinary account that root runs Postgres under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    /// Its user id, never 0.
    pub uid: u32,
    /// Its primary group; the account gets no other.
    pub gid: u32,
}

impl Account {
    /// Chooses the account for the files in `data`, which may not exist yet: `None` unless we are
    /// root, since then it is our own. Existing files stay with their owner; otherwise it is
    /// `named` (the value of `PG_RUN_AS`), `postgres` or `nobody`.
    ///
    /// # Errors
    /// [`StartError::NoSuchAccount`], and [`StartError::OtherOwner`] for files of root.
    pub fn choose(named: Option<&str>, data: &Path) -> Result<Option<Self>, StartError> {
        if !we_are_root() {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let named = named
            .map(|name| {
                find(&accounts, name).ok_or_else(|| StartError::NoSuchAccount(name.to_owned()))
            })
            .transpose()?;
        match fs::metadata(data) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let usual = || find(&accounts, "postgres").or_else(|| find(&accounts, "nobody"));
                Ok(Some(named.or_else(usual).unwrap_or(NOBODY)))
            }
            Err(e) => Err(file("read", data)(e)),
            Ok(files) if files.uid() == 0 || named.is_some_and(|n| n.uid != files.uid()) => {
                Err(StartError::OtherOwner { path: data.to_path_buf(), owner: files.uid() })
            }
            Ok(files) => Ok(Some(Self { uid: files.uid(), gid: files.gid() })),
        }
    }

    /// The first folder on the way to `path` that this account can't pass, from the top.
    pub fn blocked_by(self, path: &Path) -> Option<PathBuf> {
        let folders: Vec<&Path> = path.ancestors().skip(1).collect();
        folders.into_iter().rev().find(|folder| !self.passes(folder)).map(Path::to_path_buf)
    }

    fn passes(self, folder: &Path) -> bool {
        fs::metadata(folder).is_ok_and(|m| {
            let bit = match () {
                () if m.uid() == self.uid => 0o100,
                () if m.gid() == self.gid => 0o010,
                () => 0o001,
            };
            m.mode() & bit != 0
        })
    }

    /// Gives one file or folder to this account, itself even where it is a symbolic link.
    pub fn take(self, path: &Path) -> Result<(), StartError> {
        lchown(path, Some(self.uid), Some(self.gid)).map_err(file("change the owner of", path))
    }

    /// Lets `command` run as this account.
    pub fn run(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

/// Whether this process runs as root.
pub(super) fn we_are_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Finds an account other than root in the text of /etc/passwd.
fn find(accounts: &str, name: &str) -> Option<Account> {
    let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    let account = Account { uid: numbers.next()?.ok()?, gid: numbers.next()?.ok()? };
    (account.uid != 0).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/bash\n\
                            nobody:x:65534:65533::/:/sbin/nologin\n\
                            broken\n\
                            postgres:x:101:104::/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        assert_eq!(find(ACCOUNTS, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(find(ACCOUNTS, "post"), None);
        assert_eq!(find(ACCOUNTS, "broken"), None);
    }

    #[test]
    fn root_is_never_chosen() {
        assert_eq!(find(ACCOUNTS, "root"), None);
    }
}
