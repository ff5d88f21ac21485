//! Nothing is lost and serving goes on, whatever dies: shown with processes, signals and a wire
//! that can be cut.

mod app;
mod demonstration;
mod following;
mod hanging;
mod journal;
mod kills;
mod pages;
mod postgres;
mod process;
mod proxy;
mod starting;
mod stopping;
mod under_load;

use self::{
    app::App,
    postgres::Postgres,
    process::{Demo, Process},
    proxy::{Moment, Proxy},
};
