//! Timers: settle payments every minute, delete expired data every hour. `pocketshop sweep` runs both at once.

use std::time::Duration;

use chrono::NaiveDateTime;

use crate::accounts::{self, Hasher, User};
use crate::checkout::{self, PaymentProcessor};
use crate::clock::now;
use crate::config::{Config, Payments};
use crate::crypto::Cipher;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::images::{self, Pictures};
use crate::mail::Outbox;
use crate::payments::PaymentProvider;
use crate::{carts, jobs};

const PURGE_INTERVAL: Duration = Duration::from_secs(60 * 60);
const SETTLE_INTERVAL: Duration = Duration::from_secs(60);

/// The payment processor with the provider of the settings.
pub fn processor(config: &Config, db: Db) -> anyhow::Result<PaymentProcessor> {
    let provider = match config.payments {
        Payments::Mock | Payments::MockByDefault => PaymentProvider::mock(&config.data, config.payment_timeout)?,
    };
    let outbox = Outbox::new(config, Cipher::new(&config.secret_keys));
    Ok(PaymentProcessor { db, provider, outbox })
}

/// `pocketshop sweep`: runs all timers once, as if it were `at`.
pub fn sweep_now(config: &Config, at: Option<NaiveDateTime>) -> anyhow::Result<String> {
    let at = at.unwrap_or_else(now);
    actix_web::rt::System::new().block_on(async move {
        let db = Db::open(&config.database, config.pools)?;
        let swept = processor(config, db.clone())?.settle_open(at).await?;
        db.write_uncached(move |conn| purge_expired(conn, at)).await?;
        db.close();
        Ok(format!(
            "Payments that succeeded: {}, that failed: {}; refunds: {}; orders marked as delivered: {}.",
            swept.paid, swept.failed, swept.refunded, swept.delivered
        ))
    })
}

/// Every minute: settles payments and refunds that were interrupted.
pub(super) async fn settle_every_minute(processor: PaymentProcessor) {
    loop {
        actix_web::rt::time::sleep(SETTLE_INTERVAL).await;
        if let Err(error) = processor.settle_open(now()).await {
            tracing::warn!(%error, "could not settle open payments");
        }
    }
}

/// Deletes expired rows.
pub(super) fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    accounts::purge_expired(conn, now)?;
    carts::purge_expired(conn, now)?;
    checkout::purge_expired(conn, now)?;
    jobs::purge_expired(conn, now)?;
    images::purge_expired(conn, now)?;
    Ok(())
}

/// Every hour: deletes expired rows and unused pictures, and looks up the most expensive imported password hash. Unused
/// pictures are deleted at the start, too.
pub(super) async fn purge_every_hour(db: Db, hasher: Hasher, pictures: Pictures) {
    loop {
        if let Err(error) = pictures.purge_unused(&db, now()).await {
            tracing::warn!(%error, "could not delete unused pictures");
        }
        actix_web::rt::time::sleep(PURGE_INTERVAL).await;
        if let Err(error) = db.write_uncached(|conn| purge_expired(conn, now())).await {
            tracing::warn!(%error, "could not delete expired rows");
        }
        match db.read(User::max_django_rounds).await {
            Ok(rounds) => hasher.expect_rounds(rounds),
            Err(error) => tracing::warn!(%error, "could not read the imported password hashes"),
        }
    }
}
