//! The command line, as a program on a real Postgres.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use flagstaff::domain::credential::{Credential, CredentialKind};
use serde_json::Value as Json;

use crate::support::{TestDatabase, TestFolder, eventually};

/// A database, as the command line is told of it.
enum Place {
    Given(TestDatabase),
    Private(TestFolder),
}

impl Place {
    /// The program with these arguments, about to run.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flagstaff"));
        command.args(arguments).stdin(Stdio::null());
        command.env_remove("DATABASE_URL").env("FLAGSTAFF_LOG", "text").env_remove("RUST_LOG");
        match self {
            Place::Given(database) => command.env("DATABASE_URL", database.url()),
            Place::Private(folder) => command.env("FLAGSTAFF_DATA_DIR", folder.as_os_str()),
        };
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that refuses its arguments reads nothing.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What it printed; it has to succeed.
    fn answer(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const NEW_YORK: &str = r#"{"device_model": "iPhone 15", "city": "New York"}"#;
const MIAMI: &str = r#"{"device_model": "iPhone 15", "city": "Miami"}"#;

#[test]
fn people_are_added_and_helped_back_in() {
    let place = Place::Given(TestDatabase::new());
    let add = ["user", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin"];
    let from_stdin = [&add[..], &["--password-stdin"]].concat();
    let output = place.run_with_input(&from_stdin, "a good long password\n");
    assert!(output.status.success() && output.stdout.is_empty(), "{}", said(&output));

    let again = place.run(&add);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("is here already"), "{}", said(&again));

    let password = place.answer(&["user", "reset", "--email", "ADA@example.com"]);
    assert_eq!(password.len(), 23, "{password}");
    let missing = place.run(&["user", "reset", "--email", "bob@example.com"]);
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn a_password_from_standard_input_keeps_to_the_rules() {
    let place = Place::Given(TestDatabase::new());
    let long = |bytes: usize| -> String { "all that fits ".chars().cycle().take(bytes).collect() };
    let cases = [
        ("12 bytes here", true),
        ("11 bytes   ", false),
        ("11 bytes   \n", false),
        ("", false),
        (&long(1024), true),
        (&format!("{}\r\n", long(1024)), true),
        (&long(1025), false),
        (&long(5000), false),
    ];
    for (number, (password, accepted)) in cases.into_iter().enumerate() {
        let email = format!("p{number}@example.com");
        let arguments = [
            "user",
            "add",
            "--email",
            &email,
            "--name",
            "P",
            "--role",
            "viewer",
            "--password-stdin",
        ];
        let output = place.run_with_input(&arguments, password);
        let code = if accepted { 0 } else { 2 };
        assert_eq!(output.status.code(), Some(code), "{password:?}: {}", said(&output));
    }
}

#[test]
fn an_sdk_key_is_printed_alone() {
    let place = Place::Given(TestDatabase::new());
    for (word, kind) in
        [("client", CredentialKind::ClientKey), ("server", CredentialKind::ServerKey)]
    {
        let key = [
            "sdk-key",
            "create",
            "--project",
            "default",
            "--environment",
            "staging",
            "--kind",
            word,
        ];
        let printed = place.answer(&key);
        assert_eq!(Credential::parse(&printed).unwrap().kind(), kind);
    }
    for (project, environment, expected) in [
        ("default", "stagnig", "It has production, staging"),
        ("other", "staging", "There is no project `other`"),
    ] {
        let output = place.run(&[
            "sdk-key",
            "create",
            "--project",
            project,
            "--environment",
            environment,
            "--kind",
            "client",
        ]);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
}

#[test]
fn the_demonstration_tells_the_story_and_is_loaded_once() {
    let place = Place::Given(TestDatabase::new());
    let how_to_get_in = place.answer(&["demo"]);
    assert!(how_to_get_in.contains("Sign in as admin@example.com with the password "));
    assert!(how_to_get_in.contains("curl -s http://127.0.0.1:8080/api/v1/feature-flags/"));
    let again = place.run(&["demo"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("not empty"));

    let evaluate = |key: &str, user: &str, attributes: &str| -> Json {
        let arguments =
            ["evaluate", "--key", key, "--user", user, "--attributes", attributes, "--explain"];
        serde_json::from_str(&place.answer(&arguments)).unwrap()
    };
    assert_eq!(evaluate("dark_mode", "ada", NEW_YORK)["value"], 3);
    assert_eq!(evaluate("dark_mode", "ada", MIAMI)["value"], 4);
    assert_eq!(evaluate("dark_mode", "ada", "{}")["value"], 0);
    let explained = evaluate("auto_playlist", "ada", NEW_YORK);
    assert_eq!(explained["rollout_percentage"], 20);
    assert_eq!(evaluate("auto_playlist", "ada", MIAMI)["rollout_percentage"], 30);
    assert!(explained["steps"].as_array().is_some_and(|steps| steps.len() >= 3));
    assert_eq!(evaluate("auto_playlist", "ada", "{}")["value"], false);
}

#[test]
fn what_is_asked_wrongly_is_told_from_what_can_not_be_done() {
    let place = Place::Given(TestDatabase::new());
    place.answer(&["migrate"]);
    for (arguments, code) in [
        (&["evaluate", "--key", "nope", "--user", "a"][..], 1),
        (&["evaluate", "--key", "nope", "--attributes", "{"], 2),
        (&["evaluate", "--key", "nope", "--attributes", "[]"], 2),
        (&["evaluate"], 2),
        (&["user", "add", "--email", "a@b", "--name", "A", "--role", "owner"], 2),
        (&["user", "add", "--email", "nobody", "--name", "A", "--role", "viewer"], 1),
        (&["no-such-command"], 2),
        (&["migrate", "--database-url", "nonsense"], 2),
        (&["migrate", "--database-url", "postgres://127.0.0.1:1/none"], 1),
    ] {
        let output = place.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty());
    }
}

/// A `serve` on its private Postgres, ended when dropped.
struct Serving {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Serving {
    fn start(place: &Place) -> Serving {
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--demo"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Serving { child, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// Ends it as Ctrl-C does, and answers what else it printed.
    fn stop(&mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn commands_work_beside_a_serve_on_its_private_postgres() {
    let place = Place::Private(TestFolder::new());
    let mut serving = Serving::start(&place);
    let ready = serving.line();
    let address = ready.trim_end().strip_prefix("Flagstaff is ready at ").unwrap().to_owned();
    assert_eq!(serving.line(), "The demonstration is loaded.\n");

    let key = ["sdk-key", "create", "--environment", "production", "--kind", "server"];
    let key = place.answer(&key);
    let value = eventually("the new key opens the environment", || ask(&address, &key));
    let arguments =
        ["evaluate", "--key", "auto_playlist", "--user", "ada", "--attributes", NEW_YORK];
    let evaluated: Json = serde_json::from_str(&place.answer(&arguments)).unwrap();
    assert_eq!(value["value"], evaluated["value"]);
    place.answer(&["migrate"]);

    let rest = serving.stop();
    assert!(rest.contains(&format!("curl -s {address}/api/v1/")), "{rest}");
    if let Place::Private(folder) = &place {
        assert!(!running(folder));
    }
}

/// Whether the private Postgres of that data folder runs.
fn running(folder: &Path) -> bool {
    folder.join("postgres/data/postmaster.pid").exists()
}

/// Evaluates over HTTP; none while the key is not known there.
fn ask(address: &str, key: &str) -> Option<Json> {
    let body = format!(r#"{{"user_id": "ada", "attributes": {NEW_YORK}}}"#);
    let answer = ureq::post(format!("{address}/api/v1/feature-flags/auto_playlist/evaluate"))
        .header("authorization", format!("Bearer {key}"))
        .content_type("application/json")
        .send(&body);
    answer.ok()?.body_mut().read_json().ok()
}
