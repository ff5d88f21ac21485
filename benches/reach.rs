//! How long it takes to say who gets what. `cargo bench --bench reach`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use flagstaff::domain::{
    context::Context,
    experience::Kind,
    known_user::KnownUser,
    ruleset::{
        MemberLists,
        source::{ExperienceSource, KeySource, SegmentRule, SegmentSource, Source},
    },
    trial::{Candidate, Trial},
    value::ValueType,
    version::Content,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

// The product's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const USERS: usize = 100_000;
const CITIES: [&str; 10] =
    ["New York", "Miami", "Boston", "Paris", "Rome", "Oslo", "Kyiv", "Lima", "Cairo", "Pune"];

fn users() -> Vec<KnownUser> {
    let user = |number: usize| {
        let id = format!("5f0c7c5e-user-{number}");
        let platform = if number.is_multiple_of(3) { "iOS" } else { "Android" };
        let said = json!({"user_id": id, "os": platform, "city": CITIES[number % 10],
            "country": "US", "seats": number % 50, "app_version": format!("5.{}.0", number % 20)});
        let context = Context::new(serde_json::from_value(said).unwrap());
        KnownUser { context, ..KnownUser::named(&id) }
    };
    (0..USERS).map(user).collect()
}

/// A segment per city, each of two conditions.
fn segments() -> Vec<SegmentSource> {
    let segment = |city: &&str| SegmentSource {
        id: Uuid::new_v4(),
        slug: city.to_lowercase().replace(' ', "-"),
        rule: SegmentRule::Conditions(json!({"all": [
            {"attribute": "os", "operator": "in", "value": ["iOS", "iPadOS"]},
            {"attribute": "city", "operator": "is", "value": city}]})),
    };
    CITIES.iter().map(segment).collect()
}

/// Ten rows, each for a city.
fn content(percent: u16) -> Content {
    let row = |segment: SegmentSource| {
        json!({"audience": {"segment": segment.slug}, "rollout": percent,
               "serve": {"values": {"flag": true}}})
    };
    let rows: Vec<Json> = segments().into_iter().map(row).collect();
    Content::from_json(&json!({"keys": ["flag"], "rows": rows}), "salt").unwrap()
}

fn ten_rows(c: &mut Criterion) {
    let (id, kind) = (Uuid::new_v4(), Kind::FeatureFlag);
    let (value_type, default_value) = (ValueType::Boolean, Json::Bool(false));
    let live = content(10).to_json();
    let live = ExperienceSource::as_if_published(id, "flag".to_owned(), kind, (id, 1), live);
    let source = Source {
        keys: vec![KeySource { id, name: "flag".to_owned(), value_type, default_value }],
        segments: segments(),
        experiences: vec![live],
        ..Source::default()
    };
    let (content, users) = (content(30), users());
    let candidate = Candidate { id, slug: "flag", kind, content: &content };
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let mut group = c.benchmark_group("reach");
    group.sample_size(10);
    group.bench_function("ten rows for 100,000 users, beside what is live", |b| {
        b.iter(|| {
            let trial = Trial::new(source.clone(), candidate, &MemberLists::new()).unwrap();
            trial.reach(black_box(&users).iter().map(|user| (user, now)), now).touched
        });
    });
    group.finish();
}

criterion_group!(benches, ten_rows);
criterion_main!(benches);
