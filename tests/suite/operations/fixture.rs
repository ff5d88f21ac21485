//! The first project in a database of its own, with people of every role.

use chrono::{TimeDelta, Utc};
use flagstaff::domain::experience::Kind;
use flagstaff::domain::role::Role;
use flagstaff::domain::value::ValueType;
use flagstaff::operations::editing::{self, Draft, NewExperience, NewVersion, Saved};
use flagstaff::operations::keys::{self, NewKey};
use flagstaff::operations::publishing::{self, Publish, Published, Replaces};
use flagstaff::operations::segments::{self, NewSegment};
use flagstaff::operations::switching::{self, Switch, Switched};
use flagstaff::operations::{Actor, Identity, OperationError, Origin, setup};
use flagstaff::store::audit::{self, AuditEntry, AuditFilter};
use flagstaff::store::deliveries::{self, DeliveryAudience, DeliveryCount, DeliverySeries};
use flagstaff::store::environments::{self, Environment};
use flagstaff::store::experiences::Experience;
use flagstaff::store::keys::{self as store_keys, Key};
use flagstaff::store::memberships;
use flagstaff::store::people::{self, NewPerson};
use flagstaff::store::segments::Segment;
use flagstaff::store::versions::Version;
use flagstaff::store::{Connection, Store, projects};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestDatabase;

/// How many keys a project may have in these tests.
pub const KEY_LIMIT: u32 = 500;

pub type Outcome<T> = Result<T, OperationError>;

pub struct Fixture {
    pub store: Store,
    pub project_id: Uuid,
    pub production: Environment,
    pub staging: Environment,
    /// A product manager.
    pub pia: Actor,
    /// A developer.
    pub dev: Actor,
    /// A viewer.
    pub vic: Actor,
    _database: TestDatabase,
}

impl Fixture {
    pub fn new() -> Fixture {
        let database = TestDatabase::new();
        let store = Store::new(&database.url());
        setup::ensure_first_project(&store).unwrap();
        let conn = &mut database.connection();
        let project_id = projects::list(conn).unwrap()[0].id;
        let mut environment =
            |key| environments::find_by_key(conn, project_id, key).unwrap().unwrap();
        let (production, staging) = (environment("production"), environment("staging"));
        let mut person = |name, role| member(conn, project_id, name, role);
        let pia = person("Pia", Role::ProductManager);
        let dev = person("Dev", Role::Developer);
        let vic = person("Vic", Role::Viewer);
        Fixture { store, project_id, production, staging, pia, dev, vic, _database: database }
    }

    /// Runs an operation as callers do, in one transaction.
    pub fn run<T>(&self, f: impl FnMut(&mut Connection) -> Outcome<T>) -> Outcome<T> {
        self.store.write(f)
    }

    /// A boolean key whose default is false.
    pub fn key(&self, name: &str) -> Key {
        self.try_key(&self.pia, name, ValueType::Boolean, &json!(false)).unwrap()
    }

    pub fn try_key(
        &self,
        actor: &Actor,
        name: &str,
        value_type: ValueType,
        default_value: &Value,
    ) -> Outcome<Key> {
        let project_id = self.project_id;
        let new =
            NewKey { project_id, name, value_type, default_value, description: "", schema: None };
        self.run(|conn| keys::create(conn, actor, &new, KEY_LIMIT))
    }

    pub fn segment(&self, name: &str, conditions: &Value) -> Segment {
        self.try_segment(&self.pia, name, conditions).unwrap()
    }

    pub fn try_segment(&self, actor: &Actor, name: &str, conditions: &Value) -> Outcome<Segment> {
        let project_id = self.project_id;
        let new = NewSegment { project_id, name, description: "", conditions };
        self.run(|conn| segments::create(conn, actor, &new))
    }

    /// A feature flag with that content.
    pub fn flag(&self, name: &str, definition: &Value) -> Experience {
        self.try_flag(&self.pia, name, definition).unwrap().0
    }

    /// A feature flag that is on for everybody, with a key of its own of that name.
    pub fn flag_with_key(&self, name: &str) -> Experience {
        let key = name.to_lowercase();
        self.key(&key);
        self.flag(name, &on_for_all(&key))
    }

    pub fn try_flag(
        &self,
        actor: &Actor,
        name: &str,
        definition: &Value,
    ) -> Outcome<(Experience, Version)> {
        let new = NewExperience {
            project_id: self.project_id,
            kind: Kind::FeatureFlag,
            name,
            description: "",
            tags: &[],
            owner_id: None,
            draft: Draft::Definition(definition),
            note: "",
        };
        self.run(|conn| editing::create(conn, actor, &new))
    }

    pub fn save(
        &self,
        actor: &Actor,
        id: Uuid,
        base_version: i32,
        definition: &Value,
    ) -> Outcome<Saved> {
        let new = NewVersion { base_version, draft: Draft::Definition(definition), note: "" };
        self.run(|conn| editing::save(conn, actor, id, &new))
    }

    /// Publishes over whatever is live.
    pub fn publish(
        &self,
        actor: &Actor,
        experience: &Experience,
        environment: &Environment,
        version: i32,
    ) -> Outcome<Published> {
        self.publish_replacing(actor, experience, environment, version, Replaces::Anything)
    }

    pub fn publish_replacing(
        &self,
        actor: &Actor,
        experience: &Experience,
        environment: &Environment,
        version: i32,
        replaces: Replaces,
    ) -> Outcome<Published> {
        let request = Publish {
            experience_id: experience.id,
            environment_id: environment.id,
            version,
            replaces,
            note: "why not",
        };
        self.run(|conn| publishing::publish(conn, actor, &request))
    }

    pub fn switch(
        &self,
        actor: &Actor,
        experience: &Experience,
        environment: &Environment,
        on: bool,
    ) -> Outcome<Switched> {
        let switch =
            Switch { experience_id: experience.id, environment_id: environment.id, note: "" };
        self.run(|conn| match on {
            true => switching::switch_on(conn, actor, &switch),
            false => switching::switch_off(conn, actor, &switch),
        })
    }

    /// Has a key delivered so often, so long ago.
    pub fn deliver(&self, key: &str, place: &Environment, ago: TimeDelta, count: i64) {
        let added = self.run(|conn| {
            let key = store_keys::find_by_name(conn, self.project_id, key)?.unwrap();
            let series = DeliverySeries {
                environment_id: place.id,
                key_id: key.id,
                version_id: None,
                row_id: None,
                audience: DeliveryAudience::None,
                segment_id: None,
                variant: "off".to_owned(),
                value_label: "false".to_owned(),
                value_hash: 1,
                reason: "DISABLED".to_owned(),
            };
            let counts = [DeliveryCount { series, minute: Utc::now() - ago, count }];
            Ok(deliveries::add_batch(conn, Uuid::new_v4(), &counts)?)
        });
        added.unwrap();
    }

    /// The audit log, the newest entry first.
    pub fn audit(&self) -> Vec<AuditEntry> {
        self.run(|conn| Ok(audit::list(conn, &AuditFilter::default(), None, 1_000)?)).unwrap()
    }

    /// The newest action in the audit log.
    pub fn last_action(&self) -> String {
        self.audit()[0].action.clone()
    }

    /// The revision of production and of staging.
    pub fn revisions(&self) -> (i64, i64) {
        let revision =
            |id| self.run(|conn| Ok(environments::find(conn, id)?.unwrap().revision)).unwrap();
        (revision(self.production.id), revision(self.staging.id))
    }

    /// Checks that a refused operation leaves nothing behind, and answers its sentence.
    pub fn refused<T>(&self, attempt: impl FnOnce() -> Outcome<T>) -> String {
        let before = (self.audit().len(), self.revisions());
        let sentence = attempt().err().expect("this should be refused").to_string();
        assert_eq!((self.audit().len(), self.revisions()), before, "{sentence}");
        sentence
    }
}

/// A flag's content that serves true to everyone.
pub fn on_for_all(key: &str) -> Value {
    json!({"keys": [key], "everyone_else": {"serve": {"values": {key: true}}}})
}

/// A flag's content that serves true to a segment.
pub fn on_for_segment(key: &str, segment: &str) -> Value {
    json!({"keys": [key],
           "rows": [{"audience": {"segment": segment}, "serve": {"values": {key: true}}}]})
}

/// A flag's content that requires another key to be true.
pub fn requiring(key: &str, required: &str) -> Value {
    let mut content = on_for_all(key);
    content["prerequisites"] = json!([{"key": required, "in": [true]}]);
    content
}

pub fn is_forbidden<T>(outcome: &Outcome<T>) -> bool {
    matches!(outcome, Err(OperationError::Forbidden { .. }))
}

pub fn is_conflict<T>(outcome: &Outcome<T>) -> bool {
    matches!(outcome, Err(OperationError::Conflict { .. }))
}

/// A member of the project.
pub fn member(conn: &mut Connection, project_id: Uuid, name: &str, role: Role) -> Actor {
    let email = format!("{name}-{}@example.com", Uuid::new_v4());
    let new = NewPerson { email: &email, name, password_hash: "none", is_admin: false };
    let person = people::create(conn, &new).unwrap();
    memberships::set(conn, person.id, project_id, role).unwrap();
    let roles = vec![(project_id, role)];
    let identity =
        Identity::Person { id: person.id, name: name.to_owned(), is_admin: false, roles };
    Actor::new(identity, Origin::default())
}

/// Somebody who is a member of no project.
pub fn stranger() -> Actor {
    let (id, name) = (Uuid::new_v4(), "Sid".to_owned());
    let identity = Identity::Person { id, name, is_admin: false, roles: Vec::new() };
    Actor::new(identity, Origin::default())
}
