//! The builder, through the page and without any script.

use flagstaff::domain::{
    condition::{OperandKind, Operator},
    role::Role,
};
use serde_json::{Value as Json, json};

use super::{
    filled_form::FilledForm,
    segment_world::{SEGMENTS, conditions, create, find, form, report, three_users, with_pro},
};

fn value_for(operator: Operator) -> Option<Json> {
    Some(match operator.operand_kind() {
        OperandKind::None => return None,
        OperandKind::Value => json!("<b>New \"York\" & 'co'</b>"),
        OperandKind::Values => json!(["New York", "Paris, TX", "<i>"]),
        OperandKind::Text => json!("a b "),
        OperandKind::Pattern => json!("^a<.*$"),
        OperandKind::Number => json!(1.5),
        OperandKind::Version => json!("5.12.0"),
        OperandKind::Moment => json!("-30d"),
    })
}

#[test]
fn every_operator_survives_the_page() {
    let pages = with_pro();
    let leaves: Vec<Json> = Operator::all()
        .map(|operator| {
            let mut leaf = json!({"attribute": "some_property", "operator": operator.as_str()});
            if let Some(value) = value_for(operator) {
                leaf["value"] = value;
            }
            leaf
        })
        .collect();
    let tree = json!({"any": leaves});
    create(&pages.store, "All operators", &tree);
    let developer = pages.signed_in(Role::Developer);
    let form = form(&developer, "/all-operators");
    assert_eq!(form.send(&developer, None).status, 303);
    assert_eq!(find(&pages.store, "all-operators").revision, 1, "nothing changed");
    let shown = form.send(&developer, Some(("do", "json"))).text;
    let as_json = FilledForm::of(&shown, "segment-form");
    assert_eq!(serde_json::from_str::<Json>(as_json.get("json")).unwrap(), tree);
    let shown = as_json.send(&developer, Some(("do", "builder"))).text;
    let again = FilledForm::of(&shown, "segment-form");
    assert_eq!(again.with("match-0", "all").send(&developer, None).status, 303);
    assert_eq!(conditions(&pages.store, "all-operators"), json!({"all": leaves}));
}

#[test]
fn a_segment_is_made_without_script() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let change = |form: &FilledForm, button: &str| {
        let page = form.send(&developer, Some(("do", button)));
        assert_eq!(page.status, 200, "{}", page.text);
        FilledForm::of(&page.text, "segment-form")
    };
    let typed = form(&developer, "/new").with("name", "iPhones").with("description", "All of them");
    let typed =
        change(&typed.with("attribute-1", "platform").with("value-1", "iPhone"), "add-property:0");
    let typed = typed.with("attribute-2", "city").with("operator-2", "in");
    let typed = change(&typed, "refresh").with("more-2", "New York, Miami\r\n\"Paris, TX\"");
    let typed = change(&typed, "add-property:0");
    assert_eq!(typed.all("value-2"), ["New York", "Miami", "Paris, TX"]);
    let typed = change(&typed, "drop:2:1");
    assert_eq!(typed.all("value-2"), ["New York", "Paris, TX"]);
    let typed = change(&change(&typed, "remove:3"), "up:2");
    assert_eq!(typed.all("row"), ["property:2", "property:1"]);
    assert_eq!((typed.get("name"), typed.get("description")), ("iPhones", "All of them"));
    assert_eq!(typed.send(&developer, None).status, 303);
    let expected = json!({"all": [
        {"attribute": "city", "operator": "in", "value": ["New York", "Paris, TX"]},
        {"attribute": "platform", "operator": "is", "value": "iPhone"},
    ]});
    assert_eq!(conditions(&pages.store, "iphones"), expected);
    assert_eq!(find(&pages.store, "iphones").description, "All of them");
}

#[test]
fn what_is_missing_comes_back_with_everything_typed() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let typed = form(&developer, "/new").with("attribute-1", "city");
    let refused = typed.send(&developer, None);
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("<title>Error: Create segment"));
    for said in ["Give it a name.", "Choose a value for city."] {
        assert!(refused.text.contains(&format!(">{said}</a>")), "{said}");
    }
    let again = FilledForm::of(&refused.text, "segment-form");
    assert_eq!(again.get("attribute-1"), "city");
    let long = "x".repeat(5_000);
    let refused = again.with("name", &long).with("value-1", &long).send(&developer, None);
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("A value may have at most 1,024 bytes."));
    let again = FilledForm::of(&refused.text, "segment-form");
    assert_eq!((again.get("name"), again.get("value-1")), (long.as_str(), long.as_str()));
    let refused = again.with("value-1", "NY").send(&developer, None);
    assert!(refused.text.contains("A name may have at most 200 characters."));
    let nul = form(&developer, "/new").with("name", "a\0b").send(&developer, None);
    assert_eq!(nul.status, 400);
    assert!(nul.text.contains("U+0000"));
}

#[test]
fn a_hundred_conditions_fit_and_no_more() {
    let pages = with_pro();
    let leaf = json!({"attribute": "a", "operator": "is_set"});
    create(&pages.store, "Hundred", &json!({"all": vec![leaf; 100]}));
    let developer = pages.signed_in(Role::Developer);
    let full = form(&developer, "/hundred");
    assert_eq!(full.all("row").len(), 100);
    let refused = full.send(&developer, Some(("do", "add-property:0")));
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("100 conditions is the most."));
    assert_eq!(FilledForm::of(&refused.text, "segment-form").all("row").len(), 100);
}

#[test]
fn a_long_list_is_pasted_and_shown_as_lines() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let ids: Vec<String> = (0..3_000).map(|number| format!("user-{number}")).collect();
    let typed = form(&developer, "/new").with("name", "Testers").with("attribute-1", "user_id");
    let page = typed.with("operator-1", "in").send(&developer, Some(("do", "refresh"))).text;
    let typed = FilledForm::of(&page, "segment-form").with("more-1", &ids.join(","));
    assert_eq!(typed.send(&developer, None).status, 303);
    assert_eq!(conditions(&pages.store, "testers")["all"][0]["value"], json!(ids));
    let shown = form(&developer, "/testers");
    assert_eq!(shown.get("more-1"), ids.join("\r\n"));
    let hundreds = shown.clone().with("more-1", &ids[..900].join("\t"));
    let page = hundreds.send(&developer, Some(("do", "refresh"))).text;
    assert_eq!(FilledForm::of(&page, "segment-form").all("value-1"), ids[..900]);
    let huge = shown.with("more-1", &"x".repeat(300_000)).send(&developer, None);
    assert_eq!(huge.status, 413);
}

#[test]
fn a_tree_of_all_there_is_survives_the_page() {
    let pages = with_pro();
    let leaf = json!({"attribute": "a", "operator": "is", "value": " <b> "});
    let tree = json!({"all": [leaf, {"any": [
        {"event": "Charged <b>", "did": false, "count": {"at_least": 3}, "within_days": 30},
        {"not": {"segment": "pro"}},
        {"not": {"all": [leaf, {"any": [leaf, {"event": "Opened", "did": true}]}]}},
    ]}]});
    create(&pages.store, "Deep", &tree);
    let developer = pages.signed_in(Role::Developer);
    let typed = form(&developer, "/deep");
    assert_eq!(typed.send(&developer, None).status, 303);
    assert_eq!(find(&pages.store, "deep").revision, 1, "nothing changed");
    let shown = typed.send(&developer, Some(("do", "json"))).text;
    let as_json = FilledForm::of(&shown, "segment-form");
    assert_eq!(serde_json::from_str::<Json>(as_json.get("json")).unwrap(), tree);
    let shown = as_json.send(&developer, Some(("do", "builder"))).text;
    let again = FilledForm::of(&shown, "segment-form").with("match-0", "any");
    assert_eq!(again.send(&developer, None).status, 303);
    assert_eq!(conditions(&pages.store, "deep"), json!({"any": tree["all"]}));
}

#[test]
fn a_tree_is_built_without_script() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let change = |form: &FilledForm, button: &str| {
        let page = form.send(&developer, Some(("do", button)));
        assert_eq!(page.status, 200, "{}", page.text);
        FilledForm::of(&page.text, "segment-form")
    };
    let typed = form(&developer, "/new").with("name", "Buyers");
    let typed = typed.with("attribute-1", "city").with("value-1", "Miami");
    let typed = change(&typed, "add-group:0").with("match-2", "any");
    let typed = change(&change(&typed, "add-event:2"), "add-segment:2");
    let typed = typed.with("event-3", "Charged").with("times-3", "2").with("days-3", "7");
    let typed = change(&typed.with("segment-4", "pro").with("in-4", "not"), "duplicate:3");
    let typed = change(&typed.with("did-5", "not").with("window-5", "ever"), "refresh");
    let typed = change(&change(&typed, "wrap:1"), "not:6");
    assert_eq!(typed.get("name"), "Buyers");
    assert_eq!(typed.send(&developer, None).status, 303);
    let expected = json!({"all": [
        {"not": {"attribute": "city", "operator": "is", "value": "Miami"}},
        {"any": [
            {"event": "Charged", "did": true, "count": {"at_least": 2}, "within_days": 7},
            {"event": "Charged", "did": false},
            {"not": {"segment": "pro"}},
        ]},
    ]});
    assert_eq!(conditions(&pages.store, "buyers"), expected);
    let shown = developer.get(&format!("{SEGMENTS}/buyers")).text;
    assert!(shown.contains("did not do “Charged”"), "{shown}");
}

#[test]
fn a_circle_of_segments_is_refused_at_its_row() {
    let pages = with_pro();
    create(
        &pages.store,
        "Vip",
        &json!({"any": [{"segment": "pro"}, {"attribute": "a", "operator": "is_set"}]}),
    );
    let developer = pages.signed_in(Role::Developer);
    let page = form(&developer, "/pro").send(&developer, Some(("do", "add-segment:0"))).text;
    assert!(page.contains("<option value=\"vip\">Vip</option>"));
    assert!(!page.contains("<option value=\"pro\">"), "a segment is never offered itself");
    let typed = FilledForm::of(&page, "segment-form").with("segment-2", "vip");
    let refused = typed.send(&developer, None);
    assert_eq!(refused.status, 422);
    let said = "“Pro” would depend on itself: pro → vip → pro. Take one of them out.";
    assert!(
        refused.text.contains(&format!("<a href=\"#segment-2\">{said}</a>")),
        "{}",
        refused.text
    );
    assert_eq!(FilledForm::of(&refused.text, "segment-form").get("segment-2"), "vip");
}

#[test]
fn names_of_users_properties_and_events_are_offered() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let tree = json!({"all": [{"attribute": "team", "operator": "is_set"}, {"event": "Opened"}]});
    create(&pages.store, "Team", &tree);
    let page = developer.get(&format!("{SEGMENTS}/new")).text;
    let built_in = page.find("<option value=\"user_id\">").unwrap();
    assert!(built_in < page.find("<option value=\"plan\">").unwrap());
    assert!(page.contains("<option value=\"team\">") && page.contains("<option value=\"Opened\">"));
}

#[test]
fn what_was_seen_of_known_users_is_suggested() {
    let pages = with_pro();
    report(&pages.store, &three_users());
    let developer = pages.signed_in(Role::Developer);
    let page = developer.get(&format!("{SEGMENTS}/new")).text;
    assert!(page.contains("<option value=\"seats\">"));
    assert!(page.contains("<option value=\"Opened by u3\">"));
    let chosen = |property: &str| {
        let typed = form(&developer, "/new").with("attribute-1", property);
        typed.send(&developer, Some(("do", "refresh"))).text
    };
    let city = chosen("city");
    let share = "<option value=\"New York\" label=\"New York 67 %\">";
    assert!(city.contains(share) && city.contains("Miami 33 %"), "{city}");
    let offered = |page: &str| {
        let start = page.find("name=\"operator-1\"").unwrap();
        let end = start + page[start..].find("<optgroup label=\"More\">").unwrap();
        page[start..end].matches("<option").count()
    };
    let (seats, born) = (chosen("seats"), chosen("born"));
    assert_eq!((offered(&seats), offered(&born)), (10, 6));
    assert!(born.contains("is before</option>") && !offered(&city).eq(&offered(&seats)));
}

#[test]
fn wrong_json_says_where_and_what_may_be_meant() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let page = form(&developer, "/pro").send(&developer, Some(("do", "json"))).text;
    let typed = FilledForm::of(&page, "segment-form");
    let wrong = r#"{"all": [{"attribute": "seats", "operator": "greatr", "value": 3}, {"x": 1}]}"#;
    for button in [None, Some(("do", "builder"))] {
        let refused = typed.clone().with("json", wrong).send(&developer, button);
        assert_eq!(refused.status, 422);
        let said = "conditions.all[0].operator: “greatr” is not an operator. Did you mean greater?";
        assert!(refused.text.contains(said), "{}", refused.text);
        assert!(refused.text.contains("conditions.all[1].x: There is no field of this name"));
        assert_eq!(FilledForm::of(&refused.text, "segment-form").get("json"), wrong);
    }
    for (text, said) in [
        ("{", "This is not valid JSON (line 1, column 1)."),
        ("", "Enter conditions."),
        (r#"{"segment": "nobody"}"#, "There is no segment “nobody”"),
        (r#"{"segment": "pro"}"#, "would depend on itself"),
        (r#"{"attribute": "a\u0000", "operator": "is_set"}"#, "U+0000"),
    ] {
        let refused = typed.clone().with("json", text).send(&developer, None);
        assert_eq!(refused.status, 422, "{text}");
        assert!(refused.text.contains(said), "{text}: {}", refused.text);
    }
    assert_eq!(find(&pages.store, "pro").revision, 1);
}

#[test]
fn the_words_follow_what_is_typed_and_touch_nothing() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let typed = FilledForm {
        action: format!("{SEGMENTS}/_preview"),
        ..form(&developer, "/pro").with("value-1", "<b>free</b>")
    };
    let said = typed.send_by_htmx(&developer, None, "segment-words").text;
    assert!(said.contains("In words: plan is “&#60;b&#62;free&#60;/b&#62;”."), "{said}");
    assert!(!said.contains("<input") && !said.contains("<form"));
    let said = typed.with("value-1", "").send_by_htmx(&developer, None, "segment-words").text;
    assert!(said.contains("Not complete yet. Choose a value for plan."));
    assert_eq!(developer.get(&format!("{SEGMENTS}/_preview")).status, 405);
}

#[test]
fn for_htmx_a_button_of_the_builder_answers_with_the_builder_alone() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let button = Some(("do", "add-property:0"));
    let part = form(&developer, "/pro").send_by_htmx(&developer, button, "segment-builder").text;
    assert!(part.trim_start().starts_with("<section") && part.contains("id=\"segment-builder\""));
    assert!(part.contains("autofocus") && part.contains("data-unsaved"));
    assert!(!part.contains("id=\"segment-name\"") && !part.contains("<form"));
}

#[test]
fn an_untouched_builder_opens_as_json_to_start_from() {
    let pages = with_pro();
    let developer = pages.signed_in(Role::Developer);
    let shown = form(&developer, "/new").send(&developer, Some(("do", "json")));
    assert_eq!(shown.status, 200);
    let start = FilledForm::of(&shown.text, "segment-form").get("json").parse::<Json>();
    assert_eq!(start.unwrap(), json!({"all": []}));
}
