//! A user: what is known of them, and what comes of it.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use askama::Template;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::Value as Json;

use super::{
    super::{
        Answer, Layout, Page, ProjectMember, Section, experiences::kind_pages::KindPages,
        playground::address_about, time_words, work,
    },
    Place, address,
    event_table::EventTable,
    short, value_text,
};
use crate::{
    domain::event::Properties,
    operations::{
        OperationError,
        explaining::Decision,
        users::{self, Membership, Portrait},
    },
    store::{
        Connection, Store,
        member_lists::MemberListCache,
        user_records::{self, EventDay},
    },
};

/// How many days the table of events shows.
const DAYS: u64 = 30;
/// How many lines it is made of at most.
const MOST_LINES: i64 = 5_000;

#[derive(Template)]
#[template(path = "users/user.html")]
struct UserPage {
    layout: Layout,
    /// The address of the list.
    list: String,
    address: String,
    environment: String,
    user_id: String,
    first_seen: Moment,
    last_seen: Moment,
    properties: Vec<Property>,
    segments: Vec<Segment>,
    values: Vec<Value>,
    events: EventTable,
    /// The days that the table is about, in words.
    days: String,
    older: Option<String>,
    newer: Option<String>,
    may_delete: bool,
}

#[derive(Template)]
#[template(path = "users/nobody.html")]
struct NobodyPage {
    layout: Layout,
    list: String,
    environment: String,
    user_id: String,
}

/// A moment that has passed.
struct Moment {
    at: DateTime<Utc>,
    ago: String,
}

/// A property or an attribute.
struct Property {
    name: String,
    value: String,
    decides: bool,
}

/// A segment that the user is in.
struct Segment {
    name: String,
    address: String,
    is_known: bool,
}

/// The value of a key.
struct Value {
    key: String,
    value: String,
    why: String,
    reason: &'static str,
    /// Where it is told step by step.
    steps: String,
    /// The experience that gives it, with its address.
    experience: Option<(String, String)>,
}

/// The days that a table of events is about.
#[derive(Clone, Copy)]
struct Window {
    from: NaiveDate,
    to: NaiveDate,
    is_last: bool,
}

struct Found {
    portrait: Portrait,
    events: Vec<EventDay>,
    has_older: bool,
}

/// A user.
///
/// # Errors
/// [`crate::dashboard::PageError::Away`].
pub async fn user(
    request: HttpRequest,
    member: ProjectMember,
    place: Place,
    lists: Data<MemberListCache>,
    store: Data<Store>,
) -> Answer {
    let (_, _, user_id) = place.into_inner();
    let now = Utc::now();
    let window = Window::asked_for(request.query_string(), now.date_naive());
    let (actor, id, wanted) = (member.actor.clone(), member.environment.id, user_id.clone());
    let found = work::read(&store, move |conn| {
        match users::portray(conn, &actor, &lists, id, &wanted, now) {
            Ok(portrait) => find(conn, id, portrait, window).map(Some),
            Err(OperationError::NotFound("user")) => Ok(None),
            Err(error) => Err(error),
        }
    });
    match found.await? {
        Some(found) => Page::show(&page(&member, found, window, now)),
        None => nobody(&member, &user_id),
    }
}

/// Says that nobody of that id is known.
///
/// # Errors
/// [`crate::dashboard::PageError::Broken`] when the template fails.
pub fn nobody(member: &ProjectMember, user_id: &str) -> Answer {
    let page = NobodyPage {
        layout: member.layout("Nobody of this id is known", Section::Users),
        list: member.path("/users"),
        environment: member.environment.name.clone(),
        user_id: user_id.to_owned(),
    };
    Page::with_status(StatusCode::NOT_FOUND, &page)
}

fn find(
    conn: &mut Connection,
    environment_id: uuid::Uuid,
    portrait: Portrait,
    window: Window,
) -> Result<Found, OperationError> {
    let user_id = &portrait.record.user_id;
    let days = (window.from, window.to);
    let events = user_records::event_days(conn, environment_id, user_id, days, MOST_LINES)?;
    let has_older = user_records::has_events_before(conn, environment_id, user_id, window.from)?;
    Ok(Found { portrait, events, has_older })
}

fn page(member: &ProjectMember, found: Found, window: Window, now: DateTime<Utc>) -> UserPage {
    let Found { portrait, events, has_older } = found;
    let record = portrait.record;
    let address = address(member, &record.user_id);
    let moment = |at| Moment { at, ago: time_words::ago(at, now) };
    let mut properties = Property::all(&record.properties, true);
    properties.extend(Property::all(&record.reported, false));
    properties.sort_by(|one, other| one.name.cmp(&other.name));
    let says = record.reported.as_object().cloned().unwrap_or_default();
    let value = |decision| Value::of(decision, member, &record.user_id, &says);
    let values = portrait.values.into_iter().map(value).collect();
    let segment = |segment: Membership| Segment {
        address: member.path(&format!("/segments/{}", segment.slug)),
        name: segment.name,
        is_known: segment.is_known,
    };
    UserPage {
        layout: member.layout(&short(&record.user_id), Section::Users),
        list: member.path("/users"),
        environment: member.environment.name.clone(),
        first_seen: moment(record.first_seen_at),
        last_seen: moment(record.last_seen_at),
        properties,
        segments: portrait.segments.into_iter().map(segment).collect(),
        values,
        events: EventTable::of(&events),
        days: window.in_words(),
        older: has_older.then(|| format!("{address}?until={}", window.from - Days::new(1))),
        newer: (!window.is_last)
            .then(|| format!("{address}?until={}", window.to + Days::new(DAYS))),
        may_delete: member.may_publish(),
        user_id: record.user_id,
        address,
    }
}

impl Property {
    fn all(properties: &Json, decides: bool) -> Vec<Property> {
        let properties = properties.as_object().into_iter().flatten();
        let property = |(name, value): (&String, &Json)| Property {
            name: short(name),
            value: value_text(value),
            decides,
        };
        properties.map(property).collect()
    }
}

impl Value {
    /// The value that a user gets of whom the app says that.
    fn of(decision: Decision, member: &ProjectMember, user_id: &str, says: &Properties) -> Value {
        Value {
            steps: address_about(member, user_id, says, &decision.key),
            key: decision.key,
            value: short(&value_text(&decision.value)),
            why: decision.why,
            reason: decision.reason.as_str(),
            experience: decision.experience.map(|server| {
                let address = KindPages::from(server.kind).address(member, &server.slug);
                (server.name, address)
            }),
        }
    }
}

impl Window {
    /// The 30 days that end with `?until=`; else with today.
    fn asked_for(query: &str, today: NaiveDate) -> Window {
        let mut fields = form_urlencoded::parse(query.as_bytes());
        let until = fields.find(|(name, _)| name == "until");
        let until = until.and_then(|(_, value)| value.parse::<NaiveDate>().ok());
        // The clocks of apps may be ahead, so a day may have begun there.
        let tomorrow = today + Days::new(1);
        let earliest = NaiveDate::default();
        let last = until.filter(|until| (earliest..today).contains(until));
        let from = last.unwrap_or(today) - Days::new(DAYS - 1);
        Window { from, to: last.unwrap_or(tomorrow), is_last: last.is_none() }
    }

    fn in_words(self) -> String {
        if self.is_last {
            return format!("The last {DAYS} days");
        }
        format!("{} to {}", self.from.format("%-d %b %Y"), self.to.format("%-d %b %Y"))
    }
}
