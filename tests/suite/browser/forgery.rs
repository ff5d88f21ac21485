//! A page of somebody else, open beside ours in the same browser.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use flagstaff::domain::role::Role;

use super::House;

/// Serves a page at another address for as long as the tests run; gives the address.
fn elsewhere(page: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut browser in listener.incoming().flatten() {
            let _ = browser.read(&mut [0; 4096]);
            let length = page.len();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close";
            let _ = write!(browser, "{head}\r\ncontent-length: {length}\r\n\r\n{page}");
        }
    });
    address
}

#[test]
fn a_page_of_somebody_else_can_do_nothing_here() {
    let house = House::with_people();
    let maya = house.signed_in(Role::ProductManager);
    let ours = &house.pages.server.address;
    let theirs = elsewhere(format!(
        "<!doctype html><link rel=icon href=data:,><img src='{ours}/logout' alt=''>
         <form method=post action='{ours}/logout'><button>Win a prize</button></form>
         <form method=post action='{ours}/logout' enctype=text/plain>
         <input name=x><button>Win more</button></form>"
    ));
    for refusal in ["status of 403", "status of 405", "status of 415", "NotSameOrigin", "CORS"] {
        maya.expects(refusal);
    }
    for prize in ["Win a prize", "Win more"] {
        maya.visits(&theirs);
        maya.clicks(prize);
        maya.sees("from another site");
    }
    maya.visits(&theirs);
    let quietly = "fetch('OURS/logout', { method: 'POST', mode: 'no-cors', credentials: 'include', \
                   body: new URLSearchParams({ csrf: '' }) }).then(() => 'sent', () => 'stopped')";
    maya.asks(&quietly.replace("OURS", ours));
    maya.open("/p/default/production");
    maya.is_at("/p/default/production");
}
