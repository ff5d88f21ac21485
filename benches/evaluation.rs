//! How long a decision takes. `cargo bench --bench evaluation`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use flagstaff::domain::{
    context::{Attributes, Context, Stored, Subject},
    evaluation::{evaluate, evaluate_all},
    experience::Kind,
    ruleset::{
        MemberLists, Ruleset,
        source::{
            ExperienceSource, KeySource, PublicationSource, SegmentRule, SegmentSource, Source,
        },
    },
    value::ValueType,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

// The product's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const USER: &str = r#"{"user_id": "5f0c7c5e-user-48151623", "os": "iOS", "city": "New York",
    "country": "US", "plan": "enterprise", "app_version": "5.1.0", "seats": 17}"#;

fn user() -> Context {
    Context::new(serde_json::from_str(USER).unwrap())
}

fn with_subject<T>(context: &Context, decide: impl FnOnce(&Subject<'_>) -> T) -> T {
    let now = DateTime::<Utc>::UNIX_EPOCH;
    decide(&Subject { context, stored: Stored::Nothing, now })
}

/// One flag: two conditions and a rollout.
fn ordinary(key: &str) -> Json {
    json!({"keys": [key], "salt": key, "rows": [{"id": "r1", "rollout": 20,
        "audience": {"conditions": {"all": [
            {"attribute": "os", "operator": "is", "value": "iOS"},
            {"attribute": "city", "operator": "in", "value": ["New York", "Miami"]}]}},
        "serve": {"values": {key: true}}}]})
}

fn experience(slug: &str, content: Json) -> ExperienceSource {
    let active = PublicationSource {
        id: Uuid::new_v4(),
        version_id: Uuid::new_v4(),
        version: 1,
        content,
        ramp: 10_000,
        replaces: None,
    };
    let (id, slug) = (Uuid::new_v4(), slug.to_owned());
    ExperienceSource { id, slug, kind: Kind::FeatureFlag, switched_on: true, active }
}

fn source(contents: impl Iterator<Item = (String, Json)>) -> Source {
    let mut source = Source::default();
    for (name, content) in contents {
        source.experiences.push(experience(&name.replace('_', "-"), content));
        let (value_type, default_value) = (ValueType::Boolean, Json::Bool(false));
        source.keys.push(KeySource { id: Uuid::new_v4(), name, value_type, default_value });
    }
    source
}

fn ordinary_flags(count: usize) -> Source {
    source((0..count).map(|number| format!("flag_{number}")).map(|key| {
        let content = ordinary(&key);
        (key, content)
    }))
}

fn one_row(conditions: Json) -> Source {
    let content = json!({"keys": ["flag"], "rows": [{"id": "r1", "audience": conditions,
        "rollout": 20, "serve": {"values": {"flag": true}}}]});
    source([("flag".to_owned(), content)].into_iter())
}

fn compiled(source: Source) -> Ruleset {
    let compiled = Ruleset::compile(source, None, &MemberLists::new());
    assert_eq!(compiled.problems, []);
    compiled.ruleset
}

fn one(c: &mut Criterion, name: &str, ruleset: &Ruleset, key: &str) {
    let context = user();
    c.bench_function(name, |b| {
        b.iter(|| {
            with_subject(&context, |subject| {
                evaluate(ruleset, black_box(key), subject).unwrap().index
            })
        });
    });
}

fn single(c: &mut Criterion) {
    let ruleset = compiled(ordinary_flags(200));
    one(c, "one flag, two conditions, a rollout", &ruleset, "flag_150");
    c.bench_function("the same, reading the context from JSON", |b| {
        b.iter(|| {
            let attributes: Attributes = serde_json::from_str(black_box(USER)).unwrap();
            let context = Context::new(attributes);
            with_subject(&context, |subject| evaluate(&ruleset, "flag_150", subject).unwrap().index)
        });
    });

    let conditions: Vec<Json> = (0..100)
        .map(|number| json!({"attribute": "plan", "operator": "is", "value": format!("plan-{number}")}))
        .collect();
    let mut source = one_row(json!({"segment": "hundred"}));
    let rule = SegmentRule::Conditions(json!({"any": conditions}));
    source.segments.push(SegmentSource { id: Uuid::new_v4(), slug: "hundred".to_owned(), rule });
    one(c, "a segment of 100 conditions", &compiled(source), "flag");

    let mut values: Vec<String> = (0..9_999).map(|number| format!("plan-{number}")).collect();
    values.push("enterprise".to_owned());
    let condition = json!({"attribute": "plan", "operator": "in", "value": values});
    let ruleset = compiled(one_row(json!({"conditions": condition})));
    one(c, "in with 10,000 values", &ruleset, "flag");
}

fn many(c: &mut Criterion) {
    for count in [10, 200, 5_000] {
        let ruleset = compiled(ordinary_flags(count));
        let context = user();
        c.bench_function(&format!("all {count} keys of an environment"), |b| {
            b.iter(|| {
                let mut sum = 0;
                with_subject(&context, |subject| {
                    evaluate_all(&ruleset, 0..count as u32, subject, |answer| sum += answer.index);
                });
                sum
            });
        });
    }
}

fn compile(c: &mut Criterion) {
    let source = ordinary_flags(5_000);
    c.bench_function("compiling 5,000 flags", |b| {
        b.iter_batched(
            || source.clone(),
            |source| Ruleset::compile(source, None, &MemberLists::new()),
            criterion::BatchSize::LargeInput,
        );
    });
}

criterion_group!(benches, single, many, compile);
criterion_main!(benches);
