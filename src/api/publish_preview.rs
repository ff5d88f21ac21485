//! Publishing, or saying what it would do: the difference, what was changed of what is shared, and
//! who is affected.

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer::{Answer, created, ok},
    publishing::PublishedAnswer,
    versions::ChangeAnswer,
    work,
};
use crate::{
    domain::effect::Direction,
    operations::{
        Actor, OperationError,
        affected::{Affected, AffectedExample, AffectedKey, AffectedMove, AffectedRow, Owner},
        previewing::{Preview, preview},
        publishing::Published,
        shared_changes::{SharedChange, SharedChanges, Since, Thing},
    },
    population::Population,
    store::{Connection, Store, environments::Environment, experiences::Experience},
};

/// Something that publishes.
pub struct Deed {
    /// Where things are stored.
    pub store: Data<Store>,
    /// Who is known.
    pub population: Data<Population>,
    /// Whether it is only to be said what it would do.
    pub dry_run: bool,
    /// Who asks.
    pub actor: Actor,
}

impl Deed {
    /// Does it, or says what it would do: `find` finds the experience and where it is published,
    /// `run` publishes.
    ///
    /// # Errors
    /// What they refuse, as a problem.
    pub async fn answer(
        self,
        location: &str,
        find: impl Fn(&mut Connection) -> Result<(Experience, Environment), OperationError>
        + Send
        + 'static,
        run: impl Fn(&mut Connection, &Experience, &Environment) -> Result<Published, OperationError>
        + Send
        + 'static,
    ) -> Answer {
        let Deed { store, population, dry_run, actor } = self;
        if !dry_run {
            let published = work::write(&store, move |conn| {
                let (experience, environment) = find(conn)?;
                let published = run(conn, &experience, &environment)?;
                Ok(PublishedAnswer::new(published, &environment))
            });
            return Ok(created(location, &published.await?));
        }
        let answer = work::read(&store, move |conn| {
            let (experience, environment) = find(conn)?;
            let (id, place) = (experience.id, environment.id);
            let run = |conn: &mut Connection| run(conn, &experience, &environment);
            let found = preview(conn, &actor, id, place, run)?;
            PreviewAnswer::of(conn, &population, found, &environment)
        });
        Ok(ok(&answer.await?))
    }
}

/// What publishing would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewAnswer {
    /// The key of the environment.
    environment: String,
    /// The version that would be live.
    version: i32,
    /// Whether only for its test users.
    test_users_only: bool,
    /// The publication that is live there now, to be sent as `replaces`; null: nothing is.
    replaces: Option<Uuid>,
    /// The version that is live there now.
    live_version: Option<i32>,
    /// Whether the experience would be on there.
    is_on: bool,
    /// What changes against what is live, in the order of a definition's fields.
    changes: Vec<ChangeAnswer>,
    /// What was changed of the segments and keys that the version names. Segments and defaults are
    /// shared by all environments, and act already.
    shared_changes: SharedChangesAnswer,
    /// Who is affected.
    affected: AffectedAnswer,
}

/// What was changed of the segments and keys that a version names.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedChangesAnswer {
    /// From which moment on.
    since: DateTime<Utc>,
    /// What happened then: `last_live` (this version was live there until then),
    /// `live_publication` (what is live began) or `saved` (this version was saved).
    because: &'static str,
    /// What was changed.
    items: Vec<SharedChangeAnswer>,
}

/// A segment or a default that was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedChangeAnswer {
    /// The slug of the segment; null for a key.
    segment: Option<String>,
    /// The name of the key; null for a segment.
    key: Option<String>,
    /// What changed, in sentences.
    changes: Vec<String>,
}

/// Which known users gain, lose or change a value. Where only a sample was asked, numbers are
/// estimates for all of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedAnswer {
    /// How many users are known there.
    known: u64,
    /// How many of them were asked.
    asked: usize,
    /// How many get another value of any key.
    users: u64,
    /// In 95 of 100 samples the true number is within this many of it; 0 where all were asked.
    margin: u64,
    /// What happens to each key whose value changes for somebody: those of this experience first,
    /// then those of experiences that require one of them.
    keys: Vec<AffectedKeyAnswer>,
    /// Up to ten of them, with the reasons; those first who lose something.
    examples: Vec<AffectedExampleAnswer>,
}

/// What happens to the values of one key.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedKeyAnswer {
    /// Its name.
    key: String,
    /// The experience that gives it values, where that is another one, which requires a key of
    /// this one.
    required_by: Option<OwnerAnswer>,
    /// How many users get a value where they got the default.
    gain: u64,
    /// How many users get the default where they got another value.
    lose: u64,
    /// How many users get another value for one they got, or another default.
    change: u64,
    /// From which value to which; what takes something away first.
    moves: Vec<AffectedMoveAnswer>,
}

/// An experience.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnerAnswer {
    /// `feature_flag` or `product_config`.
    #[schema(value_type = String)]
    kind: crate::domain::experience::Kind,
    /// Its name in addresses.
    slug: String,
    /// Its name.
    name: String,
}

/// How many users get one value for another.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedMoveAnswer {
    /// `lose`, `change` or `gain`.
    direction: &'static str,
    /// What they get now.
    from: Value,
    /// What they would get.
    to: Value,
    /// How many they are.
    users: u64,
    /// The same by row: the one that would decide, or decides now where none would.
    rows: Vec<AffectedRowAnswer>,
}

/// How many of them a row is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedRowAnswer {
    /// What the row describes, in words.
    audience: String,
    /// The row's id; `everyone_else` for the last one.
    row: Option<String>,
    /// The segment's slug.
    segment: Option<String>,
    /// How many they are.
    users: u64,
}

/// A user whose value changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedExampleAnswer {
    /// The user's id.
    user_id: String,
    /// The key.
    key: String,
    /// `lose`, `change` or `gain`.
    direction: &'static str,
    /// What they get now.
    from: Value,
    /// What they would get.
    to: Value,
    /// Why they get it now.
    reason_before: String,
    /// Why they would get it.
    reason_after: String,
}

impl PreviewAnswer {
    fn of(
        conn: &mut Connection,
        population: &Population,
        found: Preview,
        environment: &Environment,
    ) -> Result<PreviewAnswer, OperationError> {
        let Preview { live, published, changes, shared, foreseen } = found;
        let affected = foreseen.ask(conn, population, Utc::now())?;
        Ok(PreviewAnswer {
            environment: environment.key.clone(),
            version: published.publication.version,
            test_users_only: published.publication.is_for_test_users(),
            replaces: live.as_ref().map(|live| live.id),
            live_version: live.map(|live| live.version),
            is_on: published.is_on,
            changes: changes.into_iter().map(ChangeAnswer::from).collect(),
            shared_changes: shared.into(),
            affected: AffectedAnswer::of(&affected),
        })
    }
}

impl From<SharedChanges> for SharedChangesAnswer {
    fn from(shared: SharedChanges) -> SharedChangesAnswer {
        SharedChangesAnswer {
            since: shared.since.at(),
            because: match shared.since {
                Since::LastLive(_) => "last_live",
                Since::LiveBegan(..) => "live_publication",
                Since::Saved(_) => "saved",
            },
            items: shared.changes.into_iter().map(SharedChangeAnswer::from).collect(),
        }
    }
}

impl From<SharedChange> for SharedChangeAnswer {
    fn from(SharedChange { thing, changes }: SharedChange) -> SharedChangeAnswer {
        match thing {
            Thing::Segment(slug, _) => {
                SharedChangeAnswer { segment: Some(slug), key: None, changes }
            }
            Thing::Default(key) => SharedChangeAnswer { segment: None, key: Some(key), changes },
        }
    }
}

impl AffectedAnswer {
    fn of(affected: &Affected) -> AffectedAnswer {
        let all = affected.estimate(affected.touched);
        AffectedAnswer {
            known: affected.known,
            asked: affected.asked,
            users: all.about,
            margin: all.margin,
            keys: affected.keys.iter().map(|key| AffectedKeyAnswer::of(affected, key)).collect(),
            examples: affected.examples.iter().map(AffectedExampleAnswer::from).collect(),
        }
    }
}

impl AffectedKeyAnswer {
    fn of(affected: &Affected, key: &AffectedKey) -> AffectedKeyAnswer {
        let about = |users| affected.estimate(users).about;
        AffectedKeyAnswer {
            key: key.name.clone(),
            required_by: key.owner.clone().map(|Owner { kind, slug, name }| OwnerAnswer {
                kind,
                slug,
                name,
            }),
            gain: about(key.gain),
            lose: about(key.lose),
            change: about(key.change),
            moves: key.moves.iter().map(|moved| AffectedMoveAnswer::of(affected, moved)).collect(),
        }
    }
}

impl AffectedMoveAnswer {
    fn of(affected: &Affected, moved: &AffectedMove) -> AffectedMoveAnswer {
        let row = |row: &AffectedRow| AffectedRowAnswer {
            audience: row.called.clone(),
            row: row.row.clone(),
            segment: row.segment.clone(),
            users: affected.estimate(row.users).about,
        };
        AffectedMoveAnswer {
            direction: word(moved.direction),
            from: json(&moved.from),
            to: json(&moved.to),
            users: affected.estimate(moved.users).about,
            rows: moved.rows.iter().map(row).collect(),
        }
    }
}

impl From<&AffectedExample> for AffectedExampleAnswer {
    fn from(example: &AffectedExample) -> AffectedExampleAnswer {
        AffectedExampleAnswer {
            user_id: example.user_id.clone(),
            key: example.key.clone(),
            direction: word(example.direction),
            from: json(&example.from),
            to: json(&example.to),
            reason_before: example.why_before.clone(),
            reason_after: example.why_after.clone(),
        }
    }
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Lose => "lose",
        Direction::Change => "change",
        Direction::Gain => "gain",
    }
}

/// A value that was written as JSON.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
