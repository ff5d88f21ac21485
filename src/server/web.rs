//! The doors: one HTTP server on threads of its own.

use std::{io, net::SocketAddr, sync::{Arc, mpsc}, thread::{self, JoinHandle}, time::Duration};

use actix_web::{App, HttpServer, dev::ServerHandle, middleware::from_fn, rt::System, web::Data};

use super::{FINISH_WITHIN, StartError, paths};
use crate::{
    delivery::{Delivery, Statistics},
    routes,
    settings::Settings,
    store::Store,
};

/// An HTTP server that runs.
pub struct Doors {
    address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<()>,
}

impl Doors {
    /// Opens them.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub fn open(
        settings: &Settings,
        delivery: &Arc<Delivery>,
        statistics: &Arc<Statistics>,
        store: &Store,
    ) -> Result<Doors, StartError> {
        let address = settings.listen;
        let listening = |error| StartError::Listen { address, error };
        let delivery = Data::from(Arc::clone(delivery));
        let statistics = Data::from(Arc::clone(statistics));
        let store = Data::new(store.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(delivery.clone())
                .app_data(statistics.clone())
                .app_data(store.clone())
                .configure(routes::configure)
                .wrap(from_fn(paths::tidy))
        })
        .keep_alive(Duration::from_secs(15))
        .client_request_timeout(Duration::from_secs(5))
        .client_disconnect_timeout(Duration::from_secs(1))
        .backlog(1_024)
        .max_connections(12_000)
        .worker_max_blocking_threads(32)
        .shutdown_timeout(FINISH_WITHIN.as_secs())
        .disable_signals()
        .bind(address)
        .map_err(listening)?;
        let bound = server.addrs().first().copied().unwrap_or(address);
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new().name("http".to_owned()).spawn(move || {
            System::new().block_on(async move {
                let server = server.run();
                drop(sender.send(server.handle()));
                if let Err(error) = server.await {
                    tracing::error!(%error, "the HTTP server ended");
                }
            });
        })?;
        let gone = |_| io::Error::other("the HTTP server ended at its start");
        let handle = receiver.recv().map_err(gone)?;
        Ok(Doors { address: bound, handle, thread })
    }

    /// Where they are.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes them, once the requests that are under way are answered.
    pub fn close(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(self.handle.stop(true)),
            Err(error) => tracing::error!(%error, "can't wait for requests to finish"),
        }
        if self.thread.join().is_err() {
            tracing::error!("the HTTP server had died");
        }
    }
}
