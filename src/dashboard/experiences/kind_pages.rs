//! Both kinds of experience have the same pages, under addresses and words of their own.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::super::{ProjectMember, Section};
use crate::domain::experience::Kind;

/// The pages of one kind. Handlers that serve both take it; the address of the route decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindPages {
    /// The kind.
    pub kind: Kind,
}

impl From<Kind> for KindPages {
    fn from(kind: Kind) -> KindPages {
        KindPages { kind }
    }
}

impl FromRequest for KindPages {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<KindPages, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pattern = request.match_pattern().unwrap_or_default();
        let is_config = pattern.split('/').nth(4) == Some("configs");
        ready(Ok(KindPages::from(match is_config {
            true => Kind::ProductConfig,
            false => Kind::FeatureFlag,
        })))
    }
}

impl KindPages {
    /// Where the rail leads to them.
    pub fn section(self) -> Section {
        match self.kind {
            Kind::FeatureFlag => Section::Flags,
            Kind::ProductConfig => Section::Configs,
        }
    }

    /// The address of the list.
    pub fn list(self, member: &ProjectMember) -> String {
        member.path(self.section().path())
    }

    /// The address of one of them.
    pub fn address(self, member: &ProjectMember, slug: &str) -> String {
        format!("{}/{slug}", self.list(member))
    }

    /// What the list is called.
    pub fn title(self) -> &'static str {
        match self.kind {
            Kind::FeatureFlag => "Feature flags",
            Kind::ProductConfig => "Product config",
        }
    }

    /// What a column of them is called.
    pub fn heading(self) -> &'static str {
        match self.kind {
            Kind::FeatureFlag => "Flag",
            Kind::ProductConfig => "Config",
        }
    }

    /// What one is called in short.
    pub fn one(self) -> &'static str {
        match self.kind {
            Kind::FeatureFlag => "flag",
            Kind::ProductConfig => "config",
        }
    }

    /// What they are for, in a sentence.
    pub fn purpose(self) -> &'static str {
        match self.kind {
            Kind::FeatureFlag => {
                "Turn a feature on for the people you choose, and off again in one click."
            }
            Kind::ProductConfig => {
                "Give the people you choose other values, without a new release of your app."
            }
        }
    }

    /// What one is, in a sentence.
    pub fn explanation(self) -> &'static str {
        match self.kind {
            Kind::FeatureFlag => "A flag gives true or false to a key, segment by segment.",
            Kind::ProductConfig => {
                "A config gives values of any type to its keys, segment by segment."
            }
        }
    }

    /// What one is called in full.
    pub fn one_in_full(self) -> &'static str {
        match self.kind {
            Kind::FeatureFlag => "feature flag",
            Kind::ProductConfig => "product config",
        }
    }
}
