//! `/metrics`: how the program fares, in the text format of Prometheus, for whoever holds the token.

use std::fmt::{Display, Write};
use std::time::Instant;

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use subtle::ConstantTimeEq;

use super::error_page::AsIs;
use super::get;
use super::layers::Policy;
use super::request_metrics::{MILLIS, RequestMetrics};
use super::site::now;
use crate::config::secret::Secret;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::jobs::{self, Backlog, JobMetrics};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/metrics").route(get().to(show)));
}

/// What is told, and to whom.
pub struct Metrics {
    /// None: to nobody.
    pub token: Option<Secret>,
    pub job_metrics: JobMetrics,
    pub started: Instant,
}

impl Metrics {
    /// Whether the request holds the token. How long this takes says nothing of it.
    fn allow(&self, request: &HttpRequest) -> bool {
        let header = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let shown = header.and_then(|header| header.strip_prefix(b"Bearer "));
        let token = self.token.as_ref().map(|token| token.expose().as_bytes());
        matches!((shown, token), (Some(shown), Some(token)) if shown.ct_eq(token).into())
    }
}

/// `GET /metrics`: as if there were no such page for everyone without the token.
async fn show(
    request: HttpRequest,
    metrics: Data<Metrics>,
    policy: Data<Policy>,
    db: Data<Db>,
) -> Result<HttpResponse> {
    if !metrics.allow(&request) {
        return Err(Error::NotFound);
    }
    let time = now();
    let backlog = db.read(move |conn| jobs::backlog(conn, time)).await;
    let mut text = Text::default();
    text.request_metrics(&policy.request_metrics);
    text.database(&db, backlog.is_ok());
    if let Ok(backlog) = &backlog {
        text.backlog(backlog);
    }
    text.ended(&metrics.job_metrics);
    text.process(metrics.started);
    let mut answer = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text.0);
    answer.extensions_mut().insert(AsIs);
    Ok(answer)
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn about(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", labels.join(","))
        };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn alone(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.about(name, kind, help);
        self.line(name, &[], value);
    }

    fn request_metrics(&mut self, request_metrics: &RequestMetrics) {
        let name = "pocketshop_requests_total";
        self.about(name, "counter", "Requests answered, by method and class of status.");
        for (method, class, count) in request_metrics.answers() {
            self.line(name, &[("method", method), ("status", &format!("{class}xx"))], count);
        }
        let name = "pocketshop_request_duration_seconds";
        self.about(name, "histogram", "How long requests took until their answers began.");
        let counts = request_metrics.at_most();
        let ends = MILLIS.iter().map(|most| format!("{}.{:03}", most / 1000, most % 1000));
        for (end, count) in ends.chain(["+Inf".to_owned()]).zip(counts) {
            self.line(&format!("{name}_bucket"), &[("le", &end)], count);
        }
        self.line(&format!("{name}_sum"), &[], request_metrics.took().as_secs_f64());
        self.line(&format!("{name}_count"), &[], counts[MILLIS.len()]);
    }

    fn database(&mut self, db: &Db, up: bool) {
        let help = "Whether the database answered just now.";
        self.alone("pocketshop_database_up", "gauge", help, u8::from(up));
        let help = "Statements that pages have run.";
        self.alone("pocketshop_database_statements_total", "counter", help, db.queries());
        let name = "pocketshop_database_connections";
        self.about(
            name,
            "gauge",
            "Connections in each pool: in use, and the most there may be.",
        );
        for pool in db.pools() {
            self.line(name, &[("pool", pool.name), ("state", "in_use")], pool.in_use);
            self.line(name, &[("pool", pool.name), ("state", "most")], pool.most);
        }
    }

    fn backlog(&mut self, backlog: &Backlog) {
        let name = "pocketshop_jobs";
        self.about(name, "gauge", "Jobs in the queue, by kind and state.");
        for kind in &backlog.kinds {
            for (state, count) in [
                ("waiting", kind.waiting),
                ("running", kind.running),
                ("dead", kind.dead),
            ] {
                self.line(name, &[("kind", &kind.kind), ("state", state)], count);
            }
        }
        let help = "How long the oldest job that is due has been waiting.";
        let seconds = backlog.oldest.num_milliseconds();
        let seconds = format!("{}.{:03}", seconds / 1000, seconds % 1000);
        self.alone("pocketshop_jobs_oldest_due_seconds", "gauge", help, seconds);
    }

    fn ended(&mut self, job_metrics: &JobMetrics) {
        let name = "pocketshop_jobs_ended_total";
        self.about(
            name,
            "counter",
            "Tries of jobs in this process, by kind and how they ended.",
        );
        for (kind, ended) in job_metrics.kinds() {
            self.line(name, &[("kind", &kind), ("outcome", "done")], ended.done);
            self.line(name, &[("kind", &kind), ("outcome", "failed")], ended.failed);
        }
    }

    fn process(&mut self, started: Instant) {
        let help = "How long this process has been running.";
        let uptime = started.elapsed().as_secs();
        self.alone("pocketshop_uptime_seconds", "gauge", help, uptime);
        if let Some(bytes) = resident() {
            let help = "Memory of this process that is resident.";
            self.alone("process_resident_memory_bytes", "gauge", help, bytes);
        }
    }
}

/// As Linux tells it; nothing elsewhere.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_label_says_stays_within_its_quotes() {
        let mut text = Text::default();
        text.line("jobs", &[("kind", "a\"b\\c\nd")], 1);
        assert_eq!(text.0, "jobs{kind=\"a\\\"b\\\\c\\nd\"} 1\n");
    }
}
