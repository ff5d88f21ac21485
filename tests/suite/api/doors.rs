//! No side door: reading changes nothing, no way of writing an address gets around its row, and
//! nothing is mounted but by the tables.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

use flagstaff::{domain::role::Role, routes};

use super::{
    samples::{is_management, samples, takes_json},
    world::{Things, World},
};

#[test]
fn reading_changes_nothing() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    let own = Things::make(&admin, "default", "own");
    let before = world.fingerprint();
    for row in routes::all().iter().filter(|row| is_management(row) && row.method() == "GET") {
        for sample in samples(row, &own, "free") {
            // The segment has conditions, and so no users to be downloaded.
            let expected = if takes_json(row) { 200 } else { 409 };
            admin.get(&sample.path).expect(expected);
        }
    }
    assert_eq!(world.fingerprint(), before);
}

/// Other ways of writing an address.
fn rewrites(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches('/');
    vec![
        format!("//{inner}"),
        format!("/{}", inner.replace('/', "//")),
        format!("/./{inner}"),
        format!("/x/../{inner}"),
        format!("/{}", inner.replacen("api", "%61pi", 1)),
        format!("/{}", inner.replace('/', "%2f")),
        format!("/{}", inner.replacen("/v1/", "/v1/%2e/", 1)),
        format!("/{}", inner.replacen("/v1/", "/v1;x/", 1)),
        format!("/{}", inner.replacen("api", "API", 1)),
        format!("{path}/"),
        format!("{path}/."),
        format!("{path};x"),
        format!("{path}%00"),
        format!("{path}?project=default"),
        format!("{path}#x"),
        format!("http://elsewhere{path}"),
    ]
}

#[test]
fn no_way_of_writing_an_address_gets_in_without_a_credential() {
    let world = World::new();
    let own = Things::make(&world.member(Role::Admin), "default", "own");
    let before = world.fingerprint();
    for row in routes::all().iter().filter(|row| is_management(row)) {
        for sample in samples(row, &own, "free") {
            let path = sample.path.split('?').next().unwrap();
            for address in rewrites(path) {
                for method in [sample.method.as_str(), "HEAD", "OPTIONS", "TRACE"] {
                    let status = raw(&world, method, &address);
                    assert!((400..500).contains(&status), "{method} {address}: {status}");
                }
            }
        }
    }
    assert_eq!(world.fingerprint(), before);
}

/// The status of a request that is sent as it is written here.
fn raw(world: &World, method: &str, address: &str) -> u16 {
    let mut stream = TcpStream::connect(world.anonymous.host()).unwrap();
    let request = format!(
        "{method} {address} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         x-http-method-override: GET\r\nx-original-url: /health/live\r\ncontent-length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn routes_are_mounted_by_the_tables_alone() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![source.clone()];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let inside = path.strip_prefix(&source).unwrap();
            for mount in ["web::resource(", "web::scope(", ".route(", "#[get(", "#[post("] {
                let here = inside.starts_with("routes");
                assert!(here || !text.contains(mount), "{}: {mount}", inside.display());
            }
        }
    }
}
