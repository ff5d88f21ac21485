//! How an app reads a key: a page, and a dialog over the list.

use actix_web::{HttpRequest, web::Data};
use askama::Template;
use serde_json::Value as Json;

use super::{
    super::{Answer, Fragment, Layout, Page, ProjectMember, Section, Site, work},
    Place, find,
};
use crate::{
    domain::value::{Value, ValueType},
    http::Arrival,
    store::{
        Store,
        keys::Key,
        sdk_keys::{self, SdkKeyKind},
    },
};

/// The longest default that stands in code as it is.
const MOST_DEFAULT: usize = 60;
/// Stands for a client key where there is none yet.
const NO_CLIENT_KEY: &str = "YOUR_CLIENT_KEY";

/// How a key is read.
struct Code {
    name: String,
    environment: String,
    has_client_key: bool,
    snippets: Vec<Snippet>,
}

/// The same in one language.
struct Snippet {
    id: &'static str,
    language: &'static str,
    /// What to install first; empty for nothing.
    install: &'static str,
    code: String,
}

#[derive(Template)]
#[template(path = "keys/code.html")]
struct CodePage {
    layout: Layout,
    /// The address of the list.
    list: String,
    code: Code,
}

#[derive(Template)]
#[template(path = "keys/_code_dialog.html")]
struct CodeDialog {
    code: Code,
}

/// How an app reads a key, with a client key of the environment where there is one.
///
/// # Errors
/// [`crate::dashboard::PageError::NotFound`].
pub async fn code(
    request: HttpRequest,
    member: ProjectMember,
    place: Place,
    site: Site,
    store: Data<Store>,
) -> Answer {
    let (project_id, (_, _, name)) = (member.project.id, place.into_inner());
    let environment_id = member.environment.id;
    let found = work::read(&store, move |conn| {
        let key = find(conn, project_id, &name)?;
        Ok((key, sdk_keys::list(conn, environment_id)?))
    });
    let (key, sdk_keys) = found.await?;
    let usable = sdk_keys
        .into_iter()
        .filter(|sdk_key| sdk_key.kind == SdkKeyKind::Client && sdk_key.revoked_at.is_none());
    let client_key = usable.filter_map(|sdk_key| sdk_key.client_key).last();
    let address = site.address(&Arrival::of(&request).host);
    let code = Code {
        name: key.name.clone(),
        environment: member.environment.name.clone(),
        has_client_key: client_key.is_some(),
        snippets: snippets(&key, &address, client_key.as_deref().unwrap_or(NO_CLIENT_KEY)),
    };
    if member.ask.is_for_dialog() {
        return Fragment::of(&CodeDialog { code })?.show();
    }
    let layout = member.layout(&format!("Read {} in your app", code.name), Section::Keys);
    Page::show(&CodePage { layout, list: member.path("/keys"), code })
}

fn snippets(key: &Key, address: &str, client_key: &str) -> Vec<Snippet> {
    let name = &key.name;
    let javascript = format!(
        "import {{ OpenFeature }} from '@openfeature/web-sdk';
import {{ OFREPWebProvider }} from '@openfeature/ofrep-web-provider';

await OpenFeature.setContext({{ targetingKey: 'user-1' }});
await OpenFeature.setProviderAndWait(
  new OFREPWebProvider({{
    baseUrl: '{address}',
    headers: [['Authorization', 'Bearer {client_key}']],
  }}),
);
const value = OpenFeature.getClient().{}('{name}', {});",
        javascript_method(key.value_type),
        default(key, |json| json.to_string()),
    );
    let python = format!(
        "from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

api.set_provider(OFREPProvider(
    \"{address}\",
    headers_factory=lambda: {{\"Authorization\": \"Bearer {client_key}\"}},
))
user = EvaluationContext(targeting_key=\"user-1\")
value = api.get_client().{}(\"{name}\", {}, user)",
        python_method(key.value_type),
        default(key, |json| match json {
            Json::Bool(true) => "True".to_owned(),
            Json::Bool(false) => "False".to_owned(),
            other => other.to_string(),
        }),
    );
    let curl = format!(
        "curl {address}/api/v1/feature-flags/{name}/evaluate \\
  -H 'Authorization: Bearer {client_key}' \\
  -H 'Content-Type: application/json' \\
  -d '{{\"user_id\": \"user-1\", \"attributes\": {{}}}}'"
    );
    vec![
        Snippet {
            id: "code-javascript",
            language: "JavaScript (OpenFeature)",
            install: "npm install @openfeature/web-sdk @openfeature/ofrep-web-provider",
            code: javascript,
        },
        Snippet {
            id: "code-python",
            language: "Python (OpenFeature)",
            install: "pip install openfeature-sdk openfeature-provider-ofrep",
            code: python,
        },
        Snippet { id: "code-curl", language: "curl", install: "", code: curl },
    ]
}

fn javascript_method(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "getBooleanValue",
        ValueType::String => "getStringValue",
        ValueType::Integer | ValueType::Decimal => "getNumberValue",
        ValueType::Json => "getObjectValue",
    }
}

fn python_method(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "get_boolean_value",
        ValueType::String => "get_string_value",
        ValueType::Integer => "get_integer_value",
        ValueType::Decimal => "get_float_value",
        ValueType::Json => "get_object_value",
    }
}

/// What the app falls back to: the default, where it is short enough.
fn default(key: &Key, written: impl Fn(&Json) -> String) -> String {
    let value = Value::read(key.value_type, &key.default_value).map(|value| value.to_json());
    let text = match &value {
        _ if key.value_type == ValueType::Json => "{}".to_owned(),
        Ok(json) => written(json),
        Err(_) => String::new(),
    };
    if text.len() <= MOST_DEFAULT { text } else { "\"\"".to_owned() }
}
