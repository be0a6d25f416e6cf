//! The database: SQLite or PostgreSQL behind one connection type, connection pools, the query cache and migrations.

use std::any::Any;
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
mod paging;
mod pool;
mod transaction;

use cache::QueryCache;
pub use connection::{Conn, Location};
pub use cursor::Cursor;
pub use migrations::{MIGRATIONS, is_current, migrate};
pub use one_of::one_of;
pub use paging::{next_page, page_limit};
use pool::Pool;
pub use pool::{PoolSettings, PoolUsage};
pub use transaction::{in_snapshot, in_transaction};

diesel::define_sql_function! {
    /// SQL's `lower`. It knows other letters than Rust's `to_lowercase`, and the unique indexes use it.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// The market's database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    readers: Pool,
    /// SQLite has a single writer, with a queue of its own. PostgreSQL writes through `readers`.
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

    /// Runs `work` on a connection, on a thread that may block.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let result = self.read_any(Box::new(|conn| work(conn).map(boxed))).await?;
        unboxed(result)
    }

    async fn read_any(&self, work: Box<dyn FnOnce(&mut Conn) -> AnyResult + Send>) -> AnyResult {
        let permit = self.0.readers.permit().await?;
        let db = self.0.clone();
        on_blocking_thread(move || {
            let result = work(&mut *db.readers.connection()?);
            drop(permit);
            result
        })
        .await
    }

    /// Like `read`, but returns the cached result of this name if there is one, and caches the result until the next
    /// write. Only for results that are the same for every visitor.
    ///
    /// The name must contain everything that `work` depends on.
    pub async fn read_cached<T, F>(&self, name: String, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Clone + Send + 'static,
    {
        if let Some(value) = self.0.cache.get(&name) {
            return Ok(value);
        }
        let db = self.clone();
        self.read(move |conn| db.read_cached_on(conn, name, work)).await
    }

    /// Like `read_cached`, on a connection that the caller has already.
    pub fn read_cached_on<T, F>(&self, conn: &mut Conn, name: String, work: F) -> Result<T>
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

    /// Runs `work` in a transaction: committed on `Ok`, rolled back on `Err`, retried after a conflict with another one.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.commit(work, |db| db.cache.invalidate()).await
    }

    /// Like `write`, but the cached results stay valid. Only for data that no cached query reads.
    pub async fn write_uncached<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.commit(work, |_| ()).await
    }

    /// `after` also runs after an error, because a commit may have succeeded although its confirmation was lost, and when the
    /// caller no longer waits.
    async fn commit<T, F>(&self, work: F, after: fn(&Inner)) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let work = move |conn: &mut Conn| work(conn).map(boxed);
        let result = self.commit_any(Box::new(work), after).await?;
        unboxed(result)
    }

    async fn commit_any(&self, work: Box<dyn Fn(&mut Conn) -> AnyResult + Send>, after: fn(&Inner)) -> AnyResult {
        let permit = self.0.writers().permit().await?;
        let db = self.0.clone();
        on_blocking_thread(move || {
            let result = in_transaction(&mut *db.writers().connection()?, &work);
            after(&db);
            drop(permit);
            result
        })
        .await
    }

    /// The number of statements so far.
    pub fn queries(&self) -> u64 {
        self.0.queries.load(Ordering::Relaxed)
    }

    /// The usage of each pool: `readers` and `writer` with SQLite, `all` with PostgreSQL.
    pub fn pools(&self) -> Vec<PoolUsage> {
        let readers = if self.0.writer.is_some() { "readers" } else { "all" };
        let writer = self.0.writer.iter().map(|pool| pool.usage("writer"));
        [self.0.readers.usage(readers)].into_iter().chain(writer).collect()
    }

    /// Moves SQLite's write-ahead log into the database file. Call it when everything has stopped.
    pub fn close(&self) {
        if let Some(writer) = &self.0.writer
            && let Ok(mut conn) = writer.connection()
            && let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(%error, "the write-ahead log could not be moved into the database file");
        }
    }
}

impl Inner {
    fn writers(&self) -> &Pool {
        self.writer.as_ref().unwrap_or(&self.readers)
    }
}

/// The result of some work. Its type is erased, so that the code around the work is compiled once, and not for every query.
type AnyResult = Result<Box<dyn Any + Send>>;

fn boxed<T: Send + 'static>(value: T) -> Box<dyn Any + Send> {
    Box::new(value)
}

fn unboxed<T: 'static>(value: Box<dyn Any + Send>) -> Result<T> {
    let value = value.downcast().map(|value| *value);
    value.map_err(|_| Error::Internal(anyhow::anyhow!("a database operation returned another type")))
}

async fn on_blocking_thread(work: impl FnOnce() -> AnyResult + Send + 'static) -> AnyResult {
    web::block(work)
        .await
        .map_err(|error| Error::internal(error, "a database operation was interrupted"))?
}
