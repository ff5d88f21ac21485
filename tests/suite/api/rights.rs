//! Every route against every role and credential, on things of one's own project, of another one,
//! and archived ones. The table of routes is written down once more in `policy.txt`, so that a
//! change of a right shows in a review.

use flagstaff::{
    domain::role::Role,
    routes::{self, Access, Row},
    store::{api_tokens::TokenScope, sdk_keys::SdkKeyKind},
};
use serde_json::json;

use super::{
    samples::{Sample, is_management, names_a_thing, samples},
    world::{Things, World},
};
use crate::support::{Answer, Client};

/// Somebody who calls, and what they are in the project `default`.
struct Caller {
    name: String,
    client: Client,
    standing: Standing,
}

#[derive(Clone, Copy, PartialEq)]
enum Standing {
    /// Not known.
    Nobody,
    /// Known, but not a member.
    Stranger,
    /// A member: their role, whether they may write, whether they are a person.
    Member(Role, bool, bool),
}

#[test]
fn the_table_of_routes_is_the_policy() {
    let rows = routes::all();
    let lines: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
    let table = lines.join("\n") + "\n";
    assert_eq!(table, include_str!("policy.txt"), "the routes are now:\n{table}");
}

#[test]
fn whoever_calls_gets_what_the_policy_says_and_a_refusal_changes_nothing() {
    let world = World::new();
    let admin = world.member(Role::Admin);
    admin.post("/api/v1/projects", &json!({"key": "other", "name": "Other"})).expect(201);
    let own = Things::make(&admin, "default", "own");
    let foreign = Things::make(&admin, "other", "foreign");
    let archived = Things::make(&admin, "default", "archived");
    archived.archive(&admin);
    let callers = callers(&world, &admin);

    let (mut cells, mut number) = (0, 0);
    for row in routes::all().iter().filter(|row| is_management(row)) {
        for (whose, things) in [("own", &own), ("foreign", &foreign), ("archived", &archived)] {
            if whose != "own" && !names_a_thing(row) {
                continue;
            }
            let before = world.fingerprint();
            let (allowed, denied): (Vec<_>, Vec<_>) =
                callers.iter().partition(|caller| expected(row, caller, whose) == Expected::Done);
            for caller in denied {
                for sample in samples(row, things, "never-made") {
                    let answer = call(&caller.client, &sample);
                    check(&answer, &expected(row, caller, whose), caller, whose, &sample);
                    cells += 1;
                }
            }
            assert_eq!(world.fingerprint(), before, "a refusal changed something: {row:?}");
            for caller in allowed {
                number += 1;
                for sample in samples(row, things, &format!("free-{number}")) {
                    let answer = call(&caller.client, &sample);
                    check(&answer, &Expected::Done, caller, whose, &sample);
                    cells += 1;
                }
            }
        }
    }
    assert!(cells > 1_000, "{cells} cells");
}

/// What a caller gets.
#[derive(Debug, PartialEq)]
enum Expected {
    /// It is done, or is refused for what the thing is and not for who asks.
    Done,
    Refused(u16),
}

fn expected(row: &Row, caller: &Caller, whose: &str) -> Expected {
    let foreign_project = whose == "foreign" && row.path().contains("{project}");
    let role = match caller.standing {
        Standing::Nobody => return Expected::Refused(401),
        Standing::Stranger => None,
        Standing::Member(role, ..) => Some(role),
    };
    let reads = row.access() == Access::Right(flagstaff::domain::role::Right::See);
    let may_write = !matches!(caller.standing, Standing::Member(_, false, _));
    let is_admin = caller.standing == Standing::Member(Role::Admin, true, true);
    match (row.access(), role) {
        (Access::SignedIn, _) => Expected::Done,
        (Access::Admin, _) if is_admin => Expected::Done,
        (Access::Admin, _) => Expected::Refused(403),
        (Access::Right(_), None) => stranger(row, whose),
        (Access::Right(_), Some(_)) if foreign_project && !is_admin => Expected::Refused(404),
        (Access::Right(right), Some(role)) if !role.may(right) || !(reads || may_write) => {
            Expected::Refused(403)
        }
        (Access::Right(_), Some(_)) if whose == "foreign" && !foreign_project => {
            Expected::Refused(404)
        }
        _ => Expected::Done,
    }
}

/// The stranger is a product manager of the other project.
fn stranger(row: &Row, whose: &str) -> Expected {
    match row.access() {
        Access::Right(right) if whose == "foreign" && row.path().contains("{project}") => {
            match Role::ProductManager.may(right) {
                true => Expected::Done,
                false => Expected::Refused(403),
            }
        }
        _ => Expected::Refused(404),
    }
}

fn check(answer: &Answer, expected: &Expected, caller: &Caller, whose: &str, sample: &Sample) {
    let right = match expected {
        Expected::Refused(status) => answer.status == *status,
        Expected::Done => matches!(answer.status, 200 | 201 | 204 | 409),
    };
    let (who, method, path) = (&caller.name, &sample.method, &sample.path);
    let (status, text) = (answer.status, &answer.text);
    assert!(right, "{who}: {method} {path} ({whose}): {expected:?} expected, was {status} {text}");
    if status >= 400 {
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
}

fn call(client: &Client, sample: &Sample) -> Answer {
    match &sample.body {
        Some(body) => client.json(&sample.method, &sample.path, body),
        None => client.send(&sample.method, &sample.path, None),
    }
}

fn callers(world: &World, admin: &Client) -> Vec<Caller> {
    let caller =
        |name: &str, client: Client, standing| Caller { name: name.to_owned(), client, standing };
    let bearer = |secret: &str| world.anonymous.with_bearer(secret);
    let nobody = |name: &str, secret: &str| caller(name, bearer(secret), Standing::Nobody);
    let mut callers = vec![
        caller("anonymous", world.anonymous.clone(), Standing::Nobody),
        nobody("revoked token", &world.revoked_token()),
        nobody("client key", &sdk_key(admin, SdkKeyKind::Client)),
        nobody("server key", &sdk_key(admin, SdkKeyKind::Server)),
        nobody("nonsense", "fs_api_nonsense"),
    ];
    world.add_person("stranger@x.org", Role::ProductManager, "other");
    callers.push(caller("stranger", world.sign_in("stranger@x.org"), Standing::Stranger));
    let foreign = world.api_token("other", TokenScope::Write, Role::ProductManager);
    callers.push(caller("token of the other project", bearer(&foreign), Standing::Stranger));
    for role in Role::ALL {
        let name = role.as_str();
        let member = Standing::Member(role, true, true);
        callers.push(caller(name, world.member(role), member));
        for scope in [TokenScope::Read, TokenScope::Write] {
            let secret = world.api_token("default", scope, role);
            let member = Standing::Member(role, scope == TokenScope::Write, false);
            let name = format!("{} token as {name}", scope.as_str());
            callers.push(caller(&name, bearer(&secret), member));
        }
    }
    callers
}

fn sdk_key(admin: &Client, kind: SdkKeyKind) -> String {
    let body = json!({"environment": "staging", "kind": kind, "name": "app"});
    let made = admin.post("/api/v1/sdk-keys?project=default", &body).expect(201);
    made["key"].as_str().unwrap().to_owned()
}
