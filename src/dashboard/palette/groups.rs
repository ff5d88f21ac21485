//! What is found, as it is offered.

use super::{
    super::{ProjectMember, Section, experiences::kind_pages::KindPages, users},
    found::{Found, MOST_OF_A_KIND, Thing},
};
use crate::{
    domain::{
        experience::{Kind, Status},
        role::Right,
    },
    operations::experiences::ExperienceView,
};

/// How much is offered in all.
const MOST: usize = 24;

/// Things of one kind.
pub(super) struct Group {
    /// What they are.
    pub label: &'static str,
    /// The things.
    pub options: Vec<Offer>,
}

/// Something to go to, or to do.
pub(super) struct Offer {
    /// Its place among all, which makes its id.
    pub place: usize,
    /// What it says.
    pub words: String,
    /// What it is, beside that.
    pub detail: &'static str,
    /// What choosing it does.
    pub deed: Deed,
}

/// What choosing something does.
pub(super) enum Deed {
    /// Leads there.
    Go(String),
    /// Asks in the dialog; without script on a page.
    Ask(String),
    /// Switches off by that address.
    SwitchOff(String),
}

struct Offers {
    groups: Vec<Group>,
    count: usize,
}

impl Offers {
    fn add(&mut self, label: &'static str, offers: Vec<(String, &'static str, Deed)>) {
        let room = MOST.saturating_sub(self.count).min(MOST_OF_A_KIND);
        let offers = offers.into_iter().take(room).zip(self.count..);
        let options: Vec<Offer> = offers
            .map(|((words, detail, deed), place)| Offer { place, words, detail, deed })
            .collect();
        self.count += options.len();
        if !options.is_empty() {
            self.groups.push(Group { label, options });
        }
    }
}

/// What is offered for what was found: the best match with what can be done to it comes first, and
/// where nothing is looked for, what the member worked on lately.
pub(super) fn of(member: &ProjectMember, query: &str, found: Found) -> Vec<Group> {
    let mut offers = Offers { groups: Vec::new(), count: 0 };
    let recent = found.recent.into_iter().map(|thing| of_thing(member, thing));
    offers.add("Recent", recent.collect());
    offers.add("Best match", found.best.map_or_else(Vec::new, |view| actions(member, &view)));
    let experiences = found
        .experiences
        .into_iter()
        .map(|it| of_thing(member, Thing::Experience(it.kind, it.slug, it.name)));
    offers.add("Flags and configs", experiences.collect());
    let keys = found.keys.into_iter().map(|key| of_thing(member, Thing::Key(key.name)));
    offers.add("Keys", keys.collect());
    let segments = found.segments.into_iter();
    let segments = segments.map(|it| of_thing(member, Thing::Segment(it.slug, it.name)));
    offers.add("Segments", segments.collect());
    let users = found.users.iter().map(|it| it.user_id.as_str());
    offers.add("Users", of_users(member, query, users.collect()));
    offers.add("Pages", pages(member, query));
    offers.groups
}

fn of_thing(member: &ProjectMember, thing: Thing) -> (String, &'static str, Deed) {
    match thing {
        Thing::Experience(kind, slug, name) => {
            let pages = KindPages::from(kind);
            (name, pages.one(), Deed::Go(pages.address(member, &slug)))
        }
        Thing::Key(name) => {
            let address = member.path(&format!("/keys/{name}/code"));
            (name, "key", Deed::Go(address))
        }
        Thing::Segment(slug, name) => {
            (name, "segment", Deed::Go(member.path(&format!("/segments/{slug}"))))
        }
    }
}

/// An experience, and what can be done to it.
fn actions(member: &ProjectMember, view: &ExperienceView) -> Vec<(String, &'static str, Deed)> {
    let experience = &view.experience;
    let (name, pages) = (&experience.name, KindPages::from(experience.kind));
    let address = pages.address(member, &experience.slug);
    let place = view.place(member.environment.id);
    let is_on = place.is_some_and(|it| matches!(it.status, Status::Live | Status::Ramping));
    let live = place.and_then(|place| place.standing).map(|standing| standing.version);
    let mut offers = vec![(name.clone(), pages.one(), Deed::Go(address.clone()))];
    if is_on && member.may(Right::SwitchOff) {
        let deed = Deed::SwitchOff(format!("{address}/switch"));
        offers.push((format!("Turn off {name}"), "at once", deed));
    }
    if member.may_publish() && live != Some(view.newest.number) {
        let deed = Deed::Ask(format!("{address}/publish"));
        offers.push((format!("Publish {name}…"), "", deed));
    }
    let playground = member.path(&format!("/playground?flag={}", experience.slug));
    let versions = format!("{address}/versions");
    offers.push((format!("Versions of {name}"), "", Deed::Go(versions)));
    offers.push((format!("Read {name} from an app"), "code", Deed::Go(format!("{address}/code"))));
    offers.push((format!("Who gets {name}, and why?"), "playground", Deed::Go(playground)));
    offers
}

fn of_users(
    member: &ProjectMember,
    query: &str,
    known: Vec<&str>,
) -> Vec<(String, &'static str, Deed)> {
    let mut offers: Vec<(String, &'static str, Deed)> = known
        .iter()
        .take(MOST_OF_A_KIND - 1)
        .map(|id| (users::short(id), "user", Deed::Go(users::address(member, id))))
        .collect();
    let is_an_id = query.contains('@') || query.starts_with("u_") || known.contains(&query);
    if is_an_id && !query.contains(char::is_whitespace) {
        let user: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let address = member.path(&format!("/playground?user={user}"));
        let words = format!("Why does {} get what they get?", users::short(query));
        offers.push((words, "playground", Deed::Go(address)));
    }
    offers
}

/// The pages whose names contain what is looked for.
fn pages(member: &ProjectMember, query: &str) -> Vec<(String, &'static str, Deed)> {
    let lists = [
        ("Home", Section::Home),
        (KindPages::from(Kind::FeatureFlag).title(), Section::Flags),
        (KindPages::from(Kind::ProductConfig).title(), Section::Configs),
        ("Keys", Section::Keys),
        ("Segments", Section::Segments),
        ("Users", Section::Users),
        ("Playground", Section::Playground),
    ];
    let lists = lists.map(|(label, section)| (label, "page", section.path().to_owned()));
    let new = [
        ("Create feature flag", "/flags/new"),
        ("Create product config", "/configs/new"),
        ("Create key", "/keys/new"),
        ("Create segment", "/segments/new"),
    ];
    let new = new.map(|(label, path)| (label, "new", path.to_owned()));
    let new = new.into_iter().filter(|_| member.may(Right::Edit));
    let wanted = query.to_lowercase();
    let all = lists.into_iter().chain(new);
    let matching = all.filter(|(label, ..)| label.to_lowercase().contains(&wanted));
    // Where nothing is looked for, what can be made is not cut off by what can be visited.
    let mut offers: Vec<_> = matching.collect();
    if query.is_empty() {
        offers
            .retain(|(label, ..)| *label != "Home" && *label != "Users" && *label != "Create key");
    }
    let offer = |(label, detail, path): (&str, &'static str, String)| {
        (label.to_owned(), detail, Deed::Go(member.path(&path)))
    };
    offers.into_iter().map(offer).collect()
}
