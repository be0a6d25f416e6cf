//! Responses to requests whose body was not read completely.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::ConnectionType;
use actix_web::web::Bytes;

/// Closes the connection after the response, without reading the rest of the body.
///
/// The rest must live as long as the response: actix-web drains a chunked body that is dropped, and it may never end.
pub fn leave_unread(response: HttpResponse, rest: Payload) -> HttpResponse {
    if matches!(rest, Payload::None) {
        return response;
    }
    let mut response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => BoxBody::new(LastBody { bytes, _rest: rest }),
        Err(body) => body,
    });
    response.head_mut().set_connection_type(ConnectionType::Close);
    response
}

struct LastBody {
    bytes: Bytes,
    _rest: Payload,
}

impl MessageBody for LastBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)))
    }
}
