//! The market at a glance: counts, queued and failed jobs, security events.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use diesel::prelude::*;
use serde::Deserialize;

use crate::accounts::{Event, EventKind, Origin, User};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{EventId, JobId};
use crate::jobs::{self, KindCount};
use crate::schema::{sessions, shops, users};
use crate::text::when;
use crate::web::{Admin, Flash, Page, Query, html, redirect};

/// How many there are of what.
struct Counts {
    people: i64,
    verified: i64,
    admins: i64,
    shops: i64,
    sessions: i64,
}

impl Counts {
    fn now(conn: &mut Conn) -> Result<Self> {
        Ok(Self {
            people: users::table.count().get_result(conn)?,
            verified: users::table
                .filter(users::email_verified_at.is_not_null())
                .count()
                .get_result(conn)?,
            admins: users::table.filter(users::admin.eq(true)).count().get_result(conn)?,
            shops: shops::table.count().get_result(conn)?,
            sessions: sessions::table.count().get_result(conn)?,
        })
    }
}

struct DeadRow {
    id: JobId,
    kind: String,
    when: String,
    error: String,
}

struct AdminEventRow {
    who: String,
    what: String,
    detail: String,
    when: String,
    address: String,
}

#[derive(Template)]
#[template(path = "admin/index.html")]
struct AdminPage {
    page: Page,
    counts: Counts,
    /// What the queue holds, kind by kind.
    work: Vec<KindCount>,
    /// Jobs that were given up.
    dead: Vec<DeadRow>,
    events: Vec<AdminEventRow>,
    /// Where the older events are.
    more: Option<String>,
}

#[derive(Deserialize)]
pub struct BeforeQuery {
    before: Option<i64>,
}

/// `GET /admin`
pub async fn show(
    db: Data<Db>,
    page: Page,
    _admin: Admin,
    Query(BeforeQuery { before }): Query<BeforeQuery>,
) -> Result<HttpResponse> {
    let now = page.now;
    let (counts, backlog, dead, events, next, names) = db
        .read(move |conn| {
            let (events, next) = Event::page(conn, None, before.map(EventId))?;
            let people: Vec<_> = events.iter().filter_map(|event| event.user_id).collect();
            Ok((
                Counts::now(conn)?,
                jobs::backlog(conn, now)?,
                jobs::dead_jobs(conn, None, 20)?,
                events,
                next,
                User::names(conn, people)?,
            ))
        })
        .await?;
    let more = next.map(|next| format!("/admin?before={next}"));
    let who = |event: &Event| {
        let id = event.user_id?;
        let known = names.iter().find(|(user, _)| *user == id);
        Some(known.map_or_else(|| format!("deleted {id}"), |(_, name)| name.clone()))
    };
    let row = |event: Event| AdminEventRow {
        who: who(&event).unwrap_or_else(|| "nobody we know".to_owned()),
        what: event.kind.label().to_owned(),
        detail: event.detail,
        when: when(event.created_at),
        address: event.address,
    };
    let dead_row = |job: jobs::DeadJob| DeadRow {
        id: job.id,
        kind: job.kind,
        when: job.dead_at.map(when).unwrap_or_default(),
        error: job.error,
    };
    let view = AdminPage {
        page,
        counts,
        work: backlog.kinds,
        dead: dead.into_iter().map(dead_row).collect(),
        events: events.into_iter().map(row).collect(),
        more,
    };
    html(StatusCode::OK, view.render())
}

/// `POST /admin/jobs/{job}/retry`: a job that was given up gets new tries.
pub async fn retry(
    db: Data<Db>,
    page: Page,
    session: Session,
    origin: Origin,
    admin: Admin,
    job: Path<i64>,
) -> Result<HttpResponse> {
    let (user, id, now) = (admin.user, JobId(job.into_inner()), page.now);
    db.write_uncached(move |conn| {
        if !jobs::retry(conn, id, now)? {
            return Err(Error::NotFound);
        }
        Event::record(conn, user, EventKind::JobRetried, &id.to_string(), &origin, now)
    })
    .await?;
    Flash::ok(&session, "It is tried again now.")?;
    Ok(redirect("/admin"))
}
