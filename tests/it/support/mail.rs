//! Letters as their readers see them.

use std::fs;
use std::path::Path;

use data_encoding::BASE64;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub from: String,
    pub subject: String,
    pub message_id: String,
    pub text: String,
    pub html: String,
}

/// Reads a message as our own program writes it.
pub fn read(eml: &str) -> Mail {
    let (headers, body) = split(eml);
    let header = |name: &str| value(&headers, name);
    let boundary = header("Content-Type").split("boundary=\"").nth(1).map(|rest| {
        let name = rest.split('"').next().unwrap();
        format!("--{name}")
    });
    let mut mail = Mail {
        to: header("To"),
        from: header("From"),
        subject: words(&header("Subject")),
        message_id: header("Message-ID"),
        ..Mail::default()
    };
    for part in body.split(boundary.as_deref().expect("a boundary")).skip(1) {
        if part.starts_with("--") {
            break;
        }
        let (headers, body) = split(part.trim_start());
        let body = body.strip_suffix("\r\n").unwrap_or(body);
        let bytes = match value(&headers, "Content-Transfer-Encoding").as_str() {
            "quoted-printable" => quoted_printable(body),
            "base64" => BASE64.decode(body.replace("\r\n", "").as_bytes()).unwrap(),
            "7bit" | "8bit" | "" => body.as_bytes().to_vec(),
            other => panic!("{other} is no encoding that we know"),
        };
        let body = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        match value(&headers, "Content-Type").split(';').next().unwrap() {
            "text/plain" => mail.text = body,
            "text/html" => mail.html = body,
            other => panic!("{other} is no part that we send"),
        }
    }
    mail
}

/// The addresses in the plain part, the market's own at its end left out.
pub fn links(mail: &Mail) -> Vec<String> {
    let body = mail.text.split("\n-- \n").next().unwrap();
    body.split_whitespace()
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(str::to_owned)
        .collect()
}

/// The emails to an address that were written to the data folder, the oldest first.
pub fn emails_to(data: &Path, address: &str) -> Vec<Mail> {
    let Ok(folder) = fs::read_dir(data.join("mail")) else {
        return Vec::new();
    };
    let mut files: Vec<_> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| read(&fs::read_to_string(path).unwrap()))
        .filter(|mail| mail.to == address)
        .collect()
}

fn split(part: &str) -> (String, &str) {
    let (headers, body) = part.split_once("\r\n\r\n").expect("an empty line after the headers");
    (headers.replace("\r\n ", " ").replace("\r\n\t", " "), body)
}

fn value(headers: &str, name: &str) -> String {
    headers
        .lines()
        .find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
        .unwrap_or_default()
}

/// Undoes `=?utf-8?b?…?=`.
fn words(header: &str) -> String {
    let mut told = String::new();
    let mut after_word = false;
    for word in header.split(' ') {
        let inner = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        let goes_on = after_word && inner.is_some();
        if !(told.is_empty() || goes_on) {
            told.push(' ');
        }
        match inner {
            Some(inner) => told.push_str(std::str::from_utf8(&BASE64.decode(inner.as_bytes()).unwrap()).unwrap()),
            None => told.push_str(word),
        }
        after_word = inner.is_some();
    }
    told
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'=' {
            let hex = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    bytes
}
