//! Limits for request bodies. A body is read before the handler runs, except for large uploads, which are streamed.
//!
//! Our own code because actix-web's extractors limit only the size, and only for handlers that read a body. Without a time
//! limit, a few hundred clients that never finish their request would use up all connections.

use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING, UPGRADE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpMessage, HttpResponse};
use futures_util::StreamExt;

use super::stream::{Monitor, StreamLimits, monitor};
use crate::web::layers::limits;

/// The state of a request's body before the handler runs.
pub enum Body {
    /// The request holds all of it.
    Read,
    /// The handler reads it while it arrives.
    Streamed(Monitor),
    /// The empty response. The unread rest stays in the request.
    Refused(HttpResponse),
}

/// Reads the body into memory, unless it is a large upload. Refuses a body that is too large, too slow, compressed or
/// incomplete.
pub async fn read(request: &mut ServiceRequest) -> Body {
    if matches!(request.parts().1, Payload::None) {
        return Body::Read;
    }
    if is_websocket(request.headers()) {
        drop(request.take_payload());
        return Body::Read;
    }
    let upload = request.method() == Method::POST && limits::takes_files(request.path());
    let limit = if upload {
        limits::MAX_UPLOAD_BYTES
    } else {
        limits::MAX_BODY_BYTES as u64
    };
    let length = length(request.headers());
    if let Some(status) = refusal_by_headers(request.headers(), length, limit) {
        return Body::Refused(HttpResponse::new(status));
    }
    if upload && length.is_none_or(|length| length > limits::MAX_BODY_BYTES as u64) {
        let (payload, monitor) = monitor(request.take_payload(), StreamLimits::UPLOAD);
        request.set_payload(payload);
        return Body::Streamed(monitor);
    }
    let mut payload = request.take_payload();
    match collect(&mut payload, limits::MAX_BODY_BYTES, limits::BODY_TIMEOUT).await {
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

/// Whether the client wants a WebSocket. There are none here, and the body of such a request never ends.
fn is_websocket(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|protocol| protocol.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket"))
        && !headers.contains_key(TRANSFER_ENCODING)
}

/// The status for a body that the headers alone show to be unacceptable.
fn refusal_by_headers(headers: &HeaderMap, length: Option<u64>, limit: u64) -> Option<StatusCode> {
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

    fn payload(chunks: impl Stream<Item = Result<Bytes, PayloadError>> + 'static) -> Payload {
        Payload::Stream {
            payload: Box::pin(chunks),
        }
    }

    fn chunks(texts: &[&'static str]) -> impl Stream<Item = Result<Bytes, PayloadError>> + use<> {
        let chunks: Vec<_> = texts
            .iter()
            .map(|text| Ok(Bytes::from_static(text.as_bytes())))
            .collect();
        stream::iter(chunks)
    }

    async fn collect_body(payload: Payload, limit: usize) -> Result<Bytes, u16> {
        let mut payload = payload;
        collect(&mut payload, limit, SOON)
            .await
            .map_err(|status| status.as_u16())
    }

    #[tokio::test]
    async fn a_body_within_the_limits_is_read() {
        assert_eq!(
            collect_body(payload(chunks(&["name=", "mug"])), 8).await.unwrap(),
            "name=mug"
        );
    }

    #[tokio::test]
    async fn a_body_above_the_size_limit_is_refused() {
        let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[b'x'; 1024])));
        assert_eq!(collect_body(payload(endless), 64 * 1024).await, Err(413));
        assert_eq!(collect_body(payload(chunks(&["name=", "mug!"])), 8).await, Err(413));
    }

    #[tokio::test]
    async fn a_stalled_or_slow_body_times_out() {
        assert_eq!(
            collect_body(payload(chunks(&["name="]).chain(stream::pending())), 100).await,
            Err(408)
        );
        let slow_stream = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Some((Ok(Bytes::from_static(b"x")), ()))
        });
        assert_eq!(collect_body(payload(slow_stream), 100_000).await, Err(408));
    }

    #[tokio::test]
    async fn an_incomplete_body_is_a_bad_request() {
        let broken = chunks(&["name="]).chain(stream::iter([Err(PayloadError::Incomplete(None))]));
        assert_eq!(collect_body(payload(broken), 100).await, Err(400));
    }
}
