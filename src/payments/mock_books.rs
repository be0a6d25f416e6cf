//! The books of the mock provider: a separate SQLite file that is written outside our transactions, as another
//! company's books would be. An entry is on disk before a call returns. Several processes may share the file: each
//! payment is charged once, and each reference is refunded once.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::request::{CANCELED_MESSAGE, PaymentRequest, PaymentResult};
use crate::money::Money;

/// The name of the file in the data folder.
const FILE_NAME: &str = "mockpay.db";
/// The value of `charges.failure` for a canceled payment.
const CANCELED: &str = "void";

diesel::table! {
    charges (intent) {
        intent -> Text,
        amount -> BigInt,
        currency -> Text,
        // Empty if the charge succeeded.
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

/// A payment in the books.
#[derive(Debug, Clone, Queryable)]
pub struct MockBookEntry {
    pub intent: String,
    pub amount: Money,
    pub currency: String,
    failure: String,
    pub refunded: Money,
}

impl MockBookEntry {
    /// Whether money was taken.
    pub fn captured(&self) -> bool {
        self.failure.is_empty()
    }
}

#[derive(Clone)]
pub struct MockBooks(Arc<Mutex<SqliteConnection>>);

impl MockBooks {
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE_NAME);
        let connect = || -> anyhow::Result<SqliteConnection> {
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
        let conn = connect().with_context(|| format!("{} cannot be opened", path.display()))?;
        Ok(Self(Arc::new(Mutex::new(conn))))
    }

    /// All entries of the books in this folder; empty if there are no books.
    pub fn entries(folder: &Path) -> anyhow::Result<Vec<MockBookEntry>> {
        if !folder.join(FILE_NAME).exists() {
            return Ok(Vec::new());
        }
        Self::open(folder)?.atomically(|conn| Ok(charges::table.order(charges::intent).load(conn)?))
    }

    /// Records a charge, or its failure if `failure` is not empty. An earlier result of the payment does not change.
    pub fn charge(&self, request: &PaymentRequest, failure: &str) -> anyhow::Result<PaymentResult> {
        self.atomically(|conn| {
            if let Some(result) = status(conn, &request.id)? {
                return Ok(result);
            }
            diesel::insert_into(charges::table)
                .values((
                    charges::intent.eq(&request.id),
                    charges::amount.eq(request.amount),
                    charges::currency.eq(&request.currency),
                    charges::failure.eq(failure),
                    charges::refunded.eq(0),
                ))
                .execute(conn)?;
            Ok(to_result(failure))
        })
    }

    /// Records that a payment was canceled. An earlier result of the payment does not change.
    pub fn cancel(&self, request: &PaymentRequest) -> anyhow::Result<PaymentResult> {
        self.charge(request, CANCELED)
    }

    /// The result of a payment. None if the payment is not in the books.
    pub fn status(&self, id: &str) -> anyhow::Result<Option<PaymentResult>> {
        self.atomically(|conn| status(conn, id))
    }

    /// Refunds part of a charge: once per reference, and never more than was charged.
    pub fn refund(&self, id: &str, reference: &str, amount: Money) -> anyhow::Result<()> {
        self.atomically(|conn| {
            let same = refunds::table.filter(refunds::reference.eq(reference));
            if same.count().get_result::<i64>(conn)? > 0 {
                return Ok(());
            }
            let refundable = charges::table
                .find(id)
                .filter(charges::failure.eq(""))
                .filter((charges::refunded + amount.0).le(charges::amount));
            let updated = diesel::update(refundable)
                .set(charges::refunded.eq(charges::refunded + amount.0))
                .execute(conn)?;
            anyhow::ensure!(
                updated == 1,
                "mockpay has no such payment, or less than this amount is left to refund"
            );
            diesel::insert_into(refunds::table)
                .values((
                    refunds::reference.eq(reference),
                    refunds::intent.eq(id),
                    refunds::amount.eq(amount),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    /// Runs `work` in one transaction of the books.
    fn atomically<T>(&self, work: impl Fn(&mut SqliteConnection) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut conn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        conn.immediate_transaction(work)
    }
}

fn status(conn: &mut SqliteConnection, id: &str) -> anyhow::Result<Option<PaymentResult>> {
    let failure: Option<String> = charges::table
        .find(id)
        .select(charges::failure)
        .first(conn)
        .optional()?;
    Ok(failure.map(|failure| to_result(&failure)))
}

fn to_result(failure: &str) -> PaymentResult {
    match failure {
        "" => PaymentResult::Succeeded,
        CANCELED => PaymentResult::Failed(CANCELED_MESSAGE.to_owned()),
        message => PaymentResult::Failed(message.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(id: &str) -> PaymentRequest {
        PaymentRequest {
            id: id.to_owned(),
            amount: Money(1_000),
            currency: "USD".to_owned(),
        }
    }

    #[test]
    fn a_payment_is_charged_once_and_its_result_does_not_change() {
        let folder = tempfile::tempdir().unwrap();
        let first = MockBooks::open(folder.path()).unwrap();
        let second = MockBooks::open(folder.path()).unwrap();
        assert_eq!(first.status("a").unwrap(), None);
        assert_eq!(first.charge(&request("a"), "").unwrap(), PaymentResult::Succeeded);
        assert_eq!(second.charge(&request("a"), "no").unwrap(), PaymentResult::Succeeded);
        assert_eq!(second.status("a").unwrap(), Some(PaymentResult::Succeeded));
        // A canceled payment stays canceled, however late the charge comes.
        assert!(matches!(first.cancel(&request("b")).unwrap(), PaymentResult::Failed(_)));
        assert!(matches!(
            second.charge(&request("b"), "").unwrap(),
            PaymentResult::Failed(_)
        ));
    }

    #[test]
    fn no_more_is_refunded_than_was_charged() {
        let folder = tempfile::tempdir().unwrap();
        let books = MockBooks::open(folder.path()).unwrap();
        books.charge(&request("a"), "").unwrap();
        books.refund("a", "1", Money(600)).unwrap();
        books.refund("a", "1", Money(600)).unwrap();
        assert!(books.refund("a", "2", Money(600)).is_err());
        books.refund("a", "2", Money(400)).unwrap();
        assert!(books.refund("a", "3", Money(1)).is_err());
        assert!(books.refund("b", "4", Money(1)).is_err());
    }
}
