//! A message for the next page: set before a redirect, and removed by the page that shows it.

use actix_session::Session;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::string_enum::string_enum;

const KEY: &str = "flash";

string_enum! {
    FlashKind { Ok = "ok", Warn = "warn" }
}

#[derive(Debug, Clone)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: String,
    pub undo: Option<Undo>,
}

/// The form behind an Undo button.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Undo {
    pub action: String,
    /// Names and values of its hidden fields.
    pub fields: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct StoredFlash {
    kind: String,
    text: String,
    #[serde(default)]
    undo: Option<Undo>,
}

impl Flash {
    /// A message about a success.
    ///
    /// # Errors
    /// The cookie cannot be written.
    pub fn ok(session: &Session, text: impl Into<String>) -> Result<()> {
        Self::store(session, FlashKind::Ok, text.into(), None)
    }

    /// A message about something that needs attention.
    ///
    /// # Errors
    /// The cookie cannot be written.
    pub fn warn(session: &Session, text: impl Into<String>) -> Result<()> {
        Self::store(session, FlashKind::Warn, text.into(), None)
    }

    /// A message about a success, with an Undo button.
    ///
    /// # Errors
    /// The cookie cannot be written.
    pub fn with_undo(session: &Session, text: impl Into<String>, undo: Undo) -> Result<()> {
        Self::store(session, FlashKind::Ok, text.into(), Some(undo))
    }

    /// The message of a success, or why an action was refused. Other errors are returned.
    pub fn result(session: &Session, result: Result<String>) -> Result<()> {
        match result {
            Ok(message) => Self::ok(session, message),
            Err(Error::Refused(message)) => Self::warn(session, message),
            Err(error) => Err(error),
        }
    }

    /// Returns the message and removes it from the cookie.
    pub fn take(session: &Session) -> Option<Self> {
        let stored: StoredFlash = session.get(KEY).ok().flatten()?;
        session.remove(KEY);
        Some(Self {
            kind: FlashKind::parse(&stored.kind)?,
            text: stored.text,
            undo: stored.undo,
        })
    }

    fn store(session: &Session, kind: FlashKind, text: String, undo: Option<Undo>) -> Result<()> {
        let kind = kind.as_str().to_owned();
        session
            .insert(KEY, StoredFlash { kind, text, undo })
            .map_err(|error| Error::internal(error, "a message could not be stored in the cookie"))
    }
}
