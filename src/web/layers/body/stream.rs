//! The body of an upload: too large to be read before its page sees it, so it passes through, watched.

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

/// What a body may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub bytes: u64,
    /// The longest pause, and the time until the pace counts.
    pub pause: Duration,
    /// Bytes a second.
    pub rate: u64,
    pub whole: Duration,
}

impl Bounds {
    pub const UPLOAD: Self = Self {
        bytes: limits::UPLOAD,
        pause: limits::BODY_DEADLINE,
        rate: limits::UPLOAD_RATE,
        whole: limits::UPLOAD_DEADLINE,
    };
}

/// Sees a body pass, and knows at the end what to do with the rest of it.
pub struct Watch(Rc<RefCell<Passing>>);

struct Passing {
    body: Payload,
    bounds: Bounds,
    state: State,
    began: Instant,
    last: Instant,
    received: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Whole,
    /// For good, with this status, whatever the page makes of it.
    Cut(StatusCode),
}

struct Through {
    passing: Rc<RefCell<Passing>>,
    timer: Pin<Box<Sleep>>,
}

/// The body as its page gets it, and the watch over it.
pub fn watched(body: Payload, bounds: Bounds) -> (Payload, Watch) {
    let now = Instant::now();
    let passing = Rc::new(RefCell::new(Passing {
        body,
        bounds,
        state: State::Open,
        began: now,
        last: now,
        received: 0,
    }));
    let through = Through {
        passing: passing.clone(),
        timer: Box::pin(sleep_until(now)),
    };
    let payload: Payload = Payload::Stream {
        payload: Box::pin(through),
    };
    (payload, Watch(passing))
}

impl Watch {
    /// The answer of the page, finished; or, if its body was cut off, the one that says so. What nobody read is left unread.
    pub fn settle(self, answer: HttpResponse, finish: impl FnOnce(HttpResponse) -> HttpResponse) -> HttpResponse {
        let (state, rest) = {
            let mut passing = self.0.borrow_mut();
            (passing.state, std::mem::replace(&mut passing.body, Payload::None))
        };
        match state {
            State::Whole => finish(answer),
            State::Open => leave_unread(finish(answer), rest),
            // Whatever the page made of half a body.
            State::Cut(status) => leave_unread(finish(HttpResponse::new(status)), rest),
        }
    }
}

impl Passing {
    /// When it will have taken too long.
    fn due(&self) -> Instant {
        let paced = self.bounds.pause + Duration::from_secs(self.received / self.bounds.rate.max(1));
        let paced = self.began + paced.min(self.bounds.whole);
        paced.min(self.last + self.bounds.pause)
    }

    fn cut(&mut self, status: StatusCode) -> PayloadError {
        self.state = State::Cut(status);
        PayloadError::Incomplete(None)
    }
}

impl Stream for Through {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let through = self.get_mut();
        let passing = &mut *through.passing.borrow_mut();
        match passing.state {
            State::Open => {}
            State::Whole => return Poll::Ready(None),
            State::Cut(_) => return Poll::Ready(Some(Err(PayloadError::Incomplete(None)))),
        }
        match Pin::new(&mut passing.body).poll_next(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                passing.received += chunk.len() as u64;
                passing.last = Instant::now();
                if passing.received > passing.bounds.bytes {
                    return Poll::Ready(Some(Err(passing.cut(StatusCode::PAYLOAD_TOO_LARGE))));
                }
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(error))) => {
                passing.cut(match error {
                    PayloadError::Overflow => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::BAD_REQUEST,
                });
                Poll::Ready(Some(Err(error)))
            }
            Poll::Ready(None) => {
                passing.state = State::Whole;
                Poll::Ready(None)
            }
            Poll::Pending => {
                through.timer.as_mut().reset(passing.due());
                match through.timer.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(passing.cut(StatusCode::REQUEST_TIMEOUT)))),
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

    const BOUNDS: Bounds = Bounds {
        bytes: 1000,
        pause: Duration::from_millis(100),
        rate: 1_000_000,
        whole: Duration::from_millis(400),
    };

    /// What came of it, and the status where it was cut.
    async fn pass(chunks: impl Stream<Item = Result<Bytes, PayloadError>> + 'static) -> (usize, Option<u16>) {
        let body: Payload = Payload::Stream {
            payload: Box::pin(chunks),
        };
        let (mut payload, watch) = watched(body, BOUNDS);
        let mut received = 0;
        while let Some(Ok(chunk)) = payload.next().await {
            received += chunk.len();
        }
        let status = watch.settle(HttpResponse::Ok().finish(), |answer| answer).status();
        (received, (status != 200).then_some(status.as_u16()))
    }

    const PIECE: Bytes = Bytes::from_static(&[b'x'; 100]);

    fn pieces() -> impl Stream<Item = Result<Bytes, PayloadError>> {
        stream::repeat_with(|| Ok(PIECE))
    }

    fn every(pause: u64) -> impl Stream<Item = Result<Bytes, PayloadError>> {
        stream::unfold((), move |()| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Some((Ok(Bytes::from_static(b"x")), ()))
        })
    }

    #[tokio::test]
    async fn a_body_within_its_bounds_passes() {
        assert_eq!(pass(pieces().take(10)).await, (1000, None));
        assert_eq!(pass(every(5).take(3)).await, (3, None));
    }

    #[tokio::test]
    async fn what_is_too_large_too_slow_or_broken_is_cut() {
        assert_eq!(pass(pieces()).await, (1000, Some(413)));
        assert_eq!(
            pass(stream::iter([Ok(PIECE)]).chain(stream::pending())).await,
            (100, Some(408))
        );
        // No pause is too long, but the pace is not kept.
        let (received, status) = pass(every(20)).await;
        assert!(
            (2..20).contains(&received) && status == Some(408),
            "{received} {status:?}"
        );
        let broken = stream::iter([Ok(PIECE), Err(PayloadError::Incomplete(None))]);
        assert_eq!(pass(broken).await, (100, Some(400)));
    }

    #[tokio::test]
    async fn what_nobody_read_closes_the_connection() {
        let body: Payload = Payload::Stream {
            payload: Box::pin(pieces()),
        };
        let (_, watch) = watched(body, BOUNDS);
        let answer = watch.settle(HttpResponse::SeeOther().finish(), |answer| answer);
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.head().connection_type(), ConnectionType::Close);
    }
}
