//! The routes of pages.

use actix_web::http::Method;

use super::{Access, PageRow, Row};
use crate::{
    dashboard::{
        Admission, assets,
        experiences::{list, switch, undo, version, versions},
        first_steps, home, preferences, reports, setup, sign_in,
    },
    domain::role::Right,
};

const ANYBODY: Admission = Admission::Anybody;
const SIGNED_IN: Admission = Admission::SignedIn;
const SEE: Admission = Admission::Right(Right::See);
const SWITCH_OFF: Admission = Admission::Right(Right::SwitchOff);

/// A page of a project in an environment.
macro_rules! page {
    ($rest:literal) => {
        concat!("/p/{project}/{environment}", $rest)
    };
}

/// Everything that the guard of pages stands before.
pub(super) fn rows() -> Vec<PageRow> {
    [of_everybody(), of_people(), of_projects(), of_experiences()].into_iter().flatten().collect()
}

/// What browsers send by themselves, from whatever page.
pub(super) fn open_rows() -> Vec<Row> {
    vec![Row::new(Method::POST, "/csp-report", Access::Public, reports::take)]
}

fn of_everybody() -> Vec<PageRow> {
    vec![
        PageRow::new(Method::GET, "/static/{name}", ANYBODY, assets::serve),
        PageRow::new(Method::GET, "/setup", ANYBODY, setup::page),
        PageRow::new(Method::POST, "/setup", ANYBODY, setup::set_up),
        PageRow::new(Method::GET, "/login", ANYBODY, sign_in::page),
        PageRow::new(Method::POST, "/login", ANYBODY, sign_in::log_in),
        PageRow::new(Method::POST, "/logout", ANYBODY, sign_in::log_out),
        PageRow::new(Method::POST, "/theme", ANYBODY, preferences::choose_theme),
    ]
}

fn of_people() -> Vec<PageRow> {
    vec![
        PageRow::new(Method::GET, "/", SIGNED_IN, home::start),
        PageRow::new(Method::GET, "/p/{project}", SIGNED_IN, home::enter),
    ]
}

fn of_projects() -> Vec<PageRow> {
    vec![
        PageRow::new(Method::GET, page!(""), SEE, home::overview),
        PageRow::new(Method::POST, page!("/hide-first-steps"), SEE, first_steps::hide),
    ]
}

fn of_experiences() -> Vec<PageRow> {
    vec![
        PageRow::new(Method::GET, page!("/flags"), SEE, list::flags),
        PageRow::new(Method::POST, page!("/flags/{slug}/switch"), SWITCH_OFF, switch::turn),
        PageRow::new(Method::POST, page!("/flags/{slug}/undo"), SWITCH_OFF, undo::undo),
        PageRow::new(Method::GET, page!("/flags/{slug}/versions"), SEE, versions::list),
        PageRow::new(Method::GET, page!("/flags/{slug}/_versions"), SEE, versions::more),
        PageRow::new(Method::GET, page!("/flags/{slug}/versions/{number}"), SEE, version::page),
    ]
}
