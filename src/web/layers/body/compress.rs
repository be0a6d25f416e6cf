//! Text made smaller on its way out, in one go, with an encoder that each thread keeps.
//!
//! Our own code because actix-web's `Compress` makes a new encoder for every response, moves the work to another thread,
//! which costs more than the work (a page of 33 kB takes 100 µs here), and has no setting for the level.

use std::cell::RefCell;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
};
use actix_web::web::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};
use zstd::bulk::Compressor;

/// Less than a packet gains nothing.
const WORTH_IT: usize = 1024;
/// Level 1 of either halves the time of level 3 or 2 and costs a few per cent in size.
const LEVEL: u32 = 1;

/// What the visitor's browser can read, the best of what we have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Zstd,
    Gzip,
    Plain,
}

impl Coding {
    pub fn accepted(headers: &HeaderMap) -> Self {
        let mut best = Self::Plain;
        for line in headers.get_all(ACCEPT_ENCODING).filter_map(|line| line.to_str().ok()) {
            for item in line.split(',') {
                let (name, quality) = item.split_once(';').unwrap_or((item, ""));
                if is_zero(quality) {
                    continue;
                }
                match name.trim() {
                    name if name.eq_ignore_ascii_case("zstd") => return Self::Zstd,
                    name if name.eq_ignore_ascii_case("gzip") => best = Self::Gzip,
                    _ => {}
                }
            }
        }
        best
    }

    fn shrink(self, text: &[u8]) -> Option<(Vec<u8>, &'static str)> {
        match self {
            Self::Zstd => zstd(text).map(|bytes| (bytes, "zstd")),
            Self::Gzip => gzip(text).map(|bytes| (bytes, "gzip")),
            Self::Plain => None,
        }
    }
}

fn is_zero(quality: &str) -> bool {
    let number = quality.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=');
    number.parse::<f32>().is_ok_and(|number| number <= 0.0)
}

/// Whether the answer is text that depends on `Accept-Encoding`: such an answer says so in `Vary`, shrunk or not.
pub fn is_text(answer: &HttpResponse) -> bool {
    let headers = answer.headers();
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let text = kind.starts_with(b"text/")
        || kind.starts_with(b"application/json")
        || kind.starts_with(b"application/xml")
        || kind.starts_with(b"application/rss+xml")
        || kind.starts_with(b"image/svg+xml");
    text && !headers.contains_key(CONTENT_ENCODING)
}

/// Shrinks a whole body of text; leaves streams, parts, and answers with a tag for their bytes alone.
pub fn shrink(answer: HttpResponse, coding: Coding) -> HttpResponse {
    let headers = answer.headers();
    if coding == Coding::Plain
        || answer.status() == StatusCode::PARTIAL_CONTENT
        || headers.contains_key(CONTENT_RANGE)
        || headers.contains_key(ETAG)
    {
        return answer;
    }
    answer.map_body(|head, body| {
        let whole = match body.try_into_bytes() {
            Ok(whole) => whole,
            Err(stream) => return stream,
        };
        if whole.len() <= WORTH_IT {
            return BoxBody::new(whole);
        }
        match coding.shrink(&whole) {
            Some((bytes, name)) => {
                head.headers_mut()
                    .insert(CONTENT_ENCODING, HeaderValue::from_static(name));
                BoxBody::new(Bytes::from(bytes))
            }
            None => BoxBody::new(whole),
        }
    })
}

thread_local! {
    static ZSTD: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(LEVEL.cast_signed()).ok());
    /// The largest window, 32 KiB, is what every gzip reader knows.
    static GZIP: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::new(LEVEL), 15));
}

fn zstd(text: &[u8]) -> Option<Vec<u8>> {
    ZSTD.with_borrow_mut(|encoder| encoder.as_mut()?.compress(text).ok())
}

fn gzip(text: &[u8]) -> Option<Vec<u8>> {
    // Room for text that grows: stored blocks cost five bytes for each 16 KiB, head and tail 18.
    let mut out = Vec::with_capacity(text.len() + text.len() / 1024 + 64);
    GZIP.with_borrow_mut(|encoder| {
        encoder.reset();
        let done = encoder.compress_vec(text, &mut out, FlushCompress::Finish).ok()?;
        (done == Status::StreamEnd).then_some(out)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use actix_web::test::TestRequest;

    use super::*;

    fn accepted(line: &str) -> Coding {
        Coding::accepted(
            TestRequest::default()
                .insert_header((ACCEPT_ENCODING, line))
                .to_http_request()
                .headers(),
        )
    }

    #[test]
    fn the_best_of_what_is_accepted_is_taken() {
        assert_eq!(accepted("gzip, deflate, br, zstd"), Coding::Zstd);
        assert_eq!(accepted("gzip, deflate, br"), Coding::Gzip);
        assert_eq!(accepted("gzip;q=0.5, zstd;q=0"), Coding::Gzip);
        assert_eq!(accepted("GZIP; q=0.000"), Coding::Plain);
        assert_eq!(accepted("br"), Coding::Plain);
        assert_eq!(accepted("*"), Coding::Plain);
        assert_eq!(accepted(""), Coding::Plain);
    }

    #[test]
    fn what_is_shrunk_comes_back_whole() {
        let noise: Vec<u8> = (0..100_000_u64)
            .map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
            .collect();
        for text in [b"a mug ".repeat(5000), b"x".repeat(2000), noise] {
            for _ in 0..2 {
                assert_eq!(zstd::decode_all(&*zstd(&text).unwrap()).unwrap(), text);
                let mut back = Vec::new();
                flate2::read::GzDecoder::new(&*gzip(&text).unwrap())
                    .read_to_end(&mut back)
                    .unwrap();
                assert_eq!(back, text);
            }
        }
    }
}
