//! The mock provider's own books: a file of its own, written outside our transactions as another company's would be.
//! Every entry is on the disk before it is told of, several programs may share the file, and nothing happens twice.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::charge::{PaymentRequest, PaymentResult, REFUSED};
use crate::money::Money;

/// The books, in the data folder.
const FILE: &str = "mockpay.db";

diesel::table! {
    charges (intent) {
        intent -> Text,
        amount -> BigInt,
        currency -> Text,
        // Empty: it went through.
        failure -> Text,
        refunded -> BigInt,
    }
}

diesel::table! {
    refunds (reference) {
        reference -> Text,
        intent -> Text,
        amount -> BigInt,
    }
}

/// What the books say of an intent.
#[derive(Debug, Clone, Queryable)]
pub struct MockBookEntry {
    pub intent: String,
    pub amount: Money,
    pub currency: String,
    failure: String,
    pub refunded: Money,
}

impl MockBookEntry {
    /// The money was taken.
    pub fn captured(&self) -> bool {
        self.failure.is_empty()
    }
}

#[derive(Clone)]
pub struct MockBooks(Arc<Mutex<SqliteConnection>>);

impl MockBooks {
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let opened = || -> anyhow::Result<SqliteConnection> {
            let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
            conn.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
            conn.batch_execute(
                "CREATE TABLE IF NOT EXISTS charges (
                     intent TEXT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL, currency TEXT NOT NULL,
                     failure TEXT NOT NULL, refunded BIGINT NOT NULL CHECK (refunded BETWEEN 0 AND amount));
                 CREATE TABLE IF NOT EXISTS refunds (
                     reference TEXT NOT NULL PRIMARY KEY, intent TEXT NOT NULL REFERENCES charges (intent),
                     amount BIGINT NOT NULL);",
            )?;
            Ok(conn)
        };
        let conn = opened().with_context(|| format!("{} cannot be opened", path.display()))?;
        Ok(Self(Arc::new(Mutex::new(conn))))
    }

    /// All that is in the books of this folder; nothing where there are none.
    pub fn entries(folder: &Path) -> anyhow::Result<Vec<MockBookEntry>> {
        if !folder.join(FILE).exists() {
            return Ok(Vec::new());
        }
        Self::open(folder)?.entry(|conn| Ok(charges::table.order(charges::intent).load(conn)?))
    }

    /// Charges, or fails to for a reason; an intent that is known stays what it was.
    pub fn charge(&self, intent: &PaymentRequest, failure: &str) -> anyhow::Result<PaymentResult> {
        self.entry(|conn| {
            if let Some(known) = find(conn, &intent.id)? {
                return Ok(known);
            }
            diesel::insert_into(charges::table)
                .values((
                    charges::intent.eq(&intent.id),
                    charges::amount.eq(intent.amount),
                    charges::currency.eq(&intent.currency),
                    charges::failure.eq(failure),
                    charges::refunded.eq(0),
                ))
                .execute(conn)?;
            Ok(charge(failure))
        })
    }

    /// What became of an intent; none when nothing did.
    pub fn find(&self, intent: &str) -> anyhow::Result<Option<PaymentResult>> {
        self.entry(|conn| find(conn, intent))
    }

    /// Gives back part of a charge; once for each reference, and never more than was paid.
    pub fn refund(&self, intent: &str, reference: &str, amount: Money) -> anyhow::Result<()> {
        self.entry(|conn| {
            let known = refunds::table.filter(refunds::reference.eq(reference));
            if known.count().get_result::<i64>(conn)? > 0 {
                return Ok(());
            }
            let paid = charges::table
                .find(intent)
                .filter(charges::failure.eq(""))
                .filter((charges::refunded + amount.0).le(charges::amount));
            let taken = diesel::update(paid)
                .set(charges::refunded.eq(charges::refunded + amount.0))
                .execute(conn)?;
            anyhow::ensure!(taken == 1, "mockpay has no such payment, or less of it is left");
            diesel::insert_into(refunds::table)
                .values((
                    refunds::reference.eq(reference),
                    refunds::intent.eq(intent),
                    refunds::amount.eq(amount),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn entry<T>(&self, work: impl Fn(&mut SqliteConnection) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut conn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        conn.immediate_transaction(work)
    }
}

fn find(conn: &mut SqliteConnection, intent: &str) -> anyhow::Result<Option<PaymentResult>> {
    let failure: Option<String> = charges::table
        .find(intent)
        .select(charges::failure)
        .first(conn)
        .optional()?;
    Ok(failure.map(|failure| charge(&failure)))
}

fn charge(failure: &str) -> PaymentResult {
    if failure.is_empty() {
        PaymentResult::Succeeded
    } else {
        PaymentResult::Failed(if failure == "void" {
            REFUSED.to_owned()
        } else {
            failure.to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(id: &str) -> PaymentRequest {
        PaymentRequest {
            id: id.to_owned(),
            amount: Money(1_000),
            currency: "USD".to_owned(),
        }
    }

    #[test]
    fn an_intent_happens_once_and_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (
            MockBooks::open(folder.path()).unwrap(),
            MockBooks::open(folder.path()).unwrap(),
        );
        assert_eq!(one.find("a").unwrap(), None);
        assert_eq!(one.charge(&intent("a"), "").unwrap(), PaymentResult::Succeeded);
        assert_eq!(other.charge(&intent("a"), "no").unwrap(), PaymentResult::Succeeded);
        assert_eq!(other.find("a").unwrap(), Some(PaymentResult::Succeeded));
        // What was called off stays so, however late the charge comes.
        assert!(matches!(
            one.charge(&intent("b"), "void").unwrap(),
            PaymentResult::Failed(_)
        ));
        assert!(matches!(
            other.charge(&intent("b"), "").unwrap(),
            PaymentResult::Failed(_)
        ));
    }

    #[test]
    fn no_more_is_given_back_than_was_paid() {
        let folder = tempfile::tempdir().unwrap();
        let books = MockBooks::open(folder.path()).unwrap();
        books.charge(&intent("a"), "").unwrap();
        books.refund("a", "1", Money(600)).unwrap();
        books.refund("a", "1", Money(600)).unwrap();
        assert!(books.refund("a", "2", Money(600)).is_err());
        books.refund("a", "2", Money(400)).unwrap();
        assert!(books.refund("a", "3", Money(1)).is_err());
        assert!(books.refund("b", "4", Money(1)).is_err());
    }
}
