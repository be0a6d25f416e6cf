//! Compression of responses. Each thread has one encoder, and a body is compressed at once.
//!
//! Our own code because actix-web's `Compress` makes a new encoder for every response, has no setting for the level, and
//! moves the work to another thread, which costs more than compressing a page (100 µs for 33 kB).

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

/// Smaller bodies are not compressed. They fit into one packet anyway.
const MIN_BYTES: usize = 1024;
/// For both encoders. Level 1 takes half the time of level 2 or 3, and the result is a few percent larger.
const LEVEL: u32 = 1;

/// The best encoding that the browser accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Zstd,
    Gzip,
    Plain,
}

impl Encoding {
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

    fn compress(self, text: &[u8]) -> Option<(Vec<u8>, &'static str)> {
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

/// Whether the response is text, so that it depends on `Accept-Encoding` and needs a `Vary` header, compressed or not.
pub fn is_text(response: &HttpResponse) -> bool {
    let headers = response.headers();
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let text = kind.starts_with(b"text/")
        || kind.starts_with(b"application/json")
        || kind.starts_with(b"application/xml")
        || kind.starts_with(b"application/rss+xml")
        || kind.starts_with(b"image/svg+xml");
    text && !headers.contains_key(CONTENT_ENCODING)
}

/// Compresses the body of a text response. Streams, partial content and responses with an `ETag` stay unchanged.
pub fn compress(response: HttpResponse, encoding: Encoding) -> HttpResponse {
    let headers = response.headers();
    if encoding == Encoding::Plain
        || response.status() == StatusCode::PARTIAL_CONTENT
        || headers.contains_key(CONTENT_RANGE)
        || headers.contains_key(ETAG)
    {
        return response;
    }
    response.map_body(|head, body| {
        let bytes = match body.try_into_bytes() {
            Ok(bytes) => bytes,
            Err(stream) => return stream,
        };
        if bytes.len() <= MIN_BYTES {
            return BoxBody::new(bytes);
        }
        match encoding.compress(&bytes) {
            Some((compressed, name)) => {
                head.headers_mut()
                    .insert(CONTENT_ENCODING, HeaderValue::from_static(name));
                BoxBody::new(Bytes::from(compressed))
            }
            None => BoxBody::new(bytes),
        }
    })
}

thread_local! {
    static ZSTD: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(LEVEL.cast_signed()).ok());
    /// 15 is the largest window, 32 KiB. Every decoder supports it.
    static GZIP: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::new(LEVEL), 15));
}

fn zstd(text: &[u8]) -> Option<Vec<u8>> {
    ZSTD.with_borrow_mut(|encoder| encoder.as_mut()?.compress(text).ok())
}

fn gzip(text: &[u8]) -> Option<Vec<u8>> {
    // Incompressible text grows: by five bytes for each stored block of 16 KiB, and 18 bytes for header and trailer.
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

    fn accepted(line: &str) -> Encoding {
        Encoding::accepted(
            TestRequest::default()
                .insert_header((ACCEPT_ENCODING, line))
                .to_http_request()
                .headers(),
        )
    }

    #[test]
    fn the_best_accepted_encoding_is_used() {
        assert_eq!(accepted("gzip, deflate, br, zstd"), Encoding::Zstd);
        assert_eq!(accepted("gzip, deflate, br"), Encoding::Gzip);
        assert_eq!(accepted("gzip;q=0.5, zstd;q=0"), Encoding::Gzip);
        assert_eq!(accepted("GZIP; q=0.000"), Encoding::Plain);
        assert_eq!(accepted("br"), Encoding::Plain);
        assert_eq!(accepted("*"), Encoding::Plain);
        assert_eq!(accepted(""), Encoding::Plain);
    }

    #[test]
    fn compressed_bodies_decompress_to_the_original() {
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
