//! The list of feature flags.

use flagstaff::{
    domain::role::Role,
    operations::{
        Actor,
        editing::{self, Description},
    },
    store::{StoreError, people},
};

use super::browser::Pages;
use crate::support::{
    eventually,
    story::{Story, content},
};

const FLAGS: &str = "/p/default/production/flags";

#[test]
fn an_empty_list_says_what_it_is_for_and_offers_the_first_step() {
    let pages = Pages::with_people();
    let page = pages.signed_in(Role::Developer).get(FLAGS).text;
    assert!(page.contains("No feature flags yet"));
    assert!(page.contains("Create feature flag"));
}

#[test]
fn a_viewer_is_offered_nothing_that_they_may_not_do() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    assert!(!viewer.get(FLAGS).text.contains("Create feature flag"));
    assert!(!viewer.get("/p/default/production").text.contains("Get to your first flag"));
}

#[test]
fn a_flag_shows_its_key_its_status_and_who_gets_it() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let page = pages.signed_in(Role::Viewer).get(FLAGS).text;
    for shown in ["Automatic playlist", "auto_playlist", "Live", "2 segments · 20 % to 30 %"] {
        assert!(page.contains(shown), "{shown}");
    }
    let staging = pages.signed_in(Role::Viewer).get("/p/default/staging/flags").text;
    assert!(staging.contains("Not published"));
}

#[test]
fn the_address_says_what_is_listed() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    let shows = |query: &str| viewer.get(&format!("{FLAGS}?{query}")).text.contains("row-link");
    assert!(shows("q=AUTO_"));
    assert!(shows("status=live&sort=name"));
    assert!(shows("status=unknown&page=x"));
    assert!(!shows("status=draft"));
    assert!(!shows("q=nothing"));
    assert!(!shows("page=2"));
    let page = viewer.get(&format!("{FLAGS}?q=%3Cscript%3Ealert(1)%3C/script%3E")).text;
    assert!(!page.contains("<script>alert"));
}

#[test]
fn htmx_gets_the_page_without_the_shell() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    let part = viewer.get_with(FLAGS, &[("hx-request", "true")]).text;
    assert!(part.contains("<title>Feature flags") && part.contains("id=\"main\""));
    assert!(!part.contains("<html") && !part.contains("<nav class=\"rail\""));
    let back = [("hx-request", "true"), ("hx-history-restore-request", "true")];
    assert!(viewer.get_with(FLAGS, &back).text.contains("<html"));
}

#[test]
fn who_gets_a_flag_is_what_is_live_and_not_what_was_saved_last() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    story.save(1, &content(50.0, 60.0));
    let page = pages.signed_in(Role::Viewer).get(FLAGS).text;
    assert!(page.contains("2 segments · 20 % to 30 %"), "{page}");
    story.publish(2);
    let page = pages.signed_in(Role::Viewer).get(FLAGS).text;
    assert!(page.contains("2 segments · 50 % to 60 %"), "{page}");
}

#[test]
fn the_list_is_narrowed_by_tag_segment_and_owner_and_each_can_be_taken_back() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let owner = pages.store.read(|conn| {
        let owner = people::find_by_email(conn, "developer@example.com")?.unwrap();
        Ok::<_, StoreError>(owner.id)
    });
    let owner = owner.unwrap();
    let described = pages.store.write(|conn| {
        let tags = ["playback & more".to_owned()];
        let description = Description {
            tags: Some(&tags),
            owner_id: Some(Some(owner)),
            ..Description::default()
        };
        editing::describe(conn, &Actor::command_line(), story.flag, &description)
    });
    described.unwrap();
    let viewer = pages.signed_in(Role::Viewer);
    let owner = format!("owner={owner}");
    for (query, chip) in [
        ("tag=playback+%26+more", "Tag: playback"),
        ("segment=iphone-users-in-miami", "Segment: iPhone users in Miami"),
        (owner.as_str(), "Owner: developer"),
    ] {
        let page = viewer.get(&format!("{FLAGS}?status=live&{query}")).text;
        assert!(page.contains("row-link") && page.contains(chip), "{query}: {page}");
        let back = format!("class=\"chip\" href=\"{FLAGS}?status=live\"");
        assert!(page.contains(&back), "{query}: {page}");
        let none = viewer.get(&format!("{FLAGS}?status=off&{query}")).text;
        assert!(none.contains("Nothing matches these filters in Off."));
    }
    let unknown = viewer.get(&format!("{FLAGS}?tag=x&segment=y&owner=z")).text;
    assert!(unknown.contains("row-link") && !unknown.contains("class=\"chip\""));
}

#[test]
fn deliveries_of_a_day_stand_beside_a_flag_and_its_key() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let client = pages.server.client().with_bearer(&story.client_key);
    for user in 0..3 {
        let body = serde_json::json!({"user_id": format!("u{user}")});
        eventually("the key of the story is known", || {
            let answer = client.post("/api/v1/feature-flags/auto_playlist/evaluate", &body);
            (answer.status == 200).then_some(())
        });
    }
    let viewer = pages.signed_in(Role::Viewer);
    let shows = |page: &str, cell: &str| viewer.get(page).text.contains(cell);
    eventually("the deliveries are counted", || {
        let counted = shows(FLAGS, "<span class=\"num push\">3</span>")
            && shows("/p/default/production/keys", "c-delivered end t2\">3</td>");
        counted.then_some(())
    });
    assert!(shows(FLAGS, "<polyline points=") && shows(FLAGS, "aria-hidden=\"true\"><polyline"));
    assert!(shows("/p/default/staging/flags", "<span class=\"num push\">0</span>"));
}

#[test]
fn nothing_found_says_where_and_leads_on() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get(&format!("{FLAGS}?q=plalist&status=live")).text;
    assert!(page.contains("Nothing matches “plalist” in Live."));
    assert!(page.contains("Search all 1 flags") && page.contains("Clear filters"));
}

#[test]
fn tabs_count_what_the_search_finds() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get(FLAGS).text;
    assert!(page.contains("Live <span class=\"count\">1</span>"));
    let page = viewer.get("/p/default/staging/flags").text;
    assert!(page.contains("Draft <span class=\"count\">1</span>"));
    let page = viewer.get(&format!("{FLAGS}?q=nothing")).text;
    assert!(page.contains("Live <span class=\"count\">0</span>"));
}

#[test]
fn a_row_says_how_it_stands_elsewhere_and_what_is_published_by_whom() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get(FLAGS).text;
    assert!(page.contains("Staging: Draft"), "{page}");
    assert!(page.contains("iPhone users in New York, iPhone users in Miami"), "{page}");
    story.save(1, &content(50.0, 60.0));
    story.publish_in("staging", 2);
    let page = viewer.get(FLAGS).text;
    assert!(page.contains("Staging: Live") && page.contains("v2 there, v1 here"), "{page}");
    let staging = viewer.get("/p/default/staging/flags").text;
    assert!(staging.contains("Production: Live") && staging.contains("v1 there, v2 here"));
    assert!(staging.contains("v2 · <time"), "{staging}");
}

#[test]
fn what_gives_everybody_the_default_is_marked_and_found_as_stale() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    let only_stale = format!("{FLAGS}?stale=true");
    assert!(viewer.get(&only_stale).text.contains("Nothing matches these filters in All."));
    story.save(
        1,
        &serde_json::json!({"keys": ["auto_playlist"], "rows": [],
        "everyone_else": {"enabled": false, "serve": {"values": {"auto_playlist": true}}}}),
    );
    story.publish(2);
    let page = viewer.get(&only_stale).text;
    assert!(page.contains("row-link") && page.contains("Everybody gets the defaults"), "{page}");
    let back = format!("class=\"chip\" href=\"{FLAGS}\"");
    assert!(page.contains(&back), "{page}");
    assert!(viewer.get(FLAGS).text.contains("class=\"tag stale over\""));
}

#[test]
fn configs_are_listed_with_their_first_keys_and_what_goes_to_whom() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    story.config("Theme", &["dark_mode", "banner", "home", "font", "size"]);
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get("/p/default/production/configs").text;
    for shown in ["Theme", "<code>dark_mode</code>", "2 more", "dark_mode = 4 for iPhone users in"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("Automatic playlist"));
    assert!(page.contains("Feature flags<span class=\"count\">1</span>"));
    assert!(page.contains("Product config<span class=\"count\">1</span>"));
    assert!(viewer.get(FLAGS).text.contains("Product config<span class=\"count\">1</span>"));
}

#[test]
fn a_list_is_put_in_order_by_every_order_of_its_menu() {
    let pages = Pages::with_people();
    let story = Story::begin_on(&pages.database.url());
    story.config("Theme", &["dark_mode"]);
    let viewer = pages.signed_in(Role::Viewer);
    for sort in ["changed", "name", "delivered", "reach", "created", "unknown"] {
        let page = viewer.get(&format!("{FLAGS}?sort={sort}")).text;
        assert!(page.contains("Automatic playlist"), "{sort}");
        let chosen = format!("<option value=\"{sort}\" selected>");
        assert_eq!(page.contains(&chosen), sort != "unknown", "{sort}");
    }
}
