//! An experience is edited: its own page, with an editor that starts from its newest version.

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    super::{
        super::{
            Answer, AnyForm, FieldErrors, Layout, Moved, Page, PageError, ProjectMember, Site,
            Toast, work,
        },
        content_text::ContentText,
        header::Header,
        kind_pages::KindPages,
        publishers,
        reach::{ReachView, in_time},
        switch::Place,
        version,
        versions::Versions,
    },
    around::Around,
    conflict,
    counting::{self, COUNTING},
    docks,
    edits::{Change, Wish},
    entered::{About, Entered},
    live::{Live, into_editor},
    saving::{self, Kept, Saving},
    view::EditorView,
};
use crate::{
    domain::{
        reading::{FieldError, Problems},
        role::Right,
        version::Content,
    },
    operations::{
        OperationError,
        experiences::{self, ExperienceView},
        keys::KeyLimit,
    },
    population::Population,
    store::{Connection, Store},
};

#[derive(Template)]
#[template(path = "experiences/editor/edit.html")]
struct EditPage {
    layout: Layout,
    pages: KindPages,
    header: Header,
    facts: Facts,
    versions: Versions,
    may_edit: bool,
    /// The newest version as text, for who may not edit it.
    content: ContentText,
    version: i32,
    /// Whether the sentences stand beside no form.
    is_plain: bool,
    /// Whether this only follows the typing; a page never does.
    is_live: bool,
    editor: EditorView,
}

/// What does not change with a version.
struct Facts {
    keys: Vec<String>,
    default: Option<String>,
    tags: Vec<String>,
    created: DateTime<Utc>,
}

/// What stands around the editor on its page.
struct Frame {
    header: Header,
    versions: Versions,
}

struct Opened {
    /// What was typed, or the newest version as it is.
    entered: Entered,
    /// What the version that it starts from says, as typed.
    known: Entered,
    /// The field to go on with.
    focus: Option<String>,
    /// Who would get what.
    reach: ReachView,
    view: ExperienceView,
    number: i32,
    before: Content,
    around: Around,
    publishers: String,
}

/// Opens an experience for what was typed and a change of its structure, or for its newest version
/// as it is.
fn open(
    conn: &mut Connection,
    member: &ProjectMember,
    pages: KindPages,
    slug: &str,
    typed: Option<(Entered, Option<Change>)>,
    population: Option<&Population>,
) -> Result<Opened, OperationError> {
    let (project_id, kind) = (member.project.id, pages.kind);
    let view = experiences::find_by_slug(conn, &member.actor, project_id, kind, slug)?;
    let experience = &view.experience;
    let (version, before) = match &typed {
        Some((typed, _)) => saving::base_version(conn, experience, typed)?,
        None => saving::newest_version(conn, experience)?,
    };
    let mut known = saving::as_typed(conn, experience, &before, version.number, &[])?;
    let (typed, change) = typed.unwrap_or_else(|| (known.clone(), None));
    let around = |conn: &mut Connection, entered| {
        Around::fitting(conn, project_id, Some(experience.id), Some(&before), entered)
    };
    let (mut here, mut entered) = around(conn, typed)?;
    let mut focus = None;
    if let Some(change) = change {
        focus = entered.change(&change, Some(&before), &here);
        (here, entered) = around(conn, entered)?;
    }
    known.fit(&here.parts);
    let reach = match population {
        Some(population) => {
            counting::count(conn, population, member, Some(experience), &entered, &here)?
        }
        None => ReachView::uncounted(COUNTING.to_owned()),
    };
    let publishers = publishers::whom_to_ask(conn, member)?;
    Ok(Opened {
        number: version.number,
        around: here,
        before,
        entered,
        known,
        focus,
        reach,
        publishers,
        view,
    })
}

/// The same with what stands around it.
async fn look(
    member: &ProjectMember,
    pages: KindPages,
    store: &Store,
    slug: String,
    typed: Option<(Entered, Option<Change>)>,
    population: Option<Data<Population>>,
) -> Result<(Opened, Frame), PageError> {
    let who = member.clone();
    work::read(store, move |conn| {
        let opened = open(
            conn,
            &who,
            pages,
            &slug,
            typed.clone(),
            population.as_deref().map(AsRef::as_ref),
        )?;
        let frame = Frame {
            header: Header::load(conn, &who, &opened.view, None)?,
            versions: Versions::load(conn, &who, &opened.view, opened.number)?,
        };
        Ok((opened, frame))
    })
    .await
}

impl Opened {
    fn editor(self, member: &ProjectMember, errors: FieldErrors) -> EditorView {
        let experience = &self.view.experience;
        let address = KindPages::from(experience.kind).address(member, &experience.slug);
        let live = self.view.place(member.environment.id).and_then(|place| place.standing);
        let dock = docks::of_version(
            member,
            &address,
            &self.entered,
            &self.around,
            (self.number, &self.before),
            live.map(|live| live.version),
            self.publishers,
        );
        let addresses = (address, member.path(""));
        let (reach, known) = (self.reach, Some(&self.known));
        EditorView::of(self.entered, errors, self.around, reach, known, addresses, dock)
            .with_focus(self.focus)
    }

    fn page(self, member: &ProjectMember, errors: FieldErrors, frame: Frame) -> EditPage {
        let experience = &self.view.experience;
        let layout = member.layout(&experience.name, KindPages::from(experience.kind).section());
        let layout = if errors.is_empty() { layout } else { layout.with_error() };
        let may_edit = member.may(Right::Edit) && experience.archived_at.is_none();
        EditPage {
            pages: KindPages::from(experience.kind),
            layout,
            header: frame.header,
            versions: frame.versions,
            facts: Facts {
                keys: self.before.keys.iter().map(ToString::to_string).collect(),
                default: match self.around.served.columns.as_slice() {
                    [only] if !only.is_added() => Some(only.default_in_json()),
                    _ => None,
                },
                tags: experience.tags.clone(),
                created: experience.created_at,
            },
            content: ContentText::of(&self.before, &self.around.segment_names()),
            version: self.number,
            may_edit,
            is_plain: !may_edit,
            is_live: false,
            editor: self.editor(member, errors),
        }
    }
}

/// The page; with `?version=`, that of an older version.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn page(
    request: HttpRequest,
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let mut fields = form_urlencoded::parse(request.query_string().as_bytes());
    let version = fields.find(|(name, _)| name == "version").and_then(|(_, it)| it.parse().ok());
    if let Some(number) = version {
        return version::show(&member, pages, slug, number, &store).await;
    }
    // Who may edit sees the page at once, and the numbers follow.
    let population = (!member.may(Right::Edit)).then_some(population);
    let (opened, frame) = look(&member, pages, &store, slug, None, population).await?;
    Page::show(&opened.page(&member, FieldErrors::default(), frame))
}

/// The editor with that in it, as changes that are not saved, and what is to be said of it.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn show_typed(
    member: &ProjectMember,
    pages: KindPages,
    store: &Store,
    slug: String,
    typed: Entered,
    said: String,
) -> Answer {
    let typed = Some((typed, None));
    let (opened, frame) = look(member, pages, store, slug, typed, None).await?;
    let mut page = opened.page(member, FieldErrors::default(), frame);
    page.layout.toast = Some(Toast::saying(said));
    Page::show(&page)
}

/// What the sentences say of what is typed so far.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn words(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    AnyForm(form): AnyForm,
    store: Data<Store>,
    population: Data<Population>,
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let typed = Entered::of_form(pages.kind, &form);
    let open_with = |population: Option<Data<Population>>| {
        let (who, slug, typed) = (member.clone(), slug.clone(), typed.clone());
        work::read(&store, move |conn| {
            let population = population.as_deref().map(AsRef::as_ref);
            open(conn, &who, pages, &slug, Some((typed, None)), population)
        })
    };
    let opened = match in_time(open_with(Some(population))).await {
        Some(opened) => opened?,
        None => open_with(None).await?,
    };
    Live::show(opened.editor(&member, FieldErrors::default()))
}

/// Saves the next version, or changes the structure of what is typed.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn post(
    member: ProjectMember,
    pages: KindPages,
    place: Place,
    AnyForm(form): AnyForm,
    site: Site,
    store: Data<Store>,
    (limit, population): (Data<KeyLimit>, Data<Population>),
) -> Answer {
    let (_, _, slug) = place.into_inner();
    let entered = conflict::settled(Entered::of_form(pages.kind, &form), &form);
    if form.get("do") == conflict::MERGE {
        return conflict::merge(&member, pages, slug, &form, entered, (&store, **limit)).await;
    }
    if let Wish::Change(change) = Wish::parse(form.get("do")) {
        let typed = Some((entered, Some(change)));
        let (opened, frame) = look(&member, pages, &store, slug, typed, Some(population)).await?;
        return Page::show(&opened.page(&member, FieldErrors::default(), frame));
    }
    let (who, at, typed, limit) = (member.clone(), slug.clone(), entered.clone(), **limit);
    let overwrites = form.get("do") == conflict::OVERWRITE;
    let saved = work::write(&store, move |conn| {
        let (project_id, kind) = (who.project.id, pages.kind);
        let found = experiences::find_by_slug(conn, &who.actor, project_id, kind, &at)?;
        let live = found.place(who.environment.id).and_then(|place| place.standing);
        let typed = match overwrites {
            true => typed.clone().beside(About::of(&found.experience)),
            false => typed.clone(),
        };
        let saving = saving::save(conn, &who.actor, found.experience.id, &typed, limit)?;
        Ok((saving, live.map(|live| live.version)))
    });
    match saved.await {
        Ok((Saving::Saved(kept), live)) => {
            let address = pages.address(&member, &slug);
            Ok(Moved::to(address).with_toast(toast(&kept, live)).answer(&member.ask, &site))
        }
        Ok((Saving::Stale(conflict), _)) => conflict::show(&member, &entered, &conflict),
        Err(PageError::Invalid(problems)) => {
            show_again(&member, pages, &store, slug, entered, problems).await
        }
        Err(PageError::Refused(message, _)) => {
            let problems = vec![FieldError::new("rows", message)];
            show_again(&member, pages, &store, slug, entered, problems).await
        }
        Err(other) => Err(other),
    }
}

fn toast(kept: &Kept, live: Option<i32>) -> Toast {
    let number = kept.version.number;
    Toast::saying(match (kept.is_new, live) {
        (true, Some(live)) => format!("Saved as version {number}. Version {live} is still live."),
        (true, None) => format!("Saved as version {number}."),
        (false, _) if kept.is_described_anew => format!("{} is saved.", kept.experience.name),
        (false, _) => "Nothing changed, so no version was made.".to_owned(),
    })
}

/// The editor once more, with what was typed and what is wrong with it: 422. A dialog over it that
/// posted it closes.
///
/// # Errors
/// [`PageError::NotFound`].
pub async fn show_again(
    member: &ProjectMember,
    pages: KindPages,
    store: &Store,
    slug: String,
    entered: Entered,
    problems: Problems,
) -> Answer {
    let typed = Some((entered, None));
    let (mut opened, frame) = look(member, pages, store, slug, typed, None).await?;
    // Whoever sends it again has seen what is there now.
    if let Some(known) = &mut opened.entered.known {
        let now = About::of(&opened.view.experience);
        for problem in &problems {
            match problem.field.as_str() {
                "name" => known.name.clone_from(&now.name),
                "description" => known.description.clone_from(&now.description),
                "tags" => known.tags.clone_from(&now.tags),
                _ => {}
            }
        }
    }
    let page = opened.page(member, FieldErrors::new(problems), frame);
    let mut response = Page::invalid(&page)?;
    if member.ask.is_for_dialog() {
        into_editor(&mut response);
    }
    Ok(response)
}
