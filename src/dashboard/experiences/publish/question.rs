//! What a person is shown before something is published: what changes against what is live.

use super::{
    super::{
        super::{FieldErrors, number_words::counted},
        changes::{self, ChangeRow},
        kind_pages::KindPages,
        publishers,
        segment_names::SegmentNames,
    },
    affected::AffectedWords,
    order::{Done, Order, Publisher, Target},
    shared::SharedWords,
};
use crate::{
    domain::version::Content,
    operations::{OperationError, publishing::Recipients, shared_changes::SharedChanges},
    store::{
        Connection, StoreError,
        experiences::Experience,
        publications::{self, Publication},
        versions::{self, Version},
    },
};

/// How many test users are named.
const MOST_NAMED: usize = 3;

/// A question before something is published.
#[derive(Debug, Clone)]
pub struct Question {
    /// Of which kind.
    pub pages: KindPages,
    /// Where it is answered.
    pub address: String,
    /// Where those who are affected are counted.
    pub count_address: String,
    /// Where one goes who gives it up.
    pub back: String,
    /// What it carries.
    pub carried: Vec<(String, String)>,
    /// Whether it carries an editor.
    pub has_editor: bool,
    /// The publication that was seen live.
    pub replaces: String,
    /// What it asks.
    pub title: String,
    /// The flag, and what happens to what is live.
    pub sub: String,
    /// The word of the button.
    pub verb: &'static str,
    /// Where it can be published: keys and names.
    pub places: Vec<(String, String)>,
    /// The key of the environment that it is about.
    pub place: String,
    /// The test users of the version, in words; none where it has none.
    pub test_users: Option<String>,
    /// Whether it is to be published to them only.
    pub is_for_test_users: bool,
    /// What changes.
    pub changes: Vec<ChangeRow>,
    /// What was changed of what is shared.
    pub shared: Option<SharedWords>,
    /// What else one has to know.
    pub notes: Vec<String>,
    /// Who is affected; none where that is asked for afterwards.
    pub affected: Option<AffectedWords>,
    /// Why it can't be published.
    pub obstacle: Option<String>,
    /// What was done meanwhile.
    pub news: Option<String>,
    /// What is said of the protection of the environment.
    pub protection: Option<String>,
    /// Why it is published, as typed.
    pub note: String,
    /// What is wrong with that.
    pub errors: FieldErrors,
}

impl Question {
    /// Of an order that was rehearsed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(
        conn: &mut Connection,
        publisher: &Publisher,
        order: &Order,
        done: &Done,
    ) -> Result<Question, OperationError> {
        let (experience, version) = (&done.experience, &done.version);
        let (there, project_id) = (&publisher.there, publisher.there.project.id);
        let after = content(experience, version)?;
        let live = done.before.as_ref().map(|(live, _)| live);
        let base = base(conn, live)?;
        let before = match &base {
            None => None,
            Some(base) => Some(content(experience, base)?),
        };
        let contents = [Some(&after), before.as_ref()];
        let names = SegmentNames::load(conn, project_id, contents.into_iter().flatten())?;
        let (name, place) = (&experience.name, &there.environment);
        let mut notes = Vec::new();
        if done.published.as_ref().is_some_and(|published| !published.is_on) {
            notes.push(format!(
                "{name} is off in {} and stays off. Turn it on when it shall be served.",
                place.name
            ));
        }
        if let Some(from) = &order.promoted_from {
            notes.push(format!("Its note will begin with “Promoted from {}.”", from.name));
        }
        if there.environments.len() > 1 {
            notes.push(
                "Segments and key defaults are shared by all environments: what is changed in \
                 them acts everywhere at once, and is not part of this."
                    .to_owned(),
            );
        }
        let shared = SharedChanges::of(conn, project_id, (version, &after), place.id, live)?;
        Ok(Question {
            replaces: live.map(|live| live.id.to_string()).unwrap_or_default(),
            title: title(publisher, order, version.number),
            sub: format!("{name} · {}", sub(order, version, live, base.as_ref())),
            test_users: test_users(&after),
            changes: match &before {
                None => changes::from_nothing(&after, &names),
                Some(before) => changes::between(before, &after, &names),
            },
            shared: SharedWords::of(shared, version.number, &place.name),
            notes,
            ..Question::plain(publisher, order)
        })
    }

    /// Of an order that can't be followed.
    pub fn refused(publisher: &Publisher, order: &Order, reason: String) -> Question {
        Question { obstacle: Some(reason), ..Question::plain(publisher, order) }
    }

    fn plain(publisher: &Publisher, order: &Order) -> Question {
        let Publisher { here, there } = publisher;
        let slug = order.slug.as_deref().unwrap_or("new");
        let back = order.pages.address(here, slug);
        let from = order.promoted_from.as_ref().map(|from| from.id);
        let places = here.environments.iter().filter(|place| Some(place.id) != from);
        Question {
            pages: order.pages,
            address: format!("{back}/publish"),
            count_address: format!("{back}/_affected"),
            back,
            carried: order.pairs(),
            has_editor: matches!(order.target, Target::Editor(_)),
            replaces: String::new(),
            title: match order.target {
                Target::Version(number) => title(publisher, order, number),
                Target::Editor(_) => format!("Publish to {}", there.environment.name),
            },
            sub: String::new(),
            verb: if order.promoted_from.is_some() { "Promote now" } else { "Publish now" },
            places: places.map(|place| (place.key.clone(), place.name.clone())).collect(),
            place: there.environment.key.clone(),
            test_users: None,
            is_for_test_users: order.recipients != Recipients::Everybody,
            changes: Vec::new(),
            shared: None,
            notes: Vec::new(),
            affected: None,
            obstacle: None,
            news: None,
            protection: publishers::protection_in_words(there),
            note: order.note.clone(),
            errors: FieldErrors::default(),
        }
    }

    /// Whether another environment can be chosen.
    pub fn has_choice(&self) -> bool {
        self.places.len() > 1
    }

    /// Whether that environment is chosen.
    pub fn is_chosen(&self, key: &str) -> bool {
        self.place == key
    }
}

fn title(publisher: &Publisher, order: &Order, number: i32) -> String {
    let place = &publisher.there.environment.name;
    match &order.promoted_from {
        Some(from) => format!("Promote version {number} from {} to {place}", from.name),
        None => format!("Publish version {number} to {place}"),
    }
}

/// What happens to what is live; `base` is what everybody gets of it.
fn sub(
    order: &Order,
    version: &Version,
    live: Option<&Publication>,
    base: Option<&Version>,
) -> String {
    let number = version.number;
    let rest = match base {
        Some(base) => format!("everybody else keeps version {}", base.number),
        None => "everybody else gets the defaults".to_owned(),
    };
    if order.recipients != Recipients::Everybody {
        return format!("only its test users get it; {rest}");
    }
    match live {
        None => "the first version there".to_owned(),
        Some(live) if live.is_for_test_users() && live.version_id == version.id => match base {
            Some(base) => format!(
                "test users have it already; for everybody else it replaces version {}",
                base.number
            ),
            None => "test users have it already; everybody else had the defaults".to_owned(),
        },
        Some(live) if live.is_for_test_users() => {
            format!("replaces version {}, which only its test users had", live.version)
        }
        Some(live) if number < live.version => format!(
            "Replaces version {0}. Version {number} becomes active, version {0} inactive.",
            live.version
        ),
        Some(live) => format!("replaces version {}", live.version),
    }
}

/// The version that everybody gets where that publication is live.
fn base(
    conn: &mut Connection,
    live: Option<&Publication>,
) -> Result<Option<Version>, OperationError> {
    let Some(live) = live else { return Ok(None) };
    let Some(base) = publications::for_everybody(conn, live.clone())? else { return Ok(None) };
    Ok(Some(versions::find(conn, base.version_id)?.ok_or(StoreError::NotFound)?))
}

/// `2 test users: qa-7 and qa-8`; nothing where there are none.
fn test_users(content: &Content) -> Option<String> {
    let users = &content.test_users;
    let mut named: Vec<&str> =
        users.iter().take(MOST_NAMED).map(|user| user.user_id.as_str()).collect();
    let more = users.len().saturating_sub(MOST_NAMED);
    let rest = format!("{more} more");
    if more > 0 {
        named.push(&rest);
    }
    let count = counted(users.len(), "test user");
    (!named.is_empty()).then(|| format!("{count}: {}", named.join(", ")))
}

fn content(experience: &Experience, version: &Version) -> Result<Content, OperationError> {
    let content = Content::from_json(&version.content, &experience.slug);
    let what = || format!("version {} of {}", version.number, experience.slug);
    Ok(content.map_err(|_| StoreError::Corrupt(what()))?)
}
