//! The story that the product is for, through its pages alone.

use serde_json::{Value as Json, json};

use super::{House, Visitor, accessibility::faults, keys::make_key, segments::make_segment};
use crate::{
    dashboard::browser::PASSWORD,
    support::{Client, eventually, story::iphone_in},
};

const FLAG: &str = "/p/playlist-tv/production/flags/auto-playlist";

/// An app of the people of one city.
struct App {
    client: Client,
    city: &'static str,
}

impl App {
    fn answer(&self, number: usize) -> Json {
        let user = iphone_in(self.city, &format!("{}-{number}", self.city));
        self.client.post("/api/v1/feature-flags/auto_playlist/evaluate", &user).json()
    }

    /// Waits until that percent of the city is served, and counts among 2,000 of them.
    fn serves(&self, percent: usize) {
        let city = self.city;
        eventually(&format!("{percent} % of {city} are served"), || {
            (self.answer(0)["rollout_percentage"] == json!(percent)).then_some(())
        });
        let reached = (0..2_000).filter(|number| self.answer(*number)["value"] == true).count();
        // Four standard deviations are at most 83 of 2,000.
        assert!(reached.abs_diff(percent * 20) < 84, "{reached} of 2,000 in {city}");
    }

    /// Waits until nobody of the city gets it.
    fn serves_nobody(&self, reason: &str) {
        eventually(&format!("nobody in {} gets it", self.city), || {
            (self.answer(0)["reason"] == reason).then_some(())
        });
        assert!((0..2_000).all(|number| self.answer(number)["value"] == false));
    }
}

fn set_up(maya: &Visitor) {
    maya.open("/");
    maya.part("section", "You Name").types("Name", "Maya");
    maya.types("Email", "maya@example.com");
    maya.types("Password", PASSWORD);
    maya.part("section", "Your first project").types("Name", "Playlist TV");
    maya.types("Key", "playlist-tv");
    maya.clicks("Nothing");
    maya.clicks("Create and continue");
    maya.sees("Get to your first flag");
}

fn create_flag(maya: &Visitor) {
    maya.clicks("Feature flags");
    maya.clicks("Create feature flag");
    maya.types("Name", "Auto playlist");
    assert_eq!(maya.reads("Key"), "auto_playlist");
    for (city, percent) in [("New York", "20"), ("Miami", "30")] {
        let segment = format!("iPhone users in {city}");
        maya.clicks("Add segment");
        maya.clicks(&segment);
        maya.types(&format!("Percent of {segment}"), percent);
    }
}

#[test]
fn a_product_manager_releases_a_feature_to_a_part_of_two_cities() {
    let house = House::untouched();
    let maya = house.visitor();
    set_up(&maya);
    make_key(&maya, "auto_playlist");
    make_segment(&maya, "New York");
    make_segment(&maya, "Miami");
    create_flag(&maya);
    maya.clicks("Publish…");
    maya.sees("Publish version 1 to Production");
    maya.clicks("Publish now");
    maya.sees("Version 1 of Auto playlist is live in Production.");
    maya.is_at(FLAG);
    let apps = ["New York", "Miami"].map(|city| App { client: house.app("playlist-tv"), city });
    let [new_york, miami] = &apps;
    new_york.serves(20);
    miami.serves(30);
    reorder(&maya);
    miami.serves(35);
    off_and_on(&maya, &apps);
    maya.clicks("Publish version 1");
    maya.sees("Publish version 1 to Production");
    maya.clicks("Publish now");
    maya.sees("Version 1 of Auto playlist is live in Production.");
    miami.serves(30);
    archive_and_take_back(&maya, &apps);
    clone(&maya);
}

/// Puts Miami first with the pointer, and changes its share; puts it back with the keyboard; saves
/// and publishes as version 2.
fn reorder(maya: &Visitor) {
    let miami = "iPhone users in Miami";
    maya.row(miami).drags("Priority", &maya.row("iPhone users in New York"));
    maya.hears(&format!("{miami} is now priority 1"));
    maya.focuses(&format!("Priority 1 of 2, {miami}"));
    maya.presses("Space");
    maya.hears(&format!("{miami} lifted. Up and Down move it, Space drops it, Escape cancels."));
    maya.presses("ArrowDown");
    maya.hears("Priority 2 of 2");
    maya.presses("ArrowDown");
    maya.hears("Already last");
    maya.presses("Space");
    maya.hears(&format!("{miami} is now priority 2 of 2. Not published yet."));
    assert!(maya.focus().contains(miami));
    maya.clicks("Actions for iPhone users in Miami");
    maya.clicks("Move up");
    maya.types(&format!("Percent of {miami}"), "35");
    maya.sees("2 unpublished changes");
    maya.clicks("Save version 2");
    maya.sees("Saved as version 2. Version 1 is still live.");
    maya.clicks("Publish…");
    maya.sees("Publish version 2 to Production");
    assert_eq!(faults(maya), Vec::<String>::new());
    maya.types("Note", "Miami looks healthy");
    maya.presses("Enter");
    maya.sees("Version 2 of Auto playlist is live in Production.");
}

fn off_and_on(maya: &Visitor, apps: &[App; 2]) {
    maya.clicks("Serving in Production");
    maya.sees("Auto playlist is off in Production.");
    for app in apps {
        app.serves_nobody("DISABLED");
    }
    maya.clicks("Serving in Production");
    maya.sees("Turn on Auto playlist in Production?");
    maya.clicks("Turn on");
    maya.sees("Auto playlist is on in Production.");
    apps[1].serves(35);
}

fn archive_and_take_back(maya: &Visitor, apps: &[App; 2]) {
    maya.clicks("Feature flags");
    maya.clicks("Actions for Auto playlist");
    maya.clicks("Archive…");
    maya.sees("It is on in Production. It has to be off first.");
    assert_eq!(faults(maya), Vec::<String>::new());
    maya.clicks("Archive it although apps still ask for its keys");
    maya.clicks("Turn off and archive");
    maya.sees("Auto playlist is archived. Apps get each key's default.");
    for app in apps {
        app.serves_nobody("DEFAULT");
    }
    maya.clicks("Archived");
    maya.clicks("Actions for Auto playlist");
    maya.clicks("Unarchive");
    maya.sees("Auto playlist is back, and off until you turn it on.");
}

fn clone(maya: &Visitor) {
    maya.clicks("Feature flags");
    maya.clicks("Actions for Auto playlist");
    maya.clicks("Clone…");
    maya.sees("Clone Auto playlist");
    assert_eq!(maya.reads("Name"), "Auto playlist copy");
    assert_eq!(faults(maya), Vec::<String>::new());
    maya.clicks("Create clone");
    maya.sees("auto_playlist_copy Owner: Maya Draft");
    maya.clicks("Auto playlist copy");
    maya.sees("20 % of iPhone users in New York get true; the others get false.");
}
