//! The database: one enum over SQLite and PostgreSQL, `Db::read`, `Db::write`, migrations.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::web;
use anyhow::Context;
use diesel::connection::{AnsiTransactionManager, InstrumentationEvent, SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource};
use diesel::r2d2::{ManageConnection, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{Connection, ConnectionError, MultiConnection, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// How long a request waits for a connection before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a transaction that lost a race is tried in all.
const TRIES: u32 = 4;
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 10;
/// Any number that nobody else on the server takes as an advisory lock.
const MIGRATION_LOCK: i64 = 0x0050_6f63_6b65_7453;

#[derive(MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Where the data is.
#[derive(Clone)]
pub enum Location {
    Sqlite(PathBuf),
    /// A `postgres://` address; it may hold a password, so it is never printed.
    Postgres(String),
}

impl Location {
    /// A connection of its own, outside the pools.
    pub fn connect(&self) -> Result<Conn, ConnectionError> {
        match self {
            Self::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
                )
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Sqlite(conn))
            }
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                conn.batch_execute(
                    "SET statement_timeout = '10s'; SET lock_timeout = '5s';
                     SET idle_in_transaction_session_timeout = '30s'; SET client_min_messages = 'warning';",
                )
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// The market's database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    readers: Pool,
    /// SQLite has one writer, and those who wait for it stand in one queue; PostgreSQL writes through `readers`.
    writer: Option<Pool>,
    queries: Arc<AtomicU64>,
}

#[expect(clippy::disallowed_types, reason = "the one place where connections are pooled")]
struct Pool {
    connections: diesel::r2d2::Pool<Manager>,
    /// Waiting is done here, off the threads, so that a queue of writers never holds up a reader.
    places: Semaphore,
}

impl Db {
    /// Brings the schema up to date and opens the pools.
    pub fn open(location: &Location) -> anyhow::Result<Self> {
        migrate(location)?;
        let queries = Arc::new(AtomicU64::new(0));
        let pool = |size| Pool::new(location.clone(), size, &queries);
        let (readers, writer) = match location {
            Location::Sqlite(_) => (pool(SQLITE_READERS)?, Some(pool(1)?)),
            Location::Postgres(_) => (pool(POSTGRES_CONNECTIONS)?, None),
        };
        Ok(Self(Arc::new(Inner { readers, writer, queries })))
    }

    /// Runs `work` on a connection, off the async threads.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let place = self.0.readers.place().await?;
        let db = self.0.clone();
        let done = off_thread(move || work(&mut *db.readers.connection()?)).await;
        drop(place);
        done
    }

    /// Runs `work` in a transaction: committed on `Ok`, undone on `Err`, tried again when it lost a race.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let place = self.0.writers().place().await?;
        let db = self.0.clone();
        let done = off_thread(move || in_transaction(&mut *db.writers().connection()?, &work)).await;
        drop(place);
        done
    }

    /// How many statements have run so far.
    pub fn queries(&self) -> u64 {
        self.0.queries.load(Ordering::Relaxed)
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

impl Pool {
    #[expect(clippy::disallowed_types, reason = "the one place where connections are pooled")]
    fn new(location: Location, size: u32, queries: &Arc<AtomicU64>) -> anyhow::Result<Self> {
        let check = matches!(location, Location::Postgres(_));
        let manager = Manager { location, queries: queries.clone() };
        let connections = diesel::r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .test_on_check_out(check)
            .build(manager)
            .context("the database could not be reached")?;
        Ok(Self { connections, places: Semaphore::new(size as usize) })
    }

    async fn place(&self) -> Result<SemaphorePermit<'_>> {
        match tokio::time::timeout(PATIENCE, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(busy()),
        }
    }

    fn connection(&self) -> Result<PooledConnection<Manager>> {
        self.connections.get().map_err(|error| {
            tracing::error!(%error, "no database connection");
            busy()
        })
    }
}

fn busy() -> Error {
    Error::Unavailable("PocketShop is very busy right now. Please try again in a moment.".into())
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    web::block(work)
        .await
        .map_err(|error| Error::internal(error, "work on the database was cut short"))?
}

/// One whole transaction, tried again while it loses races.
pub fn in_transaction<T>(conn: &mut Conn, work: &dyn Fn(&mut Conn) -> Result<T>) -> Result<T> {
    let mut tries = 1;
    loop {
        match attempt(conn, work) {
            Err(error) if tries < TRIES && lost_a_race(&error) => {
                let jitter = u64::from(getrandom::u32().unwrap_or(0) % 20);
                std::thread::sleep(Duration::from_millis(jitter * u64::from(tries)));
                tries += 1;
            }
            done => return done,
        }
    }
}

fn attempt<T>(conn: &mut Conn, work: &dyn Fn(&mut Conn) -> Result<T>) -> Result<T> {
    type Manager = <Conn as Connection>::TransactionManager;
    match conn {
        // A plain BEGIN would take the write lock too late, and fail at once instead of waiting.
        Conn::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?,
        Conn::Postgres(_) => Manager::begin_transaction(conn)?,
    }
    match work(conn) {
        Ok(value) => {
            Manager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            if let Err(rollback) = Manager::rollback_transaction(conn) {
                tracing::error!(%rollback, "a transaction could not be undone");
            }
            Err(error)
        }
    }
}

/// Whether another transaction got in the way, so that trying again may help.
/// Diesel names only the first kind; SQLite's BUSY and PostgreSQL's 40P01 are told by their message.
fn lost_a_race(error: &Error) -> bool {
    let Error::Internal(source) = error else { return false };
    match source.downcast_ref::<DieselError>() {
        Some(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
        Some(DieselError::DatabaseError(_, info)) => {
            let message = info.message();
            message.contains("database is locked")
                || message.contains("database table is locked")
                || message.contains("deadlock detected")
        }
        _ => false,
    }
}

struct Manager {
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
        // Straight to PostgreSQL, so that the check is not counted as a page's query.
        match conn {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(pg) => pg.batch_execute("").map_err(diesel::r2d2::Error::QueryError),
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        let depth = <Conn as Connection>::TransactionManager::transaction_manager_status_mut(conn);
        std::thread::panicking() || !matches!(depth.transaction_depth(), Ok(None))
    }
}

/// Runs what migrations are missing, one process at a time, and returns their names.
///
/// # Errors
/// The database cannot be reached or written, or its schema is newer than this program.
pub fn migrate(location: &Location) -> anyhow::Result<Vec<String>> {
    let _turn = match location {
        Location::Sqlite(path) => Some(lock_beside(path)?),
        Location::Postgres(_) => None,
    };
    let mut conn = location.connect().context("the database could not be reached")?;
    match &mut conn {
        Conn::Sqlite(sqlite) => sqlite.batch_execute("PRAGMA foreign_keys = OFF")?,
        // Held until this connection closes.
        Conn::Postgres(pg) => pg.batch_execute(&format!(
            "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({MIGRATION_LOCK})"
        ))?,
    }
    if let Some(newer) = unknown_migration(&mut conn)? {
        anyhow::bail!("the database was made by a newer PocketShop (it has {newer}); run that version, or restore a backup");
    }
    let run: Vec<String> = conn
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| anyhow::anyhow!("a migration failed: {error}"))?
        .iter()
        .map(ToString::to_string)
        .collect();
    if let Conn::Sqlite(sqlite) = &mut conn
        && !run.is_empty()
    {
        check_references(sqlite)?;
    }
    Ok(run)
}

/// Whether every migration of this program has run.
pub fn is_current(conn: &mut Conn) -> Result<bool> {
    let pending = conn
        .has_pending_migration(MIGRATIONS)
        .map_err(|error| Error::Internal(anyhow::anyhow!("migrations could not be listed: {error}")))?;
    Ok(!pending)
}

fn unknown_migration(conn: &mut Conn) -> anyhow::Result<Option<String>> {
    let known: Vec<Box<dyn Migration<<Conn as Connection>::Backend>>> =
        MIGRATIONS.migrations().map_err(|error| anyhow::anyhow!("{error}"))?;
    let known: Vec<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(applied.into_iter().map(|version| version.to_string()).find(|version| !known.contains(version)))
}

fn check_references(sqlite: &mut SqliteConnection) -> anyhow::Result<()> {
    use diesel::{QueryableByName, RunQueryDsl, sql_query};
    #[derive(QueryableByName)]
    struct Broken {
        #[diesel(sql_type = diesel::sql_types::Text)]
        table: String,
    }
    // The DSL has no word for a pragma.
    let broken: Vec<Broken> = sql_query("SELECT \"table\" FROM pragma_foreign_key_check").load(sqlite)?;
    match broken.first() {
        None => Ok(()),
        Some(row) => anyhow::bail!("a migration left rows of {} that point nowhere; restore a backup", row.table),
    }
}

/// SQLite's own locks do not cover opening a fresh file in WAL mode, so processes take turns on a file beside it.
fn lock_beside(database: &Path) -> anyhow::Result<File> {
    let path = database.with_extension("lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    file.lock().with_context(|| format!("{} cannot be locked", path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: DatabaseErrorKind, message: &str) -> Error {
        DieselError::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn a_lost_race_is_told_from_a_mistake() {
        for message in ["database is locked", "database table is locked: orders", "deadlock detected"] {
            assert!(lost_a_race(&refused(DatabaseErrorKind::Unknown, message)), "{message}");
        }
        assert!(lost_a_race(&refused(DatabaseErrorKind::SerializationFailure, "could not serialize access")));
        assert!(!lost_a_race(&refused(DatabaseErrorKind::UniqueViolation, "UNIQUE constraint failed")));
        assert!(!lost_a_race(&Error::NotFound));
    }
}
