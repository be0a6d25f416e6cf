//! The body of a request: read whole, within a size and a time, before any page sees it; but for uploads, which pass.
//!
//! Our own code because the limits of actix-web's extractors are about size alone, and only on paths that read a body. It
//! waits for a body as long as the visitor likes; a few hundred visitors who never finish would take every connection.

use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING, UPGRADE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpMessage, HttpResponse};
use futures_util::StreamExt;

use super::stream::{Bounds, Watch, watched};
use crate::web::layers::limits;

/// What became of a request's body.
pub enum Body {
    /// The request has all of it.
    Read,
    /// The request has it as it comes.
    Passing(Watch),
    /// The bare answer; the request keeps what is unread.
    Refused(HttpResponse),
}

/// Replaces the stream by the bytes it held, unless it is an upload of more than a form; refuses a body that is too large,
/// too slow, encoded, or cut short.
pub async fn read(request: &mut ServiceRequest) -> Body {
    if matches!(request.parts().1, Payload::None) {
        return Body::Read;
    }
    if opens_a_socket(request.headers()) {
        drop(request.take_payload());
        return Body::Read;
    }
    let upload = request.method() == Method::POST && limits::takes_files(request.path());
    let limit = if upload { limits::UPLOAD } else { limits::BODY as u64 };
    let length = length(request.headers());
    if let Some(status) = refused_unread(request.headers(), length, limit) {
        return Body::Refused(HttpResponse::new(status));
    }
    if upload && length.is_none_or(|length| length > limits::BODY as u64) {
        let (payload, watch) = watched(request.take_payload(), Bounds::UPLOAD);
        request.set_payload(payload);
        return Body::Passing(watch);
    }
    let mut payload = request.take_payload();
    match collect(&mut payload, limits::BODY, limits::BODY_DEADLINE).await {
        Ok(body) if body.is_empty() => Body::Read,
        Ok(body) => {
            request.set_payload(Payload::from(body));
            Body::Read
        }
        Err(status) => {
            request.set_payload(payload);
            Body::Refused(HttpResponse::new(status))
        }
    }
}

/// There are no web sockets here, and after such a request the stream has no end.
fn opens_a_socket(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|to| to.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket"))
        && !headers.contains_key(TRANSFER_ENCODING)
}

/// What the headers alone give away.
fn refused_unread(headers: &HeaderMap, length: Option<u64>, limit: u64) -> Option<StatusCode> {
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    length
        .filter(|length| *length > limit)
        .map(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

async fn collect(payload: &mut Payload, limit: usize, deadline: Duration) -> Result<Bytes, StatusCode> {
    let whole = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| match error {
                PayloadError::Overflow => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::BAD_REQUEST,
            })?;
            if body.len() + chunk.len() > limit {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    tokio::time::timeout(deadline, whole)
        .await
        .unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

#[cfg(test)]
mod tests {
    use futures_util::{Stream, stream};

    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    fn arriving(chunks: impl Stream<Item = Result<Bytes, PayloadError>> + 'static) -> Payload {
        Payload::Stream {
            payload: Box::pin(chunks),
        }
    }

    fn pieces(pieces: &[&'static str]) -> impl Stream<Item = Result<Bytes, PayloadError>> + use<> {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|piece| Ok(Bytes::from_static(piece.as_bytes())))
            .collect();
        stream::iter(pieces)
    }

    async fn collected(payload: Payload, limit: usize) -> Result<Bytes, u16> {
        let mut payload = payload;
        collect(&mut payload, limit, SOON)
            .await
            .map_err(|status| status.as_u16())
    }

    #[tokio::test]
    async fn a_body_within_its_limits_arrives_whole() {
        assert_eq!(
            collected(arriving(pieces(&["name=", "mug"])), 8).await.unwrap(),
            "name=mug"
        );
    }

    #[tokio::test]
    async fn a_stream_is_cut_at_the_limit() {
        let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[b'x'; 1024])));
        assert_eq!(collected(arriving(endless), 64 * 1024).await, Err(413));
        assert_eq!(collected(arriving(pieces(&["name=", "mug!"])), 8).await, Err(413));
    }

    #[tokio::test]
    async fn a_stalled_or_dripping_body_is_given_up() {
        assert_eq!(
            collected(arriving(pieces(&["name="]).chain(stream::pending())), 100).await,
            Err(408)
        );
        let drip = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Some((Ok(Bytes::from_static(b"x")), ()))
        });
        assert_eq!(collected(arriving(drip), 100_000).await, Err(408));
    }

    #[tokio::test]
    async fn a_body_cut_short_is_a_bad_request() {
        let broken = pieces(&["name="]).chain(stream::iter([Err(PayloadError::Incomplete(None))]));
        assert_eq!(collected(arriving(broken), 100).await, Err(400));
    }
}
