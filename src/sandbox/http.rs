//! The HTTP face: turns bytes into a [`Request`] and a [`Response`] into bytes, or into one of the ways in which
//! a connection fails. Owns no rule of the API.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;
use uuid::Uuid;

use super::dialect::ErrorForm;
use super::fault::FaultMode;
use super::hosted::{Hosted, Served};
use super::jobs::Progress;
use super::listener::Cut;
use super::message::{Request, Response};
use super::refusal::Refusal;

/// The largest body taken.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// How long a hang holds a connection at most.
const LONGEST_HANG: Duration = Duration::from_mins(10);
/// How often a progress stream looks, in real time.
const GLANCE: Duration = Duration::from_millis(100);
/// How many glances without news before a comment keeps the stream alive.
const QUIET_GLANCES: u32 = 150;

/// What every connection shares.
#[derive(Clone, Debug)]
pub struct Face {
    /// The sandbox.
    pub hosted: Arc<Hosted>,
    /// Turns true when the sandbox closes.
    pub stop: watch::Receiver<bool>,
}

/// One handler for every path: the model server does the routing.
pub fn router(face: Face) -> Router {
    Router::new().fallback(answer).with_state(face)
}

async fn answer(
    State(face): State<Face>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: axum::extract::Request,
) -> axum::response::Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        let refusal = Refusal::new(413, "the body is longer than 64 MiB, or ended early");
        return plain(refusal.response(ErrorForm::Detail));
    };
    let request = Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: query_pairs(parts.uri.query().unwrap_or_default()),
        headers: header_pairs(&parts.headers),
        body: body.to_vec(),
    };
    let hosted = Arc::clone(&face.hosted);
    let Ok(served) = tokio::task::spawn_blocking(move || hosted.serve(&request)).await else {
        return plain(Refusal::new(500, "the sandbox failed on this request").response(ErrorForm::Detail));
    };
    let Served { response, verdict, stream } = served;
    if !verdict.latency.is_zero() {
        tokio::time::sleep(verdict.latency).await;
    }
    match verdict.mode {
        Some(FaultMode::DropBefore | FaultMode::DropAfter) => dropped(&cut),
        Some(FaultMode::HangBefore | FaultMode::HangAfter) => {
            let mut stop = face.stop.clone();
            let _ = tokio::time::timeout(LONGEST_HANG, stop.wait_for(|stop| *stop)).await;
            dropped(&cut)
        }
        Some(FaultMode::Truncated) => truncated(response, &cut),
        _ => match stream {
            Some(id) => streamed(response, progress_events(face, id)),
            None => plain(response),
        },
    }
}

/// No answer: nothing that is written from here on reaches the client.
fn dropped(cut: &Cut) -> axum::response::Response {
    cut.cut();
    axum::response::Response::new(Body::empty())
}

/// The head with the full length, half of the body, and then the end of the connection.
fn truncated(response: Response, cut: &Cut) -> axum::response::Response {
    let length = response.body.len();
    if length < 2 {
        return dropped(cut);
    }
    let half = Bytes::copy_from_slice(&response.body[..length / 2]);
    let (mut parts, _) = plain(response).into_parts();
    parts.headers.insert(header::CONTENT_LENGTH, length.into());
    let body = stream::unfold(Some(half), |half| async move {
        if let Some(half) = half {
            return Some((Ok(half), None));
        }
        // Lets the first half be flushed before the connection is given up.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
    });
    axum::response::Response::from_parts(parts, Body::from_stream(body))
}

fn streamed(
    response: Response,
    events: impl Stream<Item = Result<String, Infallible>> + Send + 'static,
) -> axum::response::Response {
    let (mut parts, _) = plain(response).into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    axum::response::Response::from_parts(parts, Body::from_stream(events))
}

/// An event at once, then one for each change, until the job is final or the sandbox closes.
fn progress_events(face: Face, id: Uuid) -> impl Stream<Item = Result<String, Infallible>> + Send {
    stream::unfold((face, None::<Progress>), move |(mut face, last)| async move {
        if last.is_some_and(|last| last.status.is_final()) {
            return None;
        }
        let mut quiet = 0;
        loop {
            let hosted = Arc::clone(&face.hosted);
            let now = tokio::task::spawn_blocking(move || hosted.progress(id)).await.ok().flatten()?;
            if last != Some(now) {
                return Some((Ok(now.event()), (face, Some(now))));
            }
            quiet += 1;
            if quiet >= QUIET_GLANCES {
                return Some((Ok(": still here\n\n".to_owned()), (face, last)));
            }
            if tokio::time::timeout(GLANCE, face.stop.wait_for(|stop| *stop)).await.is_ok() {
                return None;
            }
        }
    })
}

fn plain(response: Response) -> axum::response::Response {
    let Response { status, headers, body } = response;
    let mut answer = axum::response::Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let name = header::HeaderName::try_from(name);
        if let (Ok(name), Ok(value)) = (name, header::HeaderValue::try_from(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

fn query_pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Headers that are text; others mean nothing to the API.
fn header_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        value.to_str().ok().map(|value| (name.as_str().to_owned(), value.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}
