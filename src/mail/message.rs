//! A letter as a message: headers, and both parts.

use std::time::SystemTime;

use anyhow::Context;
use chrono::NaiveDateTime;
use data_encoding::HEXLOWER;
use lettre::Message;
use lettre::address::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::outbox::Addressed;
use crate::id::JobId;
use crate::jobs::GiveUp;

/// Who sends, and from where.
pub struct Letterhead {
    pub from: Mailbox,
    /// The market's address.
    pub home: String,
    /// Its host, for the ids of messages.
    pub host: String,
}

/// Tells other programs not to answer (RFC 3834).
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

impl Letterhead {
    /// The same job makes the same message, so that a letter that went out twice is seen to be one.
    pub fn message(&self, job: JobId, posted: NaiveDateTime, addressed: &Addressed) -> anyhow::Result<Message> {
        let Addressed { to, letter } = addressed;
        let to: Address = to
            .parse()
            .map_err(|_| GiveUp("the address cannot be written to".to_owned()))?;
        let text = letter.text(&self.home).context("the plain part")?;
        let html = letter.html(&self.home).context("the HTML part")?;
        Message::builder()
            .message_id(Some(message_id(job, &self.host)))
            .date(SystemTime::from(posted.and_utc()))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(one_line(&letter.subject))
            .header(AutoSubmitted)
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(ContentType::TEXT_PLAIN, text))
                    .singlepart(part(ContentType::TEXT_HTML, html)),
            )
            .context("the message cannot be built")
    }
}

/// Of the job alone: a second try has the same.
fn message_id(job: JobId, host: &str) -> String {
    let hash = Sha256::digest(format!("pocketshop mail {job}"));
    format!("<{job}.{}@{host}>", HEXLOWER.encode(&hash[..8]))
}

/// Never as eight bits, which not every server takes.
fn part(kind: ContentType, body: String) -> SinglePart {
    let part = SinglePart::builder().header(kind);
    if body.is_ascii() {
        return part.body(body);
    }
    part.header(ContentTransferEncoding::QuotedPrintable).body(body)
}

pub fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Email, emails};

    fn head() -> Letterhead {
        Letterhead {
            from: "PocketShop <no-reply@market.example>".parse().unwrap(),
            home: "https://market.example".to_owned(),
            host: "market.example".to_owned(),
        }
    }

    fn written(to: &str, letter: Email) -> anyhow::Result<String> {
        let posted = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
            .unwrap()
            .and_hms_opt(10, 11, 12)
            .unwrap();
        let addressed = Addressed {
            to: to.to_owned(),
            letter,
        };
        let message = head().message(JobId(7), posted, &addressed)?;
        Ok(String::from_utf8(message.formatted())?)
    }

    #[test]
    fn headers_are_ours_and_stable() {
        let letter = emails::reset("Ana", "https://market.example/reset/k7q3", 1);
        let eml = written("ana@example.org", letter.clone()).unwrap();
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
        assert_eq!(id(&eml), id(&written("ana@example.org", letter).unwrap()));
    }

    #[test]
    fn a_subject_of_several_lines_stays_a_subject() {
        let mut letter = emails::admin_made("Ana");
        letter.subject = "Hello\r\nBcc: victim@example.org\r\n\r\nBody".to_owned();
        let eml = written("ana@example.org", letter).unwrap();
        assert!(eml.contains("Subject: Hello Bcc: victim@example.org Body\r\n"), "{eml}");
        let (headers, _) = eml.split_once("\r\n\r\n").unwrap();
        assert!(!headers.contains("\nBcc:"), "{headers}");
    }

    #[test]
    fn an_address_that_is_more_than_one_is_given_up() {
        for to in [
            "",
            "ana",
            "ana@example.org, bea@example.org",
            "ana@example.org\r\nBcc: bea@example.org",
        ] {
            let error = written(to, emails::admin_made("Ana")).unwrap_err();
            assert!(error.downcast_ref::<GiveUp>().is_some(), "{to}: {error}");
        }
    }

    #[test]
    fn no_part_needs_eight_bits() {
        let mut letter = emails::admin_made("Ana");
        letter.paragraphs.push("Olá, 世界".to_owned());
        assert!(written("ana@example.org", letter).unwrap().is_ascii());
    }
}
