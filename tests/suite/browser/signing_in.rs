//! The first run, logging in and out.

use flagstaff::domain::role::Role;

use super::{House, Visitor};
use crate::dashboard::browser::PASSWORD;

#[test]
fn the_first_person_sets_up_logs_out_and_logs_in_again() {
    let house = House::untouched();
    let ada = house.visitor();
    ada.open("/");
    ada.is_at("/setup");
    ada.part("section", "You Name").types("Name", "Ada");
    ada.types("Email", "ada@example.com");
    ada.types("Password", PASSWORD);
    ada.part("section", "Your first project").types("Name", "Playlist TV");
    ada.types("Key", "playlist-tv");
    ada.clicks("Nothing");
    ada.clicks("Create and continue");
    ada.is_at("/p/playlist-tv/production");
    ada.sees("Get to your first flag");
    ada.clicks("Ada");
    ada.clicks("Log out");
    ada.is_at("/login");
    ada.goes_back();
    ada.sees("Log in");
    ada.types("Email", "ada@example.com");
    ada.types("Password", PASSWORD);
    ada.presses("Enter");
    ada.is_at("/p/playlist-tv/production");
}

#[test]
fn what_was_asked_for_is_there_after_the_login() {
    let house = House::with_people();
    let viewer = house.visitor();
    viewer.open("/p/default/staging/flags?q=x");
    viewer.types("Email", "viewer@example.com");
    viewer.types("Password", "not the right one at all");
    viewer.expects("status of 422");
    viewer.clicks("Log in");
    viewer.sees("Email or password is not right.");
    viewer.types("Password", PASSWORD);
    viewer.clicks("Log in");
    viewer.is_at("/p/default/staging/flags?q=x");
}

#[test]
fn a_search_is_in_the_address_and_comes_back_with_the_browsers_button() {
    let house = House::with_people();
    crate::support::story::Story::begin_on(&house.pages.database.url());
    let viewer = house.signed_in(Role::Viewer);
    viewer.open("/p/default/production/flags");
    viewer.types("Search feature flags", "nothing like it");
    viewer.sees("Nothing matches “nothing like it”");
    viewer.clicks("Clear filters");
    viewer.sees("Automatic playlist");
    viewer.goes_back();
    viewer.sees("Nothing matches “nothing like it”");
    assert_eq!(viewer.reads("Search feature flags"), "nothing like it");
}

#[test]
fn a_session_that_ends_takes_nothing_of_what_was_typed() {
    let house = House::with_people();
    crate::support::story::Story::begin_on(&house.pages.database.url());
    let viewer = house.signed_in(Role::Viewer);
    viewer.open("/p/default/production/flags");
    viewer.expects("status of 401");
    viewer.expects("Response Status Error Code 401");
    viewer.loses("sid");
    viewer.types("Search feature flags", "playlist");
    viewer.sees("You were logged out");
    viewer.types("Email", "viewer@example.com");
    viewer.types("Password", PASSWORD);
    viewer.clicks("Log in");
    viewer.sees("You are logged in again. Nothing was lost.");
    viewer.sees_no("You were logged out");
    assert_eq!(viewer.reads("Search feature flags"), "playlist");
    viewer.presses("Enter");
    viewer.sees("Automatic playlist");
}

#[test]
fn logging_in_and_looking_around_need_no_scripts() {
    let house = House::with_people();
    crate::support::story::Story::begin_on(&house.pages.database.url());
    let viewer = Visitor::without_scripts(&house.pages.server.address);
    viewer.open("/p/default/production/flags");
    viewer.types("Email", "viewer@example.com");
    viewer.types("Password", PASSWORD);
    viewer.clicks("Log in");
    viewer.sees("Automatic playlist");
    viewer.types("Search feature flags", "nothing like it");
    viewer.presses("Enter");
    viewer.sees("Nothing matches “nothing like it”");
    viewer.clicks("viewer");
    viewer.clicks("Dark theme");
    viewer.until("it is dark", || {
        let theme = viewer.asks("document.documentElement?.dataset.theme ?? ''");
        if theme == "dark" { Ok(()) } else { Err(theme.to_string()) }
    });
}
