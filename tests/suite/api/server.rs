//! The management routes, served in this process on a database of their own.

use std::{sync::mpsc, thread};

use actix_web::{App, HttpServer, dev::ServerHandle, rt::System, web::Data};
use flagstaff::{api::keys::KeyLimit, routes, store::Store};

use crate::support::{Client, TestDatabase};

/// A server that runs until it is dropped.
pub struct ApiServer {
    base: String,
    handle: ServerHandle,
    thread: Option<thread::JoinHandle<()>>,
    /// The database behind it.
    pub store: Store,
    /// The same, for looking into it.
    pub database: TestDatabase,
}

impl ApiServer {
    /// Starts it on an empty database.
    pub fn start() -> ApiServer {
        let database = TestDatabase::new();
        let store = Store::new(&database.url());
        let data = Data::new(store.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .app_data(Data::new(KeyLimit(500)))
                .configure(routes::configure)
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let server = server.run();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = receiver.recv().unwrap();
        ApiServer { base, handle, thread: Some(thread), store, database }
    }

    /// A client without a credential.
    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// `host:port`.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        System::new().block_on(self.handle.stop(false));
        self.thread.take().map(thread::JoinHandle::join);
    }
}
