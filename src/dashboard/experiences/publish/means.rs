//! What the handlers of publishing have in common.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};

use super::super::super::{PageError, ProjectMember, Site};
use crate::{operations::keys::KeyLimit, population::Population, store::Store};

/// What a handler needs besides what is asked for.
pub struct Means {
    /// How many keys a project may have.
    pub limit: KeyLimit,
    /// How browsers reach the pages.
    pub site: Site,
    /// Where things are stored.
    pub store: Data<Store>,
    /// Who is known.
    pub population: Data<Population>,
}

impl Means {
    /// The population for a page, which has its numbers in it; a dialog gets them after it.
    pub fn population_of_page(&self, member: &ProjectMember) -> Option<Data<Population>> {
        (!member.ask.is_htmx()).then(|| self.population.clone())
    }

    fn of(request: &HttpRequest) -> Option<Means> {
        Some(Means {
            limit: ***request.app_data::<Data<KeyLimit>>()?,
            site: Site::of(request),
            store: request.app_data::<Data<Store>>()?.clone(),
            population: request.app_data::<Data<Population>>()?.clone(),
        })
    }
}

impl FromRequest for Means {
    type Error = PageError;
    type Future = Ready<Result<Means, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Means::of(request).ok_or(PageError::Broken))
    }
}
