//! A fake Cloudinary server: checks signatures, stores pictures, and fails on demand.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use pocketshop::config::CloudinaryAccount;
use pocketshop::config::secret::Secret;
use sha1::{Digest, Sha1};

const CLOUD: &str = "small-cloud";
const KEY: &str = "271828";
const SECRET: &str = "hidden-cloud-word";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behavior {
    Normal,
    /// Closes the connection without a reply.
    Closed,
    /// Does not reply before the client's timeout.
    Timeout,
    /// Replies with status 500.
    ServerError,
    /// Replies after 2 seconds.
    Slow,
    /// Closes the connection in the middle of the reply.
    Truncated,
    /// Replies with invalid JSON.
    Malformed,
    /// Replies with the id of another picture.
    WrongId,
    /// Replies with a URL on another host.
    WrongHost,
    /// Replies with an endless body.
    Endless,
}

struct State {
    behavior: Mutex<Behavior>,
    pictures: Mutex<BTreeMap<String, Vec<u8>>>,
    calls: Mutex<usize>,
    refused: Mutex<Vec<String>>,
}

pub struct FakeCloudinary {
    address: SocketAddr,
    state: Arc<State>,
}

impl FakeCloudinary {
    pub fn start(behavior: Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            behavior: Mutex::new(behavior),
            pictures: Mutex::default(),
            calls: Mutex::default(),
            refused: Mutex::default(),
        });
        let shared = state.clone();
        // The thread ends with the test program.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let state = shared.clone();
                thread::spawn(move || {
                    // The client may close the connection at any time.
                    let _ = handle_connection(stream.unwrap(), &state);
                });
            }
        });
        Self { address, state }
    }

    pub fn account(&self) -> CloudinaryAccount {
        CloudinaryAccount {
            cloud: CLOUD.to_owned(),
            key: KEY.to_owned(),
            secret: Secret::new(SECRET),
            api: format!("http://{}", self.address),
        }
    }

    pub fn set_behavior(&self, behavior: Behavior) {
        *self.state.behavior.lock().unwrap() = behavior;
    }

    /// The stored pictures by public id.
    pub fn pictures(&self) -> BTreeMap<String, Vec<u8>> {
        self.state.pictures.lock().unwrap().clone()
    }

    pub fn calls(&self) -> usize {
        *self.state.calls.lock().unwrap()
    }

    /// The signed fields of calls with a wrong signature.
    pub fn refused(&self) -> Vec<String> {
        self.state.refused.lock().unwrap().clone()
    }
}

fn handle_connection(stream: TcpStream, state: &State) -> std::io::Result<()> {
    let behavior = *state.behavior.lock().unwrap();
    *state.calls.lock().unwrap() += 1;
    if behavior == Behavior::Closed {
        return Ok(());
    }
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut length, mut boundary) = (0, String::new());
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "content-type" => value.split("boundary=").nth(1).unwrap().clone_into(&mut boundary),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    match behavior {
        Behavior::Timeout => thread::sleep(Duration::from_secs(30)),
        Behavior::Slow => thread::sleep(Duration::from_secs(2)),
        _ => {}
    }
    let fields = fields(&body, &boundary);
    let (status, json) = respond(&path, &fields, behavior, state);
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n")?;
    match behavior {
        Behavior::Endless => {
            write!(stream, "\r\n")?;
            while stream.write_all(&[b' '; 16 * 1024]).is_ok() {}
            Ok(())
        }
        Behavior::Truncated => write!(stream, "Content-Length: {}\r\n\r\n{{\"pub", json.len()),
        _ => write!(stream, "Content-Length: {}\r\n\r\n{json}", json.len()),
    }
}

fn respond(
    path: &str,
    fields: &BTreeMap<String, Vec<u8>>,
    behavior: Behavior,
    state: &State,
) -> (&'static str, String) {
    let text = |name: &str| String::from_utf8_lossy(fields.get(name).map_or(&[], Vec::as_slice)).into_owned();
    if behavior == Behavior::ServerError {
        return ("500 Internal Server Error", "{}".to_owned());
    }
    let signed: Vec<String> = fields
        .keys()
        .filter(|name| !["file", "api_key", "signature"].contains(&name.as_str()))
        .map(|name| format!("{name}={}", text(name)))
        .collect();
    let signature = data_encoding::HEXLOWER.encode(&Sha1::digest(format!("{}{SECRET}", signed.join("&"))));
    if signature != text("signature") || text("api_key") != KEY || text("timestamp").is_empty() {
        state.refused.lock().unwrap().push(signed.join("&"));
        return ("401 Unauthorized", "{}".to_owned());
    }
    if behavior == Behavior::Malformed {
        return ("200 OK", "{\"public_id\": ".to_owned());
    }
    let id = text("public_id");
    let mut pictures = state.pictures.lock().unwrap();
    if path == format!("/v1_1/{CLOUD}/image/destroy") {
        let result = if pictures.remove(&id).is_some() {
            "ok"
        } else {
            "not found"
        };
        return ("200 OK", format!("{{\"result\":\"{result}\"}}"));
    }
    assert_eq!(path, format!("/v1_1/{CLOUD}/image/upload"));
    pictures.insert(id.clone(), fields["file"].clone());
    let public_id = if behavior == Behavior::WrongId {
        "pocketshop/another"
    } else {
        &id
    };
    let host = if behavior == Behavior::WrongHost {
        "evil.example"
    } else {
        "res.cloudinary.com"
    };
    let url = format!("https://{host}/{CLOUD}/image/upload/v1764000000/{id}.webp");
    (
        "200 OK",
        format!("{{\"public_id\":\"{public_id}\",\"secure_url\":\"{url}\",\"bytes\":1}}"),
    )
}

/// The parts of a multipart body by name.
fn fields(body: &[u8], boundary: &str) -> BTreeMap<String, Vec<u8>> {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(found) = body[at..]
        .windows(delimiter.len())
        .position(|window| window == delimiter)
    {
        starts.push(at + found);
        at += found + delimiter.len();
    }
    let mut fields = BTreeMap::new();
    for pair in starts.windows(2) {
        let part = &body[pair[0] + delimiter.len() + 2..pair[1] - 2];
        let end = part.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&part[..end]).into_owned();
        let name = head.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
        fields.insert(name.to_owned(), part[end + 4..].to_vec());
    }
    fields
}
