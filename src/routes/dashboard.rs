//! The routes of pages.

use actix_web::http::Method;

use super::{Access, PageRow, Row};
use crate::{
    dashboard::{
        Admission, assets,
        experiences::{
            activity, archiving, bulk, cloning, code, comparing, edit_from,
            editor::{create, edit},
            list, news, publish, switch, undo, version, versions,
        },
        first_steps, home, keys, palette, playground, preferences, reports, segments,
        segments::user_list,
        setup, sign_in, users,
    },
    domain::role::Right,
};

const ANYBODY: Admission = Admission::Anybody;
const SIGNED_IN: Admission = Admission::SignedIn;
const SEE: Admission = Admission::Right(Right::See);
const EDIT: Admission = Admission::Right(Right::Edit);
const UPLOAD: Admission = Admission::Upload(Right::Edit);
const PUBLISH: Admission = Admission::Right(Right::Publish);
const ADMINISTER: Admission = Admission::Right(Right::Administer);
const SWITCH_OFF: Admission = Admission::Right(Right::SwitchOff);

/// A page of a project in an environment.
macro_rules! page {
    ($($rest:literal),+) => {
        concat!("/p/{project}/{environment}", $($rest),+)
    };
}

/// Everything that the guard of pages stands before.
pub(super) fn rows() -> Vec<PageRow> {
    let tables = [
        of_everybody(),
        of_people(),
        of_projects(),
        of_experiences(),
        of_keys(),
        of_segments(),
        of_users(),
        of_lists(),
    ];
    tables.into_iter().flatten().collect()
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
        PageRow::new(Method::GET, page!("/playground"), SEE, playground::page),
        PageRow::new(Method::GET, page!("/search"), SEE, palette::search),
        PageRow::new(Method::GET, page!("/_palette"), SEE, palette::palette),
    ]
}

/// The pages of one kind of experience, under the name of its list.
macro_rules! of_kind {
    ($list:literal) => {
        vec![
            PageRow::new(Method::GET, page!($list, ""), SEE, list::list),
            PageRow::new(Method::GET, page!($list, "/new"), EDIT, create::new),
            PageRow::new(Method::POST, page!($list, "/new"), EDIT, create::post),
            PageRow::new(Method::POST, page!($list, "/new/_words"), EDIT, create::words),
            PageRow::new(Method::POST, page!($list, "/_bulk"), EDIT, bulk::apply),
            PageRow::new(Method::POST, page!($list, "/_bulk/undo"), SWITCH_OFF, bulk::undo),
            PageRow::new(Method::GET, page!($list, "/{slug}"), SEE, edit::page),
            PageRow::new(Method::POST, page!($list, "/{slug}"), EDIT, edit::post),
            PageRow::new(Method::POST, page!($list, "/{slug}/_words"), EDIT, edit::words),
            PageRow::new(Method::POST, page!($list, "/{slug}/switch"), SWITCH_OFF, switch::turn),
            PageRow::new(Method::POST, page!($list, "/{slug}/undo"), SWITCH_OFF, undo::undo),
            PageRow::new(Method::GET, page!($list, "/{slug}/clone"), EDIT, cloning::ask),
            PageRow::new(Method::POST, page!($list, "/{slug}/clone"), EDIT, cloning::clone),
            PageRow::new(Method::POST, page!($list, "/{slug}/clone/_keys"), EDIT, cloning::check),
            PageRow::new(Method::GET, page!($list, "/{slug}/archive"), EDIT, archiving::ask),
            PageRow::new(Method::POST, page!($list, "/{slug}/archive"), EDIT, archiving::archive),
            PageRow::new(
                Method::POST,
                page!($list, "/{slug}/unarchive"),
                EDIT,
                archiving::unarchive,
            ),
            PageRow::new(Method::POST, page!($list, "/new/publish"), PUBLISH, publish::publish_new),
            PageRow::new(
                Method::POST,
                page!($list, "/new/_affected"),
                PUBLISH,
                publish::affected_by_new,
            ),
            PageRow::new(
                Method::POST,
                page!($list, "/{slug}/_affected"),
                PUBLISH,
                publish::affected,
            ),
            PageRow::new(Method::GET, page!($list, "/{slug}/publish"), PUBLISH, publish::open),
            PageRow::new(Method::POST, page!($list, "/{slug}/publish"), PUBLISH, publish::publish),
            PageRow::new(Method::GET, page!($list, "/{slug}/versions"), SEE, versions::list),
            PageRow::new(Method::GET, page!($list, "/{slug}/_versions"), SEE, versions::more),
            PageRow::new(
                Method::GET,
                page!($list, "/{slug}/versions/{number}"),
                SEE,
                version::page,
            ),
            PageRow::new(Method::GET, page!($list, "/{slug}/compare"), SEE, comparing::choose),
            PageRow::new(
                Method::GET,
                page!($list, "/{slug}/compare/{versions}"),
                SEE,
                comparing::page,
            ),
            PageRow::new(
                Method::GET,
                page!($list, "/{slug}/versions/{number}/edit"),
                EDIT,
                edit_from::page,
            ),
            PageRow::new(Method::GET, page!($list, "/{slug}/code"), SEE, code::page),
            PageRow::new(Method::GET, page!($list, "/{slug}/_code"), SEE, code::fold),
            PageRow::new(Method::GET, page!($list, "/{slug}/_listening"), SEE, code::listen),
            PageRow::new(Method::GET, page!($list, "/{slug}/activity"), SEE, activity::page),
            PageRow::new(Method::GET, page!($list, "/{slug}/_news"), SEE, news::news),
        ]
    };
}

fn of_experiences() -> Vec<PageRow> {
    let kinds: [Vec<PageRow>; 2] = [of_kind!("/flags"), of_kind!("/configs")];
    kinds.into_iter().flatten().collect()
}

fn of_segments() -> Vec<PageRow> {
    vec![
        PageRow::new(Method::GET, page!("/segments"), SEE, segments::segments),
        PageRow::new(Method::GET, page!("/segments/new"), EDIT, segments::new),
        PageRow::new(Method::POST, page!("/segments/new"), EDIT, segments::create),
        PageRow::new(Method::POST, page!("/segments/_preview"), EDIT, segments::preview),
        PageRow::new(Method::POST, page!("/segments/_matches"), EDIT, segments::count),
        PageRow::new(Method::GET, page!("/segments/{slug}"), SEE, segments::show),
        PageRow::new(Method::POST, page!("/segments/{slug}"), EDIT, segments::save),
        PageRow::new(Method::GET, page!("/segments/{slug}/clone"), EDIT, segments::ask_to_clone),
        PageRow::new(Method::POST, page!("/segments/{slug}/clone"), EDIT, segments::clone),
        PageRow::new(
            Method::GET,
            page!("/segments/{slug}/archive"),
            EDIT,
            segments::ask_to_archive,
        ),
        PageRow::new(Method::POST, page!("/segments/{slug}/archive"), EDIT, segments::archive),
        PageRow::new(Method::POST, page!("/segments/{slug}/unarchive"), EDIT, segments::unarchive),
        PageRow::new(Method::GET, page!("/segments/{slug}/revisions"), SEE, segments::revisions),
        PageRow::new(
            Method::GET,
            page!("/segments/{slug}/revisions/{number}"),
            SEE,
            segments::revision,
        ),
        PageRow::new(
            Method::POST,
            page!("/segments/{slug}/revisions/{number}/restore"),
            EDIT,
            segments::restore,
        ),
    ]
}

fn of_lists() -> Vec<PageRow> {
    vec![
        PageRow::new(Method::GET, page!("/segments/new/list"), EDIT, user_list::new),
        PageRow::new(Method::POST, page!("/segments/new/list"), UPLOAD, user_list::create),
        PageRow::new(Method::POST, page!("/segments/{slug}/about"), EDIT, user_list::save_about),
        PageRow::new(Method::GET, page!("/segments/{slug}/_check"), SEE, user_list::check),
        PageRow::new(Method::GET, page!("/segments/{slug}/members"), SEE, user_list::download),
        PageRow::new(Method::POST, page!("/segments/{slug}/members"), UPLOAD, user_list::fill),
    ]
}

fn of_users() -> Vec<PageRow> {
    vec![
        PageRow::new(Method::GET, page!("/users"), SEE, users::list::users),
        PageRow::new(Method::POST, page!("/learning"), ADMINISTER, users::learning::save),
        PageRow::new(Method::GET, page!("/users/{user_id}"), SEE, users::page::user),
        PageRow::new(Method::GET, page!("/users/{user_id}/delete"), PUBLISH, users::deleting::ask),
        PageRow::new(
            Method::POST,
            page!("/users/{user_id}/delete"),
            PUBLISH,
            users::deleting::delete,
        ),
    ]
}

fn of_keys() -> Vec<PageRow> {
    vec![
        PageRow::new(Method::GET, page!("/keys"), SEE, keys::list::keys),
        PageRow::new(Method::GET, page!("/keys/new"), EDIT, keys::form::new),
        PageRow::new(Method::POST, page!("/keys/new"), EDIT, keys::form::create),
        PageRow::new(Method::GET, page!("/keys/{key}/edit"), EDIT, keys::form::open),
        PageRow::new(Method::POST, page!("/keys/{key}/edit"), EDIT, keys::saving::save),
        PageRow::new(Method::GET, page!("/keys/{key}/users"), SEE, keys::users::users),
        PageRow::new(Method::GET, page!("/keys/{key}/code"), SEE, keys::code::code),
        PageRow::new(Method::GET, page!("/keys/{key}/archive"), EDIT, keys::archiving::ask),
        PageRow::new(Method::POST, page!("/keys/{key}/archive"), EDIT, keys::archiving::archive),
        PageRow::new(
            Method::POST,
            page!("/keys/{key}/unarchive"),
            EDIT,
            keys::archiving::unarchive,
        ),
    ]
}
