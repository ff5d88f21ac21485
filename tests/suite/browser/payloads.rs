//! What people write is shown as they wrote it, and does nothing.

use flagstaff::domain::role::Role;
use serde_json::json;

use super::{Visitor, pages, poison::poisoned};

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
    admin.expects("status of 404");
    for address in pages::all() {
        admin.open(&address.path);
        check(&admin, &address.path);
    }
}
