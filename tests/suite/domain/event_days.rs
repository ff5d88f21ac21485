//! Days and windows of events.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use flagstaff::domain::{
    condition::{Condition, EventCondition},
    context::{Attributes, Context, Profile, Stored, Subject},
    event::Event,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn condition(within_days: Option<u32>) -> EventCondition {
    let mut json = json!({"event": "Charged"});
    if let Some(days) = within_days {
        json["within_days"] = days.into();
    }
    match Condition::from_json(&json).unwrap() {
        Condition::Event(condition) => condition,
        other => panic!("{other:?}"),
    }
}

/// How often the event counts at that moment, where it was done that often on those days.
fn times(days: &[(NaiveDate, u32)], within_days: Option<u32>, now: DateTime<Utc>) -> u64 {
    let profile = Profile {
        events: HashMap::from([("Charged".to_owned(), days.to_vec())]),
        ..Profile::default()
    };
    let context = Context::of_user("ann", Attributes::default());
    let subject = Subject { context: &context, stored: Stored::Profile(&profile), now };
    condition(within_days).times(&subject).unwrap()
}

#[test]
fn a_window_is_today_and_the_days_before_by_the_days_of_utc() {
    let days = [(date("2026-11-19"), 1), (date("2026-11-20"), 10)];
    let cases = [
        ("2026-11-20T00:00:00Z", 1, 10),
        ("2026-11-20T23:59:59.999Z", 1, 10),
        ("2026-11-21T00:00:00Z", 1, 0),
        ("2026-11-21T00:00:00Z", 2, 10),
        ("2026-11-20T00:00:00Z", 2, 11),
        ("2026-11-21T23:59:59Z", 3, 11),
        ("2026-11-22T00:00:00Z", 3, 10),
        // Where it is the next day already, and where it still is the day before.
        ("2026-11-21T13:30:00+14:00", 1, 10),
        ("2026-11-20T12:30:00-12:00", 1, 0),
    ];
    for (now, within, expected) in cases {
        assert_eq!(times(&days, Some(within), moment(now)), expected, "{now}, {within} days");
    }
}

#[test]
fn leap_days_and_ends_of_years_are_days_like_others() {
    let leap = [(date("2028-02-28"), 1), (date("2028-02-29"), 10), (date("2028-03-01"), 100)];
    let march = moment("2028-03-01T12:00:00Z");
    assert_eq!([1, 2, 3].map(|within| times(&leap, Some(within), march)), [100, 110, 111]);
    let new_year = [(date("2027-12-31"), 1), (date("2028-01-01"), 10)];
    let first = moment("2028-01-01T00:00:00Z");
    assert_eq!([1, 2].map(|within| times(&new_year, Some(within), first)), [10, 11]);
    // A year of 366 days: the first of them is out of 365.
    let first_days = [(date("2028-01-01"), 1), (date("2028-01-02"), 10)];
    assert_eq!(times(&first_days, Some(365), moment("2028-12-31T23:00:00Z")), 10);
    assert_eq!(times(&first_days, Some(365), moment("2028-12-30T23:00:00Z")), 11);
}

#[test]
fn what_an_app_with_a_fast_clock_did_tomorrow_counts_from_tomorrow_on() {
    let days = [(date("2026-11-21"), 1)];
    assert_eq!(times(&days, Some(1), moment("2026-11-20T23:59:00Z")), 0);
    assert_eq!(times(&days, Some(1), moment("2026-11-21T00:00:00Z")), 1);
    assert_eq!(times(&days, None, moment("2026-11-20T23:59:00Z")), 1);
}

#[test]
fn a_window_has_one_day_to_ten_years() {
    for days in [json!(0), json!(3_651), json!(-1), json!(1.5), json!("7"), json!(1e300)] {
        let json = json!({"event": "Charged", "within_days": days});
        let problems = Condition::from_json(&json).unwrap_err();
        assert_eq!(problems[0].field, "within_days", "{json}");
    }
    for days in [1, 365, 3_650] {
        Condition::from_json(&json!({"event": "Charged", "within_days": days})).unwrap();
    }
}

fn read(timestamp: &Json, now: &str) -> Result<DateTime<Utc>, String> {
    let json = json!({"id": "1", "user_id": "ann", "event": "Charged", "timestamp": timestamp});
    Event::read(&json, moment(now)).map(|event| event.at)
}

#[test]
fn an_event_belongs_to_its_day_of_utc_wherever_it_was_done() {
    let noon = "2026-11-20T12:00:00Z";
    for (timestamp, day) in [
        ("2026-11-20T00:00:00Z", "2026-11-20"),
        ("2026-11-19T23:59:59.999999999Z", "2026-11-19"),
        ("2026-11-20T01:30:00+02:00", "2026-11-19"),
        ("2026-11-19T22:30:00-02:00", "2026-11-20"),
    ] {
        assert_eq!(read(&json!(timestamp), noon).unwrap().date_naive(), date(day), "{timestamp}");
    }
}

#[test]
fn an_event_is_at_most_seven_days_old_and_five_minutes_ahead() {
    let now = "2028-03-01T00:00:00Z";
    for (timestamp, reason) in [
        ("2028-02-23T00:00:00Z", None),
        ("2028-02-22T23:59:59.999Z", Some("7 days ago")),
        ("2028-03-01T00:05:00Z", None),
        ("2028-03-01T00:05:00.001Z", Some("in the future")),
        ("9999-12-31T23:59:59Z", Some("in the future")),
        ("0000-01-01T00:00:00Z", Some("7 days ago")),
        ("2028-02-30T00:00:00Z", Some("must be a time")),
        ("2028-02-28", Some("must be a time")),
        ("", Some("must be a time")),
    ] {
        let read = read(&json!(timestamp), now);
        match reason {
            None => assert!(read.is_ok(), "{timestamp}: {read:?}"),
            Some(reason) => assert!(read.unwrap_err().contains(reason), "{timestamp}"),
        }
    }
    for timestamp in [json!(1_709_251_200), json!(true), json!({}), json!(1e300)] {
        assert!(read(&timestamp, now).unwrap_err().contains("must be a time"), "{timestamp}");
    }
    assert_eq!(read(&Json::Null, now).unwrap(), moment(now));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_window_counts_what_counting_on_fingers_counts(
        start in -40_000_i64..40_000, seconds in 0_i64..86_400, within in 1_u32..=365,
        done in proptest::collection::vec((-800_i64..10, 1_u32..1_000), 0..20),
    ) {
        let today = NaiveDate::default() + TimeDelta::days(start);
        let now = today.and_hms_opt(0, 0, 0).unwrap().and_utc() + TimeDelta::seconds(seconds);
        let days: Vec<(NaiveDate, u32)> =
            done.iter().map(|(ago, times)| (today + TimeDelta::days(*ago), *times)).collect();
        let mut expected = 0;
        for back in 0..u64::from(within) {
            let day = today - Days::new(back);
            let on_day = days.iter().filter(|(other, _)| *other == day);
            expected += on_day.map(|(_, times)| u64::from(*times)).sum::<u64>();
        }
        prop_assert_eq!(times(&days, Some(within), now), expected);
        let all: u64 = days.iter().map(|(_, times)| u64::from(*times)).sum();
        prop_assert_eq!(times(&days, None, now), all);
    }
}
