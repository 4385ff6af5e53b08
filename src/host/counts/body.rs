//! A body that says how many bytes of it were taken, once it is over or given up.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};

/// The body and what it tells at its end.
pub(super) struct Counted<F: FnOnce(u64)> {
    inner: Body,
    taken: u64,
    told: Option<F>,
}

impl<F: FnOnce(u64)> Counted<F> {
    /// `told` is called once, with the number of bytes, when the body is dropped: sent to its end or cut.
    pub(super) fn new(inner: Body, told: F) -> Self {
        Self { inner, taken: 0, told: Some(told) }
    }
}

impl<F: FnOnce(u64) + Unpin> hyper::body::Body for Counted<F> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.taken += data.len() as u64;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<F: FnOnce(u64)> Drop for Counted<F> {
    fn drop(&mut self) {
        if let Some(told) = self.told.take() {
            told(self.taken);
        }
    }
}
