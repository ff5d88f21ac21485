//! What a JSON Schema says of values, and what schemas are refused.

use flagstaff::domain::json_schema::JsonSchema;
use serde_json::{Map, Value as Json, json};

/// What is wrong with a value, as `path: sentence`.
fn wrong(schema: &Json, value: &Json) -> Vec<String> {
    let schema = JsonSchema::read(schema).unwrap();
    let problems = schema.problems(value).into_iter();
    problems.map(|problem| format!("{}: {}", problem.field, problem.message)).collect()
}

/// What is wrong with a schema, likewise.
fn refused(schema: &Json) -> Vec<String> {
    let problems = JsonSchema::read(schema).expect_err("this should be refused").into_iter();
    problems.map(|problem| format!("{}: {}", problem.field, problem.message)).collect()
}

#[test]
fn a_value_is_told_where_it_does_not_fit_and_what_would() {
    let schema = json!({
        "type": "object",
        "required": ["title"],
        "additionalProperties": false,
        "properties": {
            "title": {"type": "string", "minLength": 3},
            "plans": {"items": {"properties": {"price": {"type": "number", "minimum": 0}}}},
            "size": {"enum": ["s", "m"]},
            "odd name": {"type": ["integer", "null"]},
            "mail": {"format": "email"},
            "code": {"pattern": "^[A-Z]{2}$"},
        },
    });
    let good = json!({"title": "Pro", "plans": [{"price": 9.5}], "size": "m", "odd name": null,
                      "mail": "a@example.com", "code": "DE"});
    assert_eq!(wrong(&schema, &good), Vec::<String>::new());
    let bad = json!({"plans": [{"price": 1}, {"price": -1}], "size": "x", "odd name": 1.5,
                     "mail": "nobody", "code": "de", "extra": 1});
    let mut said = wrong(&schema, &bad);
    said.sort();
    assert_eq!(
        said,
        [
            ": \"title\" is missing here.",
            ": The schema has no place for \"extra\" here.",
            "[\"odd name\"]: This must be a whole number or null.",
            "code: This must match the pattern ^[A-Z]{2}$.",
            "mail: This must be of the format email.",
            "plans[1].price: This must be at least 0.",
            "size: This must be one of \"s\", \"m\".",
        ]
    );
    assert_eq!(wrong(&schema, &json!(1)), [": This must be an object."]);
}

#[test]
fn a_schema_is_of_a_draft_that_is_known_and_sound_in_it() {
    for draft in [
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-04/schema#",
    ] {
        let schema = json!({"$schema": draft, "type": "integer"});
        assert_eq!(wrong(&schema, &json!("x")), [": This must be a whole number."], "{draft}");
    }
    let unknown = refused(&json!({"$schema": "http://127.0.0.1:9/mine"}));
    assert!(unknown[0].starts_with("$schema: Flagstaff knows no such kind"), "{unknown:?}");
    assert_eq!(refused(&json!([])), [": A schema is a JSON object."]);
    let wrong_type = refused(&json!({"properties": {"a": {"type": "txt"}}}));
    assert!(
        wrong_type[0].starts_with("properties.a.type: This is no valid schema. This is one of")
    );
    let bound = refused(&json!({"properties": {"a": {"minLength": "3"}}}));
    assert_eq!(
        bound,
        ["properties.a.minLength: This is no valid schema. This must be a whole number."]
    );
    let list = refused(&json!({"required": "a"}));
    assert_eq!(list, ["required: This is no valid schema. This must be a list."]);
}

#[test]
fn a_schema_refers_to_its_own_parts_and_to_nothing_else() {
    let schema = json!({
        "$defs": {"price": {"type": "number"}, "named": {"$anchor": "text", "type": "string"}},
        "properties": {"a": {"$ref": "#/$defs/price"}, "b": {"$ref": "#text"}},
    });
    assert_eq!(
        wrong(&schema, &json!({"a": "x", "b": 1})),
        ["a: This must be a number.", "b: This must be text."]
    );
    for outside in [
        "http://127.0.0.1:9/schema.json",
        "https://example.com/schema.json#/$defs/a",
        "file:///etc/passwd",
        "other.json",
        "urn:example:a",
    ] {
        for schema in [
            json!({"$ref": outside}),
            json!({"$defs": {"a": {"items": {"$ref": outside}}}}),
            json!({"properties": {"a": {"anyOf": [{"$ref": outside}]}}}),
        ] {
            let said = refused(&schema).join("\n");
            assert!(said.contains("never fetches anything"), "{schema}: {said}");
        }
    }
    let missing = refused(&json!({"properties": {"a": {"$ref": "#/$defs/no"}}}));
    assert_eq!(missing, ["properties.a.$ref: There is no “#/$defs/no” in this schema."]);
    for schema in [
        json!({"$dynamicRef": "#a"}),
        json!({"properties": {"a": {"$id": "http://127.0.0.1:9/a", "type": "string"}}}),
    ] {
        refused(&schema);
    }
    // A field of that name is no identifier.
    let named = json!({"properties": {"$id": {"type": "string"}, "$ref": {"type": "string"}}});
    assert_eq!(wrong(&named, &json!({"$id": "x", "$ref": "http://a"})), Vec::<String>::new());
}

#[test]
fn a_schema_may_refer_to_itself_as_long_as_it_goes_deeper() {
    let tree = json!({"type": "object", "properties": {"children": {"items": {"$ref": "#"}}}});
    assert_eq!(wrong(&tree, &json!({"children": [{"children": []}]})), Vec::<String>::new());
    assert_eq!(
        wrong(&tree, &json!({"children": [{"children": [1]}]})),
        ["children[0].children[0]: This must be an object."]
    );
    for circle in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}},
               "$ref": "#/$defs/a"}),
    ] {
        assert!(refused(&circle).join("").contains("refers to itself"), "{circle}");
    }
}

/// Definitions `a0` to `a{count}`, each of which is that of the next one.
fn chain(count: usize, link: impl Fn(&str) -> Json) -> Json {
    let mut parts = Map::new();
    for number in 0..count {
        parts.insert(format!("a{number}"), link(&format!("#/$defs/a{}", number + 1)));
    }
    parts.insert(format!("a{count}"), json!({"type": "integer"}));
    json!({"$ref": "#/$defs/a0", "$defs": parts})
}

#[test]
fn no_schema_takes_years_or_all_of_the_stack() {
    let twice = chain(30, |next| json!({"allOf": [{"$ref": next}, {"$ref": next}]}));
    let said = wrong(&twice, &json!(1));
    assert!(said[0].contains("would take too long"), "{said:?}");
    let branching = json!({"allOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}]});
    let deep = (0..30).fold(json!(1), |inner, _| json!([inner]));
    assert!(wrong(&branching, &deep)[0].contains("would take too long"));
    assert_eq!(wrong(&branching, &json!([[1]])), Vec::<String>::new());
    assert!(refused(&chain(1_000, |next| json!({"$ref": next}))).join("").contains("at most 50"));
    let nested = (0..40).fold(json!({}), |inner, _| json!({"items": inner}));
    assert!(refused(&nested)[0].contains("nested too deep"));
}

#[test]
fn patterns_take_linear_time_and_little_room() {
    for pattern in ["(a{1000}){1000}", "(?=a)b", r"(a)\1", "(", &"(".repeat(30_000)] {
        let said = refused(&json!({"properties": {"a": {"pattern": pattern}}}));
        assert!(said[0].starts_with("properties.a.pattern: "), "{said:?}");
    }
    let catastrophe = json!({"pattern": "^(a+)+$"});
    let said = wrong(&catastrophe, &json!(format!("{}!", "a".repeat(60_000))));
    assert_eq!(said, [": This must match the pattern ^(a+)+$."]);
    let many: Map<String, Json> = (0..60).map(|n| (format!("^{n}$"), json!({}))).collect();
    assert!(refused(&json!({"patternProperties": many}))[0].contains("at most 50 patterns"));
}
