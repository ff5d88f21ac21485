//! How an app reads keys, in every language that has a way to ask for them. All of them but curl go
//! by OpenFeature and its remote evaluation protocol.

mod connecting;
mod literals;
mod names;
mod reading;

use serde_json::Value as Json;

use crate::{
    domain::value::{Value, ValueType},
    store::{
        Connection, StoreError,
        keys::Key,
        sdk_keys::{self, SdkKeyKind},
    },
};

/// Stands for a client key where there is none yet.
const NO_CLIENT_KEY: &str = "YOUR_CLIENT_KEY";

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// JavaScript in a browser.
    JavaScript,
    /// JavaScript on a server.
    Node,
    /// Python.
    Python,
    /// Swift.
    Swift,
    /// Kotlin.
    Kotlin,
    /// Go.
    Go,
    /// Java.
    Java,
    /// C#.
    DotNet,
    /// Ruby.
    Ruby,
    /// The command line.
    Curl,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Language; 10] = [
        Language::JavaScript,
        Language::Python,
        Language::Swift,
        Language::Kotlin,
        Language::Curl,
        Language::Node,
        Language::Go,
        Language::Java,
        Language::DotNet,
        Language::Ruby,
    ];

    /// Its name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::JavaScript => "javascript",
            Language::Node => "node",
            Language::Python => "python",
            Language::Swift => "swift",
            Language::Kotlin => "kotlin",
            Language::Go => "go",
            Language::Java => "java",
            Language::DotNet => "dotnet",
            Language::Ruby => "ruby",
            Language::Curl => "curl",
        }
    }

    /// What pages call it.
    pub fn label(self) -> &'static str {
        match self {
            Language::JavaScript => "OpenFeature (JS)",
            Language::Node => "Node.js",
            Language::Python => "Python",
            Language::Swift => "Swift",
            Language::Kotlin => "Kotlin",
            Language::Go => "Go",
            Language::Java => "Java",
            Language::DotNet => ".NET",
            Language::Ruby => "Ruby",
            Language::Curl => "curl",
        }
    }

    /// The language of that name.
    pub fn parse(text: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.as_str() == text)
    }

    /// What has to be installed; empty for nothing.
    pub fn install(self) -> &'static str {
        connecting::install(self)
    }

    /// How an app gets to the server; empty where that is a part of reading.
    pub fn connect(self, app: &App) -> String {
        connecting::connect(self, app)
    }

    /// How it reads these keys.
    pub fn read(self, app: &App, keys: &[CodeKey]) -> String {
        reading::read(self, app, keys)
    }
}

/// An app to be, and where it asks.
#[derive(Debug, Clone)]
pub struct App {
    /// The address of the server.
    pub address: String,
    /// The client key that it sends.
    pub client_key: String,
}

/// A client key of an environment.
#[derive(Debug, Clone)]
pub struct ClientKey {
    /// Identity.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The key.
    pub secret: String,
}

/// The client keys of an environment that can be used, the newest first.
///
/// # Errors
/// Those of the database.
pub fn client_keys(
    conn: &mut Connection,
    environment_id: uuid::Uuid,
) -> Result<Vec<ClientKey>, StoreError> {
    let found = sdk_keys::list(conn, environment_id)?.into_iter().rev();
    let usable = found.filter(|key| key.kind == SdkKeyKind::Client && key.revoked_at.is_none());
    let shown = usable.filter_map(|key| {
        Some(ClientKey { id: key.id.to_string(), name: key.name, secret: key.client_key? })
    });
    Ok(shown.collect())
}

impl App {
    /// One that asks there, with that client key.
    pub fn new(address: String, client_key: Option<&ClientKey>) -> App {
        let secret = client_key.map_or(NO_CLIENT_KEY, |key| &key.secret);
        App { address, client_key: secret.to_owned() }
    }
}

/// A key, as code reads it.
#[derive(Debug, Clone)]
pub struct CodeKey {
    name: String,
    value_type: ValueType,
    /// What it hands out where nothing else decides.
    default: Json,
}

impl From<&Key> for CodeKey {
    fn from(key: &Key) -> CodeKey {
        let read = Value::read(key.value_type, &key.default_value);
        CodeKey {
            name: key.name.clone(),
            value_type: key.value_type,
            default: read.map_or_else(|_| key.default_value.clone(), |value| value.to_json()),
        }
    }
}
