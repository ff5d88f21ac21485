//! The doors: one HTTP server on threads of its own.

use std::{
    io,
    net::SocketAddr,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    http::header::X_CONTENT_TYPE_OPTIONS,
    middleware::{DefaultHeaders, from_fn},
    rt::System,
    web::Data,
};

use super::{FINISH_WITHIN, StartError, paths};
use crate::{
    dashboard::{SetupCode, Site},
    delivery::{Delivery, Statistics, profiles::Profiles},
    operations::{access::SignIn, keys::KeyLimit, segment_lists::UploadFolder},
    population::Population,
    routes,
    settings::TrustedProxies,
    store::{Store, member_lists::MemberListCache},
};

/// What handlers may ask for; each asks for what it needs by its type.
#[derive(Clone)]
pub struct Parts {
    /// What is served.
    pub delivery: Data<Delivery>,
    /// What is stored about users.
    pub profiles: Data<Profiles>,
    /// Where lists of users come in.
    pub uploads: Data<UploadFolder>,
    /// What was counted.
    pub statistics: Data<Statistics>,
    /// Who is there.
    pub population: Data<Population>,
    /// The members of list segments.
    pub lists: Data<MemberListCache>,
    /// The database, for management.
    pub store: Data<Store>,
    /// Who gets in.
    pub sign_in: Data<SignIn>,
    /// How many keys a project has at most.
    pub key_limit: Data<KeyLimit>,
    /// How browsers reach the pages.
    pub site: Data<Site>,
    /// Whose word is taken for where a request comes from.
    pub trusted_proxies: Data<TrustedProxies>,
    /// What the first run asks for.
    pub setup_code: Data<SetupCode>,
}

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
    pub fn open(address: SocketAddr, parts: Parts) -> Result<Doors, StartError> {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new().name("http".to_owned()).spawn(move || {
            System::new().block_on(async move {
                let (server, opened) = match bind(address, parts) {
                    Ok((bound, server)) => {
                        let opened = Ok((bound, server.handle()));
                        (Some(server), opened)
                    }
                    Err(error) => (None, Err(error)),
                };
                drop(sender.send(opened));
                if let Some(server) = server
                    && let Err(error) = server.await
                {
                    tracing::error!(%error, "the HTTP server ended");
                }
            });
        })?;
        let gone = |_| io::Error::other("the HTTP server ended at its start");
        let opened = receiver.recv().map_err(gone)?;
        let (bound, handle) = opened.map_err(|error| StartError::Listen { address, error })?;
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

fn bind(address: SocketAddr, parts: Parts) -> io::Result<(SocketAddr, Server)> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(parts.delivery.clone())
            .app_data(parts.profiles.clone())
            .app_data(parts.uploads.clone())
            .app_data(parts.statistics.clone())
            .app_data(parts.population.clone())
            .app_data(parts.lists.clone())
            .app_data(parts.store.clone())
            .app_data(parts.sign_in.clone())
            .app_data(parts.key_limit.clone())
            .app_data(parts.site.clone())
            .app_data(parts.trusted_proxies.clone())
            .app_data(parts.setup_code.clone())
            .configure(routes::configure)
            .wrap(from_fn(paths::tidy))
            // Of whatever status, and for whomever: an answer is what it says.
            .wrap(DefaultHeaders::new().add((X_CONTENT_TYPE_OPTIONS, "nosniff")))
    })
    .keep_alive(Duration::from_secs(15))
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(1))
    .backlog(1_024)
    .max_connections(12_000)
    .worker_max_blocking_threads(32)
    .shutdown_timeout(FINISH_WITHIN.as_secs())
    .disable_signals()
    .bind(address)?;
    let bound = server.addrs().first().copied().unwrap_or(address);
    Ok((bound, server.run()))
}
