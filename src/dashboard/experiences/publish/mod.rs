//! Publishing, from an editor or from the list of versions: first a question that shows what would
//! change, then the deed. With script the question is a dialog over the page, without it a page.
//!
//! The question comes from a rehearsal: the order is run and given up again. So it shows exactly
//! what would happen, and whatever stands in the way is said before anybody decides.

mod answer;
mod order;
mod question;

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};

use self::{
    answer::Reply,
    order::{Order, Outcome},
    question::Question,
};
use super::{
    super::{Answer, FieldErrors, Form, PageError, ProjectMember, Site, work},
    kind_pages::KindPages,
};
use crate::{
    domain::{experience::Kind, reading::FieldError},
    operations::{OperationError, experiences, keys::KeyLimit, publishing::Replaces},
    store::{Connection, Store, rehearse},
};

/// What the address names: project, environment, flag.
type Place = Path<(String, String, String)>;

/// Asks before a version is published: that of the address, else the newest.
///
/// # Errors
/// [`PageError::Forbidden`](super::super::PageError::Forbidden) without the right to publish there.
pub async fn open(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    limit: Data<KeyLimit>,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
    let wanted = fields.find(|(name, _)| name == "version").and_then(|(_, it)| it.parse().ok());
    let (who, slug, limit) = (member.clone(), place.into_inner().2, **limit);
    let reply = work::read(&store, move |conn| {
        let number = match wanted {
            Some(number) => number,
            None => newest(conn, &who, pages.kind, &slug)?,
        };
        ask(conn, &who, &Order::of_version(pages, slug.clone(), number), limit)
    });
    reply.await?.show(&member, &store, &site).await
}

fn newest(
    conn: &mut Connection,
    member: &ProjectMember,
    kind: Kind,
    slug: &str,
) -> Result<i32, OperationError> {
    let project_id = member.project.id;
    let view = experiences::find_by_slug(conn, &member.actor, project_id, kind, slug)?;
    Ok(view.newest.number)
}

/// Publishes a version or what an editor holds, or asks before.
///
/// # Errors
/// As of [`open`].
pub async fn publish(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    form: Form,
    limit: Data<KeyLimit>,
    site: Site,
    store: Data<Store>,
) -> Answer {
    take(member, pages, Some(place.into_inner().2), form, **limit, &site, &store).await
}

/// Creates a flag and publishes it, or asks before.
///
/// # Errors
/// As of [`open`].
pub async fn publish_new(
    member: ProjectMember,
    pages: KindPages,
    form: Form,
    limit: Data<KeyLimit>,
    site: Site,
    store: Data<Store>,
) -> Answer {
    take(member, pages, None, form, **limit, &site, &store).await
}

async fn take(
    member: ProjectMember,
    pages: KindPages,
    slug: Option<String>,
    form: Form,
    limit: KeyLimit,
    site: &Site,
    store: &Store,
) -> Answer {
    let order = Order::of_form(pages, slug, &form);
    if !Order::is_answer(&form) {
        let who = member.clone();
        let reply = work::read(store, move |conn| ask(conn, &who, &order, limit)).await?;
        return reply.show(&member, store, site).await;
    }
    let (who, wanted) = (member.clone(), order.clone());
    let error = match work::write(store, move |conn| wanted.run(conn, &who, limit)).await {
        Ok(Outcome::Done(done)) => return Reply::Done(done).show(&member, store, site).await,
        Ok(Outcome::Stale(conflict)) => {
            return Reply::Stale(order, conflict).show(&member, store, site).await;
        }
        Err(error) => error,
    };
    let who = member.clone();
    match error {
        PageError::Invalid(found) if found.iter().all(|problem| problem.field == "note") => {
            let asked = work::read(store, move |conn| ask(conn, &who, &order, limit)).await?;
            asked.with_note_refused(found).show(&member, store, site).await
        }
        PageError::Invalid(found) => Reply::Invalid(order, found).show(&member, store, site).await,
        PageError::Refused(reason, _) => {
            let asked = work::read(store, move |conn| ask(conn, &who, &order, limit)).await?;
            asked.with_news(reason).show(&member, store, site).await
        }
        other => Err(other),
    }
}

/// Rehearses an order and asks whether it shall be followed, whatever is live by now.
fn ask(
    conn: &mut Connection,
    member: &ProjectMember,
    order: &Order,
    limit: KeyLimit,
) -> Result<Reply, OperationError> {
    let order = order.clone();
    // Whatever is wrong with the note is said when it is sent.
    let tried = Order { replaces: Replaces::Anything, note: String::new(), ..order.clone() };
    let rehearsed = rehearse(conn, |conn| {
        Ok(match tried.run(conn, member, limit)? {
            Outcome::Stale(conflict) => Reply::Stale(order.clone(), conflict),
            Outcome::Done(done) => {
                Reply::Question(Box::new(Question::of(conn, member, &order, &done)?))
            }
        })
    });
    match rehearsed {
        Err(OperationError::Invalid(found)) => Ok(Reply::Invalid(order, found)),
        Err(OperationError::Refused { message, .. } | OperationError::Taken { message, .. }) => {
            Ok(Reply::Question(Box::new(Question::refused(member, &order, message))))
        }
        other => other,
    }
}

impl Reply {
    /// The same question, after what came of answering it.
    fn with_note_refused(self, found: Vec<FieldError>) -> Reply {
        self.map(|question| Question { errors: FieldErrors::new(found), ..question })
    }

    /// The same question, after somebody else was faster.
    fn with_news(self, news: String) -> Reply {
        self.map(|question| match question.obstacle {
            Some(_) => question,
            None => Question { news: Some(news), ..question },
        })
    }

    fn map(self, change: impl FnOnce(Question) -> Question) -> Reply {
        match self {
            Reply::Question(question) => Reply::Question(Box::new(change(*question))),
            other => other,
        }
    }
}
