//! Sends letters: to a mail server, or into files and the log.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport};
use url::{Host, Url};

use super::files;
use super::message::{Letterhead, one_line};
use super::outbox::{Addressed, Outbox};
use crate::config::Config;
use crate::jobs::{GiveUp, Job};
use crate::text::Email;

/// How long a mail server may take for each answer.
const SMTP_TIMEOUT: Duration = Duration::from_secs(10);
/// What a server says of one letter or its reader, for good. Other refusals, such as of our password, may be mended.
const REFUSED: [u16; 5] = [550, 551, 552, 553, 554];

pub struct Sender {
    outbox: Outbox,
    head: Letterhead,
    way: Way,
}

enum Way {
    Smtp(Box<SmtpTransport>),
    Files {
        folder: PathBuf,
        /// On a laptop the link is in the log, too.
        tell_links: bool,
    },
}

impl Sender {
    pub fn new(config: &Config, outbox: Outbox) -> anyhow::Result<Self> {
        let way = match &config.smtp {
            Some(server) => {
                let mut transport = SmtpTransport::from_url(server.expose())
                    .map_err(|_| anyhow!("SMTP_URL cannot be used"))?
                    .timeout(Some(SMTP_TIMEOUT));
                if let Some(Host::Domain(name)) = outbox.public_url().host() {
                    transport = transport.hello_name(ClientId::Domain(name.to_owned()));
                }
                Way::Smtp(Box::new(transport.build()))
            }
            None => Way::Files {
                folder: config.data.join("mail"),
                tell_links: !config.production(),
            },
        };
        let head = Letterhead {
            from: config.mail_from.clone(),
            home: outbox.home().to_owned(),
            host: message_host(outbox.public_url()),
        };
        Ok(Self { outbox, head, way })
    }

    /// Sends the letter of a job of the kind `Outbox::KIND`.
    pub fn deliver(&self, job: &Job) -> anyhow::Result<()> {
        let addressed = self.outbox.open(&job.payload).ok_or_else(|| {
            GiveUp(
                "the letter was sealed with another SECRET_KEY; add that key behind the new one and retry".to_owned(),
            )
        })?;
        let message = self.head.message(job.id, job.created_at, &addressed)?;
        let Addressed { to, letter } = &addressed;
        let to = Email::parse(to).map_or_else(|_| "…".to_owned(), |email| email.masked());
        let subject = one_line(&letter.subject);
        match &self.way {
            Way::Smtp(transport) => {
                transport.send(&message).map_err(|error| told(&error))?;
                tracing::info!(to, subject, "a letter was sent");
            }
            Way::Files { folder, tell_links } => {
                let path = files::write(folder, job.id, job.created_at, &message.formatted())
                    .context("a letter could not be written to a file")?;
                let file = path.display().to_string();
                let link = letter.action.as_ref().map(|action| action.url.as_str());
                let link = link.filter(|_| *tell_links);
                tracing::info!(to, subject, file, link, "a letter was written");
            }
        }
        Ok(())
    }
}

/// What went wrong, without the server's own words, which may name the reader.
fn told(error: &SmtpError) -> anyhow::Error {
    if let Some(code) = error.status() {
        let number = u16::from(code);
        return if REFUSED.contains(&number) {
            GiveUp(format!("the mail server refused the letter for good ({number})")).into()
        } else {
            anyhow!("the mail server answered {number}")
        };
    }
    anyhow!(if error.is_timeout() {
        "the mail server did not answer in time"
    } else if error.is_tls() {
        "the mail server and we do not agree on TLS"
    } else if error.is_client() {
        "the mail server cannot do what we ask, such as TLS or our kind of sign-in"
    } else {
        "the mail server could not be reached, or hung up"
    })
}

/// The right half of message ids.
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

    /// A sender into files, and a job for it.
    fn on_a_laptop(data: &Path, public_url: &str) -> (Sender, Job) {
        let settings = Settings {
            data: Some(data.display().to_string()),
            public_url: Some(public_url.to_owned()),
            ..Settings::default()
        };
        let config = settings.parse(ConfigErrors::default(), Missing::Create).unwrap();
        let outbox = Outbox::new(&config, Cipher::new(&config.secret_keys));
        let letter = emails::reset("Ana", &outbox.link("/reset/k7q39xvd"), 1);
        let job = Job {
            id: JobId(42),
            kind: Outbox::KIND.to_owned(),
            payload: outbox.seal("ana@example.org", &letter).unwrap(),
            attempts: 1,
            created_at: "2026-11-23T10:11:12".parse().unwrap(),
        };
        (Sender::new(&config, outbox).unwrap(), job)
    }

    #[test]
    fn what_was_sealed_by_someone_else_is_given_up() {
        let data = tempfile::tempdir().unwrap();
        let (sender, mut job) = on_a_laptop(data.path(), "http://localhost:8080");
        job.payload = "sealed by someone else".to_owned();
        let error = sender.deliver(&job).unwrap_err();
        assert!(error.downcast_ref::<GiveUp>().is_some(), "{error}");
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

    /// The one unit test that comes to the log line: a second one, without a subscriber, could switch it off for both.
    #[test]
    fn a_letter_becomes_a_file_and_its_link_is_logged_on_a_laptop_alone() {
        for (public_url, tells) in [("http://localhost:8080", true), ("https://market.example", false)] {
            let data = tempfile::tempdir().unwrap();
            let (sender, job) = on_a_laptop(data.path(), public_url);
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
            assert_eq!(log.contains("/reset/k7q39xvd"), tells, "{log}");
        }
    }
}
