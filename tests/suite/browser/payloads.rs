//! What people write is shown as they wrote it, and does nothing.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{House, Visitor, pages, poison::poisoned, users::know_ada};
use crate::support::story::{Story, content};

/// Texts that would run a script, load something, or make htmx ask for something, wherever a page
/// showed them as anything but text.
pub const PAYLOADS: [&str; 32] = [
    "<script>__x('script')</script>",
    "</script><script>__x('closed')</script>",
    "<img src=/canary.png data-canary onerror=__x('img')>",
    "\"><img src=x data-canary onerror=__x('quote')>",
    "'><svg data-canary onload=__x('apostrophe')>",
    "\" data-canary onmouseover=\"__x('attribute')\" autofocus onfocus=\"__x('focus')",
    "' data-canary onfocus='__x(1)' autofocus='",
    "x data-canary onpointerenter=__x('bare') y",
    "<svg><animate onbegin=__x('animate') attributeName=x dur=1s>",
    "<svg><script href=/canary.js></script></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=__x('mutation')>",
    "<noscript><p title=\"</noscript><img src=x onerror=__x('noscript')>\">",
    "<template><div hx-get=/canary hx-trigger=load></div></template>",
    "<iframe srcdoc=\"<script>parent.__x('frame')</script>\"></iframe>",
    "<object data=/canary.svg></object><embed src=/canary.swf>",
    "<link rel=stylesheet href=/canary.css><style>@import '/canary2.css'</style>",
    "<base href=//canary.example/><meta http-equiv=refresh content='0;url=/canary'>",
    "<form action=/canary><input autofocus onfocus=this.form.submit()></form>",
    "<details open ontoggle=__x('toggle')>x</details>",
    "<a href=\"javascript:__x('link')\" data-canary>click</a>",
    "javascript:__x('address')",
    "<div hx-get=/canary hx-trigger=load>x</div>",
    "<div data-hx-get=/canary data-hx-trigger=load>x</div>",
    "<div hx-on:htmx:load=__x('hx-on')>x</div>",
    "<div hx-post=/canary hx-trigger='every 1ms' hx-include=[name=csrf]>x</div>",
    "<div id=toasts hx-swap-oob=true data-canary>swapped</div>",
    "<title>canary</title><h1 id=main>canary</h1>",
    "{{7*7}}{% include \"canary\" %}${7*7}#{7*7}<%= 7*7 %>",
    "\u{202e}gnp.evil\u{202c} \u{200b}аuto_playlist \u{feff}",
    "&lt;b&gt; &amp;amp; &#60;script&#62;__x('entity')&#60;/script&#62;",
    "];--></style></textarea></title><img src=x onerror=__x('closing')>",
    "%3Cscript%3E__x('percent')%3C/script%3E\\u003cscript\\u003e",
];

/// Whether anything of a payload has become part of the page.
const TRACES: &str = "[...document.querySelectorAll('[data-canary], [onerror], [onload], \
                      [hx-get^=\"/canary\"], [data-hx-get], [href^=\"javascript:\"], iframe, object, \
                      embed, base, math')].map((e) => e.outerHTML.slice(0, 200))";

/// Fills every field for text of a form and sends it.
const FILL: &str = "((number, text) => {
  const form = document.querySelectorAll('main form')[number];
  const kinds = 'input:not([type]), input[type=text], input[type=search], input[type=email], textarea';
  const fields = [...form.querySelectorAll(kinds)].filter((e) => !e.readOnly && !e.disabled);
  for (const e of fields) {
    e.value = text;
    for (const kind of ['input', 'change']) e.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  if (fields.length) { form.noValidate = true; form.requestSubmit(); }
  return fields.length;
})";

fn check(visitor: &Visitor, place: &str) {
    let traces = visitor.asks(TRACES);
    assert_eq!(traces, json!([]), "{place}");
    let problems = visitor.problems();
    assert!(problems.is_empty(), "{place}: {problems:#?}");
    let requests = visitor.requests();
    let canary = requests.iter().find(|request| {
        let (_, address) = request.split_once("://").unwrap_or_default();
        let (host, path) = address.split_once('/').unwrap_or_default();
        host.contains("canary") || path.starts_with("canary")
    });
    assert_eq!(canary, None, "{place}");
}

#[test]
fn texts_of_people_do_nothing_on_any_page() {
    let house = poisoned();
    let admin = house.signed_in(Role::Admin);
    for refusal in ["status of 404", "status of 409"] {
        admin.expects(refusal);
    }
    for address in pages::all() {
        admin.open(&address.path);
        check(&admin, &address.path);
    }
    for list in ["flags", "segments", "users"] {
        admin.open(&format!("/p/default/production/{list}"));
        let links = "[...document.querySelectorAll('.row-link')].map((a) => a.pathname)";
        let links = admin.asks(links);
        // All payloads are in the longer texts of each; names differ.
        for link in links.as_array().unwrap().iter().step_by(5).filter_map(|link| link.as_str()) {
            admin.open(link);
            check(&admin, link);
        }
    }
}

/// The forms of a page, in its main part.
const FORMS: &str = "document.querySelectorAll('main form').length";

#[test]
fn texts_in_forms_come_back_as_texts() {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    story.save(1, &content(20.0, 40.0));
    story.list("VIP", "u1\nu2");
    story.list("VIP", "u3");
    know_ada(&story);
    story.config("Theme", &["dark_mode", "banner"]);
    let admin = house.signed_in(Role::Admin);
    // Most of it is refused, and the console tells of that.
    for refusal in ["status of 4", "Status Error Code 4", "'beforeunload'"] {
        admin.expects(refusal);
    }
    let all: Vec<pages::Address> = pages::all();
    for address in all.iter().filter(|address| !address.is_of_everybody) {
        admin.open(&address.path);
        let forms = admin.asks(FORMS).as_u64().unwrap();
        for form in 0..forms {
            admin.open(&address.path);
            let payload = PAYLOADS[3].to_owned() + PAYLOADS[form as usize % 3] + PAYLOADS[21];
            admin.asks(&format!("{FILL}({form}, {})", json!(payload)));
            admin.settle();
            check(&admin, &format!("form {form} of {}", address.path));
        }
    }
}
