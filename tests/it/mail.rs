//! The way of a letter: posted with what it tells of, sent once, never lost.

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
use crate::support::mail::{Mail, letters_to, links, read};
use crate::support::rows;
use crate::support::smtp::{Mood, Sink};

const READER: &str = "joana@example.org";

/// A database, an outbox, and a worker that sends.
struct Post {
    outbox: Outbox,
    conn: Conn,
    config: Config,
    worker: Worker,
    // Dropped last: the worker uses it.
    _database: Database,
}

impl Post {
    fn open(sink: Option<&Sink>) -> Self {
        let database = Database::fresh();
        migrate(&database.location).unwrap();
        let mut config = config(database.folder.path(), &database);
        config.smtp = sink.map(|sink| SmtpUrl::parse(&sink.url()).unwrap());
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

    fn post(&mut self, path: &str) {
        let letter = emails::reset("Joana", &self.outbox.link(path), 1);
        self.outbox.post(&mut self.conn, READER, &letter, now()).unwrap();
    }

    /// Lets no try wait, until every letter is sent or dead.
    fn settle(&mut self) {
        let end = Instant::now() + Duration::from_secs(20);
        while jobs::count_waiting(&mut self.conn, None).unwrap() > 0 {
            self.conn
                .batch_execute("UPDATE jobs SET run_at = created_at WHERE leased_until IS NULL")
                .unwrap();
            assert!(Instant::now() < end, "the letters did not leave");
            thread::sleep(Duration::from_millis(30));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the worker goes by the real time")]
fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}

fn all(received: &[String]) -> Vec<Mail> {
    received.iter().map(|eml| read(eml)).collect()
}

#[test]
fn a_letter_arrives_once_after_failures() {
    let sink = Sink::start(&[Mood::Busy, Mood::HangUpFirst, Mood::HangUpInside, Mood::WrongPassword]);
    let mut post = Post::open(Some(&sink));
    post.post("/reset/k7q39xvd?next=%2Faccount");
    post.settle();
    post.worker.stop();
    assert_eq!(sink.connections(), 5);
    let received = all(&sink.received());
    assert_eq!(received.len(), 1);
    let letter = &received[0];
    assert_eq!(letter.to, READER);
    assert_eq!(letter.from, "PocketShop <no-reply@localhost>");
    assert_eq!(letter.subject, "Choose a new password");
    assert_eq!(links(letter), ["http://localhost/reset/k7q39xvd?next=%2Faccount"]);
    assert!(
        letter
            .html
            .contains("href=\"http://localhost/reset/k7q39xvd?next=%2Faccount\"")
    );
    assert!(letter.message_id.ends_with("@localhost>"), "{}", letter.message_id);
}

#[test]
fn a_letter_whose_receipt_got_lost_comes_again_under_the_same_id() {
    let sink = Sink::start(&[Mood::HangUpAfter]);
    let mut post = Post::open(Some(&sink));
    post.post("/reset/one");
    post.settle();
    post.worker.stop();
    let received = all(&sink.received());
    assert_eq!(received.len(), 2);
    assert_eq!(received[0], received[1]);
    assert!(!received[0].message_id.is_empty());
}

#[test]
fn a_letter_of_an_undone_transaction_is_never_sent() {
    let sink = Sink::start(&[]);
    let mut post = Post::open(Some(&sink));
    let outbox = post.outbox.clone();
    let undone: Result<()> = in_transaction(&mut post.conn, &|conn| {
        let letter = emails::reset("Joana", &outbox.link("/reset/undone"), 1);
        outbox.post(conn, READER, &letter, now())?;
        Err(Error::Refused("no".to_owned()))
    });
    assert!(undone.is_err());
    post.post("/reset/done");
    let received = all(&sink.wait_for(1));
    thread::sleep(Duration::from_millis(500));
    post.worker.stop();
    assert_eq!(sink.received().len(), 1);
    assert_eq!(links(&received[0]), ["http://localhost/reset/done"]);
}

#[test]
fn hang_ups_lose_nothing() {
    let sink = Sink::start(&[Mood::HangUpFirst, Mood::HangUpInside].repeat(5));
    let mut post = Post::open(Some(&sink));
    for number in 0..10 {
        post.post(&format!("/reset/{number}"));
    }
    post.settle();
    post.worker.stop();
    let mut found: Vec<String> = all(&sink.received()).iter().flat_map(links).collect();
    found.sort();
    let expected: Vec<String> = (0..10)
        .map(|number| format!("http://localhost/reset/{number}"))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_letter_to_nobody_is_dead_at_once_and_its_error_names_nobody() {
    let sink = Sink::start(&[Mood::NoSuchReader]);
    let mut post = Post::open(Some(&sink));
    post.post("/reset/one");
    post.settle();
    post.worker.stop();
    assert!(sink.received().is_empty());
    let dead = jobs::dead_jobs(&mut post.conn, Some(Outbox::KIND), 10).unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].attempts, 1);
    assert_eq!(dead[0].error, "the mail server refused the letter for good (550)");
}

#[test]
fn the_database_shows_neither_link_nor_reader() {
    let sink = Sink::start(&[Mood::NoSuchReader]);
    let mut post = Post::open(Some(&sink));
    post.post("/reset/k7q39xvd");
    post.settle();
    post.worker.stop();
    let dump = rows::dump(&mut post.conn).join("\n");
    assert!(dump.contains("jobs: "));
    for secret in ["k7q39xvd", READER, "Joana"] {
        assert!(!dump.contains(secret), "{dump}");
    }
}

#[test]
fn without_a_mail_server_letters_are_files() {
    let mut post = Post::open(None);
    let letter = emails::verify("Zoë 世界", "zoe", &post.outbox.link("/verify/k7q39xvd"));
    post.outbox.post(&mut post.conn, READER, &letter, now()).unwrap();
    post.settle();
    post.worker.stop();
    let found = letters_to(&post.config.data, READER);
    assert_eq!(found.len(), 1);
    assert!(found[0].text.starts_with("Hello Zoë 世界,\n"), "{}", found[0].text);
    assert_eq!(links(&found[0]), ["http://localhost/verify/k7q39xvd"]);
    assert!(letters_to(&post.config.data, "someone@example.org").is_empty());
}

#[test]
fn subjects_are_read_whatever_their_letters() {
    let mut post = Post::open(None);
    let mut letter = emails::reset("Zoë", &post.outbox.link("/reset/one"), 24);
    letter.subject = "Über 世界 und ein ziemlich langer Rest, der nicht in eine Zeile passt, é".to_owned();
    post.outbox.post(&mut post.conn, READER, &letter, now()).unwrap();
    post.settle();
    post.worker.stop();
    assert_eq!(letters_to(&post.config.data, READER)[0].subject, letter.subject);
}
