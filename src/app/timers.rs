//! What is done every minute and every hour, and by `pocketshop sweep` at once.

use std::time::Duration;

use chrono::NaiveDateTime;

use super::now;
use crate::accounts::{Hasher, User, tidy as accounts_tidy};
use crate::checkout::{self, Till};
use crate::config::{Config, Payments};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::images::{self, Pictures};
use crate::mail::Outbox;
use crate::payments::Gateway;
use crate::seal::Vault;
use crate::{carts, jobs};

const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);
const SETTLE_EVERY: Duration = Duration::from_secs(60);

/// What pays and gives back, with the provider of the settings.
pub fn till(config: &Config, db: Db) -> anyhow::Result<Till> {
    let gateway = match config.payments {
        Payments::Mock | Payments::MockByDefault => Gateway::mock(&config.data, config.payment_timeout)?,
    };
    let outbox = Outbox::new(config, Vault::new(&config.secret_keys));
    Ok(Till { db, gateway, outbox })
}

/// `pocketshop sweep`: at once what the timers do, as if it were that time.
pub fn sweep_now(config: &Config, at: Option<NaiveDateTime>) -> anyhow::Result<String> {
    let at = at.unwrap_or_else(now);
    actix_web::rt::System::new().block_on(async move {
        let db = Db::open(&config.database, config.pools)?;
        let swept = till(config, db.clone())?.sweep(at).await?;
        db.note(move |conn| sweep(conn, at)).await?;
        db.close();
        Ok(format!(
            "Payments that succeeded: {}, that failed: {}; refunds: {}; shipments counted as delivered: {}.",
            swept.paid, swept.failed, swept.refunded, swept.delivered
        ))
    })
}

/// Every minute: what was cut off between us and the provider is finished.
pub(super) async fn settle(till: Till) {
    loop {
        actix_web::rt::time::sleep(SETTLE_EVERY).await;
        if let Err(error) = till.sweep(now()).await {
            tracing::warn!(%error, "open payments could not be settled");
        }
    }
}

/// Takes away what has run out.
pub(super) fn sweep(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    accounts_tidy(conn, now)?;
    carts::tidy(conn, now)?;
    checkout::tidy(conn, now)?;
    jobs::tidy(conn, now)?;
    images::tidy(conn, now)?;
    Ok(())
}

/// Every hour: sweeps, and asks what the dearest imported password still costs. Pictures that nothing names go at the
/// start, too.
pub(super) async fn tidy(db: Db, hasher: Hasher, pictures: Pictures) {
    loop {
        if let Err(error) = pictures.sweep(&db, now()).await {
            tracing::warn!(%error, "the pictures could not be swept");
        }
        actix_web::rt::time::sleep(TIDY_EVERY).await;
        if let Err(error) = db.note(|conn| sweep(conn, now())).await {
            tracing::warn!(%error, "what ran out could not be taken away");
        }
        match db.read(User::dearest_rounds).await {
            Ok(rounds) => hasher.expect_rounds(rounds),
            Err(error) => tracing::warn!(%error, "the imported passwords could not be looked through"),
        }
    }
}
