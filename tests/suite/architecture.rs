//! The house rules that no compiler checks: who may import whom, how long a file gets, what the
//! domain must never touch.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each room of `src` with the rooms of ours that it may name. `support` outside `src` is no room.
const MAY_IMPORT: [(&str, &[&str]); 17] = [
    ("lib", &[]),
    ("domain", &[]),
    ("settings", &[]),
    ("logging", &["settings"]),
    ("http", &["domain", "settings"]),
    ("store", &["domain"]),
    ("embedded_postgres", &[]),
    ("population", &["store", "domain"]),
    ("operations", &["population", "store", "domain"]),
    ("api", &["operations", "population", "store", "domain", "http"]),
    ("dashboard", &["operations", "population", "store", "domain", "http"]),
    ("delivery", &["store", "domain", "http"]),
    ("routes", &["api", "dashboard", "delivery", "domain", "http"]),
    ("jobs", &["operations", "store", "delivery"]),
    (
        "server",
        &[
            "jobs",
            "routes",
            "api",
            "dashboard",
            "delivery",
            "operations",
            "population",
            "store",
            "domain",
            "embedded_postgres",
            "settings",
        ],
    ),
    (
        "cli",
        &[
            "server",
            "api",
            "delivery",
            "operations",
            "store",
            "domain",
            "embedded_postgres",
            "settings",
            "logging",
        ],
    ),
    ("main", &["cli", "logging", "settings"]),
];

/// The files of `delivery` that may name the store; protocol files never do.
const DELIVERY_WITH_STORE: [&str; 7] =
    ["refresh", "counters", "batches", "statistics", "profiles", "events", "teaching"];

const MOST_LINES: usize = 400;
/// It lists every column, as a tool would write it.
const SCHEMA: &str = "src/store/schema.rs";

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => open.push(path),
                Some(extension) if extension == "rs" => files.push(path),
                _ => {}
            }
        }
    }
    files
}

fn inside(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string()
}

/// The room that a file of `src` belongs to.
fn room(path: &Path) -> String {
    let inside = inside(path);
    let first = inside.split('/').nth(1).unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// What a file does, without comments and without its unit tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// The rooms that a file names: `crate::room`, also within `use crate::{…}`.
fn imports(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (place, _) in code.match_indices("crate::") {
        if code[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[place + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(first_names(group)),
            None => rooms.push(name_at(rest)),
        }
    }
    rooms
}

/// The first names of the parts of a `{…}` group.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut part) = (0, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name_at(std::mem::take(&mut part).trim())),
            _ => {}
        }
        if depth == 0 && c != ',' && c != '}' {
            part.push(c);
        }
    }
    names.push(name_at(part.trim()));
    names.retain(|name| !name.is_empty());
    names
}

fn name_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn each_room_imports_only_from_the_rooms_below_it() {
    let mut wrong = Vec::new();
    for path in rust_files("src") {
        let room = room(&path);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{} is in no room of the table", inside(&path)));
            continue;
        };
        for import in imports(&code(&path)) {
            let known = MAY_IMPORT.iter().any(|(name, _)| *name == import);
            if known && import != room && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{} imports {import}", inside(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_has_no_room_that_could_import_in_a_circle() {
    for (room, allowed) in MAY_IMPORT {
        let place = |name: &str| MAY_IMPORT.iter().position(|(other, _)| *other == name).unwrap();
        let mut open: Vec<&str> = allowed.to_vec();
        let mut steps = 0;
        while let Some(next) = open.pop() {
            assert_ne!(next, room, "{room} would import itself");
            open.extend(MAY_IMPORT[place(next)].1);
            steps += 1;
            assert!(steps < 10_000, "a circle below {room}");
        }
    }
}

#[test]
fn protocol_files_never_name_the_store() {
    for path in rust_files("src/delivery") {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !DELIVERY_WITH_STORE.contains(&stem.as_str()) {
            let imports = imports(&code(&path));
            assert!(!imports.contains(&"store".to_owned()), "{}", inside(&path));
        }
    }
}

#[test]
fn only_the_store_knows_diesel() {
    for path in rust_files("src") {
        if room(&path) != "store" {
            assert!(!code(&path).contains("diesel"), "{} names diesel", inside(&path));
        }
    }
}

#[test]
fn the_domain_has_no_clock_no_randomness_and_does_no_io() {
    let forbidden = [
        "Utc::now",
        "Local::now",
        "Instant::now",
        "SystemTime",
        "std::fs",
        "std::env",
        "std::net",
        "std::io",
        "std::thread",
        "std::process",
        "rand::rng",
        "rand::random",
        "Uuid::new_v4",
        "Uuid::now_v7",
        "tokio",
        "actix",
        "tracing::",
        "println!",
    ];
    for path in rust_files("src/domain") {
        let code = code(&path);
        for word in forbidden {
            assert!(!code.contains(word), "{} names {word}", inside(&path));
        }
    }
}

#[test]
fn no_file_is_longer_than_the_wall() {
    let files = ["src", "tests", "benches", "bench"].into_iter().flat_map(rust_files);
    let long: Vec<_> = files
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), inside(&path)))
        .filter(|(lines, path)| *lines > MOST_LINES && path != SCHEMA)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn what_is_read_from_requests_is_never_written_to_tables_as_it_is() {
    for path in rust_files("src") {
        for derive in code(&path).split("#[derive(").skip(1) {
            let list = derive.split(")]").next().unwrap();
            let writes = list.contains("Insertable") || list.contains("AsChangeset");
            assert!(!(writes && list.contains("Deserialize")), "{}: {list}", inside(&path));
        }
    }
}

#[test]
fn no_sql_is_put_together_from_text() {
    for path in rust_files("src") {
        let code = code(&path);
        assert!(!code.contains("sql_query(format!"), "{}", inside(&path));
    }
}

#[test]
fn imports_are_found_in_all_their_forms() {
    let code = "use crate::store::Store;\nuse crate::{domain::{a, b}, http, operations::x};\nfn f() { crate::delivery::g() }";
    assert_eq!(imports(code), ["store", "domain", "http", "operations", "delivery"]);
}
