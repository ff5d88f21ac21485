//! The reference story in a database: a flag for iPhone users, 20 % of New York and 30 % of Miami.

use chrono::{TimeDelta, Utc};
use flagstaff::{
    domain::{event::Event, experience::Kind, value::ValueType},
    operations::{
        Actor, OperationError,
        access::sdk_keys,
        archiving::{self, Archive},
        editing::{self, Draft, NewExperience, NewVersion},
        keys::{self, NewKey},
        publishing::{self, Publish, Published, Replaces},
        segment_lists::{self, Mode, NewList, UploadFolder},
        segments::{self, NewSegment},
        setup,
        switching::{self, Switch},
    },
    store::{
        self, Store,
        deliveries::{
            self, DeliveryAudience, DeliveryCount, DeliveryFilter, DeliverySeries, ValueCount,
        },
        environments,
        environments::Environment,
        profiles::{self, Fate, Reporter},
        projects, publications,
        sdk_keys::SdkKeyKind,
        segments::Segment,
        switches, versions,
    },
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{TestDatabase, TestFolder};

/// The story, and the means to go on with it.
pub struct Story {
    pub store: Store,
    pub production: Environment,
    pub flag: Uuid,
    /// A client key of production.
    pub client_key: String,
    /// A server key of production.
    pub server_key: String,
}

/// The key of the story's flag.
pub const AUTO_PLAYLIST: &str = "auto_playlist";

/// What a version of the flag says.
pub fn content(new_york: f64, miami: f64) -> Json {
    let row = |segment: &str, rollout: f64| {
        json!({"audience": {"segment": segment}, "rollout": rollout,
               "serve": {"values": {AUTO_PLAYLIST: true}}})
    };
    json!({
        "keys": [AUTO_PLAYLIST],
        "rows": [row("iphone-users-in-new-york", new_york), row("iphone-users-in-miami", miami)],
    })
}

impl Story {
    /// Tells the story up to version 1, which is live in production.
    pub fn begin(database: &TestDatabase) -> Story {
        Story::begin_on(&database.url())
    }

    /// The same in the database at that address.
    pub fn begin_on(database_url: &str) -> Story {
        let store = Store::new(database_url);
        setup::ensure_first_project(&store).unwrap();
        let actor = Actor::command_line();
        let (project_id, production) = store
            .read(|conn| {
                let project = projects::find_by_key(conn, "default")?.unwrap();
                let production = environments::find_by_key(conn, project.id, "production")?;
                Ok::<_, OperationError>((project.id, production.unwrap()))
            })
            .unwrap();
        let made = store.write(|conn| {
            let key = NewKey {
                project_id,
                name: AUTO_PLAYLIST,
                value_type: ValueType::Boolean,
                default_value: &json!(false),
                description: "",
                schema: None,
            };
            keys::create(conn, &actor, &key, 500)?;
            for city in ["New York", "Miami"] {
                let conditions = json!({"all": [
                    {"attribute": "platform", "operator": "is", "value": "iPhone"},
                    {"attribute": "city", "operator": "is", "value": city},
                ]});
                let segment = NewSegment {
                    project_id,
                    name: &format!("iPhone users in {city}"),
                    description: "",
                    conditions: &conditions,
                };
                segments::create(conn, &actor, &segment)?;
            }
            let flag = NewExperience {
                project_id,
                kind: Kind::FeatureFlag,
                name: "Automatic playlist",
                description: "",
                tags: &[],
                owner_id: None,
                draft: Draft::Definition(&content(20.0, 30.0)),
                note: "",
            };
            let (flag, _) = editing::create(conn, &actor, &flag)?;
            let client = sdk_keys::create(conn, &actor, &production, SdkKeyKind::Client, "app")?;
            let server = sdk_keys::create(conn, &actor, &production, SdkKeyKind::Server, "back")?;
            Ok::<_, OperationError>((flag.id, client.1, server.1))
        });
        let (flag, client, server) = made.unwrap();
        let story = Story {
            store,
            production,
            flag,
            client_key: client.secret().to_owned(),
            server_key: server.secret().to_owned(),
        };
        story.publish(1);
        story
    }

    /// Makes a list of users, or adds them to it.
    pub fn list(&self, name: &str, csv: &str) -> Segment {
        let folder = TestFolder::new();
        let mut upload = UploadFolder::new(folder.join("uploads")).begin().unwrap();
        upload.take(csv.as_bytes()).unwrap();
        let users = upload.finish().unwrap();
        let (actor, project_id) = (Actor::command_line(), self.production.project_id);
        let listed = self.store.write(|conn| {
            let segments = store::segments::names(conn, project_id)?;
            match segments.iter().find(|(_, found)| found == name) {
                None => {
                    let new = NewList { project_id, name, description: "" };
                    segment_lists::create(conn, &actor, &new, Some(&users))
                }
                Some((slug, _)) => {
                    let list = store::segments::find_by_slug(conn, project_id, slug)?.unwrap();
                    let added = segment_lists::fill(conn, &actor, list.id, Mode::Add, &users, None);
                    added.map(|changed| changed.segment)
                }
            }
        });
        listed.unwrap()
    }

    /// How many deliveries of the last hour are stored.
    pub fn deliveries(&self) -> i64 {
        self.delivered_values().iter().map(|value| value.count).sum()
    }

    /// How often each value was delivered within the last hour, as far as it is stored.
    pub fn delivered_values(&self) -> Vec<ValueCount> {
        let filter = DeliveryFilter {
            environment_id: self.production.id,
            experience_id: None,
            key_id: None,
            segment_id: None,
            from: Utc::now() - TimeDelta::hours(1),
            to: Utc::now() + TimeDelta::hours(1),
        };
        self.store.read(|conn| deliveries::by_value(conn, &filter)).unwrap()
    }

    /// Makes a boolean key.
    pub fn key(&self, name: &str) {
        self.typed_key(name, ValueType::Boolean, &json!(false));
    }

    /// Makes a key of that type with that default.
    pub fn typed_key(&self, name: &str, value_type: ValueType, default: &Json) {
        let key = NewKey {
            project_id: self.production.project_id,
            name,
            value_type,
            default_value: default,
            description: "",
            schema: None,
        };
        self.store.write(|conn| keys::create(conn, &Actor::command_line(), &key, 500)).unwrap();
    }

    /// Makes an experience that says nothing yet.
    pub fn experience(&self, kind: Kind, name: &str) {
        self.experience_of(kind, name, &json!({"keys": []}));
    }

    /// Makes an experience that says so; gives its name in addresses.
    pub fn experience_of(&self, kind: Kind, name: &str, definition: &Json) -> String {
        let new = NewExperience {
            project_id: self.production.project_id,
            kind,
            name,
            description: "",
            tags: &[],
            owner_id: None,
            draft: Draft::Definition(definition),
            note: "",
        };
        let made = self.store.write(|conn| editing::create(conn, &Actor::command_line(), &new));
        made.unwrap().0.slug
    }

    /// Counts deliveries of the flag's default, now.
    pub fn deliver(&self, count: i64) {
        let added = self.store.write(|conn| {
            let project_id = self.production.project_id;
            let key = store::keys::find_by_name(conn, project_id, AUTO_PLAYLIST)?.unwrap();
            let series = DeliverySeries {
                environment_id: self.production.id,
                key_id: key.id,
                version_id: None,
                row_id: None,
                audience: DeliveryAudience::None,
                segment_id: None,
                variant: "default".to_owned(),
                value_label: "false".to_owned(),
                value_hash: 0,
                reason: "DEFAULT".to_owned(),
            };
            let count = DeliveryCount { series, minute: Utc::now(), count };
            deliveries::add_batch(conn, Uuid::new_v4(), &[count])
        });
        added.unwrap();
    }

    /// Takes what is told of users of production, now.
    pub fn hears(&self, reporter: Reporter, reports: &[Json]) {
        let now = Utc::now();
        let read = |report| Event::read(report, now).unwrap();
        let reports: Vec<Event> = reports.iter().map(read).collect();
        let id = self.production.id;
        let taken = self.store.write(|conn| profiles::take(conn, id, reporter, &reports, now));
        assert!(taken.unwrap().iter().all(|fate| *fate == Fate::Stored));
    }

    /// Saves another version; gives its number.
    pub fn save(&self, base_version: i32, content: &Json) -> i32 {
        let version = NewVersion { base_version, draft: Draft::Definition(content), note: "" };
        let actor = Actor::command_line();
        let saved = self.store.write(|conn| editing::save(conn, &actor, self.flag, &version));
        saved.unwrap().version.number
    }

    /// Publishes a version in production.
    pub fn publish(&self, version: i32) -> Published {
        self.try_publish(version).unwrap()
    }

    /// Publishes a version in production, or is refused.
    pub fn try_publish(&self, version: i32) -> Result<Published, OperationError> {
        let publish = Publish {
            experience_id: self.flag,
            environment_id: self.production.id,
            version,
            replaces: Replaces::Anything,
            note: "",
        };
        self.store.write(|conn| publishing::publish(conn, &Actor::command_line(), &publish))
    }

    /// Publishes a version in the environment of that key.
    pub fn publish_in(&self, environment: &str, version: i32) {
        let published = self.store.write(|conn| {
            let project_id = self.production.project_id;
            let place = environments::find_by_key(conn, project_id, environment)?.unwrap();
            let publish = Publish {
                experience_id: self.flag,
                environment_id: place.id,
                version,
                replaces: Replaces::Anything,
                note: "",
            };
            publishing::publish(conn, &Actor::command_line(), &publish)
        });
        published.unwrap();
    }

    /// Archives the flag.
    pub fn archive(&self) {
        let actor = Actor::command_line();
        let order = Archive { experience_id: self.flag, turn_off: false, despite_deliveries: true };
        self.store.write(|conn| archiving::archive(conn, &actor, &order)).unwrap();
    }

    /// Archives a segment.
    pub fn archive_segment(&self, slug: &str) {
        let project_id = self.production.project_id;
        let archived = self.store.write(|conn| {
            let segment = store::segments::find_by_slug(conn, project_id, slug)?.unwrap();
            segments::archive(conn, &Actor::command_line(), segment.id)
        });
        archived.unwrap();
    }

    /// The number of the newest version.
    pub fn newest_version(&self) -> i32 {
        let found = |conn: &mut _| Ok::<_, OperationError>(versions::newest(conn, self.flag)?);
        self.store.read(found).unwrap().unwrap().number
    }

    /// The number of the version that production serves.
    pub fn live_version(&self) -> Option<i32> {
        let place = self.production.id;
        let found =
            |conn: &mut _| Ok::<_, OperationError>(publications::active(conn, self.flag, place)?);
        self.store.read(found).unwrap().map(|live| live.version)
    }

    /// Whether the flag is on in production.
    pub fn is_on(&self) -> bool {
        let found = |conn: &mut _| {
            Ok::<_, OperationError>(switches::find(conn, self.flag, self.production.id)?)
        };
        self.store.read(found).unwrap().unwrap_or(false)
    }

    /// Switches the flag in production.
    pub fn switch(&self, on: bool) {
        let switch =
            Switch { experience_id: self.flag, environment_id: self.production.id, note: "" };
        let actor = Actor::command_line();
        self.store
            .write(|conn| match on {
                true => switching::switch_on(conn, &actor, &switch),
                false => switching::switch_off(conn, &actor, &switch),
            })
            .unwrap();
    }
}

/// What an app says about an iPhone user in that city.
pub fn iphone_in(city: &str, user_id: &str) -> Json {
    json!({"user_id": user_id, "attributes": {"platform": "iPhone", "city": city}})
}
