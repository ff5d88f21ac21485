//! The first project with an admin, a way to sign in, and a clock that stands still.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use flagstaff::{
    domain::role::Role,
    operations::{
        Actor, Identity, Origin,
        access::{
            self, AccessTokens, Attempt, Password, SignIn, SignedIn,
            people::{self, NewPerson},
        },
    },
    store::{
        people::{self as stored_people, Person},
        projects::{self, Project},
    },
};

use crate::operations::fixture::{Fixture, Outcome};

pub const PASSWORD: &str = "correct horse battery";

pub struct Gate {
    pub fixture: Fixture,
    pub sign_in: SignIn,
    pub project: Project,
    pub ada: Person,
    clock: Instant,
}

impl Gate {
    /// Ada is admin.
    pub fn new() -> Gate {
        let fixture = Fixture::new();
        let tokens = AccessTokens::new("a secret key that only tests know, long enough");
        let sign_in = SignIn::new(tokens).unwrap();
        let find = |conn: &mut _| Outcome::Ok(projects::find(conn, fixture.project_id)?.unwrap());
        let project = fixture.store.read(find).unwrap();
        let ada = add(&fixture, &sign_in, &project, "ada@example.com", Role::Admin).unwrap();
        Gate { fixture, sign_in, project, ada, clock: Instant::now() }
    }

    /// Adds a person with the password of all.
    pub fn add(&self, email: &str, role: Role) -> Outcome<Person> {
        add(&self.fixture, &self.sign_in, &self.project, email, role)
    }

    /// A person as they are now.
    pub fn actor(&self, person: &Person) -> Actor {
        let identity = self.fixture.run(|conn| {
            let person = stored_people::find(conn, person.id)?.unwrap();
            Ok(Identity::of_person(conn, person)?)
        });
        Actor::new(identity.unwrap(), Origin::default())
    }

    /// Signs in after so many seconds, from a network of that number.
    pub fn try_sign_in(
        &self,
        email: &str,
        password: &str,
        seconds: u64,
        network: u8,
    ) -> Outcome<SignedIn> {
        let password = Password::of_any_length(password);
        let from = IpAddr::from([192, 0, network, 1]);
        let attempt = Attempt { email, password: &password, from };
        let clock = self.clock + Duration::from_secs(seconds);
        self.sign_in.access_token(&self.fixture.store, &attempt, clock, Utc::now())
    }

    /// The access token of a person with the password of all.
    pub fn access_token(&self, person: &Person) -> String {
        self.try_sign_in(&person.email, PASSWORD, 0, 1).unwrap().access_token
    }

    /// Who sends that credential.
    pub fn caller(&self, secret: &str) -> Outcome<Actor> {
        self.caller_at(secret, Utc::now())
    }

    pub fn caller_at(&self, secret: &str, now: DateTime<Utc>) -> Outcome<Actor> {
        let tokens = self.sign_in.tokens();
        self.fixture
            .store
            .read(|conn| access::authenticate(conn, tokens, secret, Origin::default(), now))
    }
}

fn add(
    fixture: &Fixture,
    sign_in: &SignIn,
    project: &Project,
    email: &str,
    role: Role,
) -> Outcome<Person> {
    let hash = sign_in.hasher().hash(&Password::parse(PASSWORD).unwrap())?;
    let new = NewPerson { email, name: "Somebody", password: &hash, role, project };
    fixture.run(|conn| people::add(conn, &Actor::command_line(), &new))
}
