//! A connection to SQLite or PostgreSQL, and the location of the database.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::{Connection, ConnectionError, MultiConnection, PgConnection, SqliteConnection};

#[derive(MultiConnection)]
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// The location of the database.
#[derive(Clone)]
pub enum Location {
    Sqlite(PathBuf),
    /// A `postgres://` address; it may hold a password, so it is never printed.
    Postgres(String),
}

impl Location {
    /// Opens a connection outside the pools.
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
