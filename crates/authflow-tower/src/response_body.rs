//! The body of a response of this crate or of an inner service.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

pin_project! {
    /// The body of a response from a layer or a guard. It is the layer's or the guard's own body, or that of the inner service. Reading fails only if
    /// the inner service's body fails.
    #[derive(Debug)]
    pub struct ResponseBody<R> {
        #[pin]
        body: Either<R>,
    }
}

pin_project! {
    #[project = Projected]
    #[derive(Debug)]
    enum Either<R> {
        Own { #[pin] body: Full<Bytes> },
        Inner { #[pin] body: R },
    }
}

impl<R> ResponseBody<R> {
    pub(crate) fn own(body: Full<Bytes>) -> Self {
        Self { body: Either::Own { body } }
    }

    pub(crate) fn inner(body: R) -> Self {
        Self { body: Either::Inner { body } }
    }
}

/// An empty body.
impl<R> Default for ResponseBody<R> {
    fn default() -> Self {
        Self::own(Full::default())
    }
}

impl<R: Body<Data = Bytes>> Body for ResponseBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        match self.project().body.project() {
            Projected::Own { body } => {
                let frame = body.poll_frame(context);
                frame.map(|frame| frame.map(|frame| frame.map_err(|never: Infallible| match never {})))
            }
            Projected::Inner { body } => body.poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Either::Own { body } => body.is_end_stream(),
            Either::Inner { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Either::Own { body } => body.size_hint(),
            Either::Inner { body } => body.size_hint(),
        }
    }
}
