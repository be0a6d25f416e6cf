//! Sends emails: to a mail server, or into files and the log.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport};
use url::{Host, Url};

use super::files;
use super::message::{MessageComposer, one_line};
use super::outbox::{Outbox, OutgoingEmail};
use crate::config::Config;
use crate::jobs::{Job, PermanentFailure};
use crate::text::EmailAddress;

/// How long a mail server may take for each reply.
const SMTP_TIMEOUT: Duration = Duration::from_secs(10);
/// SMTP codes that reject one email or its recipient permanently. Others, such as a wrong password, can be fixed.
const PERMANENT_REJECTIONS: [u16; 5] = [550, 551, 552, 553, 554];

pub struct Sender {
    outbox: Outbox,
    composer: MessageComposer,
    transport: MailTransport,
}

enum MailTransport {
    Smtp(Box<SmtpTransport>),
    Files {
        folder: PathBuf,
        /// In development, the link is logged too.
        log_links: bool,
    },
}

impl Sender {
    pub fn new(config: &Config, outbox: Outbox) -> anyhow::Result<Self> {
        let transport = match &config.smtp {
            Some(server) => {
                let mut smtp = SmtpTransport::from_url(server.expose())
                    .map_err(|_| anyhow!("SMTP_URL cannot be used"))?
                    .timeout(Some(SMTP_TIMEOUT));
                if let Some(Host::Domain(name)) = outbox.public_url().host() {
                    smtp = smtp.hello_name(ClientId::Domain(name.to_owned()));
                }
                MailTransport::Smtp(Box::new(smtp.build()))
            }
            None => MailTransport::Files {
                folder: config.data.join("mail"),
                log_links: !config.production(),
            },
        };
        let composer = MessageComposer {
            from: config.mail_from.clone(),
            base_url: outbox.base_url().to_owned(),
            host: message_host(outbox.public_url()),
        };
        Ok(Self {
            outbox,
            composer,
            transport,
        })
    }

    /// Sends the email of a job of kind `Outbox::KIND`.
    pub fn deliver(&self, job: &Job) -> anyhow::Result<()> {
        let outgoing = self.outbox.decrypt(&job.payload).ok_or_else(|| {
            PermanentFailure(
                "the email was encrypted with another SECRET_KEY; add that key behind the new one and retry".to_owned(),
            )
        })?;
        let message = self.composer.compose(job.id, job.created_at, &outgoing)?;
        let OutgoingEmail { to, email } = &outgoing;
        let to = EmailAddress::parse(to).map_or_else(|_| "…".to_owned(), |email| email.masked());
        let subject = one_line(&email.subject);
        match &self.transport {
            MailTransport::Smtp(smtp) => {
                smtp.send(&message).map_err(|error| delivery_error(&error))?;
                tracing::info!(to, subject, "email sent");
            }
            MailTransport::Files { folder, log_links } => {
                let path = files::write(folder, job.id, job.created_at, &message.formatted())
                    .context("writing an email to a file")?;
                let file = path.display().to_string();
                let link = email.action.as_ref().map(|action| action.url.as_str());
                let link = link.filter(|_| *log_links);
                tracing::info!(to, subject, file, link, "email written to a file");
            }
        }
        Ok(())
    }
}

/// The error without the server's own text, which may name the recipient.
fn delivery_error(error: &SmtpError) -> anyhow::Error {
    if let Some(code) = error.status() {
        let number = u16::from(code);
        return if PERMANENT_REJECTIONS.contains(&number) {
            PermanentFailure(format!("the mail server rejected the email permanently ({number})")).into()
        } else {
            anyhow!("the mail server replied {number}")
        };
    }
    anyhow!(if error.is_timeout() {
        "the mail server did not reply in time"
    } else if error.is_tls() {
        "TLS with the mail server failed"
    } else if error.is_client() {
        "the mail server does not support what we need, such as TLS or our authentication method"
    } else {
        "the mail server cannot be reached, or closed the connection"
    })
}

/// The part of message ids after the `@`.
fn message_host(public_url: &Url) -> String {
    match public_url.host() {
        Some(Host::Ipv4(address)) => format!("[{address}]"),
        Some(Host::Ipv6(address)) => format!("[IPv6:{address}]"),
        Some(Host::Domain(name)) => name.to_owned(),
        None => "localhost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::config::{ConfigErrors, Missing, Settings};
    use crate::crypto::Cipher;
    use crate::id::JobId;
    use crate::mail::emails;

    #[test]
    fn message_ids_have_a_host() {
        for (url, host) in [
            ("https://market.example", "market.example"),
            ("http://127.0.0.1:8080", "[127.0.0.1]"),
            ("http://[::1]:8080", "[IPv6:::1]"),
        ] {
            assert_eq!(message_host(&url.parse().unwrap()), host);
        }
    }

    /// A sender that writes files, and a job for it.
    fn file_sender(data: &Path, public_url: &str) -> (Sender, Job) {
        let settings = Settings {
            data: Some(data.display().to_string()),
            public_url: Some(public_url.to_owned()),
            ..Settings::default()
        };
        let config = settings.parse(ConfigErrors::default(), Missing::Create).unwrap();
        let outbox = Outbox::new(&config, Cipher::new(&config.secret_keys));
        let email = emails::reset("Ana", &outbox.link("/reset/k7q39xvd"), 1);
        let job = Job {
            id: JobId(42),
            kind: Outbox::KIND.to_owned(),
            payload: outbox.encrypt("ana@example.org", &email).unwrap(),
            attempts: 1,
            created_at: "2026-11-23T10:11:12".parse().unwrap(),
        };
        (Sender::new(&config, outbox).unwrap(), job)
    }

    #[test]
    fn an_email_that_cannot_be_decrypted_is_not_retried() {
        let data = tempfile::tempdir().unwrap();
        let (sender, mut job) = file_sender(data.path(), "http://localhost:8080");
        job.payload = "encrypted with another key".to_owned();
        let error = sender.deliver(&job).unwrap_err();
        assert!(error.downcast_ref::<PermanentFailure>().is_some(), "{error}");
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// No other unit test may reach this log line: without a subscriber, it could turn the line off for both.
    #[test]
    fn an_email_becomes_a_file_and_its_link_is_logged_only_in_development() {
        for (public_url, logs_link) in [("http://localhost:8080", true), ("https://market.example", false)] {
            let data = tempfile::tempdir().unwrap();
            let (sender, job) = file_sender(data.path(), public_url);
            let log = Log::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_writer(move || writer.clone())
                .finish();
            tracing::subscriber::with_default(subscriber, || sender.deliver(&job)).unwrap();
            let eml = std::fs::read_to_string(data.path().join("mail/20261123T101112-42.eml")).unwrap();
            assert!(eml.contains(&format!("\r\n{public_url}/reset/k7q39xvd\r\n")), "{eml}");
            let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
            assert_eq!(log.lines().count(), 1, "{log}");
            assert!(log.contains("a…@example.org") && log.contains("-42.eml"), "{log}");
            assert!(!log.contains("ana@example.org"), "{log}");
            assert_eq!(log.contains("/reset/k7q39xvd"), logs_link, "{log}");
        }
    }
}
