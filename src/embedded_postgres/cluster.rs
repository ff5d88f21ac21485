//! Makes a database cluster, once.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
    process::{Output, Stdio},
};

use super::{
    DATABASE, Durability,
    binaries::Binaries,
    error::{StartError, file},
    home::Home,
};

/// The major version that made the cluster in `data`, if there is one.
pub(super) fn major_version(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Makes the cluster with its database. It gets its final name last, so that one that was never
/// finished is never taken for a whole one. `server_lock` is held by the programs too: what a
/// killed Flagstaff began ends before the next one begins.
pub(super) fn initialise(
    home: &Home,
    binaries: &Binaries,
    durability: Durability,
    server_lock: &File,
) -> Result<(), StartError> {
    let unfinished = home.path("data.init");
    match fs::remove_dir_all(&unfinished) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(file("remove", unfinished)(e)),
        _ => {}
    }
    home.make_private_folder(&unfinished)?;
    run_initdb(home, binaries, durability, server_lock, &unfinished)?;
    create_database(home, binaries, durability, &unfinished)?;
    fs::rename(&unfinished, home.data()).map_err(file("rename", unfinished))?;
    // So that the new name, too, survives a loss of power.
    let root = home.root();
    File::open(root).and_then(|folder| folder.sync_all()).map_err(file("sync", root))
}

fn run_initdb(
    home: &Home,
    binaries: &Binaries,
    durability: Durability,
    server_lock: &File,
    unfinished: &Path,
) -> Result<(), StartError> {
    let mut initdb = home.command(&binaries.program("initdb"), unfinished);
    // Who can open the socket is our account or root, and could read the files as well.
    initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums"]);
    initdb.arg(if cfg!(target_os = "macos") { "--locale=C" } else { "--locale=C.UTF-8" });
    if durability == Durability::Throwaway {
        initdb.arg("--no-sync");
    }
    initdb.arg("-D").arg(unfinished).stdin(hand_over(home, server_lock)?);
    let output = initdb.output().map_err(file("run", binaries.program("initdb")))?;
    check("initdb", &output)
}

/// Runs Postgres without a server, since `createdb` and `psql` need not be installed.
fn create_database(
    home: &Home,
    binaries: &Binaries,
    durability: Durability,
    data: &Path,
) -> Result<(), StartError> {
    let program = binaries.program("postgres");
    let mut postgres = home.command(&program, data);
    postgres.arg("--single");
    if durability == Durability::Throwaway {
        postgres.args(["-c", "fsync=off"]);
    }
    postgres.arg("-D").arg(data).arg("postgres");
    postgres.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = postgres.spawn().map_err(file("run", &program))?;
    if let Some(mut input) = running.stdin.take() {
        writeln!(input, "CREATE DATABASE {DATABASE};").map_err(file("write to", &program))?;
    }
    let output = running.wait_with_output().map_err(file("run", &program))?;
    // A failed statement does not fail a server of this kind: it says so only in its log.
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("ERROR:") {
        return Err(StartError::Initialise { program: "postgres", output: said });
    }
    check("postgres", &output)
}

/// A second handle of a lock for a child's standard input, where all its children inherit it.
pub(super) fn hand_over(home: &Home, server_lock: &File) -> Result<Stdio, StartError> {
    let handle = server_lock.try_clone().map_err(file("open", home.path("server.lock")))?;
    Ok(Stdio::from(handle))
}

fn check(program: &'static str, output: &Output) -> Result<(), StartError> {
    if output.status.success() {
        return Ok(());
    }
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let output = String::from_utf8_lossy(&said).trim().to_owned();
    Err(StartError::Initialise { program, output })
}
