//! What is asked before a default changes: it acts at once, wherever apps read it.

use std::sync::Arc;

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    super::{
        Answer, ProjectMember, Section, dialog,
        number_words::{counted, grouped},
        typed_value::in_json,
        work,
    },
    carried::{Carried, carried},
    entered::Entered,
    order::DAYS,
    shortened,
    user_links::{self, User},
};
use crate::{
    domain::{
        experience::Status,
        value::{Value, hash_of},
    },
    operations::{
        OperationError,
        blast_radius::{self, BlastRadius, Change},
        keys::PlannedEdit,
    },
    population::Population,
    store::{
        Connection, Store, UsedBy,
        deliveries::{self, DeliveryFilter},
        keys::{self, Key},
        serving,
        standings::{self, Standing},
    },
};

/// What a new default would do.
pub struct Question {
    key: String,
    before: String,
    after: String,
    effects: Vec<Effect>,
}

/// What a new default does in one environment.
struct Effect {
    environment: String,
    is_protected: bool,
    /// What is published there and reads the key.
    served: Vec<(User, Status)>,
    /// How often the key was delivered there lately.
    delivered: String,
    /// How often with the default of today.
    of_default: String,
    /// About how many of the known users get another value.
    touched: u64,
    /// The same in words.
    known: String,
}

impl Question {
    /// What the button does: "Save and change for 2,140 users".
    fn consequence(&self) -> String {
        let touched: u64 = self.effects.iter().map(|effect| effect.touched).sum();
        if touched > 0 {
            let touched = usize::try_from(touched).unwrap_or(usize::MAX);
            return format!("Save and change for {}", counted(touched, "user"));
        }
        let live = self.effects.iter().flat_map(|effect| &effect.served);
        let live = live.filter(|(_, status)| *status != Status::Off);
        let mut names: Vec<_> = live.map(|(user, _)| (&user.name, &user.address)).collect();
        names.sort();
        names.dedup();
        match (names.len(), self.effects.iter().any(|effect| effect.delivered != "0")) {
            (0, true) => "Save and change for all apps".to_owned(),
            (0, false) => "Save and change the default".to_owned(),
            (1, _) => "Save and change for 1 live experience".to_owned(),
            (count, _) => format!("Save and change for {count} live experiences"),
        }
    }
}

#[derive(Template)]
#[template(path = "keys/_confirm.html")]
struct QuestionDialog<'a> {
    action: String,
    csrf: &'a str,
    carried: Vec<Carried>,
    question: &'a Question,
}

/// Asks, in the dialog or on a page. What the change would do is found once nothing is locked any
/// more.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn ask(
    planned: PlannedEdit,
    entered: &Entered,
    member: &ProjectMember,
    store: &Store,
    population: Arc<Population>,
) -> Answer {
    let asked_by = member.clone();
    let found = work::read(store, move |conn| find(conn, &asked_by, &planned, &population));
    let question = found.await?;
    let title = format!("Change the default of {}", question.key);
    let inside = QuestionDialog {
        action: member.path(&format!("/keys/{}/edit", question.key)),
        csrf: &member.csrf,
        carried: carried(entered),
        question: &question,
    };
    dialog::show(member, Section::Keys, StatusCode::OK, &title, &inside)
}

fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    planned: &PlannedEdit,
    population: &Population,
) -> Result<Question, OperationError> {
    let (key, now) = (&planned.before, Utc::now());
    let users = keys::used_by(conn, key.id)?;
    let served = serving::through_key(conn, key.id)?;
    let ids: Vec<Uuid> = served.iter().map(|it| it.experience_id).collect();
    let standings = standings::of(conn, &ids)?;
    let change = Change::Default { key: &key.name, value: &planned.default_value };
    let radii = blast_radius::of(conn, population, member.project.id, &change, now)?;
    let mut effects = Vec::new();
    for radius in radii {
        let place = radius.environment.id;
        let here = served.iter().filter(|it| it.environment_id == place);
        let here = here.filter_map(|it| {
            let user = users.iter().find(|user| is_experience(user, it.experience_id))?;
            let standing = standings.iter().find(|standing| {
                standing.experience_id == it.experience_id && standing.environment_id == place
            });
            Some((user_links::link(member, user), Standing::status(standing, false)))
        });
        effects.push(effect(conn, key, &radius, here.collect(), now)?);
    }
    let shown = |json: &Json| shortened(&in_json(key.value_type, json));
    Ok(Question {
        key: key.name.clone(),
        before: shown(&key.default_value),
        after: shown(&planned.default_value),
        effects,
    })
}

fn is_experience(user: &UsedBy, experience_id: Uuid) -> bool {
    matches!(user, UsedBy::Experience { id, .. } if *id == experience_id)
}

fn effect(
    conn: &mut Connection,
    key: &Key,
    radius: &BlastRadius,
    served: Vec<(User, Status)>,
    now: DateTime<Utc>,
) -> Result<Effect, OperationError> {
    let filter = DeliveryFilter {
        environment_id: radius.environment.id,
        experience_id: None,
        key_id: Some(key.id),
        segment_id: None,
        from: now - TimeDelta::days(DAYS),
        to: now,
    };
    let counts = deliveries::by_value(conn, &filter)?;
    let default = Value::read(key.value_type, &key.default_value).ok();
    let hash = default.map(|default| hash_of(&default.json_text()));
    let of_default = counts.iter().filter(|count| Some(count.value_hash) == hash);
    Ok(Effect {
        environment: radius.environment.name.clone(),
        is_protected: radius.environment.protected,
        served,
        delivered: grouped(counts.iter().map(|count| count.count).sum()),
        of_default: grouped(of_default.map(|count| count.count).sum()),
        touched: radius.estimate(radius.effect.touched).about,
        known: known(radius),
    })
}

/// Who of the known users gets another value.
fn known(radius: &BlastRadius) -> String {
    let place = &radius.environment.name;
    let number = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    if radius.known == 0 {
        return format!(
            "Flagstaff knows no users in {place} yet, so it can't say how many this reaches. It \
             learns them from events and evaluations."
        );
    }
    let estimate = radius.estimate(radius.effect.touched);
    if estimate.about == 0 && estimate.margin == 0 {
        return format!("Changes nothing for anyone known in {place}.");
    }
    let (about, all) = (number(estimate.about), number(radius.known));
    match estimate.margin {
        0 => format!("{about} of {all} known users get another value."),
        margin => format!(
            "About {about} of {all} known users get another value (± {}, by {} of them).",
            number(margin),
            radius.effect.asked
        ),
    }
}
