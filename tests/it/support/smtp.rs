//! A mail server that keeps what it gets, and misbehaves when told to.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What it does with one connection, instead of taking a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Answers 451 to the reader's address.
    Busy,
    /// Answers 550 to the reader's address.
    NoSuchReader,
    /// Answers 535 to the password, or to the sender's address.
    WrongPassword,
    /// Hangs up before a word.
    HangUpFirst,
    /// Hangs up in the middle of the letter.
    HangUpInside,
    /// Takes the letter, and hangs up before it says so.
    HangUpAfter,
}

/// Letters as they came, and the moods that are still to come.
#[derive(Default)]
struct State {
    moods: Mutex<VecDeque<Mood>>,
    emails: Mutex<Vec<String>>,
    connections: Mutex<usize>,
}

pub struct Sink {
    address: SocketAddr,
    state: Arc<State>,
}

impl Sink {
    /// Misbehaves once for each of the moods, in their order; then it takes everything.
    pub fn start(moods: &[Mood]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        state.moods.lock().unwrap().extend(moods);
        let shared = state.clone();
        // Ends with the test program.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let state = shared.clone();
                thread::spawn(move || {
                    *state.connections.lock().unwrap() += 1;
                    let mood = state.moods.lock().unwrap().pop_front();
                    // Who hangs up on us is none of our worry.
                    let _ = talk(stream.unwrap(), mood, &state);
                });
            }
        });
        Self { address, state }
    }

    /// For `SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The emails so far.
    pub fn received(&self) -> Vec<String> {
        self.state.emails.lock().unwrap().clone()
    }

    /// How often someone called.
    pub fn connections(&self) -> usize {
        *self.state.connections.lock().unwrap()
    }

    /// The emails, once there are this many.
    pub fn wait_for(&self, count: usize) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(Instant::now() < end, "{} of {count} emails arrived", received.len());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn talk(mut stream: TcpStream, mood: Option<Mood>, state: &State) -> std::io::Result<()> {
    if mood == Some(Mood::HangUpFirst) {
        return Ok(());
    }
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut say = |line: &str| stream.write_all(format!("{line}\r\n").as_bytes());
    say("220 sink")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let word: String = line.chars().take(4).collect::<String>().to_uppercase();
        match word.as_str() {
            "EHLO" => say("250-sink\r\n250 AUTH PLAIN")?,
            "AUTH" | "MAIL" if mood == Some(Mood::WrongPassword) => say("535 5.7.8 wrong password")?,
            "RCPT" if mood == Some(Mood::Busy) => say("451 4.3.0 busy, try later")?,
            "RCPT" if mood == Some(Mood::NoSuchReader) => say(&format!("550 5.1.1 nobody is {line}"))?,
            "AUTH" => say("235 welcome")?,
            "MAIL" | "RCPT" | "RSET" | "NOOP" => say("250 ok")?,
            "DATA" => {
                say("354 go on")?;
                let mut letter = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    if mood == Some(Mood::HangUpInside) {
                        return Ok(());
                    }
                    letter.push_str(line.strip_prefix('.').unwrap_or(&line));
                    letter.push_str("\r\n");
                }
                state.emails.lock().unwrap().push(letter);
                if mood == Some(Mood::HangUpAfter) {
                    return Ok(());
                }
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("500 what")?,
        }
    }
    Ok(())
}
