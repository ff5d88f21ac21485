use serde_json::json;

use super::fixture::{Fixture, is_forbidden};

#[test]
fn a_developer_switches_off_anywhere_and_on_where_they_may_publish() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    for environment in [&fixture.production, &fixture.staging] {
        fixture.publish(&fixture.pia, &flag, environment, 1).unwrap();
        assert!(is_forbidden(&fixture.switch(&fixture.vic, &flag, environment, false)));
        assert!(fixture.switch(&fixture.dev, &flag, environment, false).unwrap().changed);
    }
    assert!(is_forbidden(&fixture.switch(&fixture.dev, &flag, &fixture.production, true)));
    assert!(fixture.switch(&fixture.dev, &flag, &fixture.staging, true).unwrap().is_on);
    assert!(fixture.switch(&fixture.pia, &flag, &fixture.production, true).unwrap().is_on);
}

#[test]
fn a_switch_that_stands_there_already_changes_nothing() {
    let fixture = Fixture::new();
    let flag = fixture.flag_with_key("A");
    fixture.publish(&fixture.pia, &flag, &fixture.staging, 1).unwrap();
    let before = fixture.revisions();
    fixture.switch(&fixture.dev, &flag, &fixture.staging, false).unwrap();
    assert_eq!(fixture.last_action(), "experience.switch_off");
    assert_eq!(fixture.revisions(), (before.0, before.1 + 1));
    let entries = fixture.audit().len();
    assert!(!fixture.switch(&fixture.dev, &flag, &fixture.staging, false).unwrap().changed);
    assert_eq!(fixture.revisions(), (before.0, before.1 + 1));
    assert_eq!(fixture.audit().len(), entries);
}

#[test]
fn where_nothing_is_published_there_is_nothing_to_switch() {
    let fixture = Fixture::new();
    let flag = fixture.flag("A", &json!({}));
    for on in [true, false] {
        let sentence =
            fixture.refused(|| fixture.switch(&fixture.pia, &flag, &fixture.staging, on));
        assert!(sentence.contains("Publish a version there first."), "{sentence}");
    }
}
