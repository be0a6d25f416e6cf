//! The outbox: an email is a job that is queued in the transaction it reports.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Email;
use crate::config::Config;
use crate::crypto::{Cipher, MAIL};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::JobId;
use crate::jobs;

#[derive(Clone)]
pub struct Outbox {
    cipher: Cipher,
    public_url: Url,
    writes_files: bool,
}

/// A queued email with its recipient.
#[derive(Serialize, Deserialize)]
pub(super) struct OutgoingEmail {
    pub to: String,
    /// Queued jobs hold it under its old name.
    #[serde(rename = "letter")]
    pub email: Email,
}

impl Outbox {
    /// The kind of job that sends an email.
    pub const KIND: &'static str = MAIL;

    pub fn new(config: &Config, cipher: Cipher) -> Self {
        Self {
            cipher,
            public_url: config.public_url.clone(),
            writes_files: config.smtp.is_none(),
        }
    }

    /// Queues an email, which is sent after the transaction commits. It is encrypted, since its links give access to
    /// accounts.
    pub fn enqueue(&self, conn: &mut Conn, to: &str, email: &Email, now: NaiveDateTime) -> Result<JobId> {
        jobs::enqueue(conn, Self::KIND, &self.encrypt(to, email)?, now, now)
    }

    /// Whether emails are written to files, because no mail server is set.
    pub fn writes_files(&self) -> bool {
        self.writes_files
    }

    /// The absolute address of one of our pages. It never depends on the request.
    pub fn link(&self, path_and_query: &str) -> String {
        format!("{}/{}", self.base_url(), path_and_query.trim_start_matches('/'))
    }

    /// The market's address, without a trailing slash.
    pub(super) fn base_url(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    pub(super) fn public_url(&self) -> &Url {
        &self.public_url
    }

    pub(super) fn encrypt(&self, to: &str, email: &Email) -> Result<String> {
        let outgoing = OutgoingEmail {
            to: to.to_owned(),
            email: email.clone(),
        };
        let json = serde_json::to_vec(&outgoing).map_err(|error| Error::internal(error, "serializing an email"))?;
        Ok(self.cipher.encrypt(MAIL, &json))
    }

    /// None: none of our keys decrypts the payload.
    pub(super) fn decrypt(&self, payload: &str) -> Option<OutgoingEmail> {
        let json = self.cipher.decrypt(MAIL, payload)?;
        serde_json::from_slice(&json).ok()
    }
}
