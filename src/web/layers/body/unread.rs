//! An answer given before the body of its request was read.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::ConnectionType;
use actix_web::web::Bytes;

/// Answers without the rest of the body, and closes the connection.
///
/// The rest must outlive the answer: actix-web takes a dropped chunked body for one that it should drain, and would
/// drain it for ever.
pub fn leave_unread(answer: HttpResponse, rest: Payload) -> HttpResponse {
    if matches!(rest, Payload::None) {
        return answer;
    }
    let mut answer = answer.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => BoxBody::new(Last { bytes, _rest: rest }),
        Err(body) => body,
    });
    answer.head_mut().set_connection_type(ConnectionType::Close);
    answer
}

struct Last {
    bytes: Bytes,
    _rest: Payload,
}

impl MessageBody for Last {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)))
    }
}
