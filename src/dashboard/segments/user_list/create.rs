//! A new list.

use actix_web::{HttpResponse, web::Data};
use askama::Template;

use super::{Pasted, users};
use crate::{
    dashboard::{
        Answer, FieldErrors, Layout, Moved, Page, PageError, ProjectMember, Section, Site, Toast,
        UploadForm, work,
    },
    domain::reading::FieldError,
    operations::segment_lists::{self, NewList},
    store::Store,
};

#[derive(Template)]
#[template(path = "segments/user_list/new.html")]
struct NewPage {
    layout: Layout,
    list: String,
    name: String,
    description: String,
    pasted: Pasted,
    errors: FieldErrors,
}

impl NewPage {
    fn blank(member: &ProjectMember) -> NewPage {
        NewPage {
            layout: member.layout("Create segment", Section::Segments),
            list: member.path("/segments"),
            name: String::new(),
            description: String::new(),
            pasted: Pasted::default(),
            errors: FieldErrors::default(),
        }
    }
}

/// The form of a new list.
///
/// # Errors
/// [`PageError::Broken`].
pub async fn new(member: ProjectMember) -> Answer {
    Page::show(&NewPage::blank(&member))
}

/// Creates a list, with the users that come along.
///
/// # Errors
/// [`PageError::Away`]; what is wrong is shown with the form.
pub async fn create(
    member: ProjectMember,
    form: UploadForm,
    site: Site,
    store: Data<Store>,
) -> Result<HttpResponse, PageError> {
    let (name, description) = (form.get("name").to_owned(), form.get("description").to_owned());
    let created = match form.users {
        Err(errors) => Err(errors.all().to_vec()),
        Ok(users) => {
            let (actor, project_id) = (member.actor.clone(), member.project.id);
            let (name, description) = (name.clone(), description.clone());
            let count = users.count();
            let created = work::write_at_length(&store, move |conn| {
                let new = NewList { project_id, name: &name, description: &description };
                segment_lists::create(conn, &actor, &new, Some(&users))
            });
            match created.await {
                Ok(segment) => Ok((segment, count)),
                Err(PageError::Invalid(problems)) => Err(problems),
                Err(error) => return Err(error),
            }
        }
    };
    match created {
        Ok((segment, count)) => {
            let count = users(i32::try_from(count).unwrap_or(i32::MAX));
            let toast = Toast::saying(format!("{} is ready to be picked: {count}.", segment.name));
            let moved = Moved::to(member.path(&format!("/segments/{}", segment.slug)));
            Ok(moved.with_toast(toast).answer(&member.ask, &site))
        }
        Err(problems) => refuse(&member, name, description, form.pasted, problems),
    }
}

fn refuse(
    member: &ProjectMember,
    name: String,
    description: String,
    text: String,
    mut problems: Vec<FieldError>,
) -> Answer {
    for problem in &mut problems {
        if ["name", "description"].contains(&problem.field.as_str()) {
            problem.field = format!("segment-{}", problem.field);
        }
    }
    let page = NewPage::blank(member);
    let errors = FieldErrors::new(problems.clone());
    Page::invalid(&NewPage {
        layout: page.layout.with_error(),
        list: page.list,
        name,
        description,
        pasted: Pasted { text, errors: FieldErrors::new(problems) },
        errors,
    })
}
