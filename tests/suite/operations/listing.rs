//! Lists of experiences: what is stale, and the orders that come from what they do.

use chrono::{DateTime, TimeDelta, Utc};
use flagstaff::domain::experience::{Kind, Stale};
use flagstaff::operations::experiences;
use flagstaff::store::experiences::Experience;
use flagstaff::store::key_deliveries;
use flagstaff::store::stale::{self, Look};
use flagstaff::store::standings::{ExperienceFilter, StatusFilter};
use flagstaff::store::{Order, PageRequest};
use serde_json::json;
use uuid::Uuid;

use super::fixture::{Fixture, on_for_all};

fn all(f: &Fixture) -> ExperienceFilter<'static> {
    ExperienceFilter {
        project_id: f.project_id,
        kind: Some(Kind::FeatureFlag),
        search: None,
        tag: None,
        owner_id: None,
        segment_id: None,
        status: StatusFilter::NotArchived,
        stale: None,
    }
}

/// The names of a list, page by page and in one piece.
fn names(f: &Fixture, filter: &ExperienceFilter<'_>, order: Order) -> Vec<String> {
    let whole = f.run(|conn| experiences::slice(conn, &f.vic, filter, order, 0, 100)).unwrap();
    let whole: Vec<String> = whole.into_iter().map(|view| view.experience.name).collect();
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest { after, limit: 2 };
        let page = f.run(|conn| experiences::list(conn, &f.vic, filter, order, page)).unwrap();
        paged.extend(page.items.into_iter().map(|view| view.experience.name));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, whole);
    whole
}

fn reasons(f: &Fixture, flag: &Experience, at: DateTime<Utc>) -> Vec<Stale> {
    let look = Look { environment_id: f.production.id, at };
    let mut reasons = f.run(|conn| Ok(stale::reasons(conn, &[flag.id], look)?)).unwrap();
    let kind = Some(Kind::FeatureFlag);
    let found = f.run(|conn| Ok(stale::of_project(conn, f.project_id, kind, look)?)).unwrap();
    let filter = ExperienceFilter { stale: Some(&found), ..all(f) };
    let listed = names(f, &filter, Order::Delivered(f.production.id));
    assert_eq!(listed.contains(&flag.name), reasons.contains_key(&flag.id), "{}", flag.name);
    reasons.remove(&flag.id).unwrap_or_default()
}

#[test]
fn what_was_delivered_most_comes_first_in_that_environment() {
    let f = Fixture::new();
    for name in ["A", "B", "C", "D"] {
        f.flag_with_key(name);
    }
    f.deliver("b", &f.production, TimeDelta::minutes(1), 5);
    f.deliver("c", &f.production, TimeDelta::hours(20), 4);
    f.deliver("c", &f.production, TimeDelta::minutes(1), 4);
    f.deliver("a", &f.production, TimeDelta::hours(26), 100);
    f.deliver("d", &f.staging, TimeDelta::minutes(1), 1);
    let settle = |at: DateTime<Utc>| f.run(|conn| Ok(key_deliveries::settle(conn, at)?)).unwrap();
    settle(Utc::now());
    let order = |id: Uuid| names(&f, &all(&f), Order::Delivered(id));
    assert_eq!(order(f.production.id), ["C", "B", "A", "D"]);
    assert_eq!(order(f.staging.id), ["D", "A", "B", "C"]);
    settle(Utc::now() + TimeDelta::hours(12));
    assert_eq!(order(f.production.id), ["B", "C", "A", "D"], "20 hours ago is too long ago");
    settle(Utc::now() + TimeDelta::hours(30));
    assert_eq!(order(f.production.id), ["A", "B", "C", "D"]);
}

#[test]
fn what_reaches_most_users_comes_first() {
    let f = Fixture::new();
    f.segment("NY", &json!({"attribute": "city", "operator": "is", "value": "New York"}));
    let make = |name: &str, percent: f64, segment: bool| {
        f.key(name);
        let serve = json!({"values": {name: true}});
        let content = match segment {
            true => json!({"keys": [name], "rows": [
                {"audience": {"segment": "ny"}, "rollout": percent, "serve": serve}]}),
            false => json!({"keys": [name], "everyone_else": {"rollout": percent, "serve": serve}}),
        };
        let flag = f.flag(name, &content);
        f.publish(&f.pia, &flag, &f.production, 1).unwrap();
        flag
    };
    make("ny-half", 50.0, true);
    make("ny-all", 100.0, true);
    make("few", 0.5, false);
    make("most", 99.5, false);
    let off = make("off", 100.0, false);
    f.switch(&f.pia, &off, &f.production, false).unwrap();
    f.flag_with_key("Draft");
    let order = Order::Reach(f.production.id);
    assert_eq!(names(&f, &all(&f), order), ["most", "few", "ny-all", "ny-half", "Draft", "off"]);
}

#[test]
fn what_nobody_asked_for_in_a_month_is_stale() {
    let f = Fixture::new();
    let flag = f.flag_with_key("A");
    let later = |days: i64| Utc::now() + TimeDelta::days(days);
    assert_eq!(reasons(&f, &flag, later(29)), [], "it is too new");
    assert_eq!(reasons(&f, &flag, later(31)), [Stale::NotAskedFor]);
    f.deliver("a", &f.production, TimeDelta::hours(2), 1);
    assert_eq!(reasons(&f, &flag, later(29)), []);
    assert_eq!(reasons(&f, &flag, later(31)), [Stale::NotAskedFor]);
    f.deliver("a", &f.staging, TimeDelta::days(-20), 1);
    assert_eq!(reasons(&f, &flag, later(31)), [Stale::NotAskedFor], "that is elsewhere");
    f.deliver("a", &f.production, TimeDelta::days(-20), 1);
    assert_eq!(reasons(&f, &flag, later(31)), []);
}

#[test]
fn what_gives_everybody_the_same_for_a_month_is_stale() {
    let f = Fixture::new();
    let flag = f.flag_with_key("A");
    f.deliver("a", &f.production, TimeDelta::days(-31), 1);
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    let month = Utc::now() + TimeDelta::days(31);
    assert_eq!(reasons(&f, &flag, Utc::now()), []);
    assert_eq!(reasons(&f, &flag, month), [Stale::Settled]);
    let mut half = on_for_all("a");
    half["everyone_else"]["rollout"] = json!(50);
    f.save(&f.pia, flag.id, 1, &half).unwrap();
    assert_eq!(reasons(&f, &flag, month), [Stale::Settled], "nothing new is live");
    f.publish(&f.pia, &flag, &f.production, 2).unwrap();
    assert_eq!(reasons(&f, &flag, month), []);
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    f.switch(&f.pia, &flag, &f.production, false).unwrap();
    assert_eq!(reasons(&f, &flag, month), [], "off is no rollout");
}

#[test]
fn what_gives_everybody_the_default_is_stale_at_once() {
    let f = Fixture::new();
    f.key("a");
    let content = json!({"keys": ["a"], "rows": [
        {"audience": {"everyone": true}, "rollout": 20, "serve": {"values": {"a": false}}}]});
    let flag = f.flag("A", &content);
    let now = Utc::now();
    assert_eq!(reasons(&f, &flag, now), [], "a draft gives nothing");
    f.publish(&f.pia, &flag, &f.production, 1).unwrap();
    assert_eq!(reasons(&f, &flag, now), [Stale::GivesDefaults]);
    f.save(&f.pia, flag.id, 1, &on_for_all("a")).unwrap();
    f.publish(&f.pia, &flag, &f.production, 2).unwrap();
    assert_eq!(reasons(&f, &flag, now), []);
}
