//! What happens by itself.

use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use flagstaff::{
    jobs::{Jobs, Retention},
    store::{Store, StoreError, user_records},
};

use crate::support::{TestDatabase, eventually, story::Story};

const RETENTION: Retention = Retention { users: 1_000, days_of_users: 100, days_of_events: 30 };

#[test]
fn users_and_what_they_did_are_forgotten_as_the_settings_say() {
    let database = TestDatabase::new();
    let story = Story::begin(&database);
    let (store, place) = (Store::new(&database.url()), story.production.id);
    let fill = format!(
        "insert into profiles (environment_id, user_id, last_seen_at) \
         select '{place}', 'u' || i, now() - i * interval '1 minute' \
         from generate_series(1, 2500) i; \
         insert into profiles (environment_id, user_id, last_seen_at, decides) \
         select '{place}', 'server' || i, now() - interval '99 days', true \
         from generate_series(1, 5) i; \
         insert into profiles (environment_id, user_id, last_seen_at, decides) \
         values ('{place}', 'old', now() - interval '101 days', true); \
         insert into event_days (environment_id, user_id, decides, event, day, times) \
         select '{place}', 'u1', true, 'Seen', (now() at time zone 'utc')::date - i, 1 \
         from generate_series(0, 60) i"
    );
    database.connection().batch_execute(&fill).unwrap();
    let search = user_records::Search { environment_id: place, starts_with: "" };
    let known = || store.read(|conn| user_records::count(conn, &search)).unwrap();
    let mut jobs = Jobs::new(RETENTION);
    let now = Utc::now();
    // What is not done in one go is due again at once.
    eventually("a thousand are left", || {
        jobs.run_at(&store, now);
        (known() <= 1_000).then_some(())
    });
    assert_eq!(known(), 1_000);
    let found = |user: &str| -> bool {
        let found = store.read(|conn| user_records::find(conn, place, user));
        found.map(|found: Option<_>| found.is_some()).unwrap()
    };
    assert!(!found("old"), "not seen for more than 100 days");
    assert!(found("server5") && found("u995") && !found("u996"), "those who decide stay");
    let today = now.date_naive();
    let days = (today - TimeDelta::days(90), today);
    let kept: Result<_, StoreError> =
        store.read(|conn| user_records::event_days(conn, place, "u1", days, 100));
    let kept = kept.unwrap();
    assert_eq!(kept.len(), 31);
    assert_eq!(kept.last().unwrap().day, today - TimeDelta::days(30));

    // Where it was done just now, it has time.
    let more = fill.replace("'u'", "'v'");
    database.connection().batch_execute(more.split(';').next().unwrap()).unwrap();
    jobs.run_at(&store, now + TimeDelta::seconds(59));
    assert_eq!(known(), 3_500);
    eventually("a thousand are left", || {
        jobs.run_at(&store, now + TimeDelta::seconds(60));
        (known() <= 1_000).then_some(())
    });
    assert_eq!(known(), 1_000);
}
