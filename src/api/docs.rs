//! The description of the management API as a page for people: plain HTML, no script.

use std::{collections::BTreeMap, fmt::Write, sync::OnceLock};

use actix_web::{HttpResponse, http::header};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::openapi;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h2{margin-top:2.5rem;border-bottom:1px solid #8884}\
h3{margin:1.75rem 0 .25rem;font:600 1rem/1.5 ui-monospace,monospace}\
p{margin:.25rem 0}table{border-collapse:collapse;margin:.5rem 0;width:100%}\
td,th{text-align:left;vertical-align:top;padding:.2rem .75rem .2rem 0;border-top:1px solid #8883}\
code{font:.9rem ui-monospace,monospace}";

/// Answers the page.
pub async fn page() -> HttpResponse {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| {
        let description = serde_json::to_value(openapi::description()).unwrap_or_default();
        write_page(&description)
    });
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'");
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .content_type("text/html; charset=utf-8")
        .body(page.as_str())
}

fn write_page(description: &Value) -> String {
    let mut chapters: BTreeMap<&str, String> = BTreeMap::new();
    for (path, item) in fields(description, "/paths") {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let chapter = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default();
            let text = chapters.entry(chapter).or_default();
            write_operation(text, description, &method.to_uppercase(), path, operation);
        }
    }
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>Flagstaff API</title><style>{STYLE}</style></head><body><h1>Flagstaff API</h1>\
         <p>Send an access token or an API token as <code>Authorization: Bearer …</code> or \
         <code>X-API-Key: …</code>. Errors are <code>application/problem+json</code>. The same as \
         data: <a href=\"/openapi.json\">openapi.json</a>.</p>"
    );
    for (name, text) in chapters {
        // Writing to a String never fails.
        let _ = write!(page, "<h2>{}</h2>{text}", escaped(name));
    }
    page.push_str("</body></html>");
    page
}

fn write_operation(page: &mut String, whole: &Value, method: &str, path: &str, op: &Value) {
    let _ = write!(page, "<h3>{method} {}</h3>", escaped(path));
    for text in ["summary", "description"].iter().filter_map(|name| op.get(name)?.as_str()) {
        let _ = write!(page, "<p>{}</p>", with_code(text));
    }
    let parameters = op.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let rows: Vec<String> = parameters
        .map(|parameter| {
            let place = text(parameter, "in");
            row(text(parameter, "name"), place, text(parameter, "description"))
        })
        .collect();
    write_table(page, "Parameter", "In", &rows);
    let json = "/content/application~1json/schema";
    if let Some(body) = op.pointer(&format!("/requestBody{json}")) {
        write_table(page, "Field", "Type", &rows_of(whole, body));
    }
    let answers = op.get("responses").and_then(Value::as_object).into_iter().flatten();
    for (status, answer) in answers.filter(|(status, _)| status.as_str() != "default") {
        let said = escaped(text(answer, "description"));
        let _ = write!(page, "<p><code>{status}</code> {said}</p>");
        if let Some(schema) = answer.pointer(json) {
            write_table(page, "Answer", "Type", &rows_of(whole, schema));
        }
    }
}

fn write_table(page: &mut String, first: &str, second: &str, rows: &[String]) {
    if !rows.is_empty() {
        let _ = write!(page, "<table><tr><th>{first}</th><th>{second}</th><th></th></tr>");
        rows.iter().for_each(|row| page.push_str(row));
        page.push_str("</table>");
    }
}

fn row(name: &str, kind: &str, description: &str) -> String {
    format!(
        "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
        escaped(name),
        escaped(kind),
        with_code(description)
    )
}

/// A line for each field of a schema, those of its parts included.
fn rows_of(whole: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(whole, schema);
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let mut rows: Vec<String> = parts.flat_map(|part| rows_of(whole, part)).collect();
    for (name, field) in fields(schema, "/properties") {
        rows.push(row(name, &kind(field), text(field, "description")));
    }
    rows
}

fn resolved<'a>(whole: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema.get("$ref").and_then(Value::as_str);
    target.and_then(|path| whole.pointer(path.trim_start_matches('#'))).unwrap_or(schema)
}

fn kind(schema: &Value) -> String {
    match (schema.get("type"), schema.get("$ref").and_then(Value::as_str)) {
        (Some(Value::String(kind)), _) => kind.clone(),
        (Some(Value::Array(kinds)), _) => {
            kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        (_, Some(path)) => path.rsplit('/').next().unwrap_or_default().to_owned(),
        _ => "any JSON".to_owned(),
    }
}

fn fields<'a>(value: &'a Value, path: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(path).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escaped, with what stands between back-quotes as code.
fn with_code(text: &str) -> String {
    let mut html = String::new();
    for (place, part) in escaped(text).split('`').enumerate() {
        match place % 2 {
            0 => html.push_str(part),
            _ => {
                let _ = write!(html, "<code>{part}</code>");
            }
        }
    }
    html
}
