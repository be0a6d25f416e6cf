//! The body of a large upload, which the handler reads while it arrives. Its size and speed are monitored.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::unread::leave_unread;
use crate::web::layers::limits;

/// The limits of a streamed body.
#[derive(Debug, Clone, Copy)]
pub struct StreamLimits {
    pub max_bytes: u64,
    /// The longest pause, and the time after which the minimum rate applies.
    pub max_pause: Duration,
    /// Bytes per second.
    pub min_rate: u64,
    pub timeout: Duration,
}

impl StreamLimits {
    pub const UPLOAD: Self = Self {
        max_bytes: limits::MAX_UPLOAD_BYTES,
        max_pause: limits::BODY_TIMEOUT,
        min_rate: limits::MIN_UPLOAD_RATE,
        timeout: limits::UPLOAD_TIMEOUT,
    };
}

/// Knows what happened to a streamed body.
pub struct Monitor(Rc<RefCell<Progress>>);

struct Progress {
    body: Payload,
    limits: StreamLimits,
    state: State,
    started: Instant,
    last_received: Instant,
    received: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Complete,
    /// The response has this status, whatever the handler returns.
    Aborted(StatusCode),
}

struct MonitoredBody {
    progress: Rc<RefCell<Progress>>,
    timer: Pin<Box<Sleep>>,
}

/// The body for the handler, and its monitor.
pub fn monitor(body: Payload, limits: StreamLimits) -> (Payload, Monitor) {
    let now = Instant::now();
    let progress = Rc::new(RefCell::new(Progress {
        body,
        limits,
        state: State::Open,
        started: now,
        last_received: now,
        received: 0,
    }));
    let body = MonitoredBody {
        progress: progress.clone(),
        timer: Box::pin(sleep_until(now)),
    };
    let payload: Payload = Payload::Stream {
        payload: Box::pin(body),
    };
    (payload, Monitor(progress))
}

impl Monitor {
    /// The response of the handler, or an error response if the body was aborted. Passes it through `finish`. If part of the
    /// body was not read, the connection is closed after the response.
    pub fn finish(self, response: HttpResponse, finish: impl FnOnce(HttpResponse) -> HttpResponse) -> HttpResponse {
        let (state, rest) = {
            let mut progress = self.0.borrow_mut();
            (progress.state, std::mem::replace(&mut progress.body, Payload::None))
        };
        match state {
            State::Complete => finish(response),
            State::Open => leave_unread(finish(response), rest),
            State::Aborted(status) => leave_unread(finish(HttpResponse::new(status)), rest),
        }
    }
}

impl Progress {
    /// When the body will have taken too long.
    fn deadline(&self) -> Instant {
        let at_min_rate = self.limits.max_pause + Duration::from_secs(self.received / self.limits.min_rate.max(1));
        let deadline = self.started + at_min_rate.min(self.limits.timeout);
        deadline.min(self.last_received + self.limits.max_pause)
    }

    fn abort(&mut self, status: StatusCode) -> PayloadError {
        self.state = State::Aborted(status);
        PayloadError::Incomplete(None)
    }
}

impl Stream for MonitoredBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let body = self.get_mut();
        let progress = &mut *body.progress.borrow_mut();
        match progress.state {
            State::Open => {}
            State::Complete => return Poll::Ready(None),
            State::Aborted(_) => return Poll::Ready(Some(Err(PayloadError::Incomplete(None)))),
        }
        match Pin::new(&mut progress.body).poll_next(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                progress.received += chunk.len() as u64;
                progress.last_received = Instant::now();
                if progress.received > progress.limits.max_bytes {
                    return Poll::Ready(Some(Err(progress.abort(StatusCode::PAYLOAD_TOO_LARGE))));
                }
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(error))) => {
                progress.abort(match error {
                    PayloadError::Overflow => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::BAD_REQUEST,
                });
                Poll::Ready(Some(Err(error)))
            }
            Poll::Ready(None) => {
                progress.state = State::Complete;
                Poll::Ready(None)
            }
            Poll::Pending => {
                body.timer.as_mut().reset(progress.deadline());
                match body.timer.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(progress.abort(StatusCode::REQUEST_TIMEOUT)))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::ConnectionType;
    use futures_util::{StreamExt, stream};

    use super::*;

    const LIMITS: StreamLimits = StreamLimits {
        max_bytes: 1000,
        max_pause: Duration::from_millis(100),
        min_rate: 1_000_000,
        timeout: Duration::from_millis(400),
    };

    /// The number of bytes that arrived, and the status of an aborted body.
    async fn pass(chunks: impl Stream<Item = Result<Bytes, PayloadError>> + 'static) -> (usize, Option<u16>) {
        let body: Payload = Payload::Stream {
            payload: Box::pin(chunks),
        };
        let (mut payload, monitor) = monitor(body, LIMITS);
        let mut received = 0;
        while let Some(Ok(chunk)) = payload.next().await {
            received += chunk.len();
        }
        let status = monitor
            .finish(HttpResponse::Ok().finish(), |response| response)
            .status();
        (received, (status != 200).then_some(status.as_u16()))
    }

    const CHUNK: Bytes = Bytes::from_static(&[b'x'; 100]);

    fn chunks() -> impl Stream<Item = Result<Bytes, PayloadError>> {
        stream::repeat_with(|| Ok(CHUNK))
    }

    fn one_byte_every(pause: u64) -> impl Stream<Item = Result<Bytes, PayloadError>> {
        stream::unfold((), move |()| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Some((Ok(Bytes::from_static(b"x")), ()))
        })
    }

    #[tokio::test]
    async fn a_body_within_the_limits_passes() {
        assert_eq!(pass(chunks().take(10)).await, (1000, None));
        assert_eq!(pass(one_byte_every(5).take(3)).await, (3, None));
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_too_slow_or_broken_is_aborted() {
        assert_eq!(pass(chunks()).await, (1000, Some(413)));
        assert_eq!(
            pass(stream::iter([Ok(CHUNK)]).chain(stream::pending())).await,
            (100, Some(408))
        );
        // No pause is too long, but the rate is too low.
        let (received, status) = pass(one_byte_every(20)).await;
        assert!(
            (2..20).contains(&received) && status == Some(408),
            "{received} {status:?}"
        );
        let broken = stream::iter([Ok(CHUNK), Err(PayloadError::Incomplete(None))]);
        assert_eq!(pass(broken).await, (100, Some(400)));
    }

    #[tokio::test]
    async fn an_unread_body_closes_the_connection() {
        let body: Payload = Payload::Stream {
            payload: Box::pin(chunks()),
        };
        let (_, monitor) = monitor(body, LIMITS);
        let response = monitor.finish(HttpResponse::SeeOther().finish(), |response| response);
        assert_eq!(response.status(), 303);
        assert_eq!(response.head().connection_type(), ConnectionType::Close);
    }
}
