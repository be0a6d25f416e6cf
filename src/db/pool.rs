//! A pool of connections, and the queue for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use diesel::Connection;
use diesel::connection::{InstrumentationEvent, SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, PooledConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Conn, Location};
use crate::error::{Error, Result};

/// The sizes of the pools, and how long a request waits for a connection before it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSettings {
    /// Connections to SQLite that read. One more writes.
    pub sqlite_readers: u32,
    /// Connections to PostgreSQL, which read and write.
    pub postgres_connections: u32,
    pub timeout: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            sqlite_readers: 4,
            postgres_connections: 10,
            timeout: Duration::from_secs(2),
        }
    }
}

#[expect(clippy::disallowed_types, reason = "the one place where connections are pooled")]
pub(super) struct Pool {
    connections: diesel::r2d2::Pool<Manager>,
    /// Requests wait here without a thread, so that a queue of writers never delays a reader. A permit is held until the
    /// work is done, even when the visitor has disconnected.
    permits: Arc<Semaphore>,
    size: u32,
    timeout: Duration,
}

impl Pool {
    #[expect(clippy::disallowed_types, reason = "the one place where connections are pooled")]
    pub(super) fn new(
        location: Location,
        size: u32,
        timeout: Duration,
        queries: &Arc<AtomicU64>,
    ) -> anyhow::Result<Self> {
        let check = matches!(location, Location::Postgres(_));
        let manager = Manager {
            location,
            queries: queries.clone(),
        };
        let connections = diesel::r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(timeout)
            .test_on_check_out(check)
            .build(manager)
            .context("the database could not be reached")?;
        Ok(Self {
            connections,
            permits: Arc::new(Semaphore::new(size as usize)),
            size,
            timeout,
        })
    }

    /// Waits for the right to use a connection.
    ///
    /// # Errors
    /// `Unavailable` after the timeout.
    pub(super) async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        match tokio::time::timeout(self.timeout, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(busy()),
        }
    }

    pub(super) fn usage(&self, name: &'static str) -> PoolUsage {
        let free = u32::try_from(self.permits.available_permits()).unwrap_or(u32::MAX);
        PoolUsage {
            name,
            in_use: self.size.saturating_sub(free),
            max: self.size,
        }
    }

    pub(super) fn connection(&self) -> Result<PooledConnection<Manager>> {
        self.connections.get().map_err(|error| {
            tracing::error!(%error, "no database connection");
            busy()
        })
    }
}

/// How many connections of a pool are in use, and how many there can be.
#[derive(Debug, Clone, Copy)]
pub struct PoolUsage {
    pub name: &'static str,
    pub in_use: u32,
    pub max: u32,
}

fn busy() -> Error {
    Error::Unavailable("PocketShop is very busy right now. Please try again in a moment.".into())
}

pub(super) struct Manager {
    location: Location,
    queries: Arc<AtomicU64>,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut conn = self.location.connect().map_err(diesel::r2d2::Error::ConnectionError)?;
        let queries = self.queries.clone();
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { .. } = event {
                queries.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        match conn {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(pg) => {
                let alive = pg.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError);
                // The pool's own check is not a statement of a page.
                self.queries.fetch_sub(1, Ordering::Relaxed);
                alive
            }
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        let depth = <Conn as Connection>::TransactionManager::transaction_manager_status_mut(conn);
        std::thread::panicking() || !matches!(depth.transaction_depth(), Ok(None))
    }
}
