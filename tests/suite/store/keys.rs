use flagstaff::domain::value::ValueType;
use flagstaff::store::{
    Constraint, StoreError,
    keys::{self, KeyFields, NewKey},
};
use serde_json::json;

use super::fixture::{Fixture, SAM};

#[test]
fn the_keys_of_a_project_never_differ_by_case_alone() {
    let mut fixture = Fixture::new();
    fixture.key("dark_mode");
    let value = json!(true);
    let new = NewKey {
        project_id: fixture.project.id,
        name: "Dark_Mode",
        value_type: ValueType::Boolean,
        fields: KeyFields { default_value: &value, description: "", schema: None },
    };
    let refused = keys::create(&mut fixture.conn, &new, SAM).unwrap_err();
    assert!(matches!(refused, StoreError::Refused(Constraint::KeysNameUnique)), "{refused}");
}

#[test]
fn a_default_is_of_the_type_of_its_key() {
    let mut fixture = Fixture::new();
    for (value_type, value) in [
        (ValueType::Boolean, json!("true")),
        (ValueType::String, json!(1)),
        (ValueType::Integer, json!("1")),
        (ValueType::Decimal, json!(null)),
    ] {
        let new = NewKey {
            project_id: fixture.project.id,
            name: "wrong",
            value_type,
            fields: KeyFields { default_value: &value, description: "", schema: None },
        };
        let refused = keys::create(&mut fixture.conn, &new, SAM).unwrap_err();
        let rule = Constraint::Other("keys_default_value_of_its_type".to_owned());
        assert!(matches!(&refused, StoreError::Refused(by) if *by == rule), "{refused}");
    }
}

#[test]
fn a_value_comes_back_as_it_was_saved() {
    let mut fixture = Fixture::new();
    for (n, value) in [json!(1.0), json!(1), json!("ü\n"), json!({"b": [1, 2.50], "a": null})]
        .into_iter()
        .enumerate()
    {
        let new = NewKey {
            project_id: fixture.project.id,
            name: &format!("key_{n}"),
            value_type: ValueType::Json,
            fields: KeyFields { default_value: &value, description: "", schema: Some(&value) },
        };
        let id = keys::create(&mut fixture.conn, &new, SAM).unwrap().id;
        let key = keys::find(&mut fixture.conn, id).unwrap().unwrap();
        assert_eq!((&key.default_value, key.schema.as_ref()), (&value, Some(&value)));
        assert_eq!(key.value_type, ValueType::Json);
    }
}
