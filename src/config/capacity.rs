//! The capacity: how many connections and threads the market uses.

use std::ops::RangeInclusive;
use std::time::Duration;

use clap::Args;

use super::ConfigErrors;
use crate::db::PoolSettings;

/// How many threads do work that would delay the threads that serve requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadCounts {
    /// Threads that wait for the database or the disk, for each thread that serves requests. A few more than there are
    /// connections is enough.
    pub blocking: usize,
    /// Threads for all jobs except pictures, such as emails.
    pub email: usize,
    /// Threads that resize pictures and delete them.
    pub picture: usize,
}

impl Default for ThreadCounts {
    fn default() -> Self {
        Self {
            blocking: 16,
            email: 1,
            picture: 1,
        }
    }
}

/// Connections and threads as text.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections and threads")]
pub struct CapacitySettings {
    /// Connections that read from SQLite; one more writes [default: 4]
    #[arg(long, env = "POCKETSHOP_SQLITE_READERS", value_name = "NUMBER")]
    pub sqlite_readers: Option<String>,
    /// Connections to PostgreSQL for requests; each thread for jobs has one more [default: 10]
    #[arg(long, env = "POCKETSHOP_POSTGRES_CONNECTIONS", value_name = "NUMBER")]
    pub postgres_connections: Option<String>,
    /// Longest wait of a request for a connection, in seconds; then the page says "very busy" [default: 2]
    #[arg(long, env = "POCKETSHOP_POOL_TIMEOUT", value_name = "SECONDS")]
    pub pool_timeout: Option<String>,
    /// Threads that wait for the database and the disk, for each worker [default: 16]
    #[arg(long, env = "POCKETSHOP_BLOCKING_THREADS", value_name = "NUMBER")]
    pub blocking_threads: Option<String>,
    /// Threads for all jobs except pictures, such as emails [default: 1]
    #[arg(long, env = "POCKETSHOP_EMAIL_THREADS", value_name = "NUMBER")]
    pub email_threads: Option<String>,
    /// Threads that resize pictures; each keeps about one core busy while it works [default: 1]
    #[arg(long, env = "POCKETSHOP_PICTURE_THREADS", value_name = "NUMBER")]
    pub picture_threads: Option<String>,
}

impl CapacitySettings {
    pub(super) fn pools(&self, errors: &mut ConfigErrors) -> PoolSettings {
        let default = PoolSettings::default();
        let mut number = |name, input: &Option<String>, range| number(name, input.as_deref(), range, errors);
        PoolSettings {
            sqlite_readers: number("POCKETSHOP_SQLITE_READERS", &self.sqlite_readers, 1..=64)
                .unwrap_or(default.sqlite_readers),
            postgres_connections: number("POCKETSHOP_POSTGRES_CONNECTIONS", &self.postgres_connections, 1..=500)
                .unwrap_or(default.postgres_connections),
            timeout: number("POCKETSHOP_POOL_TIMEOUT", &self.pool_timeout, 1..=30)
                .map_or(default.timeout, |seconds| Duration::from_secs(seconds.into())),
        }
    }

    pub(super) fn threads(&self, errors: &mut ConfigErrors) -> ThreadCounts {
        let default = ThreadCounts::default();
        let mut number = |name, input: &Option<String>, range, default| {
            number(name, input.as_deref(), range, errors).map_or(default, |number| number as usize)
        };
        ThreadCounts {
            blocking: number(
                "POCKETSHOP_BLOCKING_THREADS",
                &self.blocking_threads,
                1..=512,
                default.blocking,
            ),
            email: number("POCKETSHOP_EMAIL_THREADS", &self.email_threads, 1..=16, default.email),
            picture: number(
                "POCKETSHOP_PICTURE_THREADS",
                &self.picture_threads,
                1..=16,
                default.picture,
            ),
        }
    }
}

/// A whole number in a range. None if the setting is missing or wrong.
pub(super) fn number(
    name: &str,
    input: Option<&str>,
    range: RangeInclusive<u32>,
    errors: &mut ConfigErrors,
) -> Option<u32> {
    let input = input?;
    let number = input.parse().ok().filter(|number| range.contains(number));
    if number.is_none() {
        errors.0.push(format!(
            "{name} \"{input}\" is not a number from {} to {}",
            range.start(),
            range.end()
        ));
    }
    number
}
