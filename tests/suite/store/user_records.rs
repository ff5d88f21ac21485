use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use flagstaff::domain::event::Event;
use flagstaff::store::lessons::{self, Lesson};
use flagstaff::store::profiles::{self, Fate, Reporter};
use flagstaff::store::user_records::{self, Place, Search};
use flagstaff::store::{Connection, Store, retention};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::fixture::Fixture;

const NOW: &str = "2026-11-20T12:00:00Z";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Says that at that moment.
fn says_at(
    conn: &mut Connection,
    environment_id: Uuid,
    reporter: Reporter,
    event: &Json,
    at: DateTime<Utc>,
) -> Fate {
    let event = Event::read(event, at).unwrap();
    profiles::take(conn, environment_id, reporter, &[event], at).unwrap().remove(0)
}

/// Sees a user for the first time, that many minutes ago.
fn sees(conn: &mut Connection, environment_id: Uuid, user_id: &str, minutes_ago: i64) {
    let at = now() - TimeDelta::minutes(minutes_ago);
    let lesson = Lesson { user_id: user_id.to_owned(), attributes: serde_json::Map::new(), at };
    let lessons = BTreeMap::from([(user_id.to_owned(), lesson)]);
    lessons::learn(conn, environment_id, &lessons).unwrap();
}

fn ids(conn: &mut Connection, search: &Search<'_>) -> Vec<String> {
    let users = user_records::list(conn, search, None, 200).unwrap();
    users.into_iter().map(|user| user.user_id).collect()
}

fn everybody(environment_id: Uuid) -> Search<'static> {
    Search { environment_id, starts_with: "" }
}

#[test]
fn users_are_found_by_the_start_of_their_id_the_exact_one_first() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    let all = ["ann", "ann%", "ann_2", "Ann", "anna", "annb", "bob", "an", "ann/ä 🙂?"];
    for (minutes, user) in all.iter().enumerate() {
        sees(conn, place, user, i64::try_from(minutes).unwrap());
    }
    // Newest first, but for who is called exactly so.
    sees(conn, place, "ann", 1_000);
    let search = |starts_with| Search { environment_id: place, starts_with };
    assert_eq!(ids(conn, &search("ann")), ["ann", "ann%", "ann_2", "anna", "annb", "ann/ä 🙂?"]);
    assert_eq!(ids(conn, &search("anna")), ["anna"]);
    assert_eq!(ids(conn, &search("ann%")), ["ann%"]);
    assert_eq!(ids(conn, &search("ann/ä 🙂")), ["ann/ä 🙂?"]);
    assert_eq!(ids(conn, &search("zoe")), [""; 0]);
    assert_eq!(ids(conn, &everybody(place)).len(), all.len());
    assert_eq!(user_records::count(conn, &search("ann")).unwrap(), 6);
    assert_eq!(user_records::count(conn, &everybody(place)).unwrap(), 9);
}

#[test]
fn pages_of_users_have_everybody_once() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    for number in 0..23 {
        // Several are seen in the same minute.
        sees(conn, place, &format!("u{number}"), number / 3);
    }
    sees(conn, place, "u", 500);
    for starts_with in ["", "u"] {
        let search = Search { environment_id: place, starts_with };
        let whole = ids(conn, &search);
        assert_eq!(whole.len(), 24);
        for size in [1_u16, 2, 5, 24, 100] {
            let (mut listed, mut after) = (Vec::new(), None);
            loop {
                let page = user_records::list(conn, &search, after.as_ref(), size).unwrap();
                let Some(last) = page.last() else { break };
                after =
                    Some(Place { last_seen_at: last.last_seen_at, user_id: last.user_id.clone() });
                listed.extend(page.into_iter().map(|user| user.user_id));
            }
            assert_eq!(listed, whole, "“{starts_with}” by {size}");
            let sliced: Vec<String> = (0..24)
                .step_by(usize::from(size))
                .flat_map(|from| user_records::slice(conn, &search, from, i64::from(size)).unwrap())
                .map(|user| user.user_id)
                .collect();
            assert_eq!(sliced, whole, "“{starts_with}” by {size}");
        }
    }
}

#[test]
fn what_is_forgotten_of_a_user_is_everything_but_the_ids_of_their_events() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    let charge = json!({"id": "1", "user_id": "ann", "event": "Charged", "set": {"plan": "pro"}});
    for reporter in [Reporter::Server, Reporter::Client] {
        assert_eq!(says_at(conn, place, reporter, &charge, now()), Fate::Stored);
    }
    assert!(user_records::forget(conn, place, "ann").unwrap());
    assert!(!user_records::forget(conn, place, "ann").unwrap());
    assert_eq!(user_records::find(conn, place, "ann").unwrap(), None);
    assert_eq!(profiles::find(conn, place, "ann").unwrap(), None);
    let days = (day("2026-01-01"), day("2026-12-31"));
    assert_eq!(user_records::event_days(conn, place, "ann", days, 10).unwrap(), []);
    for reporter in [Reporter::Server, Reporter::Client] {
        assert_eq!(says_at(conn, place, reporter, &charge, now()), Fate::Duplicate);
    }
    assert_eq!(user_records::find(conn, place, "ann").unwrap(), None, "nobody comes back by it");
}

#[test]
fn what_client_keys_say_takes_neither_ids_nor_days_from_what_servers_say() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    let charge = json!({"id": "1", "user_id": "ann", "event": "Charged"});
    assert_eq!(says_at(conn, place, Reporter::Client, &charge, now()), Fate::Stored);
    assert_eq!(says_at(conn, place, Reporter::Client, &charge, now()), Fate::Duplicate);
    assert_eq!(says_at(conn, place, Reporter::Server, &charge, now()), Fate::Stored);
    assert_eq!(says_at(conn, place, Reporter::Server, &charge, now()), Fate::Duplicate);
    let profile = profiles::find(conn, place, "ann").unwrap().unwrap();
    assert_eq!(profile.events["Charged"], [(day("2026-11-20"), 1)]);
    let days = (day("2026-11-20"), day("2026-11-20"));
    let told = user_records::event_days(conn, place, "ann", days, 10).unwrap();
    let told: Vec<(bool, i64)> = told.iter().map(|day| (day.decides, day.times)).collect();
    assert_eq!(told, [(true, 1), (false, 1)]);
}

#[test]
fn an_event_that_is_refused_can_come_again_under_its_id() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    let many =
        |from: usize| -> Json { (from..from + 200).map(|i| (format!("p{i}"), json!(1))).collect() };
    let set = |id: &str, set: Json| json!({"id": id, "user_id": "ann", "set": set});
    assert_eq!(says_at(conn, place, Reporter::Server, &set("1", many(0)), now()), Fate::Stored);
    let refused = says_at(conn, place, Reporter::Server, &set("2", many(200)), now());
    assert!(matches!(&refused, Fate::Refused(reason) if reason.contains("256 properties")));
    let right = set("2", json!({"plan": "pro"}));
    assert_eq!(says_at(conn, place, Reporter::Server, &right, now()), Fate::Stored);
    assert_eq!(says_at(conn, place, Reporter::Server, &right, now()), Fate::Duplicate);
}

#[test]
fn users_who_were_not_seen_for_long_are_forgotten_with_their_days() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    let charge = |user: &str| json!({"id": user, "user_id": user, "event": "Charged"});
    let long_ago = now() - TimeDelta::days(400);
    says_at(conn, place, Reporter::Server, &charge("old"), long_ago - TimeDelta::seconds(1));
    says_at(conn, place, Reporter::Server, &charge("edge"), long_ago);
    says_at(conn, place, Reporter::Server, &charge("new"), now());
    assert_eq!(retention::forget_unseen(conn, long_ago).unwrap(), 1);
    assert_eq!(retention::forget_unseen(conn, long_ago).unwrap(), 0);
    assert_eq!(ids(conn, &everybody(place)), ["new", "edge"]);
    assert_eq!(retention::forget_days(conn, day("2026-11-20")).unwrap(), 1);
    assert_eq!(retention::forget_days(conn, day("2026-11-20")).unwrap(), 0);
    assert_eq!(profiles::find(conn, place, "edge").unwrap().unwrap(), Default::default());
    assert_eq!(profiles::find(conn, place, "new").unwrap().unwrap().events.len(), 1);
}

#[test]
fn many_are_forgotten_in_bounded_shares() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    let many = format!(
        "insert into profiles (environment_id, user_id, last_seen_at) \
         select '{place}', 'u' || i, '2020-01-01'::timestamptz + i * interval '1 second' \
         from generate_series(1, 1234) i"
    );
    conn.batch_execute(&many).unwrap();
    let mut shares = Vec::new();
    loop {
        let share = retention::forget_surplus(conn, 100).unwrap();
        if share == 0 {
            break;
        }
        shares.push(share);
    }
    assert_eq!(shares, [500, 500, 134]);
    assert_eq!(ids(conn, &everybody(place)).first().unwrap(), "u1234");
    assert_eq!(user_records::count(conn, &everybody(place)).unwrap(), 100);
    assert_eq!(ids(conn, &everybody(place)).last().unwrap(), "u1135");
}

#[test]
fn whom_only_client_keys_know_leaves_before_whom_servers_know() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    let seen = |user: &str| json!({"id": user, "user_id": user, "event": "Seen"});
    let ago = |days| now() - TimeDelta::days(days);
    says_at(conn, place, Reporter::Server, &seen("real-1"), ago(50));
    says_at(conn, place, Reporter::Server, &seen("real-2"), ago(40));
    for number in 0..10 {
        let user = format!("invented-{number}");
        says_at(conn, place, Reporter::Client, &seen(&user), ago(number));
    }
    assert_eq!(retention::forget_surplus(conn, 4).unwrap(), 8);
    assert_eq!(ids(conn, &everybody(place)), ["invented-0", "invented-1", "real-2", "real-1"]);
    assert_eq!(retention::forget_surplus(conn, 1).unwrap(), 2);
    assert_eq!(retention::forget_surplus(conn, 1).unwrap(), 1);
    assert_eq!(ids(conn, &everybody(place)), ["real-2"]);
    assert_eq!(retention::forget_surplus(conn, 1).unwrap(), 0);
}

#[test]
fn replicas_that_forget_at_once_forget_no_more_than_one_alone() {
    let mut fixture = Fixture::new();
    let (conn, place) = (&mut fixture.conn, fixture.production.id);
    for number in 0..300 {
        sees(conn, place, &format!("u{number}"), number);
    }
    let store = Store::new(&fixture.database.url());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let forgotten = store.write(|conn| retention::forget_surplus(conn, 100));
                    forgotten.unwrap();
                }
            });
        }
    });
    assert_eq!(user_records::count(conn, &everybody(place)).unwrap(), 100);
    assert!(ids(conn, &everybody(place)).contains(&"u99".to_owned()));
}
