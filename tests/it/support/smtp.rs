//! A fake SMTP server that stores the emails it gets and fails on demand.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A failure of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Replies 451 to `RCPT`.
    Busy,
    /// Replies 550 to `RCPT`.
    UnknownRecipient,
    /// Replies 535 to `AUTH` or `MAIL`.
    WrongPassword,
    /// Closes the connection at once.
    ClosedAtStart,
    /// Closes the connection in the middle of the message.
    ClosedDuringMessage,
    /// Accepts the message, and closes the connection before the reply.
    ClosedAfterMessage,
}

/// Received emails, and the faults of the next connections.
#[derive(Default)]
struct State {
    faults: Mutex<VecDeque<Fault>>,
    emails: Mutex<Vec<String>>,
    connections: Mutex<usize>,
}

pub struct FakeSmtpServer {
    address: SocketAddr,
    state: Arc<State>,
}

impl FakeSmtpServer {
    /// The first connections have these faults, in this order. All later ones work.
    pub fn start(faults: &[Fault]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        state.faults.lock().unwrap().extend(faults);
        let shared = state.clone();
        // The thread ends with the test program.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let state = shared.clone();
                thread::spawn(move || {
                    *state.connections.lock().unwrap() += 1;
                    let fault = state.faults.lock().unwrap().pop_front();
                    // The client may close the connection at any time.
                    let _ = handle_connection(stream.unwrap(), fault, &state);
                });
            }
        });
        Self { address, state }
    }

    /// The value of `SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The raw emails received so far.
    pub fn received(&self) -> Vec<String> {
        self.state.emails.lock().unwrap().clone()
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        *self.state.connections.lock().unwrap()
    }

    /// Waits until `count` emails have arrived, and returns them.
    pub fn wait_for_emails(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(
                Instant::now() < deadline,
                "{} of {count} emails arrived",
                received.len()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn handle_connection(mut stream: TcpStream, fault: Option<Fault>, state: &State) -> std::io::Result<()> {
    if fault == Some(Fault::ClosedAtStart) {
        return Ok(());
    }
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut reply = |line: &str| stream.write_all(format!("{line}\r\n").as_bytes());
    reply("220 sink")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let command: String = line.chars().take(4).collect::<String>().to_uppercase();
        match command.as_str() {
            "EHLO" => reply("250-sink\r\n250 AUTH PLAIN")?,
            "AUTH" | "MAIL" if fault == Some(Fault::WrongPassword) => reply("535 5.7.8 wrong password")?,
            "RCPT" if fault == Some(Fault::Busy) => reply("451 4.3.0 busy, try later")?,
            "RCPT" if fault == Some(Fault::UnknownRecipient) => reply(&format!("550 5.1.1 nobody is {line}"))?,
            "AUTH" => reply("235 welcome")?,
            "MAIL" | "RCPT" | "RSET" | "NOOP" => reply("250 ok")?,
            "DATA" => {
                reply("354 go on")?;
                let mut email = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    if fault == Some(Fault::ClosedDuringMessage) {
                        return Ok(());
                    }
                    email.push_str(line.strip_prefix('.').unwrap_or(&line));
                    email.push_str("\r\n");
                }
                state.emails.lock().unwrap().push(email);
                if fault == Some(Fault::ClosedAfterMessage) {
                    return Ok(());
                }
                reply("250 taken")?;
            }
            "QUIT" => return reply("221 bye"),
            _ => reply("500 what")?,
        }
    }
    Ok(())
}
