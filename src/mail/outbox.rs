//! The outbox: a letter is a job, written in the transaction that it tells of.

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
    files: bool,
}

/// A letter on its way.
#[derive(Serialize, Deserialize)]
pub(super) struct Addressed {
    pub to: String,
    pub letter: Email,
}

impl Outbox {
    /// The kind of its jobs.
    pub const KIND: &'static str = MAIL;

    pub fn new(config: &Config, cipher: Cipher) -> Self {
        Self {
            cipher,
            public_url: config.public_url.clone(),
            files: config.smtp.is_none(),
        }
    }

    /// Posts a letter; it leaves when the caller's transaction is committed. Sealed, so that whoever sees the database
    /// finds no link that works.
    pub fn post(&self, conn: &mut Conn, to: &str, letter: &Email, now: NaiveDateTime) -> Result<JobId> {
        jobs::enqueue(conn, Self::KIND, &self.seal(to, letter)?, now, now)
    }

    /// Whether letters lie as files, because no mail server is set.
    pub fn writes_files(&self) -> bool {
        self.files
    }

    /// The whole address of one of our pages, never from a request.
    pub fn link(&self, path_and_query: &str) -> String {
        format!("{}/{}", self.home(), path_and_query.trim_start_matches('/'))
    }

    /// The market's address, without a slash at the end.
    pub(super) fn home(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    pub(super) fn public_url(&self) -> &Url {
        &self.public_url
    }

    pub(super) fn seal(&self, to: &str, letter: &Email) -> Result<String> {
        let addressed = Addressed {
            to: to.to_owned(),
            letter: letter.clone(),
        };
        let plain =
            serde_json::to_vec(&addressed).map_err(|error| Error::internal(error, "a letter could not be sealed"))?;
        Ok(self.cipher.seal(MAIL, &plain))
    }

    pub(super) fn open(&self, payload: &str) -> Option<Addressed> {
        let plain = self.cipher.open(MAIL, payload)?;
        serde_json::from_slice(&plain).ok()
    }
}
