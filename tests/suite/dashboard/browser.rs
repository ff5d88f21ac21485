//! What a browser does, without its pictures: cookies, forms with their tokens, and what it says
//! of where a request comes from.

use std::{cell::RefCell, collections::BTreeMap};

use diesel::{RunQueryDsl, sql_query};
use flagstaff::{
    domain::role::Role,
    operations::{
        Actor,
        access::{
            Password, PasswordHasher,
            people::{self, NewPerson},
        },
        setup,
    },
    settings::Options,
    store::{Store, projects},
};

use regex::Regex;

use crate::support::{Answer, Client, TestDatabase, TestFolder, TestServer};

/// The password of everybody in these tests.
pub const PASSWORD: &str = "correct horse battery staple";

/// A server with a person of each role.
pub struct Pages {
    pub server: TestServer,
    pub store: Store,
    pub database: TestDatabase,
    _folder: TestFolder,
}

impl Pages {
    /// A server that nobody has set up.
    pub fn untouched() -> Pages {
        Pages::untouched_with(|_| {})
    }

    /// The same with other options.
    pub fn untouched_with(change: impl FnOnce(&mut Options)) -> Pages {
        let (database, folder) = (TestDatabase::new(), TestFolder::new());
        let store = Store::new(&database.url());
        setup::ensure_first_project(&store).unwrap();
        let server = TestServer::start_with(&database.url(), &folder, change);
        Pages { server, store, database, _folder: folder }
    }

    /// A server with people: `admin@example.com`, `viewer@example.com` and so on.
    pub fn with_people() -> Pages {
        Pages::with_people_and(|_| {})
    }

    /// The same with other options.
    pub fn with_people_and(change: impl FnOnce(&mut Options)) -> Pages {
        let pages = Pages::untouched_with(change);
        let hash = PasswordHasher::new().unwrap().hash(&Password::parse(PASSWORD).unwrap());
        let hash = hash.unwrap();
        for role in Role::ALL {
            let email = format!("{}@example.com", role.as_str());
            let added = pages.store.write(|conn| {
                let project = projects::find_by_key(conn, "default")?.unwrap();
                let new = NewPerson {
                    email: &email,
                    name: role.as_str(),
                    password: &hash,
                    role,
                    project: &project,
                };
                people::add(conn, &Actor::command_line(), &new)
            });
            added.unwrap();
        }
        pages
    }

    /// A browser that has been nowhere yet.
    pub fn browser(&self) -> Browser {
        Browser { client: self.server.client(), cookies: RefCell::default() }
    }

    /// A browser in which somebody of that role is signed in.
    pub fn signed_in(&self, role: Role) -> Browser {
        let browser = self.browser();
        let answer = browser.log_in(&format!("{}@example.com", role.as_str()), PASSWORD, "");
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }
}

/// A browser.
pub struct Browser {
    pub client: Client,
    pub cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    /// Goes to an address.
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// The same with more headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, None)
    }

    /// Sends a form of our own page, with its token.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_saying(path, &[], fields)
    }

    /// The same with more headers.
    pub fn post_saying(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let token = self.token();
        let fields = [fields, &[("csrf", &token)]].concat();
        let headers = [headers, &[("sec-fetch-site", "same-origin")]].concat();
        self.post_with(path, &headers, &fields)
    }

    /// Sends a form with those headers and nothing else.
    pub fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.send("POST", path, &headers, Some(form.finish().as_bytes()))
    }

    /// Sends anything.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut client = self.client.clone();
        if !cookies.is_empty() {
            client = client.with_header("cookie", &cookies.join("; "));
        }
        for (name, value) in headers {
            client = client.with_header(name, value);
        }
        let answer = client.send(method, path, body);
        self.keep_cookies(&answer);
        answer
    }

    fn keep_cookies(&self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut cookies = self.cookies.borrow_mut();
            match cookie.contains("Max-Age=0") {
                true => cookies.remove(name),
                false => cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
    }

    /// Has its session end on the server, as time does.
    pub fn let_session_end(&self, pages: &Pages) {
        let over = "update sessions set expires_at = now() - interval '1 second'";
        sql_query(over).execute(&mut pages.database.connection()).unwrap();
    }

    /// The token in the forms of this browser: that of a page that has one whoever looks.
    pub fn token(&self) -> String {
        let page = self.get("/login").text;
        let page = if page.is_empty() { self.get("/setup").text } else { page };
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// Logs in.
    pub fn log_in(&self, email: &str, password: &str, next: &str) -> Answer {
        self.post("/login", &[("email", email), ("password", password), ("next", next)])
    }

    /// The secret of the session.
    pub fn session(&self) -> Option<String> {
        self.cookies.borrow().get("sid").cloned()
    }
}

/// The value of the first field of that name on a page, as a browser sends it.
pub fn field(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

/// Text as it was before the template escaped it.
pub fn unescaped(text: &str) -> String {
    let escape = Regex::new(r"&#(\d+);").unwrap();
    let plain = escape.replace_all(text, |found: &regex::Captures<'_>| {
        char::from_u32(found[1].parse().unwrap()).unwrap().to_string()
    });
    plain.into_owned()
}
