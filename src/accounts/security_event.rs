//! Security events: who did what to an account, when, and from where. Rows are only added while the account exists.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::sessions::origin::Origin;
use crate::db::{Conn, next_page, page_limit};
use crate::error::Result;
use crate::id::{EventId, UserId};
use crate::schema::security_events;
use crate::string_enum::string_enum;

/// Rows on a page of the history.
const PAGE_SIZE: usize = 50;

string_enum! {
    /// What happened to an account.
    EventKind {
        Registered = "registered",
        SignedIn = "signed-in",
        SignInFailed = "sign-in-failed",
        SignInSlowed = "sign-in-slowed",
        SignedOut = "signed-out",
        DeviceRevoked = "device-revoked",
        AllRevoked = "all-revoked",
        Confirmed = "confirmed",
        ConfirmFailed = "confirm-failed",
        ProfileChanged = "profile-changed",
        PasswordChanged = "password-changed",
        ResetAsked = "reset-asked",
        PasswordReset = "password-reset",
        EmailVerified = "email-verified",
        EmailChangeAsked = "email-change-asked",
        EmailChanged = "email-changed",
        EmailUndone = "email-undone",
        FactorOn = "factor-on",
        FactorOff = "factor-off",
        FactorFailed = "factor-failed",
        RecoveryRenewed = "recovery-renewed",
        RecoveryUsed = "recovery-used",
        BrowserTrusted = "browser-trusted",
        BrowserRevoked = "browser-revoked",
        AdminMade = "admin-made",
        Suspended = "suspended",
        Restored = "restored",
        DataDownloaded = "data-downloaded",
        DeletionPlanned = "deletion-planned",
        DeletionUndone = "deletion-undone",
        Deleted = "deleted",
        JobRetried = "job-retried",
        ShopOpened = "shop-opened",
        ShopClosed = "shop-closed",
    }
}

impl EventKind {
    /// The text on pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Registered => "Account created",
            Self::SignedIn => "Signed in",
            Self::SignInFailed => "Sign-in failed",
            Self::SignInSlowed => "Sign-ins slowed down after wrong passwords",
            Self::SignedOut => "Signed out",
            Self::DeviceRevoked => "A device was signed out",
            Self::AllRevoked => "Signed out everywhere",
            Self::Confirmed => "Password confirmed",
            Self::ConfirmFailed => "Password confirmation failed",
            Self::ProfileChanged => "Profile changed",
            Self::PasswordChanged => "Password changed",
            Self::ResetAsked => "New password requested",
            Self::PasswordReset => "Password reset by email",
            Self::EmailVerified => "Email address confirmed",
            Self::EmailChangeAsked => "Email address change requested",
            Self::EmailChanged => "Email address changed",
            Self::EmailUndone => "Email address change undone",
            Self::FactorOn => "Two-factor authentication turned on",
            Self::FactorOff => "Two-factor authentication turned off",
            Self::FactorFailed => "Wrong code",
            Self::RecoveryRenewed => "New recovery codes created",
            Self::RecoveryUsed => "Recovery code used",
            Self::BrowserTrusted => "Browser remembered",
            Self::BrowserRevoked => "Remembered browser forgotten",
            Self::AdminMade => "Made an admin",
            Self::Suspended => "Account suspended",
            Self::Restored => "Account restored",
            Self::DataDownloaded => "Data downloaded",
            Self::DeletionPlanned => "Account deletion requested",
            Self::DeletionUndone => "Account deletion canceled",
            Self::Deleted => "Account deleted",
            Self::JobRetried => "Failed job retried",
            Self::ShopOpened => "Shop opened",
            Self::ShopClosed => "Shop closed",
        }
    }
}

/// One row of an account's history.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = security_events)]
pub struct SecurityEvent {
    pub id: EventId,
    pub user_id: Option<UserId>,
    pub kind: EventKind,
    pub detail: String,
    pub address: String,
    pub agent: String,
    pub created_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = security_events, treat_none_as_default_value = false)]
pub(super) struct NewSecurityEvent<'a> {
    id: EventId,
    user_id: Option<UserId>,
    kind: EventKind,
    detail: &'a str,
    address: &'a str,
    agent: &'a str,
    created_at: NaiveDateTime,
}

impl<'a> NewSecurityEvent<'a> {
    pub fn new(user: Option<UserId>, kind: EventKind, origin: &'a Origin, now: NaiveDateTime) -> Self {
        Self {
            id: EventId::new(),
            user_id: user,
            kind,
            detail: "",
            address: &origin.address,
            agent: &origin.agent,
            created_at: now,
        }
    }

    /// `detail` must not hold a secret or a personal address.
    pub fn with_detail(self, detail: &'a str) -> Self {
        Self { detail, ..self }
    }

    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(security_events::table).values(self).execute(conn)?;
        Ok(())
    }
}

impl SecurityEvent {
    /// Records an event without details. `None` is an unknown user.
    pub fn record(
        conn: &mut Conn,
        user: impl Into<Option<UserId>>,
        kind: EventKind,
        origin: &Origin,
        now: NaiveDateTime,
    ) -> Result<()> {
        NewSecurityEvent::new(user.into(), kind, origin, now).insert(conn)
    }

    /// Removes details, addresses and browsers from the history of an account that is deleted.
    pub fn anonymize(conn: &mut Conn, user: UserId) -> Result<()> {
        let empty = "";
        diesel::update(security_events::table.filter(security_events::user_id.eq(user)))
            .set((
                security_events::detail.eq(empty),
                security_events::address.eq(empty),
                security_events::agent.eq(empty),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Deletes events without a user after 90 days.
    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let expired = security_events::table
            .filter(security_events::user_id.is_null())
            .filter(security_events::created_at.lt(now - TimeDelta::days(90)));
        Ok(diesel::delete(expired).execute(conn)?)
    }

    /// A page of events, newest first, of one user or of everyone. Only events older than `before` are included. Also
    /// returns the `before` of the next page, if there is one.
    pub fn page(
        conn: &mut Conn,
        user: Option<UserId>,
        before: Option<EventId>,
    ) -> Result<(Vec<Self>, Option<EventId>)> {
        let mut query = security_events::table.select(Self::as_select()).into_boxed();
        if let Some(user) = user {
            query = query.filter(security_events::user_id.eq(user));
        }
        if let Some(before) = before {
            query = query.filter(security_events::id.lt(before));
        }
        let mut page: Vec<Self> = query
            .order(security_events::id.desc())
            .limit(page_limit(PAGE_SIZE))
            .load(conn)?;
        let next = next_page(&mut page, PAGE_SIZE, |last| last.id);
        Ok((page, next))
    }
}
