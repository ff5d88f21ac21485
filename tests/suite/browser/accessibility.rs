//! Every page can be used by everybody: in the light and in the dark, on a desk and on a phone.

use std::{fs, path::Path};

use flagstaff::domain::role::Role;

use super::{House, Visitor, pages, users::know_ada};
use crate::support::story::{Story, content};

/// Asks axe for what is wrong.
/// What lies over the end of a page covers whatever is scrolled beneath it, which is in reach once it
/// is scrolled on: it stands in its place meanwhile.
fn rules(wanted: &str) -> String {
    format!(
        "document.querySelector('.dock')?.style.setProperty('position', 'static'), axe.run({{ resultTypes: ['violations'], runOnly: {wanted} }}).then((found) => \
         found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + \
         n.failureSummary).join('; '))).finally(() => \
         document.querySelector('.dock')?.style.removeProperty('position'))"
    )
}

const ALL_RULES: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";
/// Between the light and the dark, colours are all that differs.
const COLOURS: &str = "['color-contrast', 'link-in-text-block']";

/// What a page refers to within itself and does not have.
const DANGLING: &str = "(() => {
  const named = ['for', 'popovertarget', 'aria-controls', 'aria-describedby', 'aria-labelledby',
    'aria-activedescendant', 'form', 'list', 'headers'];
  const wrong = [];
  for (const name of named) for (const e of document.querySelectorAll(`[${name}]:not(dialog:not([open]))`))
    for (const id of e.getAttribute(name).split(/\\s+/))
      if (id && !document.getElementById(id)) wrong.push(`${name}=${id}: ${e.outerHTML.slice(0, 200)}`);
  for (const e of document.querySelectorAll('a[href^=\"#\"], use'))
    if (!document.getElementById(e.getAttribute('href').slice(1))) wrong.push(e.outerHTML);
  return wrong;
})()";

/// What makes a page wider than the window.
const TOO_WIDE: &str = "document.documentElement.scrollWidth <= innerWidth ? [] :
  [`${document.documentElement.scrollWidth} px wide: ` + [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => e.outerHTML.slice(0, 120)).slice(0, 3).join(' | ')]";

/// What makes a page slow to come: bytes over the wire, requests, others' servers.
const TOO_HEAVY: &str = "(() => {
  const [page] = performance.getEntriesByType('navigation');
  const all = performance.getEntriesByType('resource');
  // A page may fill one part of itself once it is there.
  const [later, first] = [true, false].map((asked) =>
    all.filter((it) => (it.initiatorType === 'xmlhttprequest') === asked).map((it) => it.name));
  const parts = [...first, ...later];
  const foreign = parts.filter((part) => new URL(part).origin !== location.origin);
  return [
    page.encodedBodySize > 12000 && `${page.encodedBodySize} bytes`,
    first.length > 5 && `asks for ${first}`,
    later.length > 1 && `asks once more for ${later}`,
    foreign.length && `asks others: ${foreign}`,
  ].filter(Boolean);
})()";

fn axe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}. `npm ci` gets it.", path.display()))
}

/// What is wrong with what a browser shows, in both schemes and at both widths.
pub fn faults(visitor: &Visitor) -> Vec<String> {
    let mut faults = Vec::new();
    let mut add = |looks: &str, found: serde_json::Value| {
        let found = found.as_array().into_iter().flatten();
        faults.extend(found.map(|fault| format!("{looks}: {}", fault.as_str().unwrap_or("?"))));
    };
    visitor.asks(&format!("{}; 0", axe()));
    add("", visitor.asks(DANGLING));
    for (scheme, width, wanted) in [
        ("light", 1280, ALL_RULES),
        ("light", 390, ALL_RULES),
        ("dark", 390, COLOURS),
        ("dark", 1280, COLOURS),
    ] {
        visitor.looks(scheme, width);
        let looks = format!("{scheme} {width}");
        add(&looks, visitor.asks(TOO_WIDE));
        add(&looks, visitor.asks(&rules(wanted)));
    }
    visitor.looks("light", 1280);
    faults.extend(visitor.problems());
    faults
}

fn walk(visitor: &Visitor, addresses: &[pages::Address]) {
    // The console tells of pages that are not there; one of these is not.
    visitor.expects("status of 404");
    // An editor that starts from an older version has something to lose.
    visitor.expects("'beforeunload'");
    let mut wrong = Vec::new();
    for address in addresses {
        visitor.open(&address.path);
        let heavy = visitor.asks(TOO_HEAVY);
        let heavy = heavy.as_array().into_iter().flatten().map(ToString::to_string);
        let heavy: Vec<String> = heavy.collect();
        let faults = faults(visitor).into_iter().chain(heavy);
        wrong.extend(faults.map(|fault| format!("{} {fault}", address.path)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_wrong_with_the_pages_of_everybody() {
    let house = House::untouched();
    let stranger = house.visitor();
    stranger.open("/setup");
    let wrong = faults(&stranger);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let house = House::with_people();
    let addresses = pages::all().into_iter().filter(|address| address.is_of_everybody);
    walk(&house.visitor(), &addresses.collect::<Vec<_>>());
}

#[test]
fn nothing_is_wrong_with_any_page_of_a_project() {
    let house = House::with_people();
    let story = Story::begin_on(&house.pages.database.url());
    story.save(1, &content(20.0, 40.0));
    story.list("VIP", "u1\nu2");
    story.list("VIP", "u3");
    know_ada(&story);
    story.config("Theme", &["dark_mode", "banner"]);
    let addresses = pages::all().into_iter().filter(|address| !address.is_of_everybody);
    walk(&house.signed_in(Role::Admin), &addresses.collect::<Vec<_>>());
}

#[test]
fn nothing_is_wrong_with_pages_that_have_nothing_to_show_yet() {
    let house = House::with_people();
    let addresses = pages::all().into_iter().filter(|address| !address.is_of_everybody);
    let addresses = addresses.filter(|address| address.path.matches('/').count() <= 4);
    walk(&house.signed_in(Role::Viewer), &addresses.collect::<Vec<_>>());
}

#[test]
fn whoever_looks_sees_what_is_wrong() {
    let house = House::with_people();
    let stranger = house.visitor();
    stranger.open("/login");
    stranger.asks(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/favicon.ico\">\
         <label for=nothing>x</label><hr width=2000>'), console.error('oh no')",
    );
    let faults = faults(&stranger).join(" ");
    for fault in ["image-alt", "for=nothing", "px wide", "oh no"] {
        assert!(faults.contains(fault), "{fault}: {faults}");
    }
}
