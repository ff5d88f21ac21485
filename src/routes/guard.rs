//! The one wrapper that enforces the right of a row before its handler runs.

use actix_web::{
    Error, HttpMessage, Route,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
};

use super::Access;
use crate::{
    api::{Caller, Member},
    http::Problem,
};

/// The route, open to those only who have the access.
pub(super) fn guarded(route: Route, access: Access) -> Route {
    match access {
        Access::Public | Access::SdkKey | Access::Local => route,
        _ => route.wrap(from_fn(move |request, next| enforce(access, request, next))),
    }
}

async fn enforce<B: MessageBody + 'static>(
    access: Access,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admit(access, &request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => Ok(request.error_response(problem)),
    }
}

/// Leaves who is calling with the request, for the handler to take.
async fn admit(access: Access, request: &ServiceRequest) -> Result<(), Problem> {
    let request = request.request();
    match access {
        Access::Public | Access::SdkKey | Access::Local => {}
        Access::SignedIn => {
            let caller = Caller::identify(request).await?;
            request.extensions_mut().insert(caller);
        }
        Access::Admin => {
            let caller = Caller::identify(request).await?;
            caller.actor.require_admin()?;
            request.extensions_mut().insert(caller);
        }
        Access::Right(right) => {
            let member = Member::identify(request).await?;
            member.require(right)?;
            request.extensions_mut().insert(member);
        }
    }
    Ok(())
}
