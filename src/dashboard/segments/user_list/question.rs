//! The question before the users of a list change that acts at once somewhere.

use std::sync::Arc;

use actix_web::web::Data;
use chrono::Utc;

use super::{
    Place, find,
    save::{self, Effect},
};
use crate::{
    dashboard::{PageError, ProjectMember, effect_words, work},
    domain::{
        ruleset::source::{SegmentRule, SegmentSource},
        segment::MemberList,
    },
    operations::{
        OperationError,
        blast_radius::{self, Change},
        segment_lists::{Mode, UserIds},
    },
    population::Population,
    store::{Connection, Store, segments::Segment},
};

/// What the change would do.
pub(super) struct Question {
    /// Stands for these users put into the list in this way: an answer to it is good for nothing
    /// else.
    pub token: String,
    /// What it does to known users, in each environment.
    pub people: Vec<String>,
    /// "1 live flag"
    pub live: String,
}

/// Asks, unless the change acts nowhere, or `confirmed` says that it was asked.
pub(super) async fn ask(
    member: &ProjectMember,
    place: &Place,
    store: &Store,
    population: Data<Population>,
    users: &UserIds,
    mode: Mode,
    confirmed: String,
) -> Result<Option<Question>, PageError> {
    let (who, slug, users) = (member.clone(), place.2.clone(), users.members().clone());
    work::read(store, move |conn| {
        let segment = find(conn, who.project.id, &slug)?;
        let effects = save::effects(conn, &who, segment.id)?;
        if effects.is_empty() || !save::may_act_everywhere(conn, &who, segment.id)? {
            return Ok(None);
        }
        let members = planned(conn, &population, &segment, users, mode)?;
        let token = format!("{:x}", members.fingerprint());
        if token == confirmed {
            return Ok(None);
        }
        let change = Change::Members { slug: &segment.slug, members: Arc::new(members) };
        let radii = blast_radius::of(conn, &population, who.project.id, &change, Utc::now())?;
        let people = effect_words::sentences(&radii);
        Ok(Some(Question { token, people, live: Effect::counted(&effects) }))
    })
    .await
}

/// The list as it would be.
fn planned(
    conn: &mut Connection,
    population: &Population,
    segment: &Segment,
    users: MemberList,
    mode: Mode,
) -> Result<MemberList, OperationError> {
    if mode == Mode::Replace {
        return Ok(users);
    }
    let rule = SegmentRule::List { revision: segment.revision };
    let source = SegmentSource { id: segment.id, slug: segment.slug.clone(), rule };
    let now = population.member_lists(conn, &[source])?;
    Ok(now.get(&segment.id).map_or_else(|| users.clone(), |now| now.and(&users)))
}
