//! A server that serves the reference story.

use crate::support::{Client, TestDatabase, TestFolder, TestServer, story::Story};

pub struct World {
    pub story: Story,
    pub server: TestServer,
    _data: TestFolder,
    _database: TestDatabase,
}

impl World {
    pub fn new() -> World {
        let (database, data) = (TestDatabase::new(), TestFolder::new());
        let story = Story::begin(&database);
        let server = TestServer::start(&database, &data);
        World { story, server, _data: data, _database: database }
    }

    /// An app with the story's client key.
    pub fn app(&self) -> Client {
        self.server.app(&self.story.client_key)
    }
}
