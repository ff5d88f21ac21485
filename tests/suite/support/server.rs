//! The whole product, running in this process.

use std::path::Path;

use super::{Client, TestDatabase, TestFolder};
use flagstaff::{
    server::Running,
    settings::{DatabaseOptions, LogOptions, Options, RetentionOptions},
};

/// A server on a free port, with a database and a data folder of its own or shared with others.
pub struct TestServer {
    running: Option<Running>,
    pub address: String,
}

/// Options for a server on that database, with that data folder.
fn options(database_url: &str, data_dir: &Path) -> Options {
    Options {
        listen: "127.0.0.1:0".to_owned(),
        database: DatabaseOptions {
            database_url: Some(database_url.to_owned()),
            data_dir: data_dir.to_owned(),
        },
        public_url: None,
        trusted_proxies: None,
        secret_key: Some("a secret key that only tests know, long enough".to_owned()),
        allow_insecure_http: "false".to_owned(),
        demo: "false".to_owned(),
        key_limit: "500".to_owned(),
        retention: RetentionOptions {
            users: "1000000".to_owned(),
            days_of_users: "400".to_owned(),
            days_of_events: "400".to_owned(),
        },
        log: LogOptions { format: None, level: None },
    }
}

impl TestServer {
    /// A replica on that database; replicas share the database and nothing else.
    pub fn start(database: &TestDatabase, data: &TestFolder) -> TestServer {
        TestServer::start_on(&database.url(), data)
    }

    /// The same on a database that may be away.
    pub fn start_on(database_url: &str, data: &TestFolder) -> TestServer {
        TestServer::start_with(database_url, data, |_| {})
    }

    /// The same with other options.
    pub fn start_with(
        database_url: &str,
        data: &TestFolder,
        change: impl FnOnce(&mut Options),
    ) -> TestServer {
        let mut options = options(database_url, data);
        change(&mut options);
        let running = Running::start(&options.check().unwrap()).unwrap();
        let address = format!("http://127.0.0.1:{}", running.address().port());
        TestServer { running: Some(running), address }
    }

    /// What the first run asks for.
    pub fn setup_code(&self) -> Option<&str> {
        self.running.as_ref().unwrap().setup_code()
    }

    /// Stops it as a signal would.
    pub fn stop(mut self) {
        self.running.take().unwrap().stop();
    }

    /// A client of it, without a credential.
    pub fn client(&self) -> Client {
        Client::new(&self.address)
    }

    /// A client of it with an SDK key.
    pub fn app(&self, key: &str) -> Client {
        self.client().with_header("x-api-key", key)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }
}
