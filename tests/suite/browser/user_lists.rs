//! Lists of users, through their pages.

use flagstaff::domain::role::Role;

use super::{House, accessibility::faults};

const SEGMENTS: &str = "/p/default/production/segments";

/// Chooses a file of that content.
fn file(content: &str) -> String {
    format!(
        "(() => {{ const d = new DataTransfer(); d.items.add(new File([{content:?}], 'u.csv')); \
         document.querySelector('#file').files = d.files; return 0; }})()"
    )
}

#[test]
fn a_list_is_made_and_filled_and_what_is_wrong_is_said_in_its_place() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(&format!("{SEGMENTS}/new"));
    maya.clicks("List of user ids");
    maya.types("Name", "VIP");
    maya.types("Or paste user ids, one on each line", "ann");
    maya.clicks("Create segment");
    maya.sees("VIP is ready to be picked: 1 user.");

    maya.asks(&file("bob\ncy\n"));
    maya.asks("document.querySelector('[value=add]').click()");
    maya.clicks("Upload users");
    maya.sees("VIP has 3 users now: 2 added, 0 removed.");
    maya.sees("A list of 3 users.");

    maya.expects("status of 422");
    maya.types("Or paste user ids, one on each line", "dan");
    maya.asks(&file("bob\n,x\n"));
    maya.clicks("Upload users");
    maya.sees("Line 2: there is no user id in the first column.");
    assert_eq!(maya.reads("Or paste user ids, one on each line"), "dan");
    assert_eq!(maya.asks("document.querySelector('#file').files.length"), 1);
    assert_eq!(faults(&maya), Vec::<String>::new());

    maya.types("User id", "cy");
    maya.clicks("Check");
    maya.sees("Yes, “cy” is in this list.");
    maya.clicks("Revision 1");
    maya.clicks("Restore revision 1");
    maya.sees("VIP is as it was in revision 1 again.");
    maya.sees("A list of 1 user.");
}

#[test]
fn how_far_an_upload_is_can_be_seen() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    maya.open(&format!("{SEGMENTS}/new/list"));
    maya.asks(
        "(() => { window.seen = []; const p = document.querySelector('[data-progress]'); \
         new MutationObserver(() => p.hidden || seen.push(p.textContent)).observe(p, \
         { subtree: true, childList: true, attributes: true }); return 0; })()",
    );
    maya.expects("status of 422");
    let many: String = (0..20_000).map(|number| format!("user-{number}\n")).collect();
    maya.asks(&file(&many));
    maya.clicks("Create segment");
    maya.sees("There is a problem");
    let seen = maya.asks("window.seen.join(' ')");
    assert!(seen.as_str().unwrap().contains("Saving…"), "{seen}");
}
