//! What is wrong with a setting is said in one sentence, at once; secrets are kept.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
    thread,
};

use flagstaff::settings::{SECRET_KEY_FILE, SecretKeySource};

use crate::support::TestFolder;

/// Runs `check-config` with these flags, in an environment of these variables alone.
fn check_config(flags: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flagstaff"))
        .arg("check-config")
        .args(flags)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Flag, variable, wrong value, and what the sentence says of it.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("--listen", "FLAGSTAFF_LISTEN", "8080", "not an address with a port. Write it as"),
    ("--listen", "FLAGSTAFF_LISTEN", "127.0.0.1", "not an address with a port"),
    ("--listen", "FLAGSTAFF_LISTEN", "127.0.0.1:99999", "not an address with a port"),
    ("--listen", "FLAGSTAFF_LISTEN", "example.com:80", "not an address with a port"),
    ("--listen", "FLAGSTAFF_LISTEN", "0.0.0.0:8080", "other machines can reach, by plain HTTP"),
    ("--listen", "FLAGSTAFF_LISTEN", "[::]:8080", "accept the risk with --allow-insecure-http"),
    ("--database-url", "DATABASE_URL", "mysql://db/x", "not the address of a Postgres database"),
    ("--database-url", "DATABASE_URL", "db.example.com", "postgres://user:password@host:5432/"),
    ("--database-url", "DATABASE_URL", "postgres://db/x?sslmode=on", "which does not exist"),
    ("--public-url", "FLAGSTAFF_PUBLIC_URL", "flags.example.com", "Write it as https://"),
    ("--public-url", "FLAGSTAFF_PUBLIC_URL", "ftp://flags.example.com", "Write it as https://"),
    ("--public-url", "FLAGSTAFF_PUBLIC_URL", "https://a.example/flags", "without a path"),
    ("--public-url", "FLAGSTAFF_PUBLIC_URL", "https://me:pw@a.example", "without a path, a user"),
    ("--public-url", "FLAGSTAFF_PUBLIC_URL", "https://a.example?x=1", "or a query"),
    ("--public-url", "FLAGSTAFF_PUBLIC_URL", "http://a.example", "plain HTTP at an address of"),
    ("--trusted-proxies", "FLAGSTAFF_TRUSTED_PROXIES", "proxy.example", "nor a network. Write"),
    ("--trusted-proxies", "FLAGSTAFF_TRUSTED_PROXIES", "10.0.0.0/33", "Write it as 10.0.0.7"),
    ("--trusted-proxies", "FLAGSTAFF_TRUSTED_PROXIES", "10.0.0.7,::/0", "which is everybody"),
    ("--secret-key", "FLAGSTAFF_SECRET_KEY", "short", "has 5 bytes; at least 32 are needed"),
    (
        "--secret-key",
        "FLAGSTAFF_SECRET_KEY",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "too easy to guess",
    ),
    (
        "--secret-key",
        "FLAGSTAFF_SECRET_KEY",
        "changemechangemechangemechangeme",
        "openssl rand -base64 32",
    ),
    ("--allow-insecure-http", "FLAGSTAFF_ALLOW_INSECURE_HTTP", "maybe", "Write true or false"),
    ("--demo", "FLAGSTAFF_DEMO", "2", "Write true or false"),
    ("--key-limit", "FLAGSTAFF_KEY_LIMIT", "0", "a whole number from 1 to 10000"),
    ("--key-limit", "FLAGSTAFF_KEY_LIMIT", "many", "a whole number from 1 to 10000"),
    ("--user-limit", "FLAGSTAFF_USER_LIMIT", "0", "a whole number from 1 to 100000000"),
    ("--keep-users-days", "FLAGSTAFF_KEEP_USERS_DAYS", "-1", "a whole number from 1 to 36500"),
    ("--keep-events-days", "FLAGSTAFF_KEEP_EVENTS_DAYS", "1.5", "a whole number from 1 to 36500"),
    ("--log", "FLAGSTAFF_LOG", "xml", "Write text or json"),
    ("--log-level", "FLAGSTAFF_LOG_LEVEL", "a=b=c", "not a log level. Write error, warn"),
];

#[test]
fn a_wrong_setting_is_one_line_that_names_it_and_says_how_to_put_it_right() {
    for (flag, variable, value, expected) in WRONG {
        let given = format!("{flag}={value}");
        for output in [check_config(&[&given], &[]), check_config(&[], &[(variable, value)])] {
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{given}: {said}");
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(said.starts_with(&format!("flagstaff: {flag} ({variable}) ")), "{said}");
            assert!(said.contains(expected), "{given}: {said}");
            assert!(output.stdout.is_empty());
        }
    }
}

#[cfg(not(feature = "pg-tls"))]
#[test]
fn a_build_that_can_not_encrypt_says_so_when_encryption_is_asked_for() {
    for url in [
        "postgres://me:hunter22@db/x?sslmode=require",
        "postgresql://me:hunter22@db/x?a=b&sslmode=verify-full",
        "host=db password=hunter22 sslmode='verify-ca'",
    ] {
        let output = check_config(&[], &[("DATABASE_URL", url)]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(said.contains("--features pg-tls") && !said.contains("hunter22"), "{said}");
    }
    let output = check_config(&[], &[("DATABASE_URL", "postgres://db/x?sslmode=prefer")]);
    assert!(output.status.success());
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let https = ("FLAGSTAFF_PUBLIC_URL", "https://flags.example.com");
    let output = check_config(&["--allow-insecure-http"], &[https]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("contradicts --public-url"), "{said}");
}

#[test]
fn what_is_safe_is_accepted() {
    type Given = (&'static [&'static str], &'static [(&'static str, &'static str)]);
    let sound: [Given; 9] = [
        (&["--trusted-proxies=10.0.0.0/8, ::1"], &[]),
        (&[], &[]),
        (&["--listen=localhost:0"], &[("FLAGSTAFF_DEMO", "yes"), ("DATABASE_URL", "")]),
        (&["--listen", "[::1]:9000"], &[("FLAGSTAFF_SECRET_KEY", "")]),
        (&["--listen=0.0.0.0:80", "--allow-insecure-http"], &[]),
        (&["--listen=0.0.0.0:80", "--public-url=https://flags.example.com:8443/"], &[]),
        (&["--public-url=http://localhost:3000"], &[("RUST_LOG", "info,flagstaff=debug")]),
        (&["--demo=false", "--log=json"], &[("FLAGSTAFF_LOG_LEVEL", "warn")]),
        (&["--database-url", "host=/run/postgresql dbname=flags"], &[]),
    ];
    for (flags, variables) in sound {
        let output = check_config(flags, variables);
        assert!(output.status.success(), "{flags:?}: {}", text(&output.stderr));
    }
}

#[test]
fn check_config_shows_what_is_in_effect_and_no_secret() {
    let secret = "0123456789abcdefghijklmnopqrstuvwxyz";
    let url = "postgres://me:hunter22@db/flags";
    let variables = [("FLAGSTAFF_SECRET_KEY", secret), ("DATABASE_URL", url)];
    let output = check_config(&["--listen=127.0.0.1:9999"], &variables);
    let said = text(&output.stdout);
    assert!(said.contains("http://127.0.0.1:9999"), "{said}");
    assert!(said.contains("keys of a project") && said.contains("500"));
    let help = Command::new(env!("CARGO_BIN_EXE_flagstaff"))
        .args(["serve", "--help"])
        .env_clear()
        .envs(variables)
        .output()
        .unwrap();
    let help = text(&help.stdout);
    assert!(help.contains("FLAGSTAFF_SECRET_KEY") && help.contains("DATABASE_URL"));
    for shown in [said, help] {
        assert!(!shown.contains(secret) && !shown.contains("hunter22"), "{shown}");
    }
}

fn generated(folder: &Path) -> Result<String, String> {
    let loaded = SecretKeySource::Generated.load(folder);
    loaded.map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
}

#[test]
fn the_secret_key_is_made_once_whoever_comes_first_and_only_its_owner_can_read_it() {
    let folder = TestFolder::new();
    let data = folder.join("not/there/yet");
    let keys: Vec<String> = thread::scope(|scope| {
        let makers: Vec<_> = (0..16).map(|_| scope.spawn(|| generated(&data).unwrap())).collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| key == &keys[0]) && keys[0].len() == 64);
    let mode = fs::metadata(data.join(SECRET_KEY_FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
    assert_eq!(generated(&data).unwrap(), keys[0]);
}

#[test]
fn a_secret_key_that_others_can_read_or_that_is_damaged_is_refused() {
    let folder = TestFolder::new();
    let path = folder.join(SECRET_KEY_FILE);
    generated(&folder).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let said = generated(&folder).unwrap_err();
    assert!(said.contains(&format!("chmod 600 {}", path.display())), "{said}");
    let data_dir = format!("--data-dir={}", folder.display());
    let output = check_config(&[&data_dir], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr).trim_end(), format!("flagstaff: {said}"));

    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    for damaged in ["", "\n", "0123456789", &"0".repeat(64)] {
        fs::write(&path, damaged).unwrap();
        let said = generated(&folder).unwrap_err();
        assert!(said.contains("remove the file for a new one"), "{said}");
    }
    fs::write(&path, [0xff; 64]).unwrap();
    assert!(generated(&folder).unwrap_err().contains("can't be read"));
}
