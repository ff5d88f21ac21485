//! The product, and those who visit it.

use flagstaff::{
    domain::role::Role,
    operations::{Actor, access::sdk_keys},
    store::{environments, projects, sdk_keys::SdkKeyKind},
};

use super::{
    Visitor,
    chromium::{Chromium, Turn},
};
use crate::{dashboard::browser::Pages, support::Client};

/// A server with a database of its own, and the right to open pages of it.
pub struct House {
    pub pages: Pages,
    _turn: Turn,
}

impl House {
    /// One that nobody has set up.
    pub fn untouched() -> House {
        House { _turn: Chromium::get().turn(), pages: Pages::untouched() }
    }

    /// One with a person of each role.
    pub fn with_people() -> House {
        House { _turn: Chromium::get().turn(), pages: Pages::with_people() }
    }

    /// An app that asks for what production serves in the project of that key.
    pub fn app(&self, project: &str) -> Client {
        let made = self.pages.store.write(|conn| {
            let project = projects::find_by_key(conn, project)?.unwrap();
            let production = environments::find_by_key(conn, project.id, "production")?.unwrap();
            let kind = SdkKeyKind::Client;
            sdk_keys::create(conn, &Actor::command_line(), &production, kind, "app")
        });
        self.pages.server.app(made.unwrap().1.secret())
    }

    /// Somebody whom nobody knows.
    pub fn visitor(&self) -> Visitor {
        Visitor::of(&self.pages.server.address)
    }

    /// Somebody of that role, signed in.
    pub fn signed_in(&self, role: Role) -> Visitor {
        self.sign_in(self.visitor(), role)
    }

    /// Somebody of that role, signed in, whose browser runs no scripts.
    pub fn without_scripts(&self, role: Role) -> Visitor {
        self.sign_in(Visitor::without_scripts(&self.pages.server.address), role)
    }

    fn sign_in(&self, visitor: Visitor, role: Role) -> Visitor {
        let session = self.pages.signed_in(role).session().unwrap();
        visitor.carries("sid", &session);
        visitor
    }
}
