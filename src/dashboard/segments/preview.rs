//! What is entered, in words, while it is being entered.

use askama::Template;

use super::{
    super::{Answer, AnyForm, Fragment, ProjectMember},
    form::Entered,
    page::words,
};

#[derive(Template)]
#[template(path = "segments/_words_fragment.html")]
struct WordsFragment {
    form: Said,
}

/// As much of the form as the words need.
struct Said {
    list: String,
    words: Result<String, String>,
}

/// Says what is entered.
///
/// # Errors
/// [`crate::dashboard::PageError::Broken`].
pub async fn preview(member: ProjectMember, AnyForm(form): AnyForm) -> Answer {
    let words = words(&Entered::from_form(&form));
    let form = Said { list: member.path("/segments"), words };
    Fragment::of(&WordsFragment { form })?.show()
}
