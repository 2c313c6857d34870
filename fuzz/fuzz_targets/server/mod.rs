//! A server made of the fuzzer's bytes behind the real client: everything between the network and the model runs,
//! with nothing of the product opened up for it.

use std::sync::{Arc, Mutex};

use campaignctl::api::{
    Auth, BaseUrl, Call, Cause, Client, ClientOptions, RawResponse, Transport, TransportError, VirtualClock,
};
use campaignctl::model::Secret;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

/// The credential; no answer may make an error show it.
pub const KEY: &str = "fuzz-key-0123456789";
/// Answers of one run; whoever asks for more waits for something that no answer ends.
const MOST_ANSWERS: usize = 200;

/// Gives one piece of the input after another as answers, then empty ones.
struct Server {
    answers: Mutex<Answers>,
}

struct Answers {
    input: Vec<Vec<u8>>,
    given: usize,
}

impl Transport for Server {
    fn call(&self, _: Call) -> BoxFuture<'_, Result<RawResponse, TransportError>> {
        let bytes = {
            let mut answers = self.answers.lock().unwrap();
            answers.given += 1;
            assert!(answers.given <= MOST_ANSWERS, "requests without end");
            let given = answers.given - 1;
            answers.input.get(given).cloned().unwrap_or_default()
        };
        Box::pin(async move { answer(&bytes) })
    }
}

/// The first byte is the kind of answer, the headers are up to the first empty line, the rest is the body.
fn answer(bytes: &[u8]) -> Result<RawResponse, TransportError> {
    let (&kind, rest) = bytes.split_first().unwrap_or((&b'2', &[]));
    let status = match kind {
        b'2' => 200,
        b'c' => 201,
        b'4' => 422,
        b'9' => 429,
        b'5' => 500,
        b'0' => 404,
        b'x' => return Err(TransportError::unknown(Cause::Closed, "")),
        b'n' => return Err(TransportError::not_sent(Cause::Refused, "")),
        _ => 200,
    };
    let (head, body) = match rest.windows(2).position(|w| w == b"\n\n") {
        Some(at) => (&rest[..at], &rest[at + 2..]),
        None => (&[][..], rest),
    };
    let headers = String::from_utf8_lossy(head)
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    // In pieces, which may be cut anywhere; `t` at the front breaks the body off.
    let mut pieces: Vec<Result<Vec<u8>, TransportError>> =
        body.chunks(usize::from(kind).max(1)).map(|piece| Ok(piece.to_vec())).collect();
    if kind == b't' {
        pieces.push(Err(TransportError::unknown(Cause::Truncated, "")));
    }
    Ok(RawResponse { status, headers, body: stream::iter(pieces).boxed() })
}

/// A client of a server that answers with these bytes, cut at 0x1E (the record separator).
pub fn client(data: &[u8]) -> Client {
    let now: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
    let mut options =
        ClientOptions::new(BaseUrl::parse("http://127.0.0.1:1").unwrap(), Auth::Key(Secret::new(KEY)), 60);
    options.clock = Arc::new(VirtualClock::new(now));
    options.jitter_seed = 1;
    let input = data.split(|byte| *byte == 0x1e).map(<[u8]>::to_vec).collect();
    options.transport = Some(Arc::new(Server { answers: Mutex::new(Answers { input, given: 0 }) }));
    Client::new(options).unwrap()
}

/// Runs it to its end, in this thread.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
