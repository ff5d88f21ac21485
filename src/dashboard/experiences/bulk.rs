//! One thing done with several experiences of the list at once: with all of them, or with none.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use askama::Template;
use chrono::Utc;
use uuid::Uuid;

use super::{
    super::{
        Answer, FieldErrors, Form, Moved, PageError, ProjectMember, Site, Toast, dialog,
        number_words::counted, work,
    },
    came_from,
    kind_pages::KindPages,
};
use crate::{
    operations::bulk::{self, Action, Bulk, Hindrance, Item, Outcome},
    store::Store,
};

/// What the list asks for.
#[derive(Debug, Clone)]
struct Asked {
    /// The slugs of what is chosen.
    ids: Vec<String>,
    what: What,
    /// Whether the dialog was answered.
    is_confirmed: bool,
    despite_deliveries: bool,
    tag: String,
    /// The address of the list.
    back: String,
}

/// What can be done with several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    SwitchOff,
    Tag,
    Archive,
}

impl What {
    fn parse(word: &str) -> Option<What> {
        match word {
            "switch_off" => Some(What::SwitchOff),
            "tag" => Some(What::Tag),
            "archive" => Some(What::Archive),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            What::SwitchOff => "switch_off",
            What::Tag => "tag",
            What::Archive => "archive",
        }
    }
}

/// Asks before, or says why not.
#[derive(Template)]
#[template(path = "experiences/_bulk_dialog.html")]
struct Question<'a> {
    title: String,
    address: String,
    csrf: &'a str,
    back: &'a str,
    what: What,
    ids: Vec<String>,
    /// With which it can't be done, each with its name, its address and the reasons.
    hindered: Vec<Hindered>,
    /// Whether all of them can be archived despite the deliveries.
    is_only_asked_for: bool,
    /// Those with which it can be done.
    rest: Vec<String>,
    tag: &'a str,
    errors: FieldErrors,
}

struct Hindered {
    name: String,
    address: Option<String>,
    reasons: Vec<String>,
}

impl Asked {
    fn read(form: &Form, member: &ProjectMember, pages: KindPages) -> Result<Asked, PageError> {
        Ok(Asked {
            ids: form.all("ids").map(str::to_owned).collect(),
            what: What::parse(form.get("do")).ok_or(PageError::NotFound)?,
            is_confirmed: form.is_checked("confirmed"),
            despite_deliveries: form.is_checked("despite_deliveries"),
            tag: form.get("tag").to_owned(),
            back: came_from::list(member, pages, form.get("back")),
        })
    }

    fn action(&self, member: &ProjectMember) -> Action<'_> {
        match self.what {
            What::SwitchOff => Action::SwitchOff(member.environment.id),
            What::Tag => Action::Tag(&self.tag),
            What::Archive => Action::Archive { despite_deliveries: self.despite_deliveries },
        }
    }

    fn question<'a>(
        &'a self,
        member: &'a ProjectMember,
        pages: KindPages,
        hindrances: Vec<Hindrance>,
    ) -> Question<'a> {
        let named = |it: Hindrance| Hindered {
            address: it.link.as_ref().map(|link| pages.address(member, &link.slug)),
            name: it.link.map_or(it.id, |link| link.name),
            reasons: it.reasons,
        };
        let several = counted(self.ids.len(), pages.one());
        let is_only_asked_for = !hindrances.is_empty()
            && hindrances.iter().all(|hindrance| hindrance.is_only_asked_for);
        let is_hindered = |id: &String| hindrances.iter().any(|hindrance| hindrance.id == *id);
        Question {
            title: match (self.what, hindrances.is_empty() || is_only_asked_for) {
                (What::Archive, true) => format!("Archive {several}?"),
                (What::Tag, true) => format!("Add a tag to {several}"),
                (What::Archive, false) => "Not all of them can be archived".to_owned(),
                (What::Tag, false) => "Not all of them can get this tag".to_owned(),
                (What::SwitchOff, _) => "Not all of them can be turned off".to_owned(),
            },
            address: format!("{}/_bulk", pages.list(member)),
            csrf: &member.csrf,
            back: &self.back,
            what: self.what,
            rest: self.ids.iter().filter(|id| !is_hindered(id)).cloned().collect(),
            ids: self.ids.clone(),
            hindered: hindrances.into_iter().map(named).collect(),
            is_only_asked_for,
            tag: &self.tag,
            errors: FieldErrors::default(),
        }
    }

    /// Shows a question, in the dialog or on a page.
    fn show(
        &self,
        member: &ProjectMember,
        pages: KindPages,
        status: StatusCode,
        question: &Question<'_>,
    ) -> Answer {
        dialog::show(member, pages.section(), status, &question.title, question)
    }
}

/// Turns off, tags or archives what is chosen; asks first what has to be asked.
///
/// # Errors
/// [`PageError::Forbidden`] without the right for it.
pub async fn apply(
    member: ProjectMember,
    pages: KindPages,
    form: Form,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let asked = Asked::read(&form, &member, pages)?;
    if asked.ids.is_empty() {
        let toast = Toast::saying(format!("Choose a {} first.", pages.one()));
        return Ok(Moved::to(asked.back).with_toast(toast).answer(&member.ask, &site));
    }
    if asked.what != What::SwitchOff && !asked.is_confirmed {
        return ask(&member, pages, &asked, &store).await;
    }
    let (who, order) = (member.clone(), asked.clone());
    let done = work::write(&store, move |conn| {
        let (project_id, ids) = (who.project.id, order.ids.as_slice());
        let bulk = Bulk { project_id, kind: pages.kind, ids, action: order.action(&who) };
        bulk::apply(conn, &who.actor, &bulk)
    });
    match done.await {
        Ok(Outcome::Done(items)) => {
            let toast = toast(&member, pages, &asked, &items);
            Moved::to(asked.back).with_toast(toast).answer_on_list(&member, &site)
        }
        Ok(Outcome::Refused(hindrances)) => {
            let question = asked.question(&member, pages, hindrances);
            asked.show(&member, pages, StatusCode::CONFLICT, &question)
        }
        Err(PageError::Invalid(problems)) => {
            let mut question = asked.question(&member, pages, Vec::new());
            question.errors = FieldErrors::new(problems);
            asked.show(&member, pages, StatusCode::UNPROCESSABLE_ENTITY, &question)
        }
        Err(error) => Err(error),
    }
}

/// Asks for the tag, or whether they shall be archived, if they can be.
async fn ask(member: &ProjectMember, pages: KindPages, asked: &Asked, store: &Store) -> Answer {
    let (who, order) = (member.clone(), asked.clone());
    let hindrances = work::read(store, move |conn| match order.what {
        What::Tag | What::SwitchOff => Ok(Vec::new()),
        What::Archive => {
            let (project_id, ids) = (who.project.id, order.ids.as_slice());
            let bulk = Bulk { project_id, kind: pages.kind, ids, action: order.action(&who) };
            bulk::hindrances(conn, &who.actor, &bulk)
        }
    });
    let question = asked.question(member, pages, hindrances.await?);
    asked.show(member, pages, StatusCode::OK, &question)
}

fn toast(member: &ProjectMember, pages: KindPages, asked: &Asked, items: &[Item]) -> Toast {
    let changed: Vec<&Item> = items.iter().filter(|item| item.changed).collect();
    let several = counted(changed.len(), pages.one());
    let are = if changed.len() == 1 { "is" } else { "are" };
    let place = &member.environment.name;
    match (asked.what, changed.is_empty()) {
        (What::SwitchOff, true) => Toast::saying(format!("They were off in {place} already.")),
        (What::Tag, true) => Toast::saying("They had this tag already."),
        (What::Archive, true) => Toast::saying("They were archived already."),
        (What::Tag, false) => Toast::saying(format!("{several} got the tag {}.", asked.tag.trim())),
        (What::Archive, false) => {
            Toast::saying(format!("{several} {are} archived. Apps get each key's default."))
        }
        (What::SwitchOff, false) => {
            let said = format!("{several} {are} off in {place}. Everyone gets the defaults.");
            match member.may_publish() {
                true => Toast::saying(said).with_undo(undo_address(member, pages, &changed)),
                false => Toast::saying(said),
            }
        }
    }
}

/// Where to post in order to switch them on again.
fn undo_address(member: &ProjectMember, pages: KindPages, items: &[&Item]) -> String {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    for item in items {
        if let Some(switched) = item.switched {
            fields.append_pair(&switched.to_string(), &item.experience.id.to_string());
        }
    }
    format!("{}/_bulk/undo?{}", pages.list(member), fields.finish())
}

/// Switches on again what was turned off together.
///
/// # Errors
/// [`PageError::Refused`] when it is too late for that.
pub async fn undo(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let fields = form_urlencoded::parse(request.query_string().as_bytes());
    let moves = fields.map(|(switched, id)| Some((id.parse().ok()?, switched.parse().ok()?)));
    let moves: Option<Vec<(Uuid, i64)>> = moves.take(bulk::MOST).collect();
    let moves = moves.filter(|moves| !moves.is_empty()).ok_or(PageError::NotFound)?;
    let several = counted(moves.len(), pages.one());
    let who = member.clone();
    let undone = work::write(&store, move |conn| {
        bulk::undo_switch_off(conn, &who.actor, who.environment.id, &moves, Utc::now())
    });
    undone.await?;
    let said = format!("{several} on in {} again.", member.environment.name);
    Moved::to(pages.list(&member)).with_toast(Toast::saying(said)).answer_on_list(&member, &site)
}
