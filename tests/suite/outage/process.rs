//! Flagstaff as a process of its own: to be signalled, killed, and started again.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Client, TestFolder, eventually};

/// How to get into the demonstration that a process has loaded.
#[derive(Debug, Clone)]
pub struct Demo {
    pub password: String,
    pub client_key: String,
}

/// A `flagstaff serve`; killed when dropped.
pub struct Process {
    child: Child,
    output: TestFolder,
}

impl Process {
    /// Starts it with that database, else with a private one, and waits until it is ready.
    pub fn start(database_url: Option<&str>, data: &Path, arguments: &[&str]) -> Process {
        let mut process = Process::launch(database_url, data, arguments);
        process.wait_until_ready();
        process
    }

    /// The same without waiting.
    pub fn launch(database_url: Option<&str>, data: &Path, arguments: &[&str]) -> Process {
        let output = TestFolder::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_flagstaff"));
        command.arg("serve").arg("--data-dir").arg(data).args(arguments).stdin(Stdio::null());
        command.stdout(File::create(output.join("out")).unwrap());
        command.stderr(File::create(output.join("err")).unwrap());
        command.env("FLAGSTAFF_LISTEN", "127.0.0.1:0").env("FLAGSTAFF_LOG", "text");
        command.env_remove("DATABASE_URL").env_remove("RUST_LOG");
        if let Some(url) = database_url {
            command.env("DATABASE_URL", url);
        }
        Process { child: command.spawn().unwrap(), output }
    }

    pub fn wait_until_ready(&mut self) {
        eventually("Flagstaff is ready", || {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("Flagstaff ended with {status}: {}", self.log());
            }
            self.said().contains("is ready at http://").then_some(())
        });
    }

    /// Where it listens: `http://host:port`.
    pub fn address(&self) -> String {
        self.line_with("Flagstaff is ready at ", "\n")
    }

    /// The demonstration, where it was started with `--demo` on an empty database.
    pub fn demo(&self) -> Demo {
        eventually("the demonstration is told", || self.said().contains("Try it:").then_some(()));
        Demo {
            password: self.line_with("with the password ", ","),
            client_key: self.line_with("The client key of production is ", ". "),
        }
    }

    fn line_with(&self, before: &str, after: &str) -> String {
        let said = self.said();
        let (_, rest) = said.split_once(before).unwrap_or_else(|| panic!("{before}: {said}"));
        rest.split_once(after).unwrap().0.to_owned()
    }

    /// What it printed.
    pub fn said(&self) -> String {
        fs::read_to_string(self.output.join("out")).unwrap()
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.output.join("err")).unwrap()
    }

    pub fn client(&self) -> Client {
        Client::new(&self.address())
    }

    /// A client signed in as the admin of the demonstration.
    pub fn admin(&self, demo: &Demo) -> Client {
        let login = serde_json::json!({"username": "admin@example.com", "password": demo.password});
        let answer = self.client().post("/api/v1/auth/login", &login).expect(200);
        self.client().with_bearer(answer["access_token"].as_str().unwrap())
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// How many threads it has.
    pub fn threads(&self) -> usize {
        fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap().count()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    /// When it has not within that time.
    pub fn ended_within(&mut self, limit: Duration) -> ExitStatus {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "still runs after {limit:?}: {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Stops it as Ctrl-C does: at once, and in good order.
    pub fn stop(mut self) {
        self.signal(Signal::INT);
        let status = self.ended_within(Duration::from_secs(60));
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// Ends it as a kill -9 does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("Flagstaff said: {}{}", self.said(), self.log());
        }
    }
}
