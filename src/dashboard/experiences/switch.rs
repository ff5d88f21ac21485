//! The kill switch is moved: off at once, on after a question where the environment is protected.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::Utc;

use super::{
    super::{Answer, Form, Fragment, Layout, Moved, Page, ProjectMember, Site, Toast, work},
    came_from::CameFrom,
    header::{Head, Header},
    kill_switch::{KillSwitch, row_id},
    kind_pages::KindPages,
    row::{Line, Row},
    told::Told,
    undo,
    versions::Versions,
};
use crate::{
    domain::role::Right,
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
        switching::{self, Switch},
        undoing::Deed,
    },
    store::{Connection, Store, switches},
};

/// What the address names: project, environment, flag.
pub type Place = Path<(String, String, String)>;

/// What a form of a switch says.
#[derive(Debug, Clone)]
struct Wanted {
    pages: KindPages,
    slug: String,
    on: bool,
    seen: String,
    is_confirmed: bool,
    from: CameFrom,
}

/// What came of a switch.
enum Found {
    /// The person has to be asked first.
    Question(Box<ExperienceView>),
    /// It was moved.
    Done(Done),
}

/// A flag after its switch was moved.
struct Done {
    name: String,
    changed: bool,
    /// The move, as it can be undone.
    deed: Option<Deed>,
    shown: Shown,
}

/// What has changed where the person is.
pub enum Shown {
    /// A row of the list.
    Row(Box<Line>),
    /// The head of a page of the flag.
    Head(Box<Head>),
}

/// Moves the switch of a flag.
///
/// # Errors
/// [`PageError::Forbidden`](super::super::PageError::Forbidden) without the right for it;
/// [`PageError::Refused`](super::super::PageError::Refused) where nothing is published, or
/// something else than the person saw.
pub async fn turn(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    form: Form,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let wanted = Wanted {
        on: form.is_checked("on"),
        seen: form.get("seen").to_owned(),
        is_confirmed: form.is_checked("confirmed"),
        from: CameFrom::read(&member, pages, &slug, form.get("back")),
        pages,
        slug,
    };
    let (who, asked) = (member.clone(), wanted.clone());
    let found = work::write(&store, move |conn| move_switch(conn, &who, &asked)).await?;
    let done = match found {
        Found::Question(view) => return ask(&member, &wanted, &view),
        Found::Done(done) => done,
    };
    let toast = toast(&member, &wanted, &done);
    if !member.ask.is_htmx() {
        let moved = Moved::to(wanted.from.address()).with_toast(toast);
        return Ok(moved.answer(&member.ask, &site));
    }
    let answer = match done.shown {
        Shown::Row(line) => Fragment::of(&Row {
            line: *line,
            csrf: &member.csrf,
            back: wanted.from.address(),
            has_switches: member.may(Right::SwitchOff),
        }),
        Shown::Head(head) => Fragment::of(head.as_ref()),
    };
    answer?.with_toast(&toast, &member.csrf)?.trigger("modal:close").show()
}

fn move_switch(
    conn: &mut Connection,
    member: &ProjectMember,
    wanted: &Wanted,
) -> Result<Found, OperationError> {
    let (project_id, place) = (member.project.id, member.environment.id);
    let find = |conn: &mut Connection| {
        let kind = wanted.pages.kind;
        experiences::find_by_slug(conn, &member.actor, project_id, kind, &wanted.slug)
    };
    let view = find(conn)?;
    let switch = KillSwitch::of(&view, member);
    let must_ask = wanted.on
        && !switch.is_on
        && switch.fixed.is_none()
        && member.environment.protected
        && member.may_publish()
        && !wanted.is_confirmed;
    if must_ask {
        return Ok(Found::Question(Box::new(view)));
    }
    let experience_id = view.experience.id;
    let order = Switch { experience_id, environment_id: place, note: "" };
    let switched = if wanted.on {
        let switched = switching::switch_on(conn, &member.actor, &order)?;
        switched.refuse_unseen(&wanted.seen)?;
        switched
    } else {
        switching::switch_off(conn, &member.actor, &order)?
    };
    let newest = switches::history(conn, experience_id, place, 1)?;
    let deed = newest.first().map(|newest| Deed::Switched(newest.id));
    let view = find(conn)?;
    let shown = shown(conn, member, &view, &wanted.from)?;
    let name = view.experience.name;
    Ok(Found::Done(Done { name, changed: switched.changed, deed, shown }))
}

/// What shows a flag anew where the person is.
///
/// # Errors
/// Those of the database.
pub fn shown(
    conn: &mut Connection,
    member: &ProjectMember,
    view: &ExperienceView,
    from: &CameFrom,
) -> Result<Shown, OperationError> {
    if let CameFrom::List(_) = from {
        let now = Utc::now();
        let told = Told::find(conn, member, std::slice::from_ref(view), now)?;
        return Ok(Shown::Row(Box::new(Line::of(view, member, &told, now))));
    }
    let version = from.version();
    let mut header = Header::load(conn, member, view, version)?;
    header.environments.is_out_of_band = true;
    let shown = version.unwrap_or(view.newest.number);
    let versions = Versions::load(conn, member, view, shown)?.out_of_band();
    Ok(Shown::Head(Box::new(Head { header, versions })))
}

/// Says what was done. It can be undone by whoever may turn the switch back.
fn toast(member: &ProjectMember, wanted: &Wanted, done: &Done) -> Toast {
    let (name, place) = (&done.name, &member.environment.name);
    let toast = Toast::saying(match (done.changed, wanted.on) {
        (true, true) => format!("{name} is on in {place}."),
        (true, false) => format!("{name} is off in {place}. Everyone gets the default."),
        (false, true) => format!("{name} was on in {place} already."),
        (false, false) => format!("{name} was off in {place} already."),
    });
    let may_undo = wanted.on || member.may_publish();
    match done.deed.filter(|_| done.changed && may_undo) {
        Some(deed) => {
            toast.with_undo(undo::address(member, wanted.pages, &wanted.slug, deed, &wanted.from))
        }
        None => toast,
    }
}

/// The question before a flag is turned on where the environment is protected.
#[derive(Template)]
#[template(path = "experiences/_turn_on.html")]
struct TurnOn<'a> {
    csrf: &'a str,
    name: &'a str,
    environment: &'a str,
    version: i32,
    switch: KillSwitch,
    back: &'a str,
}

#[derive(Template)]
#[template(path = "experiences/turn_on.html")]
struct TurnOnPage<'a> {
    layout: Layout,
    name: &'a str,
    environment: &'a str,
    version: i32,
    switch: KillSwitch,
    back: &'a str,
}

fn ask(member: &ProjectMember, wanted: &Wanted, view: &ExperienceView) -> Answer {
    let (name, environment) = (&view.experience.name, &member.environment.name);
    let standing = view.place(member.environment.id).and_then(|place| place.standing);
    let version = standing.map_or(0, |standing| standing.version);
    let target = match wanted.from {
        CameFrom::List(_) => row_id(&wanted.slug),
        CameFrom::Flag(_) | CameFrom::Version(..) => Header::ID.to_owned(),
    };
    let switch = KillSwitch { target, ..KillSwitch::of(view, member) };
    let back = wanted.from.address();
    if member.ask.is_htmx() {
        let csrf = member.csrf.as_str();
        let question = TurnOn { csrf, name, environment, version, switch, back };
        return Fragment::of(&question)?.into_dialog().trigger("switch:revert").show();
    }
    let layout = member.layout(&format!("Turn on {name}"), wanted.pages.section());
    Page::show(&TurnOnPage { layout, name, environment, version, switch, back })
}
