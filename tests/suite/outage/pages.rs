//! The pages while Postgres is away: they say so, nothing typed is lost, nothing is half written,
//! and they are back by themselves.

use std::{collections::BTreeMap, time::Duration};

use rustix::process::Signal;

use super::{
    App, Demo, Moment, Postgres, Process, Proxy,
    app::{PLAYLIST, users},
};
use crate::{
    dashboard::browser::{Browser, field},
    support::{Answer, TestFolder, eventually},
};

const HOME: &str = "/p/default/production";
const HTMX: &[(&str, &str)] = &[("hx-request", "true"), ("sec-fetch-site", "same-origin")];
const OWN: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];

fn browser(process: &Process) -> Browser {
    Browser { client: process.client(), cookies: BTreeMap::new().into() }
}

fn log_in(browser: &Browser, demo: &Demo) -> Answer {
    browser.log_in("admin@example.com", &demo.password, "")
}

fn is_away(answer: &Answer) -> bool {
    answer.status == 503 && answer.text.contains("Read only right now")
}

#[test]
fn with_postgres_killed_pages_say_so_apps_go_on_and_all_is_back_by_itself() {
    let (mut postgres, data) = (Postgres::start(), TestFolder::new());
    let process = Process::start(Some(postgres.url()), &data, &["--demo"]);
    let demo = process.demo();
    let (inside, outside) = (browser(&process), browser(&process));
    assert_eq!(log_in(&inside, &demo).status, 303);
    assert_eq!(inside.get(HOME).status, 200);
    let (token, login_token) = (inside.token(), outside.token());
    let values = || {
        let mut app = App::connect(&process.address(), &demo.client_key).unwrap();
        app.ask("Miami", &users(0, 200)).unwrap()
    };
    let before = values();

    postgres.kill();
    eventually("pages say so", || is_away(&inside.get(HOME)).then_some(()));
    for path in ["/", "/login", &format!("{HOME}/flags")] {
        assert!(is_away(&inside.get(path)), "{path}");
        let part = inside.get_with(path, HTMX);
        assert_eq!((part.status, part.text.as_str()), (503, ""), "{path}");
        assert_eq!(part.header("hx-trigger"), Some("database:away"));
        assert!(part.header("x-reason").unwrap().contains("Nothing%20was%20changed"));
    }
    let typed = [("name", "Auto playlist"), ("csrf", token.as_str())];
    let kept = inside.post_with(&format!("{HOME}/hide-first-steps"), OWN, &typed);
    assert!(is_away(&kept));
    assert_eq!(field(&kept.text, "name").as_deref(), Some("Auto playlist"));
    let fields = [
        ("email", "admin@example.com"),
        ("password", demo.password.as_str()),
        ("csrf", &login_token),
    ];
    let refused = outside.post_with("/login", OWN, &fields);
    assert!(is_away(&refused), "{}", refused.status);
    assert!(!refused.text.contains(&demo.password));
    assert_eq!(values(), before);

    postgres.revive();
    eventually("the session is good again", || (inside.get(HOME).status == 200).then_some(()));
    assert_eq!(log_in(&outside, &demo).status, 303);
    let token = field(&kept.text, "csrf").unwrap();
    let typed = [("name", "Auto playlist"), ("csrf", token.as_str())];
    let sent = inside.post_with(&format!("{HOME}/hide-first-steps"), OWN, &typed);
    assert_eq!(sent.status, 303);
    process.stop();
}

#[test]
fn a_login_over_a_postgres_that_hangs_is_answered_and_the_way_back_is_open() {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let proxy = Proxy::to(postgres.url());
    let mut process = Process::start(Some(&proxy.url()), &data, &["--demo"]);
    let demo = process.demo();
    let browser = browser(&process);
    let token = browser.token();
    proxy.go_silent();
    let fields =
        [("email", "admin@example.com"), ("password", demo.password.as_str()), ("csrf", &token)];
    let started = std::time::Instant::now();
    assert!(is_away(&browser.post_with("/login", OWN, &fields)));
    assert!(is_away(&browser.get(HOME)) || browser.get(HOME).status == 303);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    let question = serde_json::json!({"user_id": "u"});
    process
        .client()
        .with_header("x-api-key", &demo.client_key)
        .post(PLAYLIST, &question)
        .expect(200);
    proxy.heal();
    eventually("one can log in", || (log_in(&browser, &demo).status == 303).then_some(()));
    assert_eq!(browser.get(HOME).status, 200);
    process.signal(Signal::INT);
    assert!(process.ended_within(Duration::from_secs(25)).success());
}

/// A first run asks for the first project first.
const FIRST_WORDS: &str = r#""projects"."key" = $1"#;

/// Sets up, cut at one step after the other; answers how many steps were cut before it was done.
fn set_up_cut_at_every(stride: usize) -> usize {
    let (postgres, data) = (Postgres::start(), TestFolder::new());
    let proxy = Proxy::to(postgres.url());
    let process = Process::start(Some(&proxy.url()), &data, &[]);
    let browser = browser(&process);
    let made = || {
        ["people", "sessions", "keys", "projects where key = 'playlist-tv'"]
            .map(|what| postgres.number(&format!("select count(*) from {what}")).min(1))
    };
    for step in (2..).step_by(stride) {
        let form = eventually("the form is there", || field(&browser.get("/setup").text, "csrf"));
        proxy.cut_of(FIRST_WORDS, step, Moment::Before);
        let answer = set_up(&browser, &form);
        proxy.cut();
        if answer.status == 303 {
            assert_eq!(made(), [1, 1, 1, 1]);
            process.stop();
            return step;
        }
        assert_eq!(answer.status, 503, "step {step}: {}", answer.text);
        let said = &answer.text;
        assert!(said.contains("Nothing was changed") || said.contains("saved or not"), "{said}");
        assert!(said.contains("value=\"ada@example.com\""), "what was entered is kept");
        assert!(!said.contains("a password of some length"));
        assert_eq!(made(), [0, 0, 0, 0], "step {step}");
    }
    unreachable!("there is an end to the steps")
}

fn set_up(browser: &Browser, csrf: &str) -> Answer {
    browser.post_with(
        "/setup",
        OWN,
        &[
            ("name", "Ada"),
            ("email", "ada@example.com"),
            ("password", "a password of some length"),
            ("project_name", "Playlist TV"),
            ("project_key", "playlist-tv"),
            ("start_with", "example"),
            ("csrf", csrf),
        ],
    )
}

#[test]
fn a_first_run_that_is_cut_at_any_step_leaves_all_of_it_or_nothing() {
    let steps = set_up_cut_at_every(9);
    assert!(steps > 20, "a first run takes more steps than {steps}");
}
