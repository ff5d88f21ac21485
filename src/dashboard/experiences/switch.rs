//! The kill switch is moved: off at once, on after a question where the environment is protected.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::Utc;

use super::{
    super::{
        Answer, Form, Fragment, Layout, Moved, Page, ProjectMember, Section, Site, Toast, work,
    },
    came_from::CameFrom,
    kill_switch::KillSwitch,
    row::{Line, Row, Told},
    undo,
};
use crate::{
    domain::{experience::Kind, role::Right},
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
    slug: String,
    on: bool,
    seen: String,
    is_confirmed: bool,
    from: CameFrom,
}

/// How a flag stands after its switch was moved, or before it may be.
struct Found {
    view: ExperienceView,
    told: Told,
    /// None while the person is asked first.
    done: Option<Done>,
}

/// What moving the switch has done.
struct Done {
    changed: bool,
    /// The move, as it can be undone.
    deed: Option<Deed>,
}

/// Moves the switch of a flag.
///
/// # Errors
/// [`PageError::Forbidden`](super::super::PageError::Forbidden) without the right for it;
/// [`PageError::Refused`](super::super::PageError::Refused) where nothing is published, or
/// something else than the person saw.
pub async fn turn(
    member: ProjectMember,
    place: Place,
    form: Form,
    site: Data<Site>,
    store: Data<Store>,
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let wanted = Wanted {
        on: form.is_checked("on"),
        seen: form.get("seen").to_owned(),
        is_confirmed: form.is_checked("confirmed"),
        from: CameFrom::read(&member, &slug, form.get("back")),
        slug,
    };
    let (who, asked) = (member.clone(), wanted.clone());
    let found = work::write(&store, move |conn| move_switch(conn, &who, &asked)).await?;
    match &found.done {
        None => ask(&member, &wanted, &found.view),
        Some(done) => {
            let toast = toast(&member, &wanted, &found.view, done);
            match &wanted.from {
                CameFrom::List(back) if member.ask.is_htmx() => {
                    let line = Line::of(&found.view, &member, &found.told, Utc::now());
                    let has_switches = member.may(Right::SwitchOff);
                    let row = Row { line, csrf: &member.csrf, back, has_switches };
                    let answer = Fragment::of(&row)?.with_toast(&toast, &member.csrf)?;
                    answer.trigger("modal:close").show()
                }
                from => Ok(Moved::to(from.address()).with_toast(toast).answer(&member.ask, &site)),
            }
        }
    }
}

fn move_switch(
    conn: &mut Connection,
    member: &ProjectMember,
    wanted: &Wanted,
) -> Result<Found, OperationError> {
    let (project_id, place) = (member.project.id, member.environment.id);
    let find = |conn: &mut Connection| {
        let kind = Kind::FeatureFlag;
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
        return Ok(Found { view, told: Told::default(), done: None });
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
    let told = Told::find(conn, member, std::slice::from_ref(&view), Utc::now())?;
    Ok(Found { view, told, done: Some(Done { changed: switched.changed, deed }) })
}

/// Says what was done. It can be undone by whoever may turn the switch back.
fn toast(member: &ProjectMember, wanted: &Wanted, view: &ExperienceView, done: &Done) -> Toast {
    let (name, place) = (&view.experience.name, &member.environment.name);
    let toast = Toast::saying(match (done.changed, wanted.on) {
        (true, true) => format!("{name} is on in {place}."),
        (true, false) => format!("{name} is off in {place}. Everyone gets the default."),
        (false, true) => format!("{name} was on in {place} already."),
        (false, false) => format!("{name} was off in {place} already."),
    });
    let may_undo = wanted.on || member.may_publish();
    match done.deed.filter(|_| done.changed && may_undo) {
        Some(deed) => toast.with_undo(undo::address(member, &wanted.slug, deed, &wanted.from)),
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
    let switch = KillSwitch::of(view, member);
    let back = wanted.from.address();
    if member.ask.is_htmx() {
        let csrf = member.csrf.as_str();
        let question = TurnOn { csrf, name, environment, version, switch, back };
        return Fragment::of(&question)?.into_dialog().trigger("switch:revert").show();
    }
    let layout = member.layout(&format!("Turn on {name}"), Section::Flags);
    Page::show(&TurnOnPage { layout, name, environment, version, switch, back })
}
