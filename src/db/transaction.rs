//! Transactions: begin, then commit or roll back, and retry after a conflict.

use std::time::Duration;

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::Conn;
use crate::error::{Error, Result};

/// How often a transaction is tried in all when it conflicts with others.
const MAX_ATTEMPTS: u32 = 4;

/// Runs `work` in a transaction, and again after a conflict with another transaction.
pub fn in_transaction<T>(conn: &mut Conn, work: &dyn Fn(&mut Conn) -> Result<T>) -> Result<T> {
    let mut attempts = 1;
    loop {
        match attempt(conn, work) {
            Err(error) if attempts < MAX_ATTEMPTS && is_conflict(&error) => {
                let jitter = u64::from(getrandom::u32().unwrap_or(0) % 20);
                std::thread::sleep(Duration::from_millis(jitter * u64::from(attempts)));
                attempts += 1;
            }
            result => return result,
        }
    }
}

/// Runs `work` in a read-only transaction that sees the database as it is at one moment.
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
    let result = work(conn);
    <Conn as Connection>::TransactionManager::rollback_transaction(conn)?;
    if let Conn::Sqlite(sqlite) = conn {
        sqlite.batch_execute("PRAGMA query_only = OFF")?;
    }
    result
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
                tracing::error!(%rollback, "a transaction could not be rolled back");
            }
            Err(error)
        }
    }
}

/// Whether another transaction caused this error, so that a retry may succeed. This includes a unique key that another one
/// inserted in the meantime: the retry reads that row.
///
/// Diesel has no error kinds for SQLite's BUSY and PostgreSQL's deadlock (40P01), so these are recognized by their messages.
fn is_conflict(error: &Error) -> bool {
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

    fn database_error(kind: DatabaseErrorKind, message: &str) -> Error {
        DieselError::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn conflicts_are_distinguished_from_other_errors() {
        for message in [
            "database is locked",
            "database table is locked: orders",
            "deadlock detected",
        ] {
            assert!(
                is_conflict(&database_error(DatabaseErrorKind::Unknown, message)),
                "{message}"
            );
        }
        assert!(is_conflict(&database_error(
            DatabaseErrorKind::SerializationFailure,
            "could not serialize access"
        )));
        assert!(is_conflict(&database_error(
            DatabaseErrorKind::UniqueViolation,
            "UNIQUE constraint failed"
        )));
        assert!(!is_conflict(&database_error(
            DatabaseErrorKind::CheckViolation,
            "CHECK constraint failed"
        )));
        assert!(!is_conflict(&Error::NotFound));
    }
}
