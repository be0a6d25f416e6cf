//! The built binary: its commands, and a market that it serves.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A key good enough to start with.
pub const KEY: &str = "a-key-that-is-long-enough-and-was-made-at-random-0123456789-XYZ-qrst";

/// The built binary, on a data folder in this one, with nothing else set.
pub fn pocketshop(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pocketshop"));
    command
        .env_clear()
        .env("POCKETSHOP_DATA", folder.join("data"))
        .current_dir(folder);
    command
}

pub fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A command that gets something to read.
pub fn run_with_input(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may refuse before it reads.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// A served market, ended with the test.
pub struct Served {
    child: Child,
    port: u16,
    log: std::sync::mpsc::Receiver<String>,
    /// What was said while something was waited for.
    said: RefCell<Vec<String>>,
}

impl Served {
    pub fn start(command: &mut Command) -> Self {
        Self::start_with(command, &[])
    }

    /// `serve` with these arguments.
    pub fn start_with(command: &mut Command, arguments: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = command
            .args(["serve", "--bind", &format!("127.0.0.1:{port}")])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, log) = std::sync::mpsc::channel();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for stream in streams {
            let sender = sender.clone();
            let lines = BufReader::new(stream).lines();
            std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        }
        let said = RefCell::default();
        let served = Self { child, port, log, said };
        served.wait_for("PocketShop is open at");
        served
    }

    pub fn wait_for(&self, words: &str) -> String {
        loop {
            let line = self
                .log
                .recv_timeout(Duration::from_secs(20))
                .unwrap_or_else(|_| panic!("{words} was never said"));
            self.said.borrow_mut().push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Whether it has said this so far.
    pub fn heard(&self, words: &str) -> bool {
        self.get("/the-last-line");
        self.wait_for("/the-last-line");
        self.said.borrow().iter().any(|line| line.contains(words))
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    pub fn ask(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        text(&answer)
    }

    pub fn get(&self, path: &str) -> String {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    /// All that it has said so far, to the last line.
    pub fn said(&self) -> Vec<String> {
        self.heard("");
        self.said.borrow().clone()
    }

    /// A line that was said by now, or will be.
    pub fn wait_for_said(&self, words: &str) -> String {
        let known = self.said.borrow().iter().find(|line| line.contains(words)).cloned();
        known.unwrap_or_else(|| self.wait_for(words))
    }

    /// A line of /proc/PID/status, in KiB.
    pub fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends a signal by the process's id.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    pub fn ended(&mut self, within: Duration) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(start.elapsed() < within, "it is still running");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
