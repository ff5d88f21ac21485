//! What is shown to whoever saves a key that somebody else has changed meanwhile: both sides.

use actix_web::http::StatusCode;
use askama::Template;

use super::{
    super::{Answer, ProjectMember, Section, dialog},
    carried::{Carried, carried},
    entered::Entered,
    shortened,
};
use crate::{
    operations::OperationError,
    store::{
        Connection,
        keys::{self, Key},
    },
};

/// What somebody else has saved.
pub struct Theirs {
    key: String,
    author: String,
    /// The revision that mine would be saved over.
    revision: i32,
    sides: Vec<Side>,
}

/// One thing that differs.
struct Side {
    what: &'static str,
    before: String,
    theirs: String,
    yours: String,
}

#[derive(Template)]
#[template(path = "keys/_conflict.html")]
struct ConflictDialog<'a> {
    action: String,
    csrf: &'a str,
    carried: Vec<Carried>,
    title: &'a str,
    theirs: &'a Theirs,
}

/// Both sides, and what was there before.
pub fn find(
    conn: &mut Connection,
    newest: &Key,
    yours: &Entered,
) -> Result<Theirs, OperationError> {
    let author = keys::revision(conn, newest.id, newest.revision)?;
    let base = yours.base_revision.unwrap_or(newest.revision);
    let base = keys::revision(conn, newest.id, base)?;
    let before = base.map(|base| {
        Entered::of_key(&Key {
            default_value: base.default_value,
            description: base.description,
            schema: base.schema,
            ..newest.clone()
        })
    });
    let (before, theirs) = (before.unwrap_or_else(Entered::nothing), Entered::of_key(newest));
    let of = |entered: &Entered| {
        let default = entered.default_of(&newest.value_type).to_owned();
        [default, entered.description.clone(), entered.schema.clone()]
    };
    let named = ["Default value", "Description", "JSON Schema"];
    let sides = named.into_iter().zip(of(&before)).zip(of(&theirs)).zip(of(yours));
    let sides = sides.map(|(((what, before), theirs), yours)| (what, before, theirs, yours));
    let differing = sides.filter(|(_, before, theirs, yours)| before != theirs || before != yours);
    let said = |text: String| if text.is_empty() { "Nothing".to_owned() } else { shortened(&text) };
    Ok(Theirs {
        key: newest.name.clone(),
        author: author.map(|newest| newest.author_name).unwrap_or_default(),
        revision: newest.revision,
        sides: differing
            .map(|(what, before, theirs, yours)| Side {
                what,
                before: said(before),
                theirs: said(theirs),
                yours: said(yours),
            })
            .collect(),
    })
}

/// Both sides, in the dialog or on a page.
pub fn show(theirs: Theirs, entered: &Entered, member: &ProjectMember) -> Answer {
    let title = format!("{} saved {} while you were editing", theirs.author, theirs.key);
    let mut over = entered.clone();
    over.base_revision = Some(theirs.revision);
    let inside = ConflictDialog {
        action: member.path(&format!("/keys/{}/edit", theirs.key)),
        csrf: &member.csrf,
        carried: carried(&over),
        title: &title,
        theirs: &theirs,
    };
    dialog::show(member, Section::Keys, StatusCode::CONFLICT, &title, &inside)
}
