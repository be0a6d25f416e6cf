//! The market at a glance: counts, queued and failed jobs, security events.

use actix_web::HttpResponse;
use actix_web::web::{self, Path};
use askama::Template;
use diesel::prelude::*;
use serde::Deserialize;

use crate::accounts::{EventKind, SecurityEvent, User};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{EventId, JobId, UserId};
use crate::jobs::{self, DeadJob, KindCount};
use crate::schema::{sessions, shops, users};
use crate::text::when;
use crate::web::{AdminRequest, Flash, Page, Query, get, redirect, show as show_page, view};

const MAX_DEAD_JOBS: i64 = 20;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/admin").route(get().to(show)))
        .service(web::resource("/admin/jobs/{job}/retry").route(web::post().to(retry)));
}

struct Counts {
    people: i64,
    verified: i64,
    admins: i64,
    shops: i64,
    sessions: i64,
}

impl Counts {
    fn load(conn: &mut Conn) -> Result<Self> {
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

struct DeadJobRow {
    id: JobId,
    kind: String,
    when: String,
    error: String,
}

impl From<DeadJob> for DeadJobRow {
    fn from(job: DeadJob) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            when: job.dead_at.map(when).unwrap_or_default(),
            error: job.error,
        }
    }
}

struct EventRow {
    who: String,
    what: String,
    detail: String,
    when: String,
    address: String,
}

impl EventRow {
    fn new(event: SecurityEvent, usernames: &[(UserId, String)]) -> Self {
        let who = match event.user_id {
            Some(id) => usernames
                .iter()
                .find(|(user, _)| *user == id)
                .map_or_else(|| format!("deleted {id}"), |(_, username)| username.clone()),
            None => "unknown user".to_owned(),
        };
        Self {
            who,
            what: event.kind.label().to_owned(),
            detail: event.detail,
            when: when(event.created_at),
            address: event.address,
        }
    }
}

#[derive(Template)]
#[template(path = "admin/index.html")]
struct AdminPage {
    page: Page,
    counts: Counts,
    /// The number of jobs of each kind.
    work: Vec<KindCount>,
    /// Jobs that failed every attempt.
    dead: Vec<DeadJobRow>,
    events: Vec<EventRow>,
    /// The address of the next page of events.
    more: Option<String>,
}

view!(AdminPage);

#[derive(Deserialize)]
struct AdminParams {
    before: Option<i64>,
}

/// `GET /admin`
async fn show(request: AdminRequest, Query(params): Query<AdminParams>) -> Result<HttpResponse> {
    let (now, before) = (request.now(), params.before.map(EventId));
    let (counts, backlog, dead, events, next, usernames) = request
        .read(move |conn| {
            let (events, next) = SecurityEvent::page(conn, None, before)?;
            let users: Vec<UserId> = events.iter().filter_map(|event| event.user_id).collect();
            Ok((
                Counts::load(conn)?,
                jobs::backlog(conn, now)?,
                jobs::dead_jobs(conn, None, MAX_DEAD_JOBS)?,
                events,
                next,
                User::names(conn, users)?,
            ))
        })
        .await?;
    show_page(&AdminPage {
        page: request.page,
        counts,
        work: backlog.kinds,
        dead: dead.into_iter().map(DeadJobRow::from).collect(),
        events: events
            .into_iter()
            .map(|event| EventRow::new(event, &usernames))
            .collect(),
        more: next.map(|next| format!("/admin?before={next}")),
    })
}

/// `POST /admin/jobs/{job}/retry`: runs a failed job again.
async fn retry(request: AdminRequest, id: Path<i64>) -> Result<HttpResponse> {
    let (action, admin, id) = (request.action()?, request.who.user, JobId(id.into_inner()));
    request
        .write_uncached(move |conn| {
            if !jobs::retry(conn, id, action.now)? {
                return Err(Error::NotFound);
            }
            action.record_detail(conn, admin, EventKind::JobRetried, &id.to_string())
        })
        .await?;
    Flash::ok(&request.session, "The job will run again now.")?;
    Ok(redirect("/admin"))
}
