//! How keys are read, each by the method of its type and with its default.

use serde_json::json;

use super::{App, CodeKey, Language, literals, names};
use crate::domain::value::ValueType;

pub(super) fn read(language: Language, app: &App, keys: &[CodeKey]) -> String {
    if language == Language::Curl {
        return curl(app, keys);
    }
    let lines = keys.iter().zip(names::variables(language, keys));
    let lines = lines.map(|(key, variable)| line(language, key, &variable));
    let lines: Vec<String> = start(language).into_iter().map(str::to_owned).chain(lines).collect();
    lines.join("\n")
}

/// What stands before the first key.
fn start(language: Language) -> Option<&'static str> {
    Some(match language {
        Language::JavaScript => "const client = OpenFeature.getClient();",
        Language::Node => {
            "const client = OpenFeature.getClient();\nconst user = { targetingKey: 'user-1' };"
        }
        Language::Python => {
            "client = api.get_client()\nuser = EvaluationContext(targeting_key=\"user-1\")"
        }
        Language::Swift => "let client = OpenFeatureAPI.shared.getClient()",
        Language::Kotlin => "val client = OpenFeatureAPI.getClient()",
        Language::Go => {
            "client := openfeature.NewDefaultClient()\n\
             user := openfeature.NewEvaluationContext(\"user-1\", map[string]any{})"
        }
        Language::Java => {
            "Client client = OpenFeatureAPI.getInstance().getClient();\n\
             EvaluationContext user = new ImmutableContext(\"user-1\");"
        }
        Language::DotNet => {
            "var client = Api.Instance.GetClient();\n\
             var user = EvaluationContext.Builder().SetTargetingKey(\"user-1\").Build();"
        }
        Language::Ruby => {
            "client = OpenFeature::SDK.build_client\n\
             user = OpenFeature::SDK::EvaluationContext.new(targeting_key: \"user-1\")"
        }
        Language::Curl => return None,
    })
}

fn line(language: Language, key: &CodeKey, variable: &str) -> String {
    let (name, default) = (&key.name, literals::default(language, key));
    let method = method(language, key.value_type);
    match language {
        Language::JavaScript => format!("const {variable} = client.{method}('{name}', {default});"),
        Language::Node => {
            format!("const {variable} = await client.{method}('{name}', {default}, user);")
        }
        Language::Python => format!("{variable} = client.{method}(\"{name}\", {default}, user)"),
        Language::Swift => {
            format!("let {variable} = client.{method}(key: \"{name}\", defaultValue: {default})")
        }
        Language::Kotlin => format!("val {variable} = client.{method}(\"{name}\", {default})"),
        Language::Go => format!(
            "{variable}, err := client.{method}(context.Background(), \"{name}\", {default}, user)"
        ),
        Language::Java => format!("var {variable} = client.{method}(\"{name}\", {default}, user);"),
        Language::DotNet => {
            format!("var {variable} = await client.{method}(\"{name}\", {default}, user);")
        }
        Language::Ruby => format!(
            "{variable} = client.{method}(flag_key: \"{name}\", default_value: {default}, \
             evaluation_context: user)"
        ),
        Language::Curl => String::new(),
    }
}

/// The method that reads a value of that type.
fn method(language: Language, value_type: ValueType) -> &'static str {
    let [boolean, text, integer, decimal, object] = match language {
        Language::JavaScript | Language::Node => [
            "getBooleanValue",
            "getStringValue",
            "getNumberValue",
            "getNumberValue",
            "getObjectValue",
        ],
        Language::Python => [
            "get_boolean_value",
            "get_string_value",
            "get_integer_value",
            "get_float_value",
            "get_object_value",
        ],
        Language::Go => ["BooleanValue", "StringValue", "IntValue", "FloatValue", "ObjectValue"],
        Language::DotNet => [
            "GetBooleanValueAsync",
            "GetStringValueAsync",
            "GetIntegerValueAsync",
            "GetDoubleValueAsync",
            "GetObjectValueAsync",
        ],
        Language::Ruby => [
            "fetch_boolean_value",
            "fetch_string_value",
            "fetch_integer_value",
            "fetch_float_value",
            "fetch_object_value",
        ],
        Language::Swift | Language::Kotlin | Language::Java | Language::Curl => [
            "getBooleanValue",
            "getStringValue",
            "getIntegerValue",
            "getDoubleValue",
            "getObjectValue",
        ],
    };
    match value_type {
        ValueType::Boolean => boolean,
        ValueType::String => text,
        ValueType::Integer => integer,
        ValueType::Decimal => decimal,
        ValueType::Json => object,
    }
}

fn curl(App { address, client_key }: &App, keys: &[CodeKey]) -> String {
    let (path, body) = match keys {
        [only] => (
            format!("feature-flags/{}/evaluate", only.name),
            json!({"user_id": "user-1", "attributes": {}}),
        ),
        several => {
            let names: Vec<&str> = several.iter().map(|key| key.name.as_str()).collect();
            let body = json!({"user_id": "user-1", "attributes": {}, "keys": names});
            ("evaluate".to_owned(), body)
        }
    };
    format!(
        "curl {address}/api/v1/{path} \\
  -H 'Authorization: Bearer {client_key}' \\
  -H 'Content-Type: application/json' \\
  -d '{body}'"
    )
}
