//! What a page says of a trial, to the word.

use std::collections::{HashMap, HashSet};

use askama::Template;
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{
    domain::{
        context::Context,
        known_user::KnownUser,
        ruleset::{
            MemberLists,
            source::{ExperienceSource, KeySource, Source},
        },
        trial::{Candidate, ContentReach, Facts, Moving, State, Trial, still, warnings},
        value::{Value, ValueType},
        version::Content,
    },
    operations::content_reach::Moves,
};

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// What an editor includes.
#[derive(Template)]
#[template(
    source = r#"{% import "ui.html" as ui %}{% include "experiences/editor/_reach.html" %}{% include "experiences/editor/_row_users.html" %}{% include "experiences/editor/_warnings.html" %}"#,
    ext = "html"
)]
struct Included<'a> {
    reach: &'a ReachView,
    users: Option<&'a RowUsers>,
    warnings: Vec<&'a str>,
}

/// A quarter of them is on the plan “pro”.
fn users(count: usize) -> Vec<KnownUser> {
    let user = |number: usize| {
        let plan = if number.is_multiple_of(4) { "pro" } else { "free" };
        let id = format!("user-{number}");
        let attributes = serde_json::from_value(json!({"user_id": id, "plan": plan})).unwrap();
        KnownUser { context: Context::new(attributes), ..KnownUser::named(&id) }
    };
    (0..count).map(user).collect()
}

fn pro(percent: u16, salt: &str) -> Content {
    let pro = json!({"attribute": "plan", "operator": "is", "value": "pro"});
    let serve = json!({"values": {"on": true}});
    let json = json!({"keys": ["on"], "salt": salt, "rows": [
        {"id": "r1", "audience": {"conditions": pro}, "rollout": percent, "serve": serve},
        {"id": "r2", "audience": {"everyone": true}, "enabled": false, "serve": serve}]});
    Content::from_json(&json, "s").unwrap()
}

fn tryout(live: Option<&Content>, content: &Content, state: State, known: u64) -> Tryout {
    let (users, id) = (users(1_000), Uuid::nil());
    let key = KeySource {
        id,
        name: "on".to_owned(),
        value_type: ValueType::Boolean,
        default_value: json!(false),
    };
    let served = |live: &Content| {
        let (slug, kind) = ("flag".to_owned(), Kind::FeatureFlag);
        ExperienceSource::as_if_published(id, slug, kind, (id, 1), live.to_json())
    };
    let experiences = live.map(served).into_iter().collect();
    let source = Source { keys: vec![key], experiences, ..Source::default() };
    let look = |content: &Content| -> ContentReach {
        let candidate = Candidate { id, slug: "flag", kind: Kind::FeatureFlag, content };
        let trial = Trial::new(source.clone(), candidate, &MemberLists::new()).unwrap();
        trial.reach(users.iter().map(|user| (user, NOW)).take(known as usize), NOW)
    };
    let reach = look(content);
    let moved = |moving| {
        let reach = look(&still(live?, content, moving)?);
        Some(Moves { moving, reach })
    };
    let facts = Facts {
        kind: Kind::FeatureFlag,
        defaults: &HashMap::from([("on".to_owned(), Value::Boolean(false))]),
        archived: &HashSet::new(),
        unknown_users: &HashSet::new(),
        required: &[],
        known,
    };
    Tryout {
        state,
        known,
        environment: "Production".to_owned(),
        warnings: warnings(content, &reach, &facts),
        content: content.clone(),
        moves: Moving::ALL.into_iter().filter_map(moved).collect(),
        segment_names: HashMap::new(),
        reach,
    }
}

fn rendered(view: &ReachView) -> String {
    let (users, warnings) = (view.row("r1"), view.of_row("r2"));
    Included { reach: view, users, warnings }.render().unwrap()
}

#[test]
fn a_change_of_what_is_live_is_hatched_and_said() {
    let tryout = tryout(Some(&pro(0, "s")), &pro(100, "s"), State::Live, 1_000);
    let view = ReachView::of(&tryout);
    assert_eq!(view.sentence, "Changes what about 250 of 1,000 known users see.");
    let said = ["About 250 change from false to true.", "Nobody changes from true to false."];
    assert_eq!(view.notes, said);
    let bar = view.bar.as_ref().unwrap();
    let label = "Live: false 100 % of known users. With this change: true 25 %, false 75 %.";
    assert_eq!(bar.label, label);
    let parts: Vec<_> = bar.parts.iter().map(|it| (it.fill, &*it.x, &*it.width)).collect();
    assert_eq!(parts, [("fd", "0.00", "25.00"), ("f0", "25.00", "75.00")]);
    let html = rendered(&view);
    assert!(
        html.contains(r#"<rect class="fd" x="0.00%" width="25.00%" height="100%"/>"#),
        "{html}"
    );
    assert!(html.contains("added by this change <b>250</b>, 25 %"), "{html}");
    assert!(html.contains("Off: skipped. Its users go on to what is below."), "{html}");
}

#[test]
fn a_draft_says_what_users_would_get() {
    let view = ReachView::of(&tryout(None, &pro(100, "s"), State::Draft, 1_000));
    assert_eq!(view.heading, "Who would get what");
    assert_eq!(view.sentence, "About 250 of 1,000 known users would get true.");
    let legend = view.bar.unwrap().legend;
    let said: Vec<_> = legend.iter().map(|it| (it.fill, it.value.as_deref(), &*it.users)).collect();
    assert_eq!(said, [("f1", Some("true"), "250"), ("f0", Some("false"), "750")]);
}

#[test]
fn what_is_off_says_that_it_waits_for_the_switch() {
    let view = ReachView::of(&tryout(Some(&pro(0, "s")), &pro(100, "s"), State::Off, 1_000));
    let sentence = "It is off in Production. Once it is on, this changes what about 250 of 1,000 \
                    known users see.";
    assert_eq!(view.sentence, sentence);
}

#[test]
fn without_known_users_nothing_is_counted() {
    let view = ReachView::of(&tryout(None, &pro(100, "s"), State::Draft, 0));
    let sentence = "Flagstaff knows no users in Production yet, so it can’t say how many this \
                    reaches. It learns them from events and evaluations.";
    assert_eq!((view.sentence.as_str(), view.is_counted), (sentence, false));
    assert!(view.bar.is_none() && view.row("r1").is_none());
}

#[test]
fn nothing_that_changes_is_said_to_change() {
    let view = ReachView::of(&tryout(Some(&pro(20, "s")), &pro(20, "s"), State::Live, 1_000));
    assert_eq!(view.sentence, "Changes nothing for anyone known in Production.");
    assert!(view.moves.is_empty() && view.notes.is_empty());
}

#[test]
fn a_row_says_who_is_served_of_whom() {
    let tryout = tryout(None, &pro(20, "s"), State::Draft, 1_000);
    let view = ReachView::of(&tryout);
    let served = tryout.reach.rows[0].decides.in_rollout;
    assert!((20..=80).contains(&served), "{served}");
    let row = view.row("r1").unwrap();
    assert_eq!(row.served, format!("≈ {served}"));
    assert_eq!(row.of.as_deref(), Some("of 250"));
    let off = view.row("r2").unwrap();
    assert_eq!((off.served.as_str(), off.of.as_deref()), ("0", Some("of 1,000")));
    assert_eq!(view.everyone_else().unwrap().served, "750");
}

#[test]
fn another_salt_says_whom_it_moves() {
    let view = ReachView::of(&tryout(Some(&pro(50, "s")), &pro(50, "t"), State::Live, 1_000));
    let [sentence] = view.moves.as_slice() else { panic!("{:?}", view.moves) };
    assert!(sentence.starts_with("Moves users: about "), "{sentence}");
    let end = "who get true now would get false, and others would get it.";
    assert!(sentence.ends_with(end), "{sentence}");
}

#[actix_web::test]
async fn nobody_waits_for_numbers_longer_than_a_second() {
    assert_eq!(in_time(std::future::pending::<()>()).await, None);
    assert_eq!(in_time(std::future::ready(7)).await, Some(7));
}
