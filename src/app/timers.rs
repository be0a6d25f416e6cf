//! What is done every minute and every hour, and by `pocketshop sweep` at once.

use std::time::Duration;

use chrono::{NaiveDateTime, SubsecRound};

use crate::accounts::{Hasher, User, purge_expired as accounts_tidy};
use crate::checkout::{self, PaymentProcessor};
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

/// What pays and gives back, with the provider of the settings.
pub fn processor(config: &Config, db: Db) -> anyhow::Result<PaymentProcessor> {
    let provider = match config.payments {
        Payments::Mock | Payments::MockByDefault => PaymentProvider::mock(&config.data, config.payment_timeout)?,
    };
    let outbox = Outbox::new(config, Cipher::new(&config.secret_keys));
    Ok(PaymentProcessor { db, provider, outbox })
}

/// `pocketshop sweep`: at once what the timers do, as if it were that time.
pub fn sweep_now(config: &Config, at: Option<NaiveDateTime>) -> anyhow::Result<String> {
    let at = at.unwrap_or_else(now);
    actix_web::rt::System::new().block_on(async move {
        let db = Db::open(&config.database, config.pools)?;
        let swept = processor(config, db.clone())?.settle_open(at).await?;
        db.write_uncached(move |conn| sweep(conn, at)).await?;
        db.close();
        Ok(format!(
            "Payments that succeeded: {}, that failed: {}; refunds: {}; shipments counted as delivered: {}.",
            swept.paid, swept.failed, swept.refunded, swept.delivered
        ))
    })
}

/// Every minute: what was cut off between us and the provider is finished.
pub(super) async fn settle(processor: PaymentProcessor) {
    loop {
        actix_web::rt::time::sleep(SETTLE_INTERVAL).await;
        if let Err(error) = processor.settle_open(now()).await {
            tracing::warn!(%error, "open payments could not be settled");
        }
    }
}

/// Takes away what has run out.
pub(super) fn sweep(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    accounts_tidy(conn, now)?;
    carts::purge_expired(conn, now)?;
    checkout::purge_expired(conn, now)?;
    jobs::purge_expired(conn, now)?;
    images::purge_expired(conn, now)?;
    Ok(())
}

/// Every hour: sweeps, and asks what the dearest imported password still costs. Pictures that nothing names go at the
/// start, too.
pub(super) async fn purge_expired(db: Db, hasher: Hasher, pictures: Pictures) {
    loop {
        if let Err(error) = pictures.sweep(&db, now()).await {
            tracing::warn!(%error, "the pictures could not be swept");
        }
        actix_web::rt::time::sleep(PURGE_INTERVAL).await;
        if let Err(error) = db.write_uncached(|conn| sweep(conn, now())).await {
            tracing::warn!(%error, "what ran out could not be taken away");
        }
        match db.read(User::max_django_rounds).await {
            Ok(rounds) => hasher.expect_rounds(rounds),
            Err(error) => tracing::warn!(%error, "the imported passwords could not be looked through"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "where a start gets its time")]
pub(super) fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}
