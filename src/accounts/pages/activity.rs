//! The history of the account's security events.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::{SecurityEvent, device_name};
use crate::error::Result;
use crate::id::EventId;
use crate::text::when;
use crate::web::{Page, Query, UserRequest, get, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/account/activity").route(get().to(index)));
}

struct EventRow {
    what: String,
    detail: String,
    when: String,
    address: String,
    agent: String,
}

impl From<SecurityEvent> for EventRow {
    fn from(event: SecurityEvent) -> Self {
        Self {
            what: event.kind.label().to_owned(),
            detail: event.detail,
            when: when(event.created_at),
            address: event.address,
            agent: device_name(&event.agent),
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/activity.html")]
struct ActivityPage {
    page: Page,
    events: Vec<EventRow>,
    /// The address of the next page.
    more: Option<String>,
}

view!(ActivityPage);

#[derive(Deserialize)]
struct ActivityParams {
    before: Option<i64>,
}

/// `GET /account/activity`: newest first.
async fn index(request: UserRequest, Query(params): Query<ActivityParams>) -> Result<HttpResponse> {
    let (user, before) = (request.who.user, params.before.map(EventId));
    let (events, next) = request
        .read(move |conn| SecurityEvent::page(conn, Some(user), before))
        .await?;
    show(&ActivityPage {
        page: request.page,
        events: events.into_iter().map(EventRow::from).collect(),
        more: next.map(|next| format!("/account/activity?before={next}")),
    })
}
