//! Finds the PostgreSQL server programs that are installed on this machine.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::error::StartError;

/// The oldest major version that Flagstaff's SQL runs on.
const OLDEST: u32 = 13;

/// Where systems keep the versions of PostgreSQL: folder, what precedes the version in the name
/// of the folder below it, and where the programs are in there.
const VERSIONED: [(&str, &str, &str); 7] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/Library/PostgreSQL", "", "bin"),
];

/// A folder with the programs of one PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// Finds the programs: those in `named` (the value of `PG_BIN`), or else the first installed
    /// ones that are new enough. `data` with a version allows only the version that made it.
    ///
    /// # Errors
    /// [`StartError::NoServerInstalled`], [`StartError::WrongPgBin`], [`StartError::OtherVersion`].
    pub fn find(
        named: Option<&Path>,
        data: &Path,
        needed: Option<u32>,
    ) -> Result<Self, StartError> {
        let candidates = match named {
            Some(folder) => vec![
                Self::in_folder(folder)
                    .ok_or_else(|| StartError::WrongPgBin(folder.to_path_buf()))?,
            ],
            None => installed(),
        };
        choose(candidates, data, needed)
    }

    /// The path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn in_folder(folder: &Path) -> Option<Self> {
        // Debian's libpq-dev has a pg_config that names a folder without a server.
        let complete = folder.join("initdb").is_file() && folder.join("postgres").is_file();
        let output =
            complete.then(|| Command::new(folder.join("postgres")).arg("--version").output())?;
        let major = major_version(&String::from_utf8_lossy(&output.ok()?.stdout))?;
        Some(Self { folder: folder.to_path_buf(), major })
    }
}

fn installed() -> Vec<Binaries> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").iter().flat_map(env::split_paths).filter(|p| p.is_absolute()).collect();
    folders.extend(pg_config());
    folders.extend(versioned_folders());
    folders.push("/usr/local/pgsql/bin".into());
    folders.push("/usr/local/bin".into());
    folders.push("/opt/homebrew/bin".into());
    folders.iter().filter_map(|folder| Binaries::in_folder(folder)).collect()
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().into())
}

/// The folders of [`VERSIONED`] that exist, newest version first.
fn versioned_folders() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (parent, prefix, programs) in VERSIONED {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            if let Some(version) = version_in_name(&entry.file_name(), prefix) {
                found.push((version, entry.path().join(programs)));
            }
        }
    }
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn version_in_name(name: &OsStr, prefix: &str) -> Option<u32> {
    name.to_str()?.strip_prefix(prefix)?.parse().ok()
}

fn choose(
    candidates: Vec<Binaries>,
    data: &Path,
    needed: Option<u32>,
) -> Result<Binaries, StartError> {
    let usable: Vec<Binaries> = candidates.into_iter().filter(|b| b.major >= OLDEST).collect();
    let chosen = usable.iter().find(|b| needed.is_none_or(|needed| b.major == needed));
    match (chosen, needed) {
        (Some(chosen), _) => Ok(chosen.clone()),
        (None, Some(needed)) if !usable.is_empty() => {
            let mut majors: Vec<u32> = usable.iter().map(|b| b.major).collect();
            majors.dedup();
            let found = majors.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            Err(StartError::OtherVersion { data: data.to_path_buf(), needed, found })
        }
        _ => Err(StartError::NoServerInstalled { oldest: OLDEST }),
    }
}

/// The major version in what `postgres --version` prints.
fn major_version(printed: &str) -> Option<u32> {
    let version =
        printed.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(major: u32) -> Binaries {
        Binaries { folder: format!("/pg/{major}").into(), major }
    }

    #[test]
    fn the_version_is_read_from_what_postgres_prints() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version(""), None);
    }

    #[test]
    fn the_first_new_enough_server_is_taken() {
        let found = choose(vec![version(12), version(15), version(17)], Path::new("d"), None);
        assert_eq!(found.unwrap(), version(15));
    }

    #[test]
    fn files_are_opened_only_by_the_version_that_made_them() {
        let candidates = vec![version(17), version(15)];
        assert_eq!(choose(candidates.clone(), Path::new("d"), Some(15)).unwrap(), version(15));
        let refused = choose(candidates, Path::new("d"), Some(16)).unwrap_err().to_string();
        assert!(refused.contains("PostgreSQL 16, and only 17, 15 is here"), "{refused}");
    }

    #[test]
    fn a_machine_without_a_server_is_told_which_package_to_install() {
        for candidates in [vec![], vec![version(12)]] {
            let refused = choose(candidates, Path::new("d"), Some(15)).unwrap_err().to_string();
            assert!(refused.contains("apt-get install postgresql"), "{refused}");
            assert!(refused.contains("brew install postgresql"), "{refused}");
            assert!(refused.contains("DATABASE_URL"), "{refused}");
        }
    }
}
