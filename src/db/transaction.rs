//! What `Db::write` is made of: begin, commit or undo, and once more after a lost race.

use std::time::Duration;

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::Conn;
use crate::error::{Error, Result};

/// How often a transaction that lost a race is tried in all.
const TRIES: u32 = 4;

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

/// Reads that all see the database as it is at one moment, and cannot change it.
pub fn in_snapshot<T>(conn: &mut Conn, work: &dyn Fn(&mut Conn) -> Result<T>) -> Result<T> {
    match conn {
        Conn::Sqlite(sqlite) => {
            sqlite.batch_execute("PRAGMA query_only = ON")?;
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN")?;
        }
        Conn::Postgres(pg) => {
            AnsiTransactionManager::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
            pg.batch_execute("SET LOCAL statement_timeout = 0")?;
        }
    }
    let done = work(conn);
    <Conn as Connection>::TransactionManager::rollback_transaction(conn)?;
    if let Conn::Sqlite(sqlite) = conn {
        sqlite.batch_execute("PRAGMA query_only = OFF")?;
    }
    done
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

/// Whether another transaction got in the way, so that trying again may help: one that took a unique key meanwhile will
/// be seen when looking again.
/// Diesel names only the first kind; SQLite's BUSY and PostgreSQL's 40P01 are told by their message.
fn lost_a_race(error: &Error) -> bool {
    let Error::Internal(source) = error else { return false };
    match source.downcast_ref::<DieselError>() {
        Some(DieselError::DatabaseError(
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation,
            _,
        )) => true,
        Some(DieselError::DatabaseError(_, info)) => {
            let message = info.message();
            message.contains("database is locked")
                || message.contains("database table is locked")
                || message.contains("deadlock detected")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: DatabaseErrorKind, message: &str) -> Error {
        DieselError::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn a_lost_race_is_told_from_a_mistake() {
        for message in [
            "database is locked",
            "database table is locked: orders",
            "deadlock detected",
        ] {
            assert!(lost_a_race(&refused(DatabaseErrorKind::Unknown, message)), "{message}");
        }
        assert!(lost_a_race(&refused(
            DatabaseErrorKind::SerializationFailure,
            "could not serialize access"
        )));
        assert!(lost_a_race(&refused(
            DatabaseErrorKind::UniqueViolation,
            "UNIQUE constraint failed"
        )));
        assert!(!lost_a_race(&refused(
            DatabaseErrorKind::CheckViolation,
            "CHECK constraint failed"
        )));
        assert!(!lost_a_race(&Error::NotFound));
    }
}
