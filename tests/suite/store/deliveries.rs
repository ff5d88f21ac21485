use std::thread;

use chrono::{DateTime, Duration, Utc};
use diesel::{connection::SimpleConnection, prelude::*, sql_types::BigInt};
use flagstaff::store::{
    Connection, Constraint, Store, StoreError,
    deliveries::{
        self, Added, Bucket, DeliveryAudience, DeliveryCount, DeliveryFilter, DeliverySeries,
    },
    partitions,
};
use uuid::Uuid;

use super::fixture::{Fixture, naming};

fn noon() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn series(fixture: &mut Fixture, key: Uuid, value: &str) -> DeliverySeries {
    DeliverySeries {
        environment_id: fixture.production.id,
        key_id: key,
        version_id: None,
        row_id: None,
        audience: DeliveryAudience::None,
        segment_id: None,
        variant: "default".to_owned(),
        value_label: value.to_owned(),
        value_hash: 1,
        reason: "DEFAULT".to_owned(),
    }
}

fn count(series: &DeliverySeries, seconds: i64, count: i64) -> DeliveryCount {
    DeliveryCount { series: series.clone(), minute: noon() + Duration::seconds(seconds), count }
}

fn day(fixture: &Fixture) -> DeliveryFilter {
    DeliveryFilter {
        environment_id: fixture.production.id,
        experience_id: None,
        key_id: None,
        segment_id: None,
        from: noon() - Duration::hours(12),
        to: noon() + Duration::hours(12),
    }
}

fn total(conn: &mut Connection, filter: &DeliveryFilter) -> i64 {
    let buckets = deliveries::series(conn, filter, Bucket::Day).unwrap();
    buckets.into_iter().map(|(_, count)| count).sum()
}

#[test]
fn a_batch_is_counted_once_however_often_it_is_sent() {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist").id;
    let series = series(&mut fixture, key, "true");
    let (batch, counts) = (Uuid::new_v4(), [count(&series, 0, 3), count(&series, 30, 4)]);
    let store = Store::new(&fixture.database.url());
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let (store, counts) = (store.clone(), counts.clone());
            thread::spawn(move || {
                store
                    .write::<_, StoreError>(|conn| deliveries::add_batch(conn, batch, &counts))
                    .unwrap()
            })
        })
        .collect();
    let added: Vec<Added> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    assert_eq!(added.iter().filter(|added| **added == Added::Now).count(), 1);
    let day = day(&fixture);
    assert_eq!(total(&mut fixture.conn, &day), 7);
}

#[test]
fn batches_of_many_replicas_add_up_without_deadlock() {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist").id;
    let kinds: Vec<_> = (0..40).map(|n| series(&mut fixture, key, &format!("value {n}"))).collect();
    let store = Store::new(&fixture.database.url());
    thread::scope(|scope| {
        for replica in 0..4 {
            let (store, kinds) = (&store, &kinds);
            scope.spawn(move || {
                for round in 0..5 {
                    let mut counts: Vec<_> =
                        kinds.iter().map(|series| count(series, 60 * round, 1)).collect();
                    counts.rotate_left(replica * 10);
                    store
                        .write::<_, StoreError>(|conn| {
                            deliveries::add_batch(conn, Uuid::new_v4(), &counts)
                        })
                        .unwrap();
                }
            });
        }
    });
    let day = day(&fixture);
    assert_eq!(total(&mut fixture.conn, &day), 4 * 5 * 40);
    let by_value = deliveries::by_value(&mut fixture.conn, &day).unwrap();
    assert_eq!(by_value.len(), 40);
    assert!(by_value.iter().all(|value| value.count == 20 && value.key_name == "auto_playlist"));
}

#[test]
fn counts_come_back_by_minute_hour_and_day() {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist").id;
    let series = series(&mut fixture, key, "true");
    let counts = [(0, 1), (59, 2), (60, 4), (3_600, 8), (-43_200, 16), (43_200, 32)]
        .map(|(seconds, number)| count(&series, seconds, number));
    deliveries::add_batch(&mut fixture.conn, Uuid::new_v4(), &counts).unwrap();
    let day = day(&fixture);
    let at =
        |hours: i64, minutes: i64| noon() + Duration::hours(hours) + Duration::minutes(minutes);
    let conn = &mut fixture.conn;
    assert_eq!(
        deliveries::series(conn, &day, Bucket::Minute).unwrap(),
        [(at(-12, 0), 16), (at(0, 0), 3), (at(0, 1), 4), (at(1, 0), 8)]
    );
    assert_eq!(
        deliveries::series(conn, &day, Bucket::Hour).unwrap(),
        [(at(-12, 0), 16), (at(0, 0), 7), (at(1, 0), 8)]
    );
    assert_eq!(deliveries::series(conn, &day, Bucket::Day).unwrap(), [(at(-12, 0), 31)]);
}

#[test]
fn counts_are_told_apart_by_experience_key_and_segment() {
    let mut fixture = Fixture::new();
    let (held, free) = (fixture.key("held"), fixture.key("free"));
    let segment = fixture.segment("iphone");
    let experience = fixture.experience("playlist");
    let version = fixture.save(&experience, naming(&[&held])).unwrap();
    let without_version = series(&mut fixture, held.id, "false");
    let by_row = DeliverySeries {
        version_id: Some(version.id),
        row_id: Some("r1".to_owned()),
        audience: DeliveryAudience::Segment,
        segment_id: Some(segment.id),
        ..series(&mut fixture, held.id, "true")
    };
    let elsewhere = series(&mut fixture, free.id, "false");
    let counts = [count(&without_version, 0, 1), count(&by_row, 0, 10), count(&elsewhere, 0, 100)];
    deliveries::add_batch(&mut fixture.conn, Uuid::new_v4(), &counts).unwrap();
    let day = day(&fixture);
    let conn = &mut fixture.conn;
    assert_eq!(total(conn, &day), 111);
    let of = DeliveryFilter { experience_id: Some(experience.id), ..day };
    assert_eq!(total(conn, &of), 11);
    assert_eq!(total(conn, &DeliveryFilter { segment_id: Some(segment.id), ..of }), 10);
    assert_eq!(total(conn, &DeliveryFilter { key_id: Some(free.id), ..day }), 100);
    assert_eq!(total(conn, &DeliveryFilter { environment_id: fixture.staging.id, ..day }), 0);
    let by_value = deliveries::by_value(conn, &of).unwrap();
    let seen: Vec<_> = by_value.iter().map(|one| (one.value_label.as_str(), one.count)).collect();
    assert_eq!(seen, [("true", 10), ("false", 1)]);
}

#[test]
fn a_count_of_what_this_database_does_not_have_is_refused() {
    let mut fixture = Fixture::new();
    let series = series(&mut fixture, Uuid::new_v4(), "true");
    let refused = deliveries::add_batch(&mut fixture.conn, Uuid::new_v4(), &[count(&series, 0, 1)]);
    let rule = Constraint::Other("delivery_series_key_fkey".to_owned());
    assert!(matches!(&refused, Err(StoreError::Refused(by)) if *by == rule), "{refused:?}");
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut Connection, query: &str) -> i64 {
    diesel::sql_query(query).get_result::<Number>(conn).unwrap().number
}

#[test]
fn months_get_partitions_and_what_came_early_moves_into_them() {
    let mut fixture = Fixture::new();
    let key = fixture.key("auto_playlist").id;
    let series = series(&mut fixture, key, "true");
    deliveries::add_batch(&mut fixture.conn, Uuid::new_v4(), &[count(&series, 0, 5)]).unwrap();
    let store = Store::new(&fixture.database.url());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                store.write::<_, StoreError>(|conn| partitions::ensure(conn, noon())).unwrap();
            });
        }
    });
    let conn = &mut fixture.conn;
    for (query, expected) in [
        ("select count(*) as number from deliveries_minute_2026_11", 1),
        ("select count(*) as number from deliveries_minute_2026_12", 0),
        ("select count(*) as number from deliveries_minute_default", 0),
        (
            "select count(*) as number from pg_inherits where inhparent = 'deliveries_minute'::regclass",
            3,
        ),
    ] {
        assert_eq!(number(conn, query), expected, "{query}");
    }
    let more = [count(&series, 0, 1), count(&series, 40 * 86_400, 1)];
    deliveries::add_batch(conn, Uuid::new_v4(), &more).unwrap();
    assert_eq!(
        number(conn, "select sum(count)::bigint as number from deliveries_minute_2026_11"),
        6
    );
    assert_eq!(number(conn, "select count(*) as number from deliveries_minute_2026_12"), 1);
}

#[test]
fn the_ids_of_batches_are_forgotten_after_a_week() {
    let mut fixture = Fixture::new();
    let conn = &mut fixture.conn;
    for _ in 0..2 {
        deliveries::add_batch(conn, Uuid::new_v4(), &[]).unwrap();
    }
    assert_eq!(deliveries::forget_batches(conn).unwrap(), 0);
    conn.batch_execute(
        "update delivery_batches set added_at = now() - interval '8 days' \
         where id = (select id from delivery_batches limit 1)",
    )
    .unwrap();
    assert_eq!(deliveries::forget_batches(conn).unwrap(), 1);
}
