//! Connections kept open, and the queue in front of them.

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

/// How many connections there are, and how long a request waits for one before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSettings {
    /// With SQLite, beside the one that writes.
    pub sqlite_readers: u32,
    /// With PostgreSQL, where all of them read and write.
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
    /// Waiting is done here, off the threads, so that a queue of writers never holds up a reader. A place is kept
    /// until the work is done, even when the visitor has left.
    places: Arc<Semaphore>,
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
            places: Arc::new(Semaphore::new(size as usize)),
            size,
            timeout,
        })
    }

    pub(super) async fn place(&self) -> Result<OwnedSemaphorePermit> {
        match tokio::time::timeout(self.timeout, self.places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(busy()),
        }
    }

    /// How full it is.
    pub(super) fn usage(&self, name: &'static str) -> PoolUsage {
        let free = u32::try_from(self.places.available_permits()).unwrap_or(u32::MAX);
        PoolUsage {
            name,
            in_use: self.size.saturating_sub(free),
            most: self.size,
        }
    }

    pub(super) fn connection(&self) -> Result<PooledConnection<Manager>> {
        self.connections.get().map_err(|error| {
            tracing::error!(%error, "no database connection");
            busy()
        })
    }
}

/// How many connections of a pool are in use.
#[derive(Debug, Clone, Copy)]
pub struct PoolUsage {
    pub name: &'static str,
    pub in_use: u32,
    pub most: u32,
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
                // Asked by us, not by a page.
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
