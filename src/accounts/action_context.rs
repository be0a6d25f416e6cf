//! What a change of an account records and sends.

use chrono::NaiveDateTime;

use super::Origin;
use crate::mail::Outbox;

/// Where a change of an account comes from and when it happens, and the outbox for the emails about it.
#[derive(Clone)]
pub struct ActionContext {
    pub outbox: Outbox,
    pub origin: Origin,
    pub now: NaiveDateTime,
}
