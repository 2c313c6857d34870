//! Taking in the body of a 2xx within bounds, whole or as a stream.

use std::io;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::error::ApiError;
use super::request::ApiRequest;
use super::transport::{BodyStream, Cause, TransportError};
use super::wire::TOO_MANY;

/// The largest JSON answer that is held as a whole, in bytes.
pub(super) const WHOLE: u64 = 64 << 20;
/// The largest answer that is read as a stream, in bytes: a group of 100,000 at 1.3 KB a member.
pub(super) const STREAMED: u64 = 128 << 20;
/// A streamed answer of up to so many bytes is not worth a thread.
const SMALL: usize = 64 << 10;

/// Why a body could not be taken in.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum BodyError {
    /// It did not come whole.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It is larger than so many bytes.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// It is not what it should be.
    #[error("{0}")]
    Bad(String),
}

impl BodyError {
    /// As the error of that request.
    pub(super) fn at(self, request: &ApiRequest) -> ApiError {
        let request = request.label();
        match self {
            Self::Transport(error) => ApiError::Transport { request, error, attempts: 1 },
            Self::TooLarge(bytes) => ApiError::TooLarge { request, limit: format!("{} MiB", bytes >> 20) },
            Self::Bad(reason) => ApiError::BadBody { request, reason },
        }
    }
}

/// The whole body, at most `most` bytes.
pub(super) async fn collect(mut body: BodyStream, most: u64) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        if (bytes.len() as u64).saturating_add(chunk.len() as u64) > most {
            return Err(BodyError::TooLarge(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The same body with an error where it grows beyond `most` bytes.
pub(super) fn limited(body: BodyStream, most: u64) -> BodyStream {
    let mut read = 0_u64;
    body.map(move |chunk| {
        let chunk = chunk?;
        read = read.saturating_add(chunk.len() as u64);
        if read > most {
            let detail = format!("more than {} MiB", most >> 20);
            return Err(TransportError::unknown(Cause::TooLarge, detail));
        }
        Ok(chunk)
    })
    .boxed()
}

/// Reads one JSON value as it arrives, on a thread for blocking work, so that no copy of the text is held. A small
/// one is read where it is.
pub(super) async fn streamed<T: DeserializeOwned + Send + 'static>(
    mut body: BodyStream,
) -> Result<T, BodyError> {
    let mut begun = Vec::new();
    loop {
        match body.next().await {
            None => return serde_json::from_slice(&begun).map_err(bad_json),
            Some(chunk) => begun.extend_from_slice(&chunk?),
        }
        if begun.len() > SMALL {
            break;
        }
    }
    let body = stream::once(std::future::ready(Ok(begun))).chain(body).boxed();
    let chunks = limited(body, STREAMED).map_ok(io::Cursor::new).map_err(io::Error::other);
    let reader = SyncIoBridge::new(StreamReader::new(chunks));
    let read = tokio::task::spawn_blocking(move || serde_json::from_reader(io::BufReader::new(reader)));
    match read.await {
        Ok(result) => result.map_err(bad_json),
        Err(_) => Err(BodyError::Bad("reading it was interrupted".to_owned())),
    }
}

/// Where the JSON is wrong; never the text that is wrong. JSON that just ends is an answer cut off on its way.
pub(super) fn bad_json(error: serde_json::Error) -> BodyError {
    if error.is_eof() {
        return BodyError::Transport(TransportError::unknown(Cause::Truncated, ""));
    }
    if error.is_io() {
        let io = io::Error::from(error);
        let inner = io.get_ref().and_then(|e| e.downcast_ref::<TransportError>()).cloned();
        return inner.unwrap_or_else(|| TransportError::unknown(Cause::Truncated, "")).into();
    }
    // The one text of serde's that is surely none of the answer's.
    if error.to_string().starts_with(TOO_MANY) {
        return BodyError::Bad(format!("a list of {TOO_MANY}"));
    }
    BodyError::Bad(format!("not the JSON expected, at line {} column {}", error.line(), error.column()))
}
