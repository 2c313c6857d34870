//! The real transport against tiny servers on loopback: above all, which failures prove that nothing left.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use jiff::SignedDuration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::base_url::BaseUrl;
use super::http::HttpTransport;
use super::request::{ApiRequest, PageRequest};
use super::transport::{Auth, Call, Cause, Left, RawResponse, Transport, TransportError};
use crate::model::Secret;

/// A server that counts connections and answers each request with `answer`, then closes unless it keeps.
struct Tiny {
    port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

async fn serve(answer: &'static [u8], keep: bool) -> Tiny {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let tiny = Tiny { port, connections: connections.clone(), requests: requests.clone() };
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::SeqCst);
            let requests = requests.clone();
            tokio::spawn(async move {
                while head(&mut socket).await.is_some() {
                    requests.fetch_add(1, Ordering::SeqCst);
                    let _ = socket.write_all(answer).await;
                    if !keep {
                        break;
                    }
                }
            });
        }
    });
    tiny
}

/// Reads a request's head; `None` when the client is gone.
async fn head(socket: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0_u8; 1];
    while !text.ends_with(b"\r\n\r\n") {
        if socket.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    String::from_utf8(text).ok()
}

fn call(fresh: bool) -> Call {
    Call {
        request: ApiRequest::groups(PageRequest { limit: 100, offset: 0 }),
        auth: Arc::new(Auth::Key(Secret::new("key-1"))),
        user_agent: "test".into(),
        timeout: Some(SignedDuration::from_secs(20)),
        idle: None,
        fresh_connection: fresh,
    }
}

fn transport(url: &str) -> HttpTransport {
    HttpTransport::new(BaseUrl::parse(url).unwrap()).unwrap()
}

fn at(port: u16) -> HttpTransport {
    transport(&format!("http://127.0.0.1:{port}"))
}

/// The whole answer, or the first error on the way.
async fn whole(transport: &HttpTransport, call: Call) -> Result<(u16, Vec<u8>), TransportError> {
    let RawResponse { status, mut body, .. } = transport.call(call).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend(chunk?);
    }
    Ok((status, bytes))
}

async fn failure(url: &str) -> TransportError {
    whole(&transport(url), call(true)).await.unwrap_err()
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]";

#[tokio::test]
async fn a_request_arrives_with_key_and_path() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let head = head(&mut socket).await.unwrap();
        socket.write_all(OK).await.unwrap();
        head
    });
    assert_eq!(whole(&at(port), call(true)).await, Ok((200, b"[]".to_vec())));
    let head = server.await.unwrap().to_ascii_lowercase();
    assert!(head.starts_with("get /api/v2/custom-groups?limit=100 http/1.1\r\n"), "{head}");
    for line in ["x-api-key: key-1", "user-agent: test", "accept: application/json", "connection: close"] {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "{line} in {head}");
    }
}

#[tokio::test]
async fn what_did_not_leave_is_told_from_what_may_have() {
    // Refused: bound, then given back, so that nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let refused = failure(&format!("http://127.0.0.1:{free}")).await;
    assert_eq!((refused.left, refused.cause), (Left::No, Cause::Refused), "{refused}");

    // A name that no resolver takes (a label has at most 63 characters), so that none is asked. Behind a proxy
    // the proxy's refusal is what is seen.
    let unknown = failure(&format!("https://{}.invalid", "a".repeat(64))).await;
    assert_eq!(unknown.left, Left::No, "{unknown}");

    // Whoever answers does not speak TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        head(&mut socket).await
    });
    let tls = failure(&format!("https://127.0.0.1:{port}")).await;
    assert_eq!((tls.left, tls.cause), (Left::No, Cause::Tls), "{tls}");

    for (answer, cause) in [
        (&b""[..], Cause::Closed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n[{\"id\":", Cause::Truncated),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{\"id\r\n", Cause::Truncated),
        (b"\x16\x03\x01 this is no HTTP at all\r\n\r\n", Cause::Other),
        (b"HTTP/1.1 200 OK\r\nContent-Len", Cause::Closed),
    ] {
        let tiny = serve(answer, false).await;
        let error = failure(&format!("http://127.0.0.1:{}", tiny.port)).await;
        assert_eq!((error.left, error.cause), (Left::Perhaps, cause), "{error}");
        assert_eq!(tiny.requests.load(Ordering::SeqCst), 1, "never made again by itself");
    }
}

#[tokio::test]
async fn a_hang_ends_in_time_and_may_have_been_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let short = Some(SignedDuration::from_millis(50));
    for (timeout, idle) in [(short, None), (None, short)] {
        let hanging = whole(&at(port), Call { timeout, idle, ..call(true) }).await.unwrap_err();
        assert_eq!((hanging.left, hanging.cause), (Left::Perhaps, Cause::Timeout), "{hanging}");
    }
}

#[tokio::test]
async fn sends_have_a_connection_of_their_own() {
    let tiny = serve(OK, true).await;
    let transport = at(tiny.port);
    for _ in 0..3 {
        whole(&transport, call(false)).await.unwrap();
    }
    assert_eq!(tiny.connections.load(Ordering::SeqCst), 1, "reads keep their connection");
    for _ in 0..3 {
        whole(&transport, call(true)).await.unwrap();
    }
    assert_eq!(tiny.connections.load(Ordering::SeqCst), 4, "sends never do");
    assert_eq!(tiny.requests.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = serve(OK, false).await;
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:{}/steal\r\nContent-Length: 0\r\n\r\n",
        other.port
    );
    let tiny = serve(answer.leak().as_bytes(), false).await;
    assert_eq!(whole(&at(tiny.port), call(true)).await.unwrap().0, 307);
    assert_eq!(other.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_key_that_no_header_can_hold_is_not_sent() {
    let tiny = serve(OK, false).await;
    let auth = Arc::new(Auth::Bearer(Secret::new("two\nlines")));
    let error = whole(&at(tiny.port), Call { auth, ..call(true) }).await.unwrap_err();
    assert_eq!((error.left, error.cause), (Left::No, Cause::Invalid));
    assert!(!error.to_string().contains("lines"));
    assert_eq!(tiny.connections.load(Ordering::SeqCst), 0);
}
