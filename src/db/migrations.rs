//! Migrations: the same files for both databases, run by one process at a time.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::{Connection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, Location};
use crate::error::{Error, Result};

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// The key of the advisory lock: a number that no other program on the server is likely to use.
const MIGRATION_LOCK: i64 = 0x0050_6f63_6b65_7453;

/// Runs the pending migrations and returns their names. Only one process at a time does this.
///
/// # Errors
/// The database cannot be reached or written, or its schema is newer than this program.
pub fn migrate(location: &Location) -> anyhow::Result<Vec<String>> {
    let _lock = match location {
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
        anyhow::bail!(
            "the database was made by a newer PocketShop (it has {newer}); run that version, or restore a backup"
        );
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
    let known: Vec<String> = known
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let applied = conn.applied_migrations().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(applied
        .into_iter()
        .map(|version| version.to_string())
        .find(|version| !known.contains(version)))
}

fn check_references(sqlite: &mut SqliteConnection) -> anyhow::Result<()> {
    use diesel::{QueryableByName, RunQueryDsl, sql_query};
    #[derive(QueryableByName)]
    struct BrokenReference {
        #[diesel(sql_type = diesel::sql_types::Text)]
        table: String,
    }
    // Diesel's query builder has no pragmas.
    let broken: Vec<BrokenReference> = sql_query("SELECT \"table\" FROM pragma_foreign_key_check").load(sqlite)?;
    match broken.first() {
        None => Ok(()),
        Some(row) => anyhow::bail!(
            "a migration left rows in {} whose foreign keys point to missing rows; restore a backup",
            row.table
        ),
    }
}

/// Locks a file beside the database. SQLite's own locks do not cover the creation of a database in WAL mode.
fn lock_beside(database: &Path) -> anyhow::Result<File> {
    let path = database.with_extension("lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    file.lock()
        .with_context(|| format!("{} cannot be locked", path.display()))?;
    Ok(file)
}
