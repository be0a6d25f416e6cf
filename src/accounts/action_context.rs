//! The context of a change to an account: where it comes from, when it happens, and where its emails go.

use chrono::NaiveDateTime;

use super::security_event::{EventKind, NewSecurityEvent, SecurityEvent};
use super::sessions::origin::Origin;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::mail::{Email, Outbox};

/// Where a change of an account comes from and when it happens, and the outbox for the emails about it.
#[derive(Clone)]
pub struct ActionContext {
    pub outbox: Outbox,
    pub origin: Origin,
    pub now: NaiveDateTime,
}

impl ActionContext {
    /// Records a security event without details. `None` is an unknown user.
    pub fn record(&self, conn: &mut Conn, user: impl Into<Option<UserId>>, kind: EventKind) -> Result<()> {
        SecurityEvent::record(conn, user, kind, &self.origin, self.now)
    }

    /// Records a security event. `detail` must not hold a secret or a personal address.
    pub fn record_detail(&self, conn: &mut Conn, user: UserId, kind: EventKind, detail: &str) -> Result<()> {
        NewSecurityEvent::new(Some(user), kind, &self.origin, self.now)
            .with_detail(detail)
            .insert(conn)
    }

    /// Queues an email. It is sent after the transaction of `conn` commits.
    pub fn send(&self, conn: &mut Conn, to: &str, email: &Email) -> Result<()> {
        self.outbox.enqueue(conn, to, email, self.now)?;
        Ok(())
    }

    /// The absolute address of one of our pages.
    pub fn link(&self, path_and_query: &str) -> String {
        self.outbox.link(path_and_query)
    }
}
