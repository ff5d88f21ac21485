//! The bar at the end of an editor: what changed, and what can be done with it.

use super::{
    super::{
        changes::{self, ChangeRow},
        kind_pages::KindPages,
    },
    around::Around,
    entered::{About, Entered},
    view::Dock,
};
use crate::{dashboard::ProjectMember, domain::version::Content};

/// Above this many changes, leaving them behind is asked about.
const MOST_LEFT_UNASKED: usize = 3;

/// The bar of an experience to be.
pub fn of_new(
    member: &ProjectMember,
    pages: KindPages,
    entered: &Entered,
    publishers: String,
) -> Dock {
    let nothing = Entered::nothing(pages.kind);
    Dock {
        title: "Nothing is served yet".to_owned(),
        detail: "A draft serves nobody before it is published.".to_owned(),
        is_dirty: entered.pairs() != nothing.pairs(),
        is_idle: false,
        discard: pages.list(member),
        discard_label: "Cancel",
        asks_before_discard: true,
        save_label: "Save draft".to_owned(),
        publish: member.may_publish().then(|| pages.address(member, "new/publish")),
        publishers,
    }
}

/// The bar of an experience that starts from that version, where `live` is what the environment
/// serves.
pub fn of_version(
    member: &ProjectMember,
    address: &str,
    entered: &Entered,
    around: &Around,
    base: (i32, &Content),
    live: Option<i32>,
    publishers: String,
) -> Dock {
    let (number, before) = base;
    let content = entered.content(Some(before), around);
    let names = around.segment_names();
    let changes = content.as_ref().map(|after| changes::between(before, after, &names));
    let about = entered.known.as_ref().map_or_else(Vec::new, |known| about(known, &entered.about));
    let only_about = changes.as_ref().is_some_and(Vec::is_empty) && !about.is_empty();
    let is_sound = changes.is_some();
    let all: Vec<ChangeRow> = changes.into_iter().flatten().chain(about).collect();
    let is_dirty = !is_sound || !all.is_empty();
    let title = match all.len() {
        _ if !is_sound => "Unpublished changes".to_owned(),
        0 if live == Some(number) => "Unpublished changes".to_owned(),
        0 => format!("Version {number} is saved, not published."),
        1 => "1 unpublished change".to_owned(),
        many => format!("{many} unpublished changes"),
    };
    let detail = match all.as_slice() {
        [] if !is_sound => "Something has to be put right first.".to_owned(),
        [] => String::new(),
        some => changes::in_short(some),
    };
    let next = number + 1;
    let save = if only_about { "Save".to_owned() } else { format!("Save version {next}") };
    Dock {
        title,
        detail,
        is_dirty,
        is_idle: live == Some(number),
        discard: address.to_owned(),
        discard_label: "Discard",
        asks_before_discard: all.len() > MOST_LEFT_UNASKED,
        save_label: save,
        publish: member.may_publish().then(|| format!("{address}/publish")),
        publishers,
    }
}

/// What changed of what is not versioned.
pub fn about(known: &About, now: &About) -> Vec<ChangeRow> {
    let fields = [
        ("Name", &known.name, &now.name),
        ("Description", &known.description, &now.description),
        ("Tags", &known.tags, &now.tags),
    ];
    let changed = fields.into_iter().filter(|(_, known, now)| known != now);
    let changed = changed.map(|(what, ..)| what);
    let changed = changed.chain((now.owner != known.owner).then_some("Owner"));
    let row = |what: &str| ChangeRow {
        what: format!("{what} changed"),
        label: String::new(),
        short: format!("{what} changed"),
        before: None,
        after: None,
        moves_users: false,
    };
    changed.map(row).collect()
}
