//! Server-sent events of a job's progress, from bytes to values. Lines and events are bounded: the stream is
//! untrusted.

use std::io::Cursor;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use sse_stream::SseByteStream;

use super::error::ApiError;
use super::transport::{BodyStream, Cause, TransportError};
use super::wire::{Progress, WireProgress};

/// Events as they come. Ends with the server's stream, or with one error.
pub type ProgressStream = BoxStream<'static, Result<Progress, ApiError>>;

/// No event is longer than this, in bytes.
const LONGEST_EVENT: usize = 64 * 1024;

/// Reads events out of a body. Comments, heartbeats and events without a count are skipped.
pub(super) fn progress(body: BodyStream, request: String) -> ProgressStream {
    let failed =
        move |error: TransportError| ApiError::Transport { request: request.clone(), error, attempts: 1 };
    SseByteStream::new(bounded(body).map_ok(Cursor::new))
        .filter_map(move |event| {
            let item = match event {
                Ok(event) => event
                    .data
                    .and_then(|data| serde_json::from_str::<WireProgress>(&data).ok())
                    .and_then(WireProgress::convert)
                    .map(Ok),
                Err(error) => Some(Err(failed(of_sse(&error)))),
            };
            std::future::ready(item)
        })
        .boxed()
}

fn of_sse(error: &sse_stream::Error) -> TransportError {
    match error {
        sse_stream::Error::Body(inner) => inner
            .downcast_ref::<TransportError>()
            .cloned()
            .unwrap_or_else(|| TransportError::unknown(Cause::Truncated, "")),
        _ => TransportError::unknown(Cause::Other, "the events are not valid UTF-8"),
    }
}

/// Ends the stream with an error when an event grows beyond the bound.
fn bounded(body: BodyStream) -> BodyStream {
    let begun = (body, Length::default());
    stream::try_unfold(begun, |(mut body, mut length)| async move {
        match body.next().await {
            None => Ok(None),
            Some(Err(error)) => Err(error),
            Some(Ok(chunk)) if length.grow(&chunk) => Ok(Some((chunk, (body, length)))),
            Some(Ok(_)) => Err(TransportError::unknown(Cause::Other, "an event is too long")),
        }
    })
    .boxed()
}

/// How long the present event is.
#[derive(Default)]
struct Length {
    event: usize,
    line: usize,
    after_cr: bool,
}

impl Length {
    /// Counts a chunk; false once an event is too long.
    fn grow(&mut self, chunk: &[u8]) -> bool {
        for &byte in chunk {
            let second_half = self.after_cr && byte == b'\n';
            self.after_cr = byte == b'\r';
            if second_half {
                continue;
            }
            if matches!(byte, b'\n' | b'\r') {
                if self.line == 0 {
                    self.event = 0;
                }
                self.line = 0;
            } else {
                self.line += 1;
                self.event += 1;
            }
            if self.event > LONGEST_EVENT {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::JobStatus;

    async fn read(chunks: &[&[u8]]) -> Vec<Result<Progress, ApiError>> {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok(chunk.to_vec())).collect();
        progress(stream::iter(chunks).boxed(), "GET /x".into()).collect().await
    }

    #[tokio::test]
    async fn events_are_read_across_chunks() {
        let events = read(&[
            b": hello\n\ndata: {\"sent\": 45, \"tot",
            b"al\": 127, \"failed\": 0, \"status\": \"running\"}\r\n\r\nevent: ping\ndata: {}\n\n",
            b"data: nonsense\n\ndata: {\"sent\": \"127\", \"status\": \"completed\"}\n\ndata: {\"sent\"",
        ])
        .await;
        let events: Vec<Progress> = events.into_iter().map(Result::unwrap).collect();
        assert_eq!(events.len(), 2);
        assert_eq!((events[0].sent, events[0].total, events[0].failed), (Some(45), Some(127), Some(0)));
        assert_eq!((&events[1].status, events[1].failed), (&Some(JobStatus::Completed), None));
    }

    #[tokio::test]
    async fn an_endless_event_is_an_error() {
        let long = vec![b'x'; LONGEST_EVENT];
        let events = read(&[b"data: ", &long, &long]).await;
        assert_eq!(events.len(), 1);
        assert!(matches!(events[0], Err(ApiError::Transport { .. })));
        let line = b"data: 1\r\n".repeat(LONGEST_EVENT / 4);
        assert!(matches!(read(&[&line]).await.as_slice(), [Err(_)]));
        let many = b"data: {\"sent\": 1}\n\n".repeat(LONGEST_EVENT / 4);
        assert_eq!(read(&[&many]).await.len(), LONGEST_EVENT / 4);
    }
}
