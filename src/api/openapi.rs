//! The description of the management API, generated from the handlers.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::{
    IntoParams, Modify, OpenApi, ToSchema,
    openapi::{
        Content, Ref, RefOr, Response,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};
use uuid::Uuid;

use super::{
    audit_log, auth, bulk, environments, experience_preview, experiences, explain, feature_flags,
    keys, product_configs, projects, promotion, publications, publishing, sdk_keys,
    segment_members, segment_preview, segment_revisions, segments, stats, users, versions,
};

/// Which page of a list is asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items at most: 1 to 200, else 50.
    pub limit: Option<u16>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// `name`, `created` or `updated`.
    pub sort: Option<String>,
    /// Text to find, whatever the case.
    pub q: Option<String>,
}

/// Which experiences are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many items at most: 1 to 200, else 50.
    pub limit: Option<u16>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// `name`, `created`, `updated`; in an environment also `delivered` (in the last 24 hours) or
    /// `reach` (the share of users that it is on for), the most first.
    pub sort: Option<String>,
    /// Text to find in the name, the slug, the description, a tag or a held key, whatever the case.
    pub q: Option<String>,
    /// `draft`, `active` (live or ramping), `live`, `ramping`, `off` or `archived`.
    pub status: Option<String>,
    /// A tag that it has, exactly.
    pub tag: Option<String>,
    /// The id of the person who owns it.
    pub owner: Option<Uuid>,
    /// The slug of a segment that it uses.
    pub segment: Option<String>,
    /// `true`: only what may have outlived its purpose: not asked for in 30 days, the same for
    /// everybody and unchanged for 30 days, or the defaults for everybody.
    pub stale: Option<bool>,
    /// The key of the environment that status, `stale`, `delivered` and `reach` are about.
    pub environment: Option<String>,
}

impl ListQuery {
    /// The names of the fields.
    pub const NAMES: [&str; 10] = [
        "limit",
        "cursor",
        "sort",
        "q",
        "status",
        "tag",
        "owner",
        "segment",
        "stale",
        "environment",
    ];
}

/// An error, as RFC 9457 describes it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemShape {
    /// `about:blank`: the status says what kind of problem it is.
    #[schema(example = "about:blank")]
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do, as a sentence.
    pub detail: String,
    /// The id of the request, which the log has too.
    pub request_id: String,
    /// What is wrong with which field.
    #[schema(required = false)]
    pub errors: Vec<FieldErrorShape>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldErrorShape {
    /// Where, as a path such as `rows[1].rollout`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Flagstaff",
        description = "Feature flags and remote config: the management API.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        auth::login,
        projects::list, projects::create, projects::read, projects::edit,
        environments::list, environments::create, environments::edit,
        keys::list, keys::create, keys::read, keys::edit, keys::archive, keys::unarchive,
        segment_preview::preview, segments::list, segments::create, segments::read, segments::edit, segments::clone,
        segments::archive, segments::unarchive,
        segment_members::fill, segment_members::download,
        segment_revisions::list, segment_revisions::read, segment_revisions::restore,
        feature_flags::list, feature_flags::create, feature_flags::read, feature_flags::edit,
        feature_flags::archive,
        product_configs::list, product_configs::create, product_configs::read,
        product_configs::edit, product_configs::archive,
        experiences::clone, experiences::archive, experiences::unarchive, bulk::apply,
        versions::list, versions::save, versions::read,
        versions::difference, experience_preview::preview,
        publishing::publish, publishing::enable, publishing::disable,
        promotion::promote, promotion::undo,
        publications::list,
        stats::read,
        explain::explain, users::forget, users::list, users::read,
        sdk_keys::list, sdk_keys::create, sdk_keys::revoke,
        audit_log::list,
    ),
    components(schemas(ProblemShape, FieldErrorShape)),
    modifiers(&EverywhereTheSame)
)]
struct Description;

/// The description of every management route.
pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Answers the description.
pub async fn document() -> HttpResponse {
    HttpResponse::Ok().json(description())
}

/// Adds what holds for every route, so that handlers need not say it.
struct EverywhereTheSame;

impl Modify for EverywhereTheSame {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let header = ApiKey::Header(ApiKeyValue::new("X-API-Key"));
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(header));
        for item in description.paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            operations.into_iter().flatten().for_each(complete);
        }
    }
}

/// An operation that says nothing of security needs a credential and may name a project.
fn complete(operation: &mut Operation) {
    let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
    let content = Content::new(Some(problem));
    let mut response = Response::new("What went wrong");
    response.content.insert("application/problem+json".to_owned(), RefOr::T(content));
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
    if operation.security.is_some() {
        return;
    }
    let either = ["bearer", "api_key"].map(|scheme| SecurityRequirement::new(scheme, [""; 0]));
    operation.security = Some(either.into());
    let project = ParameterBuilder::new()
        .name("project")
        .parameter_in(ParameterIn::Query)
        .description(Some("The project's key; needed by people who have several."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(project));
}
