use std::{sync::Arc, thread};

use chrono::Utc;
use flagstaff::{
    delivery::{Counting, Environment},
    domain::{
        context::{Attributes, Context, Stored, Subject},
        ruleset::MemberLists,
    },
};

use super::story;

fn environment() -> Environment {
    Environment::prepare(story::environment("secret"), None, &MemberLists::new()).0
}

fn subject(context: &Context) -> Subject<'_> {
    Subject { context, stored: Stored::Nothing, now: Utc::now() }
}

fn ask(environment: &Environment, times: usize) {
    for number in 0..times {
        let context = Context::of_user(&format!("user-{number}"), Attributes::default());
        let answer = environment.evaluate("auto_playlist", &subject(&context)).unwrap();
        environment.count(&[answer]);
    }
}

fn collected(counting: &Counting) -> i64 {
    counting.collect(Utc::now()).iter().map(|count| count.count).sum()
}

#[test]
fn every_value_handed_out_is_counted_once_also_while_it_is_collected() {
    let counting = Counting::default();
    let environment = Arc::new(environment());
    counting.enter(Arc::clone(&environment), Utc::now());
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let environment = Arc::clone(&environment);
            thread::spawn(move || ask(&environment, 5_000))
        })
        .collect();
    let mut total = 0;
    while !asking.iter().all(|thread| thread.is_finished()) {
        total += collected(&counting);
    }
    asking.into_iter().for_each(|thread| thread.join().unwrap());
    total += collected(&counting);
    assert_eq!(total, 20_000);
}

#[test]
fn a_replaced_snapshot_is_counted_until_its_last_reader_is_gone_and_then_let_go() {
    let counting = Counting::default();
    let environment = Arc::new(environment());
    let reader = Arc::downgrade(&environment);
    counting.enter(environment, Utc::now());
    let last = reader.upgrade().unwrap();
    ask(&last, 3);
    assert_eq!(collected(&counting), 3);
    ask(&last, 2);
    drop(last);
    assert_eq!(collected(&counting), 2);
    assert!(reader.upgrade().is_none());
}

#[test]
fn asking_without_counting_counts_nothing() {
    let counting = Counting::default();
    let environment = Arc::new(environment());
    counting.enter(Arc::clone(&environment), Utc::now());
    let context = Context::default();
    environment.evaluate("auto_playlist", &subject(&context)).unwrap();
    environment.evaluate_all(None, &subject(&context));
    assert_eq!(collected(&counting), 0);
}

#[test]
fn replaced_snapshots_are_not_kept_until_the_next_collection() {
    let counting = Counting::default();
    let mut replaced = Vec::new();
    for _ in 0..10 {
        let environment = Arc::new(environment());
        counting.enter(Arc::clone(&environment), Utc::now());
        ask(&environment, 2);
        replaced.push(Arc::downgrade(&environment));
    }
    let kept = replaced.iter().filter(|environment| environment.upgrade().is_some()).count();
    assert_eq!(kept, 1);
    assert_eq!(collected(&counting), 20);
}
