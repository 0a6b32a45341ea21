//! The body of a request, which is read within bounds.

use authflow::facade::MOST_OF_A_BODY;
use bytes::{Buf as _, BufMut as _};
use http::StatusCode;
use http_body::Body;
use http_body_util::BodyExt as _;
use std::{pin::pin, time::Duration};
use tokio::time::timeout;

/// A little more than a façade accepts, so that the façade itself refuses a body that is too long. The rest of the body is left unread.
const MOST_BYTES: usize = MOST_OF_A_BODY + 4 * 1024;
const LONGEST_READ: Duration = Duration::from_secs(10);

/// Why there is no body to pass on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The body ended too early, or was not well-formed.
    Broken,
    /// The body did not arrive in time.
    Late,
}

impl Unread {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
        }
    }

    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Broken => "the body must be as long as it says\n",
            Self::Late => "the body must be there within 10 seconds\n",
        }
    }
}

pub(crate) async fn read<B: Body>(body: B) -> Result<Vec<u8>, Unread> {
    match timeout(LONGEST_READ, read_on(body)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Unread::Broken),
        Err(_) => Err(Unread::Late),
    }
}

async fn read_on<B: Body>(body: B) -> Result<Vec<u8>, B::Error> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(announced.min(MOST_BYTES));
    let mut body = pin!(body);
    while bytes.len() < MOST_BYTES
        && let Some(frame) = body.frame().await
    {
        let Ok(data) = frame?.into_data() else { continue };
        bytes.put(data.take(MOST_BYTES.saturating_sub(bytes.len())));
    }
    Ok(bytes)
}
