//! What is asked before a default changes: it acts at once, wherever apps read it.

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{TimeDelta, Utc};

use super::{
    super::{Answer, ProjectMember, number_words::grouped},
    dialog::{self, Carried},
    entered::Entered,
    order::DAYS,
    shortened,
    user_links::{self, User},
    value_text,
};
use crate::{
    domain::{
        experience::Status,
        value::{Value, hash_of},
    },
    operations::OperationError,
    store::{
        Connection, UsedBy,
        deliveries::{self, DeliveryFilter},
        environments::Environment,
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
}

impl Question {
    /// What the button does: "Change for 2 live experiences".
    fn consequence(&self) -> String {
        let live = self.effects.iter().flat_map(|effect| &effect.served);
        let live = live.filter(|(_, status)| *status != Status::Off);
        let mut names: Vec<_> = live.map(|(user, _)| (&user.name, &user.address)).collect();
        names.sort();
        names.dedup();
        match (names.len(), self.effects.iter().any(|effect| effect.delivered != "0")) {
            (0, true) => "Change for all apps now".to_owned(),
            (0, false) => "Change default".to_owned(),
            (1, _) => "Change for 1 live experience".to_owned(),
            (count, _) => format!("Change for {count} live experiences"),
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

/// What a new default would do; `after` is that default in words.
pub fn find(
    conn: &mut Connection,
    member: &ProjectMember,
    key: &Key,
    after: String,
) -> Result<Question, OperationError> {
    let users = keys::used_by(conn, key.id)?;
    let served = serving::through_key(conn, key.id)?;
    let ids: Vec<_> = served.iter().map(|it| it.experience_id).collect();
    let standings = standings::of(conn, &ids)?;
    let mut effects = Vec::new();
    for place in &member.environments {
        let here = served.iter().filter(|it| it.environment_id == place.id);
        let here = here.filter_map(|it| {
            let user = users.iter().find(|user| is_experience(user, it.experience_id))?;
            let standing = standings.iter().find(|standing| {
                standing.experience_id == it.experience_id && standing.environment_id == place.id
            });
            Some((user_links::link(member, user), Standing::status(standing, false)))
        });
        effects.push(effect(conn, key, place, here.collect())?);
    }
    let before = value_text(key.value_type, &key.default_value);
    let (before, after) = (shortened(&before), shortened(&after));
    Ok(Question { key: key.name.clone(), before, after, effects })
}

fn is_experience(user: &UsedBy, experience_id: uuid::Uuid) -> bool {
    matches!(user, UsedBy::Experience { id, .. } if *id == experience_id)
}

fn effect(
    conn: &mut Connection,
    key: &Key,
    place: &Environment,
    served: Vec<(User, Status)>,
) -> Result<Effect, OperationError> {
    let to = Utc::now() + TimeDelta::minutes(1);
    let filter = DeliveryFilter {
        environment_id: place.id,
        experience_id: None,
        key_id: Some(key.id),
        segment_id: None,
        from: to - TimeDelta::days(DAYS),
        to,
    };
    let counts = deliveries::by_value(conn, &filter)?;
    let default = Value::read(key.value_type, &key.default_value).ok();
    let hash = default.map(|default| hash_of(&default.json_text()));
    let of_default = counts.iter().filter(|count| Some(count.value_hash) == hash);
    Ok(Effect {
        environment: place.name.clone(),
        is_protected: place.protected,
        served,
        delivered: grouped(counts.iter().map(|count| count.count).sum()),
        of_default: grouped(of_default.map(|count| count.count).sum()),
    })
}

/// The question, in the dialog or on a page.
pub fn show(question: Question, entered: &Entered, member: &ProjectMember) -> Answer {
    let title = format!("Change the default of {}", question.key);
    let inside = QuestionDialog {
        action: member.path(&format!("/keys/{}/edit", question.key)),
        csrf: &member.csrf,
        carried: dialog::carried(entered),
        question: &question,
    };
    dialog::show(member, StatusCode::OK, &title, &inside)
}
