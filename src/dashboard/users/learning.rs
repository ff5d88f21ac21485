//! What is learned about the users of an environment, and whether client keys decide.

use actix_web::web::Data;

use super::super::{Answer, Form, Moved, ProjectMember, Site, Toast, work};
use crate::{
    domain::{event::Teaches, role::Right},
    operations::environments::{self, EnvironmentEdit},
    store::Store,
};

/// The choices, each with what it means.
const CHOICES: [(Teaches, &str, &str); 3] = [
    (
        Teaches::Used,
        "Attributes that conditions use",
        "Whoever your app asks about, with what segments and rules look at.",
    ),
    (
        Teaches::Everything,
        "Everything",
        "Whoever your app asks about, with all that it says of them.",
    ),
    (Teaches::Nothing, "Nothing", "Only users of whom events tell are known."),
];

/// How it is now.
pub struct Learning {
    /// Where the form goes.
    pub action: String,
    /// Whether it may be changed.
    pub may_change: bool,
    /// Whether what client keys report decides.
    pub clients_decide: bool,
    teaches: Teaches,
}

impl Learning {
    /// In the environment that the page is about.
    pub fn of(member: &ProjectMember) -> Learning {
        Learning {
            action: member.path("/learning"),
            may_change: member.may(Right::Administer),
            clients_decide: member.environment.client_events_decide,
            teaches: member.environment.teaches,
        }
    }

    /// What can be chosen: the name in the form, what it is called, what it means, whether it is
    /// chosen.
    pub fn choices(
        &self,
    ) -> impl Iterator<Item = (&'static str, &'static str, &'static str, bool)> {
        let chosen = self.teaches;
        CHOICES.into_iter().map(move |(of, label, hint)| (of.as_str(), label, hint, of == chosen))
    }

    /// What is chosen, as a sentence.
    pub fn in_words(&self) -> &'static str {
        match self.teaches {
            Teaches::Nothing => "Users are known once an event tells of them.",
            Teaches::Used => {
                "Users are known once your app asks about them, with the attributes that \
                 conditions use, or once an event tells of them."
            }
            Teaches::Everything => {
                "Users are known once your app asks about them, with all that it says, or once an \
                 event tells of them."
            }
        }
    }
}

/// Changes it.
///
/// # Errors
/// [`crate::dashboard::PageError::Forbidden`].
pub async fn save(member: ProjectMember, form: Form, site: Site, store: Data<Store>) -> Answer {
    let (actor, id) = (member.actor.clone(), member.environment.id);
    let edit = EnvironmentEdit {
        // What is none of the choices changes nothing.
        teaches: Teaches::parse(form.get("teaches")),
        client_events_decide: Some(form.is_checked("clients_decide")),
        ..EnvironmentEdit::default()
    };
    let saved =
        work::write(&store, move |conn| environments::edit(conn, &actor, id, &edit)).await?;
    let toast = format!("What is learned about users in {} is saved.", saved.name);
    let moved = Moved::to(member.path("/users")).with_toast(Toast::saying(toast));
    Ok(moved.answer(&member.ask, &site))
}
