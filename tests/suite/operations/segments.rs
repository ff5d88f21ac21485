use flagstaff::domain::ruleset::MOST_NESTING;
use flagstaff::operations::OperationError;
use flagstaff::operations::segments::{self, SegmentEdit};
use serde_json::{Value, json};

use super::fixture::{Fixture, is_conflict, is_forbidden, on_for_segment};

fn pro() -> Value {
    json!({"attribute": "plan", "operator": "is", "value": "pro"})
}

fn conditions(conditions: &Value) -> SegmentEdit<'_> {
    SegmentEdit { conditions: Some(conditions), ..SegmentEdit::default() }
}

#[test]
fn a_segment_gets_its_slug_from_its_name() {
    let fixture = Fixture::new();
    assert_eq!(fixture.segment("Pro users", &pro()).slug, "pro-users");
    assert_eq!(fixture.segment("Pro-users", &pro()).slug, "pro-users-2");
    assert_eq!(fixture.segment("東京", &pro()).slug, "segment-1");
    assert!(is_forbidden(&fixture.try_segment(&fixture.vic, "V", &pro())));
}

#[test]
fn conditions_that_change_nothing_make_no_revision() {
    let fixture = Fixture::new();
    let segment = fixture.segment("Pro", &pro());
    let before = fixture.revisions();
    let edit = |with: &Value| {
        fixture.run(|conn| segments::edit(conn, &fixture.dev, segment.id, &conditions(with)))
    };
    assert_eq!(edit(&pro()).unwrap().revision, 1);
    assert_eq!(fixture.revisions(), before);
    assert_eq!(edit(&json!({"all": [pro()]})).unwrap().revision, 1);
    let all = json!({"all": [pro(), {"attribute": "seats", "operator": "is", "value": 3}]});
    assert_eq!(edit(&all).unwrap().revision, 2);
    assert_eq!(fixture.revisions(), (before.0 + 1, before.1 + 1));
    let entry = &fixture.audit()[0];
    assert_eq!(entry.before.as_ref().unwrap()["conditions"], pro());
    assert_eq!(entry.after.as_ref().unwrap()["conditions"], all);

    let restored = fixture.run(|conn| segments::restore(conn, &fixture.dev, segment.id, 1, None));
    assert_eq!(restored.unwrap().revision, 3);
}

#[test]
fn an_edit_on_a_stale_revision_is_a_conflict_that_shows_both_sides() {
    let fixture = Fixture::new();
    let segment = fixture.segment("Pro", &pro());
    let (first, second) = (json!({"not": pro()}), json!({"any": [pro()]}));
    let edit = |with: &Value| {
        let edit = SegmentEdit { base_revision: Some(1), ..conditions(with) };
        fixture.run(|conn| segments::edit(conn, &fixture.dev, segment.id, &edit))
    };
    edit(&first).unwrap();
    let stale = edit(&second);
    assert!(is_conflict(&stale));
    let Err(OperationError::Conflict { sides, .. }) = stale else { unreachable!() };
    assert_eq!(sides["newest"]["conditions"], first);
    assert_eq!(sides["yours"]["conditions"], second);
}

#[test]
fn segments_that_would_depend_on_themselves_are_refused_with_the_way_round() {
    let fixture = Fixture::new();
    let a = fixture.segment("A", &pro());
    fixture.segment("B", &json!({"segment": "a"}));
    fixture.segment("C", &json!({"segment": "b"}));
    for (named, way) in [("c", "a → c → b → a"), ("a", "a → a")] {
        let with = json!({"segment": named});
        let sentence = fixture.refused(|| {
            fixture.run(|conn| segments::edit(conn, &fixture.pia, a.id, &conditions(&with)))
        });
        assert!(sentence.contains(way), "{sentence}");
    }
}

#[test]
fn conditions_name_segments_that_are_there_and_not_archived() {
    let fixture = Fixture::new();
    let segment = fixture.segment("Gone", &pro());
    fixture.run(|conn| segments::archive(conn, &fixture.pia, segment.id)).unwrap();
    for slug in ["gone", "never-there"] {
        let sentence = fixture
            .refused(|| fixture.try_segment(&fixture.pia, "New one", &json!({"segment": slug})));
        assert!(sentence.contains(slug), "{sentence}");
    }
}

#[test]
fn a_used_segment_cannot_be_archived_and_the_error_names_its_users() {
    let fixture = Fixture::new();
    let segment = fixture.segment("Pro", &pro());
    fixture.segment("Pro in town", &json!({"segment": "pro"}));
    fixture.key("a");
    fixture.flag("Autoplay", &on_for_segment("a", "pro"));
    let sentence =
        fixture.refused(|| fixture.run(|conn| segments::archive(conn, &fixture.pia, segment.id)));
    assert!(sentence.contains("“Autoplay” and the segment “Pro in town”"), "{sentence}");
}

#[test]
fn a_segment_that_production_serves_needs_the_right_to_publish_there() {
    let fixture = Fixture::new();
    let inner = fixture.segment("Inner", &pro());
    let outer = fixture.segment("Outer", &json!({"segment": "inner"}));
    fixture.key("a");
    let flag = fixture.flag("A", &on_for_segment("a", "outer"));
    let with = json!({"not": pro()});
    let edit = |actor, id| fixture.run(|conn| segments::edit(conn, actor, id, &conditions(&with)));
    edit(&fixture.dev, inner.id).unwrap();
    fixture.publish(&fixture.pia, &flag, &fixture.production, 1).unwrap();
    let again = pro();
    for id in [inner.id, outer.id] {
        let outcome =
            fixture.run(|conn| segments::edit(conn, &fixture.dev, id, &conditions(&again)));
        assert!(is_forbidden(&outcome), "{outcome:?}");
    }
    edit(&fixture.pia, outer.id).unwrap();
}

#[test]
fn a_clone_has_the_conditions_and_a_name_of_its_own() {
    let fixture = Fixture::new();
    let segment = fixture.segment("Pro", &pro());
    let clone = fixture.run(|conn| segments::clone(conn, &fixture.dev, segment.id, "Pro, again"));
    assert_eq!(clone.unwrap().slug, "pro-again");
}

#[test]
fn a_name_that_another_segment_has_is_refused_at_its_field() {
    let fixture = Fixture::new();
    let segment = fixture.segment("Pro", &pro());
    let free = fixture.segment("Free", &pro());
    let refused = |outcome: Result<_, OperationError>| match outcome {
        Err(OperationError::Invalid(problems)) => assert_eq!(problems[0].field, "name"),
        Err(other) => panic!("{other:?}"),
        Ok(()) => panic!("it was accepted"),
    };
    refused(fixture.try_segment(&fixture.dev, "pRO", &pro()).map(drop));
    refused(fixture.run(|conn| segments::clone(conn, &fixture.dev, segment.id, "Pro").map(drop)));
    let renamed = SegmentEdit { name: Some("PRO"), ..SegmentEdit::default() };
    refused(fixture.run(|conn| segments::edit(conn, &fixture.dev, free.id, &renamed).map(drop)));
    fixture.run(|conn| segments::edit(conn, &fixture.dev, segment.id, &renamed)).unwrap();
}

#[test]
fn a_problem_with_another_segment_is_named_where_the_tree_names_it() {
    let fixture = Fixture::new();
    let segment = fixture.segment("Pro", &pro());
    let field = |with: &Value| {
        let edit = conditions(with);
        match fixture.run(|conn| segments::edit(conn, &fixture.dev, segment.id, &edit)) {
            Err(OperationError::Invalid(problems)) => problems[0].field.clone(),
            other => panic!("{other:?}"),
        }
    };
    let with = |slug: &str| json!({"all": [pro(), {"any": [pro(), {"not": {"segment": slug}}]}]});
    for slug in ["nobody", "pro"] {
        assert_eq!(field(&with(slug)), "conditions.all[1].any[1].not.segment");
    }
}

#[test]
fn two_edits_at_once_never_close_a_circle_together() {
    let fixture = Fixture::new();
    let a = fixture.segment("A", &pro());
    let b = fixture.segment("B", &pro());
    let (to_b, to_a) = (json!({"segment": "b"}), json!({"segment": "a"}));
    let edit = |id, with: &Value| {
        fixture.run(|conn| segments::edit(conn, &fixture.pia, id, &conditions(with))).is_ok()
    };
    let saved = std::thread::scope(|scope| {
        let one = scope.spawn(|| edit(a.id, &to_b));
        let other = scope.spawn(|| edit(b.id, &to_a));
        [one.join().unwrap(), other.join().unwrap()]
    });
    assert_eq!(saved.iter().filter(|saved| **saved).count(), 1);
}

#[test]
fn segments_that_would_stand_too_deep_in_one_another_are_refused() {
    let fixture = Fixture::new();
    let bottom = fixture.segment("S0", &pro());
    for number in 1..=MOST_NESTING {
        let below = json!({"segment": format!("s{}", number - 1)});
        fixture.segment(&format!("S{number}"), &below);
    }
    let top = json!({"segment": format!("s{MOST_NESTING}")});
    let sentence = fixture.refused(|| fixture.try_segment(&fixture.pia, "Top", &top));
    assert!(sentence.contains("at most 20 deep"), "{sentence}");

    fixture.segment("Base", &pro());
    let base = json!({"segment": "base"});
    let sentence = fixture.refused(|| {
        fixture.run(|conn| segments::edit(conn, &fixture.pia, bottom.id, &conditions(&base)))
    });
    assert!(sentence.contains("It would break “s20”."), "{sentence}");
}
