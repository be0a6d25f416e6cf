//! What happened to the account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use crate::accounts::{Event, device};
use crate::error::Result;
use crate::id::EventId;
use crate::text::when;
use crate::web::{Page, Query, SignedIn, get, html};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/account/activity").route(get().to(index)));
}

struct EventRow {
    what: String,
    detail: String,
    when: String,
    address: String,
    agent: String,
}

#[derive(Template)]
#[template(path = "accounts/activity.html")]
struct ActivityPage {
    page: Page,
    events: Vec<EventRow>,
    /// Where the older ones are.
    more: Option<String>,
}

#[derive(Deserialize)]
struct BeforeQuery {
    before: Option<i64>,
}

/// `GET /account/activity`: by key, the newest first.
async fn index(
    desk: Desk,
    page: Page,
    visitor: SignedIn,
    Query(BeforeQuery { before }): Query<BeforeQuery>,
) -> Result<HttpResponse> {
    let (user, before) = (visitor.user, before.map(EventId));
    let (events, next) = desk.db.read(move |conn| Event::page(conn, Some(user), before)).await?;
    let more = next.map(|next| format!("/account/activity?before={next}"));
    let row = |event: Event| EventRow {
        what: event.kind.label().to_owned(),
        detail: event.detail,
        when: when(event.created_at),
        address: event.address,
        agent: device(&event.agent),
    };
    let events = events.into_iter().map(row).collect();
    html(StatusCode::OK, ActivityPage { page, events, more }.render())
}
