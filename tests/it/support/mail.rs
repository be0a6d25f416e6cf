//! Parses emails that the program has written or sent.

use std::fs;
use std::path::Path;

use data_encoding::BASE64;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Email {
    pub to: String,
    pub from: String,
    pub subject: String,
    pub message_id: String,
    pub text: String,
    pub html: String,
}

/// Parses a multipart email of our own format.
pub fn parse_email(eml: &str) -> Email {
    let (headers, body) = split_headers(eml);
    let header = |name: &str| header_value(&headers, name);
    let boundary = header("Content-Type").split("boundary=\"").nth(1).map(|rest| {
        let name = rest.split('"').next().unwrap();
        format!("--{name}")
    });
    let mut email = Email {
        to: header("To"),
        from: header("From"),
        subject: decode_header(&header("Subject")),
        message_id: header("Message-ID"),
        ..Email::default()
    };
    for part in body.split(boundary.as_deref().expect("a boundary")).skip(1) {
        if part.starts_with("--") {
            break;
        }
        let (headers, body) = split_headers(part.trim_start());
        let body = body.strip_suffix("\r\n").unwrap_or(body);
        let bytes = match header_value(&headers, "Content-Transfer-Encoding").as_str() {
            "quoted-printable" => decode_quoted_printable(body),
            "base64" => BASE64.decode(body.replace("\r\n", "").as_bytes()).unwrap(),
            "7bit" | "8bit" | "" => body.as_bytes().to_vec(),
            other => panic!("unexpected encoding {other}"),
        };
        let body = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        match header_value(&headers, "Content-Type").split(';').next().unwrap() {
            "text/plain" => email.text = body,
            "text/html" => email.html = body,
            other => panic!("unexpected content type {other}"),
        }
    }
    email
}

/// The URLs in the plain text, except those in the footer.
pub fn links(email: &Email) -> Vec<String> {
    let body = email.text.split("\n-- \n").next().unwrap();
    body.split_whitespace()
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(str::to_owned)
        .collect()
}

/// The emails to an address in the data folder, oldest first.
pub fn emails_to(data: &Path, address: &str) -> Vec<Email> {
    let Ok(folder) = fs::read_dir(data.join("mail")) else {
        return Vec::new();
    };
    let mut files: Vec<_> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| parse_email(&fs::read_to_string(path).unwrap()))
        .filter(|email| email.to == address)
        .collect()
}

fn split_headers(part: &str) -> (String, &str) {
    let (headers, body) = part.split_once("\r\n\r\n").expect("an empty line after the headers");
    (headers.replace("\r\n ", " ").replace("\r\n\t", " "), body)
}

fn header_value(headers: &str, name: &str) -> String {
    headers
        .lines()
        .find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
        .unwrap_or_default()
}

/// Decodes `=?utf-8?b?…?=`.
fn decode_header(header: &str) -> String {
    let mut text = String::new();
    let mut after_encoded = false;
    for word in header.split(' ') {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        // The space between two encoded words is not part of the text.
        let continues = after_encoded && encoded.is_some();
        if !(text.is_empty() || continues) {
            text.push(' ');
        }
        match encoded {
            Some(encoded) => text.push_str(std::str::from_utf8(&BASE64.decode(encoded.as_bytes()).unwrap()).unwrap()),
            None => text.push_str(word),
        }
        after_encoded = encoded.is_some();
    }
    text
}

fn decode_quoted_printable(body: &str) -> Vec<u8> {
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
