use flagstaff::domain::ruleset::source::SegmentRule;
use flagstaff::store::{
    StoreError, rulesets, segment_revisions, segment_revisions::NewConditions, segments,
};
use serde_json::json;

use super::fixture::{Fixture, SAM};

#[test]
fn the_newest_conditions_are_served_and_the_older_ones_kept() {
    let mut fixture = Fixture::new();
    let segment = fixture.segment("iphone");
    let newer = json!({"all": [{"attribute": "os", "operator": "is", "value": "iOS"}]});
    let new = NewConditions { conditions: &newer, named_segments: &[] };
    let revised = segment_revisions::revise(&mut fixture.conn, segment.id, &new, SAM).unwrap();
    assert_eq!(revised.revision, 2);
    let source = rulesets::load(&mut fixture.conn, fixture.production.id).unwrap();
    assert_eq!(source.segments[0].rule, SegmentRule::Conditions(newer.clone()));
    let all = segment_revisions::list_below(&mut fixture.conn, segment.id, None, 10).unwrap();
    let seen: Vec<_> = all.iter().map(|one| (one.number, &one.conditions)).collect();
    assert_eq!(seen, [(2, &newer), (1, &json!({"all": []}))]);
    let first = segment_revisions::find(&mut fixture.conn, segment.id, 1).unwrap().unwrap();
    assert_eq!(first.author_name, "Sam");
    let with = segment_revisions::with_conditions(&mut fixture.conn, fixture.project.id).unwrap();
    assert_eq!((with[0].0.id, &with[0].1), (segment.id, &newer));
}

#[test]
fn a_segment_names_only_segments_that_are_there_and_lets_go_of_them() {
    let mut fixture = Fixture::new();
    let (named, gone) = (fixture.segment("named"), fixture.segment("gone"));
    let member = fixture.segment_naming("member", &[named.id]).unwrap();
    assert!(matches!(segments::archive(&mut fixture.conn, named.id), Err(StoreError::InUse(_))));
    let conditions = json!({"all": []});
    let new = NewConditions { conditions: &conditions, named_segments: &[] };
    segment_revisions::revise(&mut fixture.conn, member.id, &new, SAM).unwrap();
    segments::archive(&mut fixture.conn, named.id).unwrap();
    segments::archive(&mut fixture.conn, gone.id).unwrap();
    let refused = fixture.segment_naming("late", &[gone.id]).unwrap_err();
    assert!(matches!(refused, StoreError::Archived(_)), "{refused}");
}
