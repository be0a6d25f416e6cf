//! An email as a MIME message: headers, and both parts.

use std::time::SystemTime;

use anyhow::Context;
use chrono::NaiveDateTime;
use data_encoding::HEXLOWER;
use lettre::Message;
use lettre::address::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::outbox::OutgoingEmail;
use crate::id::JobId;
use crate::jobs::PermanentFailure;

/// Composes messages; holds what they all share.
pub struct MessageComposer {
    pub from: Mailbox,
    /// The market's address.
    pub base_url: String,
    /// Its host, for message ids.
    pub host: String,
}

/// Tells other programs not to reply (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl MessageComposer {
    /// The same job always gives the same message, so that mail programs recognize one that was sent twice.
    pub fn compose(&self, job: JobId, queued_at: NaiveDateTime, outgoing: &OutgoingEmail) -> anyhow::Result<Message> {
        let OutgoingEmail { to, email } = outgoing;
        let to: Address = to
            .parse()
            .map_err(|_| PermanentFailure("the recipient's address is invalid".to_owned()))?;
        let text = email.text(&self.base_url).context("rendering the plain part")?;
        let html = email.html(&self.base_url).context("rendering the HTML part")?;
        Message::builder()
            .message_id(Some(message_id(job, &self.host)))
            .date(SystemTime::from(queued_at.and_utc()))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(one_line(&email.subject))
            .header(AutoSubmitted)
            .multipart(
                MultiPart::alternative()
                    .singlepart(mime_part(ContentType::TEXT_PLAIN, text))
                    .singlepart(mime_part(ContentType::TEXT_HTML, html)),
            )
            .context("composing the message")
    }
}

/// Depends on the job only, so that a second attempt has the same id.
fn message_id(job: JobId, host: &str) -> String {
    let hash = Sha256::digest(format!("pocketshop mail {job}"));
    format!("<{job}.{}@{host}>", HEXLOWER.encode(&hash[..8]))
}

/// Encoded in seven bits, since not every mail server accepts eight.
fn mime_part(kind: ContentType, body: String) -> SinglePart {
    let part = SinglePart::builder().header(kind);
    if body.is_ascii() {
        return part.body(body);
    }
    part.header(ContentTransferEncoding::QuotedPrintable).body(body)
}

/// The text without control characters and repeated spaces.
pub fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Email, emails};

    fn composer() -> MessageComposer {
        MessageComposer {
            from: "PocketShop <no-reply@market.example>".parse().unwrap(),
            base_url: "https://market.example".to_owned(),
            host: "market.example".to_owned(),
        }
    }

    fn composed(to: &str, email: Email) -> anyhow::Result<String> {
        let queued_at = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
            .unwrap()
            .and_hms_opt(10, 11, 12)
            .unwrap();
        let outgoing = OutgoingEmail {
            to: to.to_owned(),
            email,
        };
        let message = composer().compose(JobId(7), queued_at, &outgoing)?;
        Ok(String::from_utf8(message.formatted())?)
    }

    #[test]
    fn headers_are_complete_and_stable() {
        let email = emails::reset("Ana", "https://market.example/reset/k7q3", 1);
        let eml = composed("ana@example.org", email.clone()).unwrap();
        for line in [
            "Date: Mon, 23 Nov 2026 10:11:12 +0000\r\n",
            "From: PocketShop <no-reply@market.example>\r\n",
            "To: ana@example.org\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(eml.contains(line), "{line}: {eml}");
        }
        let id = |eml: &str| {
            eml.lines()
                .find(|line| line.starts_with("Message-ID: <7."))
                .map(str::to_owned)
        };
        assert!(id(&eml).unwrap().ends_with("@market.example>"), "{eml}");
        assert_eq!(id(&eml), id(&composed("ana@example.org", email).unwrap()));
    }

    #[test]
    fn a_subject_cannot_add_headers() {
        let mut email = emails::admin_made("Ana");
        email.subject = "Hello\r\nBcc: victim@example.org\r\n\r\nBody".to_owned();
        let eml = composed("ana@example.org", email).unwrap();
        assert!(eml.contains("Subject: Hello Bcc: victim@example.org Body\r\n"), "{eml}");
        let (headers, _) = eml.split_once("\r\n\r\n").unwrap();
        assert!(!headers.contains("\nBcc:"), "{headers}");
    }

    #[test]
    fn an_email_to_an_invalid_recipient_is_not_retried() {
        for to in [
            "",
            "ana",
            "ana@example.org, bea@example.org",
            "ana@example.org\r\nBcc: bea@example.org",
        ] {
            let error = composed(to, emails::admin_made("Ana")).unwrap_err();
            assert!(error.downcast_ref::<PermanentFailure>().is_some(), "{to}: {error}");
        }
    }

    #[test]
    fn messages_are_ascii() {
        let mut email = emails::admin_made("Ana");
        email.paragraphs.push("Olá, 世界".to_owned());
        assert!(composed("ana@example.org", email).unwrap().is_ascii());
    }
}
