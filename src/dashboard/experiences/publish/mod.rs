//! Publishing, from an editor, from the list of versions or from what is live in another
//! environment: first a question that shows what would change and for whom, then the deed. With
//! script the question is a dialog over the page, without it a page.
//!
//! The question comes from a rehearsal: the order is run and given up again. So it shows exactly
//! what would happen, and whatever stands in the way is said before anybody decides. Asking all
//! known users takes longer than that, so in a dialog their numbers come after it.

mod affected;
mod answer;
mod means;
mod order;
mod question;
mod shared;

use actix_web::{HttpRequest, web::Path};
use chrono::Utc;

use self::{
    affected::AffectedWords,
    answer::Reply,
    means::Means,
    order::{Order, Outcome, Publisher, environment},
    question::Question,
};
use super::{
    super::{Answer, FieldErrors, Form, PageError, ProjectMember, work},
    kind_pages::KindPages,
};
use crate::{
    domain::{experience::Kind, reading::FieldError},
    operations::{
        OperationError, affected::Before, experiences, keys::KeyLimit, publishing::Replaces,
    },
    population::Population,
    store::{Connection, rehearse},
};

/// What the address names: project, environment, flag.
type Place = Path<(String, String, String)>;

/// Asks before a version is published: that of the address, else the newest; or, with `from`, what
/// is live in that environment. `to` names another environment than that of the page.
///
/// # Errors
/// [`PageError::Forbidden`](super::super::PageError::Forbidden) without the right to publish there.
pub async fn open(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    means: Means,
) -> Answer {
    let get = |wanted: &str| {
        let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
        fields.find(|(name, _)| name == wanted).map(|(_, it)| it.into_owned()).unwrap_or_default()
    };
    let publisher = Publisher::of(&member, &get("to"))?;
    let from = match get("from").as_str() {
        "" => None,
        key => Some(environment(&member, key).ok_or(PageError::NotFound)?),
    };
    let (wanted, slug, limit) = (get("version").parse().ok(), place.into_inner().2, means.limit);
    let population = means.population_of_page(&member);
    let reply = work::read(&means.store, move |conn| {
        let order = match (from, wanted) {
            (Some(from), _) => Order::of_live(conn, &publisher.here, (pages, &slug), from)?,
            (None, Some(number)) => Order::of_version(pages, slug, number),
            (None, None) => {
                let number = newest(conn, &publisher.here, pages.kind, &slug)?;
                Order::of_version(pages, slug, number)
            }
        };
        ask(conn, &publisher, &order, limit, population.as_ref().map(|it| it.as_ref()))
    });
    reply.await?.show(&member, &means.store, &means.site).await
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
    means: Means,
) -> Answer {
    take(member, pages, Some(place.into_inner().2), form, means).await
}

/// Creates a flag and publishes it, or asks before.
///
/// # Errors
/// As of [`open`].
pub async fn publish_new(
    member: ProjectMember,
    pages: KindPages,
    form: Form,
    means: Means,
) -> Answer {
    take(member, pages, None, form, means).await
}

/// Who is affected by what a dialog asks about.
///
/// # Errors
/// As of [`open`].
pub async fn affected(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    form: Form,
    means: Means,
) -> Answer {
    count(member, pages, Some(place.into_inner().2), form, means).await
}

/// The same of a flag to be.
///
/// # Errors
/// As of [`open`].
pub async fn affected_by_new(
    member: ProjectMember,
    pages: KindPages,
    form: Form,
    means: Means,
) -> Answer {
    count(member, pages, None, form, means).await
}

async fn count(
    member: ProjectMember,
    pages: KindPages,
    slug: Option<String>,
    form: Form,
    means: Means,
) -> Answer {
    let publisher = Publisher::of(&member, form.get("publish.environment"))?;
    let order = Order::of_form(&member, pages, slug, &form);
    let Means { limit, store, population, .. } = means;
    let asked =
        move |conn: &mut Connection| ask(conn, &publisher, &order, limit, Some(&population));
    work::read(&store, asked).await?.show_affected()
}

async fn take(
    member: ProjectMember,
    pages: KindPages,
    slug: Option<String>,
    form: Form,
    means: Means,
) -> Answer {
    let publisher = Publisher::of(&member, form.get("publish.environment"))?;
    let order = Order::of_form(&member, pages, slug, &form);
    let (limit, population) = (means.limit, means.population_of_page(&member));
    let Means { site, store, .. } = means;
    let (who, wanted) = (publisher.clone(), order.clone());
    let asked = move |conn: &mut Connection| {
        ask(conn, &who, &wanted, limit, population.as_ref().map(|it| it.as_ref()))
    };
    if !Order::is_answer(&form) {
        return work::read(&store, asked).await?.show(&member, &store, &site).await;
    }
    let (there, wanted) = (publisher.there.clone(), order.clone());
    let error = match work::write(&store, move |conn| wanted.run(conn, &there, limit)).await {
        Ok(Outcome::Done(done)) => {
            return Reply::Done(Box::new(publisher), done).show(&member, &store, &site).await;
        }
        Ok(Outcome::Stale(conflict)) => {
            return Reply::Stale(order, conflict).show(&member, &store, &site).await;
        }
        Err(error) => error,
    };
    match error {
        PageError::Invalid(found) if found.iter().all(|problem| problem.field == "note") => {
            let asked = work::read(&store, asked).await?;
            asked.with_note_refused(found).show(&member, &store, &site).await
        }
        PageError::Invalid(found) => {
            Reply::Invalid(order, found).show(&member, &store, &site).await
        }
        PageError::Refused(reason, _) => {
            let asked = work::read(&store, asked).await?;
            asked.with_news(reason).show(&member, &store, &site).await
        }
        other => Err(other),
    }
}

/// Rehearses an order and asks whether it shall be followed, whatever is live by now. With a
/// population it says who is affected.
fn ask(
    conn: &mut Connection,
    publisher: &Publisher,
    order: &Order,
    limit: KeyLimit,
    population: Option<&Population>,
) -> Result<Reply, OperationError> {
    // Whatever is wrong with the note is said when it is sent.
    let tried = Order { replaces: Replaces::Anything, note: String::new(), ..order.clone() };
    let there = &publisher.there;
    let rehearsed = rehearse(conn, |conn| {
        let experience_id = order.experience(conn, there)?;
        let before = Before::look(conn, &there.environment, experience_id)?;
        Ok(match tried.run(conn, there, limit)? {
            Outcome::Stale(conflict) => (Reply::Stale(order.clone(), conflict), None),
            Outcome::Done(done) => {
                let question = Question::of(conn, publisher, order, &done)?;
                let foreseen = match population {
                    None => None,
                    Some(_) => Some(before.and_after(conn, done.experience.id)?),
                };
                (Reply::Question(Box::new(question)), foreseen)
            }
        })
    });
    match rehearsed {
        Ok((reply, foreseen)) => Ok(match (foreseen, population) {
            (Some(foreseen), Some(population)) => {
                let affected = foreseen.ask(conn, population, Utc::now())?;
                reply.with_affected(AffectedWords::of(there, &affected))
            }
            _ => reply,
        }),
        Err(OperationError::Invalid(found)) => Ok(Reply::Invalid(order.clone(), found)),
        Err(OperationError::Refused { message, .. } | OperationError::Taken { message, .. }) => {
            Ok(Reply::Question(Box::new(Question::refused(publisher, order, message))))
        }
        Err(OperationError::Forbidden { reason }) if publisher.is_elsewhere() => {
            Ok(Reply::Question(Box::new(Question::refused(publisher, order, reason))))
        }
        Err(other) => Err(other),
    }
}

impl Reply {
    /// The same question, after what came of answering it.
    fn with_note_refused(self, found: Vec<FieldError>) -> Reply {
        self.map(|question| Question { errors: FieldErrors::new(found), ..question })
    }

    /// The same question, with those who are affected.
    fn with_affected(self, affected: AffectedWords) -> Reply {
        self.map(|question| Question { affected: Some(affected), ..question })
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
