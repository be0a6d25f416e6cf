//! Runs the built binary: commands, and servers.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A `SECRET_KEY` that the server accepts.
pub const KEY: &str = "a-key-that-is-long-enough-and-was-made-at-random-0123456789-XYZ-qrst";

/// A command of the built binary. Its data folder is `data` in `folder`, and no other environment variable is set.
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

/// Runs a command with text on its standard input.
pub fn run_with_input(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may exit before it reads.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// A server process, killed when dropped.
pub struct Server {
    child: Child,
    port: u16,
    log: std::sync::mpsc::Receiver<String>,
    /// The log lines that were read from the channel so far.
    lines: RefCell<Vec<String>>,
}

impl Server {
    pub fn start(command: &mut Command) -> Self {
        Self::start_with_args(command, &[])
    }

    /// Runs `serve` with more arguments, and waits until it is ready.
    pub fn start_with_args(command: &mut Command, arguments: &[&str]) -> Self {
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
        let server = Self {
            child,
            port,
            log,
            lines: RefCell::default(),
        };
        server.wait_for_log("PocketShop is open at");
        server
    }

    /// Waits for a new log line that contains the text.
    pub fn wait_for_log(&self, text: &str) -> String {
        loop {
            let line = self
                .log
                .recv_timeout(Duration::from_secs(20))
                .unwrap_or_else(|_| panic!("{text:?} is not in the log"));
            self.lines.borrow_mut().push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Whether a log line so far contains the text.
    pub fn has_logged(&self, text: &str) -> bool {
        self.log_lines().iter().any(|line| line.contains(text))
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends a raw HTTP request and returns the raw response.
    pub fn send_raw(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response);
        text(&response)
    }

    pub fn get(&self, path: &str) -> String {
        self.send_raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    /// All log lines so far.
    pub fn log_lines(&self) -> Vec<String> {
        // The log line of this request comes after all earlier lines.
        self.get("/the-last-line");
        self.wait_for_log("/the-last-line");
        self.lines.borrow().clone()
    }

    /// A log line that contains the text, read already or still to come.
    pub fn find_log_line(&self, text: &str) -> String {
        let known = self.lines.borrow().iter().find(|line| line.contains(text)).cloned();
        known.unwrap_or_else(|| self.wait_for_log(text))
    }

    /// A value of `/proc/PID/status`, such as `VmRSS`, in KiB.
    pub fn memory_kib(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for the end of the process and returns its exit code, or -1 if a signal ended it.
    pub fn wait_for_exit(&mut self, timeout: Duration) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(start.elapsed() < timeout, "the server is still running");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
