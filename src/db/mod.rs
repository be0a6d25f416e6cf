//! The database: one enum over SQLite and PostgreSQL, `Db::read`, `Db::write`, migrations.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::web;
use diesel::connection::SimpleConnection;

use crate::error::{Error, Result};

mod cache;
mod connection;
mod cursor;
mod migrations;
mod one_of;
mod pool;
mod transaction;

use cache::QueryCache;
pub use connection::{Conn, Location};
pub use cursor::Cursor;
pub use migrations::{MIGRATIONS, is_current, migrate};
pub use one_of::one_of;
use pool::Pool;
pub use pool::{PoolSettings, PoolUsage};
pub use transaction::{in_snapshot, in_transaction};

diesel::define_sql_function! {
    /// As the database lowers letters, which knows others than Rust.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// The market's database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    readers: Pool,
    /// SQLite has one writer, and those who wait for it stand in one queue; PostgreSQL writes through `readers`.
    writer: Option<Pool>,
    queries: Arc<AtomicU64>,
    cache: QueryCache,
}

impl Db {
    /// Brings the schema up to date and opens the pools.
    pub fn open(location: &Location, pools: PoolSettings) -> anyhow::Result<Self> {
        migrate(location)?;
        let queries = Arc::new(AtomicU64::new(0));
        let pool = |size| Pool::new(location.clone(), size, pools.timeout, &queries);
        let (readers, writer) = match location {
            Location::Sqlite(_) => (pool(pools.sqlite_readers)?, Some(pool(1)?)),
            Location::Postgres(_) => (pool(pools.postgres_connections)?, None),
        };
        Ok(Self(Arc::new(Inner {
            readers,
            writer,
            queries,
            cache: QueryCache::default(),
        })))
    }

    /// Runs `work` on a connection, off the async threads.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let place = self.0.readers.place().await?;
        let db = self.0.clone();
        off_thread(move || {
            let done = work(&mut *db.readers.connection()?);
            drop(place);
            done
        })
        .await
    }

    /// As `read`, but what came of it is kept under `name` until the next write, and handed to others who recall it.
    ///
    /// For what every visitor sees alike. The name says all that `work` depends on.
    pub async fn read_cached<T, F>(&self, name: String, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Clone + Send + 'static,
    {
        if let Some(value) = self.0.cache.get(&name) {
            return Ok(value);
        }
        let db = self.clone();
        self.read(move |conn| db.recall_on(conn, name, work)).await
    }

    /// As `read_cached`, on the connection that one has.
    pub fn recall_on<T, F>(&self, conn: &mut Conn, name: String, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T>,
        T: Clone + Send + 'static,
    {
        if let Some(value) = self.0.cache.get(&name) {
            return Ok(value);
        }
        let writes = self.0.cache.writes();
        let value = work(conn)?;
        self.0.cache.put(name, value.clone(), writes);
        Ok(value)
    }

    /// Runs `work` in a transaction: committed on `Ok`, undone on `Err`, tried again when it lost a race.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let cache = self.clone();
        self.commit(work, move || cache.0.cache.forget()).await
    }

    /// As `write`, for what no page shows to everyone: what is kept for `read_cached` stays.
    pub async fn write_uncached<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.commit(work, || ()).await
    }

    /// `after` runs even after an error (a commit whose answer got lost may have happened) and when nobody waits any more.
    async fn commit<T, F>(&self, work: F, after: impl FnOnce() + Send + 'static) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let place = self.0.writers().place().await?;
        let db = self.0.clone();
        off_thread(move || {
            let done = in_transaction(&mut *db.writers().connection()?, &work);
            after();
            drop(place);
            done
        })
        .await
    }

    /// How many statements have run so far.
    pub fn queries(&self) -> u64 {
        self.0.queries.load(Ordering::Relaxed)
    }

    /// How full the pools are: of one that serves both, of readers and of the writer.
    pub fn pools(&self) -> Vec<PoolUsage> {
        let readers = if self.0.writer.is_some() { "readers" } else { "all" };
        let writer = self.0.writer.iter().map(|pool| pool.usage("writer"));
        [self.0.readers.usage(readers)].into_iter().chain(writer).collect()
    }

    /// Folds what SQLite wrote ahead back into the database file; call it when everything has stopped.
    pub fn close(&self) {
        if let Some(writer) = &self.0.writer
            && let Ok(mut conn) = writer.connection()
            && let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(%error, "could not fold the write-ahead log into the database");
        }
    }
}

impl Inner {
    fn writers(&self) -> &Pool {
        self.writer.as_ref().unwrap_or(&self.readers)
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    web::block(work)
        .await
        .map_err(|error| Error::internal(error, "work on the database was cut short"))?
}
