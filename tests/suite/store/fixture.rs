//! A project with two environments in a database of its own, and short ways to fill it.

use diesel::Connection as _;
use flagstaff::domain::experience::Kind;
use flagstaff::domain::value::ValueType;
use flagstaff::store::{
    Author, Connection, StoreError,
    environments::{self, Environment, NewEnvironment},
    experiences::{self, Experience, ExperienceFields, NewExperience},
    keys::{self, Key, KeyFields, NewKey},
    projects::{self, Project},
    publications::{self, NewPublication, Publication, Replaced},
    segment_revisions::NewConditions,
    segments::{self, NewSegment, Segment, SegmentKind},
    versions::{self, NamedThings, NewVersion, Version},
};
use serde_json::json;
use uuid::Uuid;

use crate::support::TestDatabase;

/// Whoever does things in these tests.
pub const SAM: Author<'static> = Author { person_id: None, name: "Sam" };

pub struct Fixture {
    pub database: TestDatabase,
    pub conn: Connection,
    pub project: Project,
    pub production: Environment,
    pub staging: Environment,
}

impl Fixture {
    pub fn new() -> Fixture {
        let database = TestDatabase::new();
        let mut conn = database.connection();
        let project = projects::create(&mut conn, "default", "Default").unwrap();
        let production = environment(&mut conn, &project, "production", true);
        let staging = environment(&mut conn, &project, "staging", false);
        Fixture { database, conn, project, production, staging }
    }

    pub fn key(&mut self, name: &str) -> Key {
        let value = json!(false);
        let new = NewKey {
            project_id: self.project.id,
            name,
            value_type: ValueType::Boolean,
            fields: KeyFields { default_value: &value, description: "", schema: None },
        };
        keys::create(&mut self.conn, &new, SAM).unwrap()
    }

    pub fn segment(&mut self, slug: &str) -> Segment {
        self.segment_naming(slug, &[]).unwrap()
    }

    pub fn segment_naming(&mut self, slug: &str, named: &[Uuid]) -> Result<Segment, StoreError> {
        let conditions = json!({"all": []});
        let new = NewSegment {
            project_id: self.project.id,
            slug,
            name: slug,
            description: "",
            kind: SegmentKind::Rules,
            conditions: NewConditions { conditions: &conditions, named_segments: named },
        };
        segments::create(&mut self.conn, &new, SAM)
    }

    pub fn experience(&mut self, slug: &str) -> Experience {
        let new = NewExperience {
            project_id: self.project.id,
            kind: Kind::FeatureFlag,
            slug,
            fields: ExperienceFields { name: slug, description: "", tags: &[], owner_id: None },
        };
        experiences::create(&mut self.conn, &new, SAM).unwrap()
    }

    pub fn save(&mut self, of: &Experience, named: NamedThings) -> Result<Version, StoreError> {
        let content = json!({"named": named.keys.len()});
        let new = NewVersion { content: &content, note: "", rows: &[], named: &named };
        self.conn.transaction(|conn| versions::append(conn, of.id, &new, SAM))
    }

    pub fn publish(
        &mut self,
        version: &Version,
        environment: Uuid,
        ramp: i16,
    ) -> Result<Publication, StoreError> {
        let new = NewPublication {
            experience_id: version.experience_id,
            environment_id: environment,
            version_id: version.id,
            ramp,
            replaces: Replaced::Live,
            note: "",
        };
        self.conn.transaction(|conn| publications::open(conn, &new, SAM))
    }

    /// The revision of production and of staging.
    pub fn revisions(&mut self) -> (i64, i64) {
        let mut revision = |id| environments::find(&mut self.conn, id).unwrap().unwrap().revision;
        (revision(self.production.id), revision(self.staging.id))
    }
}

/// What a version names when it gives values to these keys.
pub fn naming(keys: &[&Key]) -> NamedThings {
    NamedThings { keys: keys.iter().map(|key| key.id).collect(), ..NamedThings::default() }
}

fn environment(
    conn: &mut Connection,
    project: &Project,
    key: &str,
    protected: bool,
) -> Environment {
    let new = NewEnvironment { project_id: project.id, key, name: key, protected };
    environments::create(conn, &new).unwrap()
}
