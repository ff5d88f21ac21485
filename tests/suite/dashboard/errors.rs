//! What went wrong is said where it can be read, with the way on.

use diesel::{RunQueryDsl, sql_query};
use flagstaff::{
    dashboard::Admission,
    domain::role::{Right, Role},
};

use super::browser::{Browser, PASSWORD, Pages, field};
use crate::support::{TestFolder, TestServer, eventually, story::Story};

const HTML: &[(&str, &str)] = &[("accept", "text/html")];
const HTMX: &[(&str, &str)] = &[("hx-request", "true"), ("sec-fetch-site", "same-origin")];
const RAIL: &str = "<nav class=\"rail\"";

#[test]
fn whoever_is_signed_in_stays_in_the_shell_and_a_stranger_sees_a_plain_page() {
    let pages = Pages::with_people();
    let (viewer, stranger) = (pages.signed_in(Role::Viewer), pages.browser());
    viewer.get("/p/default/staging");
    for path in ["/p/default/staging/nothing", "/p/nothing/at/all", "/nothing", "/p/default/none"] {
        let page = viewer.get_with(path, HTML);
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text.contains("This page does not exist"), "{path}");
        assert!(page.text.contains(RAIL), "{path}");
        assert!(page.text.contains("href=\"/p/default/staging/flags\""), "{path}");
        let page = stranger.get_with(path, HTML);
        assert!(matches!(page.status, 404 | 303), "{path}");
        assert!(!page.text.contains(RAIL), "{path}");
    }
    let page = viewer.send("DELETE", "/p/default/staging", &[], None);
    assert_eq!((page.status, page.header("allow")), (405, Some("GET, HEAD")));
    assert!(page.text.contains(RAIL) && page.text.contains("answers to GET, HEAD only"));
}

#[test]
fn a_slip_in_an_address_is_answered_with_what_was_meant() {
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let viewer = pages.signed_in(Role::Viewer);
    let page = viewer.get("/p/default/production/flags/automatic-playlst/nothing").text;
    assert!(page.contains("Did you mean"), "{page}");
    assert!(page.contains("href=\"/p/default/production/flags/automatic-playlist\""));
    assert!(page.contains("Automatic playlist"));
    let page = viewer.get("/p/default/production/flags/altogether-other/nothing").text;
    assert!(!page.contains("Did you mean"));
}

#[test]
fn nothing_has_a_name_with_u_0000() {
    let pages = Pages::with_people();
    let admin = pages.signed_in(Role::Admin);
    for path in ["/flags/%00", "/flags/%00/publish", "/keys/%00/edit", "/segments/a%00/archive"] {
        assert_eq!(admin.get(&format!("/p/default/production{path}")).status, 404, "{path}");
    }
    assert_eq!(admin.get("/p/%00/production").status, 404);
}

#[test]
fn who_may_not_do_something_reads_whom_to_ask() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    let rows = flagstaff::routes::pages();
    let closed = rows.iter().filter(|row| row.method() == "GET" && !row.path().contains("{slug}"));
    for row in closed.filter(|row| row.admission() == Admission::Right(Right::Edit)) {
        let path = row.path().replace("{project}", "default");
        let path = path.replace("{environment}", "production").replace("{key}", "nothing");
        let page = viewer.get(&path);
        assert_eq!(page.status, 403, "{path}");
        assert!(page.text.contains("You can&#39;t do this here") && page.text.contains(RAIL));
        assert!(page.text.contains("Ask admin (admin)."), "{}", page.text);
    }
}

#[test]
fn a_fault_of_ours_says_that_nothing_was_changed_and_under_which_number_it_is_found() {
    let pages = Pages::with_people();
    let viewer = pages.signed_in(Role::Viewer);
    let mut connection = pages.database.connection();
    sql_query("alter table audit_log rename to lost").execute(&mut connection).unwrap();
    let page = viewer.get("/p/default/production");
    assert_eq!(page.status, 500);
    let id = page.header("x-request-id").unwrap();
    for shown in ["Something broke on our side", "Nothing was changed.", "Try again", id, RAIL] {
        assert!(page.text.contains(shown), "{shown}");
    }
    assert!(!page.text.contains("audit_log"), "what the database said is for the log");
    let part = viewer.get_with("/p/default/production", HTMX);
    assert_eq!((part.status, part.text.as_str()), (500, ""));
    assert_eq!(part.header("x-reason"), Some("Nothing%20was%20changed%2E"));
}

/// Closes the database for writing, or opens it again, and ends the connections that do not know.
fn close_for_writing(pages: &Pages, closed: bool) {
    let setting = if closed { "on" } else { "off" };
    let mut connection = pages.database.connection();
    for sql in [
        "set default_transaction_read_only = off".to_owned(),
        format!(
            "do $$ begin execute format('alter database %I set default_transaction_read_only = \
             {setting}', current_database()); end $$"
        ),
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = \
         current_database() and pid <> pg_backend_pid()"
            .to_owned(),
    ] {
        sql_query(sql).execute(&mut connection).unwrap();
    }
}

#[test]
fn with_a_database_that_takes_no_changes_one_can_look_around_and_is_told() {
    const BANNER: &str = "The database takes no changes.";
    let pages = Pages::with_people();
    Story::begin_on(&pages.database.url());
    let admin = pages.signed_in(Role::Admin);
    let flags = "/p/default/production/flags";
    assert!(!admin.get(flags).text.contains(BANNER));
    let rested = "update sessions set last_seen_at = now() - interval '5 minutes'";
    sql_query(rested).execute(&mut pages.database.connection()).unwrap();
    close_for_writing(&pages, true);
    let page = eventually("the list is shown with the banner", || {
        Some(admin.get(flags)).filter(|page| page.text.contains(BANNER))
    });
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Automatic playlist"));
    let switch = "/p/default/production/flags/automatic-playlist/switch";
    assert_eq!(admin.post(switch, &[]).status, 503);
    assert_eq!(pages.browser().log_in("viewer@example.com", PASSWORD, "").status, 503);
    close_for_writing(&pages, false);
    eventually("it is as before", || {
        let page = admin.get(flags);
        (page.status == 200 && !page.text.contains(BANNER)).then_some(())
    });
}

#[test]
fn with_postgres_away_pages_say_so_and_keep_what_was_sent() {
    let folder = TestFolder::new();
    let nowhere = "postgresql://127.0.0.1:1/nothing?connect_timeout=1";
    let server = TestServer::start_on(nowhere, &folder);
    let browser = Browser { client: server.client(), cookies: Default::default() };
    browser.cookies.borrow_mut().insert("sid".to_owned(), "anything".to_owned());
    for path in ["/", "/login", "/setup", "/p/a/b", "/p/a/b/flags"] {
        let page = browser.get(path);
        assert_eq!(page.status, 503, "{path}");
        assert!(page.text.contains("Read only right now"), "{path}");
        assert!(page.text.contains("Apps keep getting the last known values."), "{path}");
        assert!(page.text.contains("data-away=\"reload\""), "{path}");
        assert!(page.text.contains(&format!("<a class=\"btn\" href=\"{path}\">Try again</a>")));
        let part = browser.get_with(path, HTMX);
        assert_eq!((part.status, part.header("hx-trigger")), (503, Some("database:away")));
        assert!(part.header("x-reason").unwrap().contains("try%20again"));
    }
    let form = "/p/a/b/hide-first-steps";
    let own = [("sec-fetch-site", "same-origin")];
    let page = browser.post_with(form, &own, &[("name", "Auto playlist"), ("csrf", "x")]);
    assert_eq!(page.status, 503);
    assert!(page.text.contains("Nothing was changed.") && page.text.contains("Send it again"));
    assert_eq!(field(&page.text, "name").as_deref(), Some("Auto playlist"));
    assert!(!page.text.contains("data-away"), "what is loaded anew by itself would be lost");
}
