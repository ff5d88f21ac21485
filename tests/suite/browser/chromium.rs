//! The one Chromium of this test process.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::{Condvar, Mutex, OnceLock},
};

use serde_json::{Value as Json, json};

use super::protocol::Protocol;
use crate::support::target_folder;

/// How many tests may have pages open at once; more would only wait for each other's processes.
const TURNS: usize = 3;

/// Names of browsers that understand what these tests say to them.
const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// Pipes of the protocol are those with the numbers 3 and 4, which only a shell can hand on.
const WITH_PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null"#;

/// Pages are our own, and containers often have no sandbox to give; nothing asks the internet.
const OPTIONS: [&str; 14] = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--lang=en-US",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// A running browser. It ends when its pipe does, so with this process.
pub struct Chromium {
    pub protocol: Protocol,
    _process: Child,
    turns: Mutex<usize>,
    turn_is_free: Condvar,
}

/// The right to have pages open.
pub struct Turn(&'static Chromium);

impl Chromium {
    /// The browser; the first call starts it.
    pub fn get() -> &'static Chromium {
        static CHROMIUM: OnceLock<Chromium> = OnceLock::new();
        CHROMIUM.get_or_init(Chromium::start)
    }

    fn start() -> Chromium {
        let program = find();
        let mut process = Command::new("sh")
            .args(["-c", WITH_PIPES])
            .arg(&program)
            .args(OPTIONS)
            .arg(format!("--user-data-dir={}", profile_folder().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let protocol = Protocol::new(process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let version = protocol.call(None, "Browser.getVersion", json!({}));
        if let Err(error) = version {
            panic!("{} does not answer: {error}", program.display());
        }
        Chromium {
            protocol,
            _process: process,
            turns: Mutex::new(TURNS),
            turn_is_free: Condvar::new(),
        }
    }

    /// Waits until fewer than [`TURNS`] others have pages open.
    pub fn turn(&'static self) -> Turn {
        let mut turns = self.turns.lock().unwrap();
        while *turns == 0 {
            turns = self.turn_is_free.wait(turns).unwrap();
        }
        *turns -= 1;
        Turn(self)
    }

    /// Says something to the browser itself.
    pub fn call(&self, method: &str, params: Json) -> Json {
        self.protocol.call(None, method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.0.turns.lock().unwrap() += 1;
        self.0.turn_is_free.notify_one();
    }
}

/// The program: that of `CHROME`, or the first that is found.
fn find() -> PathBuf {
    if let Some(given) = env::var_os("CHROME") {
        return PathBuf::from(given);
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    let found = NAMES
        .iter()
        .flat_map(|name| env::split_paths(&folders).map(move |folder| folder.join(name)))
        .chain([PathBuf::from(mac)])
        .find(|program| program.is_file());
    found.expect(
        "These tests need Chromium. Install it (script/bootstrap --with-browser does, where there \
         is apt), or name the program of another one in CHROME.",
    )
}

/// A folder for what the browser writes. Those of processes that are gone are removed.
fn profile_folder() -> PathBuf {
    let folder = target_folder().join("test-browser");
    fs::create_dir_all(&folder).unwrap();
    for old in fs::read_dir(&folder).unwrap().flatten() {
        if !Path::new("/proc").join(old.file_name()).exists() {
            let _ = fs::remove_dir_all(old.path());
        }
    }
    folder.join(process::id().to_string())
}
