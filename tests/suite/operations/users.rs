use chrono::{DateTime, Utc};
use flagstaff::domain::event::Event;
use flagstaff::domain::ruleset::Reason;
use flagstaff::operations::OperationError;
use flagstaff::operations::users::{self, Portrait};
use flagstaff::store::environments::Environment;
use flagstaff::store::member_lists::MemberListCache;
use flagstaff::store::profiles::{self, Reporter};
use serde_json::{Value as Json, json};

use super::fixture::{Fixture, Outcome, is_forbidden, on_for_segment};

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn hears(fixture: &Fixture, place: &Environment, reporter: Reporter, report: &Json) {
    let event = Event::read(report, now()).unwrap();
    let taken = fixture.run(|conn| {
        Ok(profiles::take(conn, place.id, reporter, std::slice::from_ref(&event), now())?)
    });
    taken.unwrap();
}

fn portray(fixture: &Fixture, place: &Environment, user: &str) -> Outcome<Portrait> {
    fixture.store.read(|conn| {
        users::portray(conn, &fixture.vic, &MemberListCache::default(), place.id, user, now())
    })
}

#[test]
fn a_portrait_takes_what_was_said_last_and_what_is_stored_for_the_rest() {
    let fixture = Fixture::new();
    fixture.key("gift");
    fixture.key("idle");
    let rich = json!({"all": [{"attribute": "plan", "operator": "is", "value": "pro"},
                              {"event": "Charged", "within_days": 7},
                              {"attribute": "city", "operator": "is", "value": "Rome"}]});
    fixture.segment("Rich", &rich);
    fixture.segment("Poor", &json!({"not": {"segment": "rich"}}));
    let flag = fixture.flag("Gift", &on_for_segment("gift", "rich"));
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    let place = &fixture.production;
    let stored = json!({"id": "1", "user_id": "ada", "event": "Charged",
                        "set": {"plan": "pro", "city": "Oslo"}});
    hears(&fixture, place, Reporter::Server, &stored);
    let said = json!({"id": "1", "user_id": "ada", "set": {"city": "Rome"}});
    hears(&fixture, place, Reporter::Client, &said);

    let ada = portray(&fixture, place, "ada").unwrap();
    let segments: Vec<&str> = ada.segments.iter().map(|segment| segment.name.as_str()).collect();
    assert_eq!(segments, ["Rich"]);
    assert!(ada.segments[0].is_known);
    let values: Vec<(&str, Json, Reason)> =
        ada.values.iter().map(|it| (it.key.as_str(), it.value.clone(), it.reason)).collect();
    let expected =
        [("gift", json!(true), Reason::TargetingMatch), ("idle", json!(false), Reason::Default)];
    assert_eq!(values, expected);
    assert!(ada.values[0].why.contains("Rich"), "{}", ada.values[0].why);
    for (place, user) in [(place, "eve"), (&fixture.staging, "ada")] {
        let missing = portray(&fixture, place, user);
        assert!(matches!(missing, Err(OperationError::NotFound("user"))));
    }
}

#[test]
fn forgetting_takes_the_right_to_publish_there_and_is_logged_without_what_was_known() {
    let fixture = Fixture::new();
    for place in [&fixture.production, &fixture.staging] {
        let report = json!({"id": "1", "user_id": "ada", "set": {"plan": "secret-plan"}});
        hears(&fixture, place, Reporter::Server, &report);
    }
    let forget = |actor, place: &Environment| {
        fixture.run(|conn| users::forget(conn, actor, place.id, "ada"))
    };
    for (actor, place) in [
        (&fixture.vic, &fixture.staging),
        (&fixture.vic, &fixture.production),
        (&fixture.dev, &fixture.production),
    ] {
        fixture.refused(|| {
            let refused = forget(actor, place);
            assert!(is_forbidden(&refused));
            refused
        });
    }
    let revisions = fixture.revisions();
    assert!(forget(&fixture.dev, &fixture.staging).unwrap());
    assert!(portray(&fixture, &fixture.production, "ada").is_ok(), "other environments keep it");
    assert!(forget(&fixture.pia, &fixture.production).unwrap());
    let entries = fixture.audit().len();
    assert!(!forget(&fixture.pia, &fixture.production).unwrap());
    let log = fixture.audit();
    assert_eq!(log.len(), entries, "nothing was there, so nothing is logged");
    assert_eq!((log[0].action.as_str(), log[0].object_name.as_str()), ("user.forget", "ada"));
    assert_eq!((&log[0].before, &log[0].after), (&None, &None));
    assert_eq!(fixture.revisions(), revisions);
}
