//! Emails: queued in the transaction that they report, sent once, never lost.

use std::thread;
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, SubsecRound};
use diesel::connection::SimpleConnection;
use pocketshop::config::{Config, SmtpUrl};
use pocketshop::crypto::Cipher;
use pocketshop::db::{Conn, in_transaction, migrate};
use pocketshop::error::{Error, Result};
use pocketshop::jobs::{self, Lane, Worker};
use pocketshop::mail::{Outbox, Sender, emails};

use crate::support::config;
use crate::support::database::Database;
use crate::support::jobs::count_waiting;
use crate::support::mail::{Email, emails_to, links, parse_email};
use crate::support::rows;
use crate::support::smtp::{FakeSmtpServer, Fault};

const RECIPIENT: &str = "joana@example.org";

/// A database, an outbox, and a worker that sends the emails.
struct Setup {
    outbox: Outbox,
    conn: Conn,
    config: Config,
    worker: Worker,
    // Dropped last, because the worker uses it.
    _database: Database,
}

impl Setup {
    fn new(smtp: Option<&FakeSmtpServer>) -> Self {
        let database = Database::fresh();
        migrate(&database.location).unwrap();
        let mut config = config(database.folder.path(), &database);
        config.smtp = smtp.map(|smtp| SmtpUrl::parse(&smtp.url()).unwrap());
        let outbox = Outbox::new(&config, Cipher::new(&config.secret_keys));
        let sender = Sender::new(&config, outbox.clone()).unwrap();
        Self {
            outbox,
            conn: database.connect(),
            config,
            worker: Worker::start(&database.location, &[Lane::EVERYTHING], move |_, job| {
                sender.deliver(job)
            }),
            _database: database,
        }
    }

    fn send_link(&mut self, path: &str) {
        let email = emails::reset("Joana", &self.outbox.link(path), 1);
        self.outbox.enqueue(&mut self.conn, RECIPIENT, &email, now()).unwrap();
    }

    /// Runs all jobs without their delays until each email is sent or its job is dead.
    fn deliver_all(&mut self) {
        let end = Instant::now() + Duration::from_secs(20);
        while count_waiting(&mut self.conn, None) > 0 {
            self.conn
                .batch_execute("UPDATE jobs SET run_at = created_at WHERE leased_until IS NULL")
                .unwrap();
            assert!(Instant::now() < end, "the emails were not sent");
            thread::sleep(Duration::from_millis(30));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the worker uses the real time")]
fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}

fn parsed(received: &[String]) -> Vec<Email> {
    received.iter().map(|eml| parse_email(eml)).collect()
}

#[test]
fn an_email_arrives_once_after_failures() {
    let smtp = FakeSmtpServer::start(&[
        Fault::Busy,
        Fault::ClosedAtStart,
        Fault::ClosedDuringMessage,
        Fault::WrongPassword,
    ]);
    let mut setup = Setup::new(Some(&smtp));
    setup.send_link("/reset/k7q39xvd?next=%2Faccount");
    setup.deliver_all();
    setup.worker.stop();
    assert_eq!(smtp.connections(), 5);
    let received = parsed(&smtp.received());
    assert_eq!(received.len(), 1);
    let email = &received[0];
    assert_eq!(email.to, RECIPIENT);
    assert_eq!(email.from, "PocketShop <no-reply@localhost>");
    assert_eq!(email.subject, "Choose a new password");
    assert_eq!(links(email), ["http://localhost/reset/k7q39xvd?next=%2Faccount"]);
    assert!(
        email
            .html
            .contains("href=\"http://localhost/reset/k7q39xvd?next=%2Faccount\"")
    );
    assert!(email.message_id.ends_with("@localhost>"), "{}", email.message_id);
}

#[test]
fn an_email_that_is_sent_twice_has_the_same_id() {
    let smtp = FakeSmtpServer::start(&[Fault::ClosedAfterMessage]);
    let mut setup = Setup::new(Some(&smtp));
    setup.send_link("/reset/one");
    setup.deliver_all();
    setup.worker.stop();
    let received = parsed(&smtp.received());
    assert_eq!(received.len(), 2);
    assert_eq!(received[0], received[1]);
    assert!(!received[0].message_id.is_empty());
}

#[test]
fn an_email_of_a_rolled_back_transaction_is_never_sent() {
    let smtp = FakeSmtpServer::start(&[]);
    let mut setup = Setup::new(Some(&smtp));
    let outbox = setup.outbox.clone();
    let rolled_back: Result<()> = in_transaction(&mut setup.conn, &|conn| {
        let email = emails::reset("Joana", &outbox.link("/reset/undone"), 1);
        outbox.enqueue(conn, RECIPIENT, &email, now())?;
        Err(Error::Refused("no".to_owned()))
    });
    assert!(rolled_back.is_err());
    setup.send_link("/reset/done");
    let received = parsed(&smtp.wait_for_emails(1));
    thread::sleep(Duration::from_millis(500));
    setup.worker.stop();
    assert_eq!(smtp.received().len(), 1);
    assert_eq!(links(&received[0]), ["http://localhost/reset/done"]);
}

#[test]
fn dropped_connections_lose_no_email() {
    let smtp = FakeSmtpServer::start(&[Fault::ClosedAtStart, Fault::ClosedDuringMessage].repeat(5));
    let mut setup = Setup::new(Some(&smtp));
    for number in 0..10 {
        setup.send_link(&format!("/reset/{number}"));
    }
    setup.deliver_all();
    setup.worker.stop();
    let mut sent: Vec<String> = parsed(&smtp.received()).iter().flat_map(links).collect();
    sent.sort();
    let expected: Vec<String> = (0..10)
        .map(|number| format!("http://localhost/reset/{number}"))
        .collect();
    assert_eq!(sent, expected);
}

#[test]
fn a_rejected_email_is_not_retried_and_its_error_has_no_address() {
    let smtp = FakeSmtpServer::start(&[Fault::UnknownRecipient]);
    let mut setup = Setup::new(Some(&smtp));
    setup.send_link("/reset/one");
    setup.deliver_all();
    setup.worker.stop();
    assert!(smtp.received().is_empty());
    let dead = jobs::dead_jobs(&mut setup.conn, Some(Outbox::KIND), 10).unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].attempts, 1);
    assert_eq!(dead[0].error, "the mail server rejected the email permanently (550)");
}

#[test]
fn the_database_shows_neither_link_nor_recipient() {
    let smtp = FakeSmtpServer::start(&[Fault::UnknownRecipient]);
    let mut setup = Setup::new(Some(&smtp));
    setup.send_link("/reset/k7q39xvd");
    setup.deliver_all();
    setup.worker.stop();
    let dump = rows::dump(&mut setup.conn).join("\n");
    assert!(dump.contains("jobs: "));
    for secret in ["k7q39xvd", RECIPIENT, "Joana"] {
        assert!(!dump.contains(secret), "{dump}");
    }
}

#[test]
fn without_a_mail_server_emails_are_files() {
    let mut setup = Setup::new(None);
    let email = emails::verify("Zoë 世界", "zoe", &setup.outbox.link("/verify/k7q39xvd"));
    setup.outbox.enqueue(&mut setup.conn, RECIPIENT, &email, now()).unwrap();
    setup.deliver_all();
    setup.worker.stop();
    let emails = emails_to(&setup.config.data, RECIPIENT);
    assert_eq!(emails.len(), 1);
    assert!(emails[0].text.starts_with("Hello Zoë 世界,\n"), "{}", emails[0].text);
    assert_eq!(links(&emails[0]), ["http://localhost/verify/k7q39xvd"]);
    assert!(emails_to(&setup.config.data, "someone@example.org").is_empty());
}

#[test]
fn subjects_may_contain_any_characters() {
    let mut setup = Setup::new(None);
    let mut email = emails::reset("Zoë", &setup.outbox.link("/reset/one"), 24);
    email.subject = "Über 世界 und ein ziemlich langer Rest, der nicht in eine Zeile passt, é".to_owned();
    setup.outbox.enqueue(&mut setup.conn, RECIPIENT, &email, now()).unwrap();
    setup.deliver_all();
    setup.worker.stop();
    assert_eq!(emails_to(&setup.config.data, RECIPIENT)[0].subject, email.subject);
}
