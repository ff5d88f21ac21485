//! The whole product, running in this process.

use std::path::Path;

use flagstaff::{
    server::Running,
    settings::{DatabaseOptions, LogOptions, Options, Settings},
};
use serde_json::Value as Json;

use super::{TestDatabase, TestFolder};

/// A server on a free port, with a database and a data folder of its own or shared with others.
pub struct TestServer {
    running: Option<Running>,
    pub address: String,
}

/// Settings for a server on that database, with that data folder.
pub fn settings(database_url: &str, data_dir: &Path) -> Settings {
    let options = Options {
        listen: "127.0.0.1:0".to_owned(),
        database: DatabaseOptions {
            database_url: Some(database_url.to_owned()),
            data_dir: data_dir.to_owned(),
        },
        public_url: None,
        secret_key: Some("a secret key that only tests know, long enough".to_owned()),
        allow_insecure_http: "false".to_owned(),
        demo: "false".to_owned(),
        key_limit: "500".to_owned(),
        log: LogOptions { format: None, level: None },
    };
    options.check().unwrap()
}

impl TestServer {
    /// A replica on that database; replicas share the database and nothing else.
    pub fn start(database: &TestDatabase, data: &TestFolder) -> TestServer {
        TestServer::start_on(&database.url(), data)
    }

    /// The same on a database that may be away.
    pub fn start_on(database_url: &str, data: &TestFolder) -> TestServer {
        let running = Running::start(&settings(database_url, data)).unwrap();
        let address = format!("http://{}", running.address());
        TestServer { running: Some(running), address }
    }

    /// Stops it as a signal would.
    pub fn stop(mut self) {
        self.running.take().unwrap().stop();
    }

    /// Status and JSON of a GET.
    pub fn get(&self, path: &str) -> (u16, Json) {
        let agent = agent();
        let mut response = agent.get(format!("{}{path}", self.address)).call().unwrap();
        let body = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&body).unwrap_or(Json::Null))
    }

    /// Status and JSON of a POST with an SDK key.
    pub fn ask(&self, key: &str, path: &str, body: &Json) -> (u16, Json) {
        let agent = agent();
        let request = agent.post(format!("{}{path}", self.address)).header("x-api-key", key);
        let mut response = request.send_json(body).unwrap();
        let body = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&body).unwrap_or(Json::Null))
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}
