//! A server with two projects, people of every role and credentials of every kind.

use chrono::{TimeDelta, Utc};
use flagstaff::{
    domain::role::Role,
    operations::{
        Actor, OperationError,
        access::{Password, PasswordHasher, api_tokens, people},
    },
    store::{Store, api_tokens::TokenScope, projects},
};
use serde_json::{Value, json};

use crate::support::{Client, TestDatabase, TestFolder, TestServer};
use crate::support::{eventually, fingerprint};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody who is known in the environments of things.
pub const USER: &str = "ann";

/// The world that tests of the API live in.
pub struct World {
    pub database: TestDatabase,
    pub store: Store,
    /// A client without a credential.
    pub anonymous: Client,
    _server: TestServer,
    _data: TestFolder,
}

impl World {
    /// A server on a fresh database, with the people of the project `default`: `viewer@x.org`,
    /// `developer@x.org`, `product-manager@x.org`, `admin@x.org`.
    pub fn new() -> World {
        let (database, data) = (TestDatabase::new(), TestFolder::new());
        let server = TestServer::start(&database, &data);
        let world = World {
            store: Store::new(&database.url()),
            anonymous: Client::new(&server.address),
            database,
            _server: server,
            _data: data,
        };
        for role in Role::ALL {
            world.add_person(&format!("{}@x.org", role.as_str()), role, "default");
        }
        world
    }

    /// Adds a member of a project.
    pub fn add_person(&self, email: &str, role: Role, project: &str) {
        let password = hash();
        self.store
            .write(|conn| {
                let project = projects::find_by_key(conn, project)?.unwrap();
                let (name, project) = (email, &project);
                let new = people::NewPerson { email, name, password: &password, role, project };
                people::add(conn, &Actor::command_line(), &new)
            })
            .unwrap();
    }

    /// A client with the access token of that person.
    pub fn sign_in(&self, email: &str) -> Client {
        let login = json!({"username": email, "password": PASSWORD});
        let answer = self.anonymous.post("/api/v1/auth/login", &login).expect(200);
        self.anonymous.with_bearer(answer["access_token"].as_str().unwrap())
    }

    /// A client with the access token of a member of `default` with that role.
    pub fn member(&self, role: Role) -> Client {
        self.sign_in(&format!("{}@x.org", role.as_str()))
    }

    /// The text of a new API token in a project.
    pub fn api_token(&self, project: &str, scope: TokenScope, role: Role) -> String {
        let made = self.store.write(|conn| {
            let project_id = projects::find_by_key(conn, project)?.unwrap().id;
            let expires_at = Some(Utc::now() + TimeDelta::days(1));
            let new = api_tokens::NewApiToken { project_id, name: "ci", scope, role, expires_at };
            api_tokens::create(conn, &Actor::command_line(), &new)
        });
        made.unwrap().1.secret().to_owned()
    }

    /// The text of an API token that was revoked.
    pub fn revoked_token(&self) -> String {
        let made = self.store.write(|conn| {
            let project_id = projects::find_by_key(conn, "default")?.unwrap().id;
            let actor = Actor::command_line();
            let new = api_tokens::NewApiToken {
                project_id,
                name: "gone",
                scope: TokenScope::Write,
                role: Role::Admin,
                expires_at: None,
            };
            let (token, secret) = api_tokens::create(conn, &actor, &new)?;
            api_tokens::revoke(conn, &actor, project_id, token.id)?;
            Ok::<_, OperationError>(secret)
        });
        made.unwrap().secret().to_owned()
    }

    /// The whole database in some lines.
    pub fn fingerprint(&self) -> Vec<String> {
        fingerprint(&mut self.database.connection())
    }
}

fn hash() -> flagstaff::operations::access::PasswordHash {
    use std::sync::LazyLock;
    static HASH: LazyLock<flagstaff::operations::access::PasswordHash> = LazyLock::new(|| {
        let password = Password::parse(PASSWORD).unwrap();
        PasswordHasher::new().unwrap().hash(&password).unwrap()
    });
    HASH.clone()
}

/// Things of one project, by the names that addresses and bodies use.
#[derive(Debug, Clone)]
pub struct Things {
    pub project: String,
    pub environment: String,
    pub key: String,
    pub segment: String,
    pub segment_id: String,
    pub flag: String,
    pub flag_key: String,
    pub config: String,
    pub config_slug: String,
    pub sdk_key: String,
    pub publication: String,
}

impl Things {
    /// Makes them as an admin: a flag that is published and off in `staging`, a config that is
    /// not published, a segment, a free key, and an environment that knows a user.
    pub fn make(admin: &Client, project: &str, name: &str) -> Things {
        let make = |path: &str, body: Value| {
            let address = format!("/api/v1/{path}?project={project}");
            admin.post(&address, &body).expect(201)
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let boolean =
            |name: String| json!({"name": name, "value_type": "boolean", "default_value": false});
        make("keys", boolean(format!("{name}_key")));
        make("keys", boolean(format!("{name}_config_key")));
        let conditions = json!({"all": [{"attribute": "city", "operator": "is", "value": "Bath"}]});
        let segment = make(
            "segments",
            json!({"name": format!("{name} segment"),
            "conditions": conditions}),
        );
        let environment = make(
            "environments",
            json!({"key": format!("{name}-test"),
            "name": "Test"}),
        );
        let flag = make("feature-flags", json!({"key": format!("{name}_flag")}));
        let id = text(&flag["id"]);
        let publication = make(
            &format!("feature-flags/{id}/versions/1/publish"),
            json!({"environment": "staging", "replaces": null}),
        );
        let off = format!("/api/v1/feature-flags/{id}/disable?project={project}");
        admin.post(&off, &json!({"environment": "staging"})).expect(200);
        let config = make(
            "product-configs",
            json!({"name": format!("{name} config"),
            "keys": [format!("{name}_config_key")]}),
        );
        let place = text(&environment["key"]);
        let of_server = json!({"environment": place, "kind": "server", "name": "server"});
        let of_server = make("sdk-keys", of_server);
        let server = Client::new(&format!("http://{}", admin.host()));
        let server = server.with_bearer(of_server["key"].as_str().unwrap());
        let seen = json!({"events": [{"id": "1", "user_id": USER, "event": "Seen"}]});
        eventually("the key is known", || {
            (server.post("/api/v1/events", &seen).status == 202).then_some(())
        });
        let sdk_key = make(
            "sdk-keys",
            json!({"environment": "staging", "kind": "server",
            "name": name}),
        );
        Things {
            project: project.to_owned(),
            environment: place,
            key: format!("{name}_key"),
            segment: text(&segment["slug"]),
            segment_id: text(&segment["id"]),
            flag: id,
            flag_key: format!("{name}_flag"),
            config: text(&config["id"]),
            config_slug: text(&config["slug"]),
            sdk_key: text(&sdk_key["id"]),
            publication: text(&publication["id"]),
        }
    }

    /// Archives what can be archived, and revokes the SDK key.
    pub fn archive(&self, admin: &Client) {
        let project = &self.project;
        for path in [
            format!("feature-flags/{}/archive", self.flag),
            format!("product-configs/{}/archive", self.config),
            format!("keys/{}/archive", self.key),
            format!("segments/{}/archive", self.segment),
        ] {
            admin.post(&format!("/api/v1/{path}?project={project}"), &json!({})).expect(200);
        }
        let key = format!("/api/v1/sdk-keys/{}?project={project}", self.sdk_key);
        assert_eq!(admin.send("DELETE", &key, None).status, 200);
    }
}
