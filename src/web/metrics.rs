//! `/metrics`: counters and gauges in the text format of Prometheus, for requests with the token.

use std::fmt::{Display, Write};
use std::time::Instant;

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use subtle::ConstantTimeEq;

use super::error_page::PlainResponse;
use super::get;
use super::layers::Policy;
use super::request_metrics::{BUCKETS_MS, RequestMetrics};
use crate::clock::now;
use crate::config::secret::Secret;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::jobs::{self, Backlog, JobMetrics};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/metrics").route(get().to(show)));
}

/// What `/metrics` needs besides the database.
pub struct Metrics {
    /// None: the page does not exist.
    pub token: Option<Secret>,
    pub job_metrics: JobMetrics,
    pub started: Instant,
}

impl Metrics {
    /// Whether the request has the token, compared in constant time.
    fn allow(&self, request: &HttpRequest) -> bool {
        let header = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let shown = header.and_then(|header| header.strip_prefix(b"Bearer "));
        let token = self.token.as_ref().map(|token| token.expose().as_bytes());
        matches!((shown, token), (Some(shown), Some(token)) if shown.ct_eq(token).into())
    }
}

/// `GET /metrics`: not found without the token.
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
    let mut text = MetricsText::default();
    text.request_metrics(&policy.request_metrics);
    text.database(&db, backlog.is_ok());
    if let Ok(backlog) = &backlog {
        text.backlog(backlog);
    }
    text.job_attempts(&metrics.job_metrics);
    text.process(metrics.started);
    let mut response = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text.0);
    response.extensions_mut().insert(PlainResponse);
    Ok(response)
}

/// The metrics in the text format of Prometheus.
#[derive(Default)]
struct MetricsText(String);

impl MetricsText {
    /// Describes a metric, before its lines.
    fn describe(&mut self, name: &str, kind: &str, help: &str) {
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

    /// A metric with a single line.
    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.describe(name, kind, help);
        self.line(name, &[], value);
    }

    fn request_metrics(&mut self, request_metrics: &RequestMetrics) {
        let name = "pocketshop_requests_total";
        self.describe(name, "counter", "Number of requests, by method and status class.");
        for (method, class, count) in request_metrics.responses() {
            self.line(name, &[("method", method), ("status", &format!("{class}xx"))], count);
        }
        let name = "pocketshop_request_duration_seconds";
        self.describe(
            name,
            "histogram",
            "Time from the start of a request to the start of its response.",
        );
        let counts = request_metrics.cumulative_counts();
        let ends = BUCKETS_MS.iter().map(|end| format!("{}.{:03}", end / 1000, end % 1000));
        for (end, count) in ends.chain(["+Inf".to_owned()]).zip(counts) {
            self.line(&format!("{name}_bucket"), &[("le", &end)], count);
        }
        self.line(
            &format!("{name}_sum"),
            &[],
            request_metrics.total_duration().as_secs_f64(),
        );
        self.line(&format!("{name}_count"), &[], counts[BUCKETS_MS.len()]);
    }

    fn database(&mut self, db: &Db, up: bool) {
        let help = "1 if the database responds, 0 if not.";
        self.single("pocketshop_database_up", "gauge", help, u8::from(up));
        let help = "Number of SQL statements of requests and timers.";
        self.single("pocketshop_database_statements_total", "counter", help, db.queries());
        let name = "pocketshop_database_connections";
        self.describe(name, "gauge", "Connections of each pool: in use, and the maximum.");
        for pool in db.pools() {
            self.line(name, &[("pool", pool.name), ("state", "in_use")], pool.in_use);
            self.line(name, &[("pool", pool.name), ("state", "max")], pool.max);
        }
    }

    fn backlog(&mut self, backlog: &Backlog) {
        let name = "pocketshop_jobs";
        self.describe(name, "gauge", "Jobs in the queue, by kind and state.");
        for kind in &backlog.kinds {
            for (state, count) in [
                ("waiting", kind.waiting),
                ("running", kind.running),
                ("dead", kind.dead),
            ] {
                self.line(name, &[("kind", &kind.kind), ("state", state)], count);
            }
        }
        let help = "Waiting time of the oldest due job.";
        let seconds = backlog.oldest.num_milliseconds();
        let seconds = format!("{}.{:03}", seconds / 1000, seconds % 1000);
        self.single("pocketshop_jobs_oldest_due_seconds", "gauge", help, seconds);
    }

    fn job_attempts(&mut self, job_metrics: &JobMetrics) {
        let name = "pocketshop_job_attempts_total";
        self.describe(
            name,
            "counter",
            "Number of attempts at jobs in this process, by kind and result.",
        );
        for (kind, counts) in job_metrics.kinds() {
            self.line(name, &[("kind", &kind), ("result", "succeeded")], counts.succeeded);
            self.line(name, &[("kind", &kind), ("result", "failed")], counts.failed);
        }
    }

    fn process(&mut self, started: Instant) {
        let help = "Time since the start of this process.";
        let uptime = started.elapsed().as_secs();
        self.single("pocketshop_uptime_seconds", "gauge", help, uptime);
        if let Some(bytes) = resident_memory() {
            let help = "Resident memory of this process.";
            self.single("process_resident_memory_bytes", "gauge", help, bytes);
        }
    }
}

/// Resident memory in bytes. None on systems without `/proc`.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_values_are_escaped() {
        let mut text = MetricsText::default();
        text.line("jobs", &[("kind", "a\"b\\c\nd")], 1);
        assert_eq!(text.0, "jobs{kind=\"a\\\"b\\\\c\\nd\"} 1\n");
    }
}
