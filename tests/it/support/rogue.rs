//! A small HTTP server by hand that answers as no server should, or passes a request on to one that does. It
//! notes every request and on which connection it came.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The how-manieth connection, from 1.
    pub connection: usize,
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: String,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn is_write(&self) -> bool {
        self.method != "GET"
    }

    pub fn is_send(&self) -> bool {
        self.method == "POST" && self.path.ends_with("/bulk-send")
    }
}

/// How a request is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    /// These bytes, and the end of the connection.
    Raw(Vec<u8>),
    /// The head, then pieces of a body for ever, as fast as they are taken.
    Endless(&'static str),
    /// The head, then a byte now and then for ever.
    Dribble(&'static str),
    /// Never anything.
    Silence,
    /// As the server behind answers.
    Pass,
    /// As the server behind answers, the body made another.
    Rewritten(fn(&str) -> String),
    /// The same, and then the connection is closed without a word.
    PassAndClose,
    /// The server behind acts; the client gets something else.
    ActThen(Box<Self>),
}

type Rule = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

/// The server.
#[derive(Clone)]
pub struct Rogue {
    pub base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// What the tasks of one server share.
#[derive(Clone)]
struct Shared {
    upstream: Option<String>,
    rule: Rule,
    seen: Arc<Mutex<Vec<Seen>>>,
    http: reqwest::Client,
}

impl Rogue {
    /// Listens; `upstream` is where passed requests go.
    pub async fn start(
        upstream: Option<String>,
        rule: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Shared { upstream, rule: Arc::new(rule), seen: seen.clone(), http: plain() };
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((socket, _)) = listener.accept().await {
                connection += 1;
                let shared = shared.clone();
                tokio::spawn(async move {
                    let _ = Box::pin(shared.serve(socket, connection)).await;
                });
            }
        });
        Self { base, seen }
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Shared {
    async fn serve(&self, mut socket: TcpStream, connection: usize) -> std::io::Result<()> {
        while let Some(seen) = read(&mut socket, connection).await? {
            self.seen.lock().unwrap().push(seen.clone());
            let mut reply = (self.rule)(&seen);
            if let Reply::ActThen(then) = reply {
                self.passed(&seen).await;
                reply = *then;
            }
            match reply {
                Reply::Pass => socket.write_all(&self.passed(&seen).await).await?,
                Reply::Rewritten(rewrite) => {
                    socket.write_all(&self.rewritten(&seen, rewrite).await).await?;
                }
                Reply::PassAndClose => {
                    socket.write_all(&self.passed(&seen).await).await?;
                    return socket.shutdown().await;
                }
                Reply::Raw(bytes) => {
                    socket.write_all(&bytes).await?;
                    return socket.shutdown().await;
                }
                Reply::Endless(head) => {
                    socket.write_all(head.as_bytes()).await?;
                    let mut piece = b"40000\r\n".to_vec();
                    piece.extend(std::iter::repeat_n(b' ', 0x4_0000));
                    piece.extend(b"\r\n");
                    loop {
                        socket.write_all(&piece).await?;
                    }
                }
                Reply::Dribble(head) => {
                    socket.write_all(head.as_bytes()).await?;
                    loop {
                        socket.write_all(b"1\r\n \r\n").await?;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
                Reply::Silence | Reply::ActThen(_) => {
                    // Until the client is gone.
                    while socket.read(&mut [0; 64]).await? > 0 {}
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The answer of the server behind, as bytes.
    async fn passed(&self, seen: &Seen) -> Vec<u8> {
        self.rewritten(seen, str::to_owned).await
    }

    async fn rewritten(&self, seen: &Seen, rewrite: fn(&str) -> String) -> Vec<u8> {
        let upstream = self.upstream.as_ref().unwrap();
        let url = format!("{upstream}{}?{}", seen.path, seen.query);
        let method = reqwest::Method::from_bytes(seen.method.as_bytes()).unwrap();
        let request = self.http.request(method, url).header("x-api-key", "test").body(seen.body.clone());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n");
        for name in ["date", "retry-after"] {
            if let Some(value) = answer.headers().get(name) {
                head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
            }
        }
        let body = rewrite(&answer.text().await.unwrap());
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body.as_bytes());
        bytes
    }
}

/// One client for all servers of all tests: making one takes its time. It keeps no connection, for each test has
/// a runtime of its own.
pub fn plain() -> reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    let _ = rustls::crypto::ring::default_provider().install_default();
    CLIENT.get_or_init(|| reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap()).clone()
}

/// The next request, or nothing when the client is gone.
async fn read(socket: &mut TcpStream, connection: usize) -> std::io::Result<Option<Seen>> {
    let mut bytes = Vec::new();
    let mut piece = vec![0_u8; 16 * 1024];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
        match socket.read(&mut piece).await? {
            0 => return Ok(None),
            read => bytes.extend_from_slice(&piece[..read]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end);
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().unwrap());
    while body.len() < length {
        match socket.read(&mut piece).await? {
            0 => return Ok(None),
            read => body.extend_from_slice(&piece[..read]),
        }
    }
    let mut first = head.lines().next().unwrap_or_default().split(' ');
    let method = first.next().unwrap_or_default().to_owned();
    let target = first.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Some(Seen { connection, method, path: path.to_owned(), query: query.to_owned(), body }))
}

/// A whole answer: status, type and body.
pub fn answer(status: u16, kind: &str, body: &str) -> Reply {
    Reply::Raw(
        format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}

/// A whole JSON answer.
pub fn json(status: u16, body: &str) -> Reply {
    answer(status, "application/json", body)
}

/// A redirect.
pub fn redirect(status: u16, to: &str) -> Reply {
    Reply::Raw(format!("HTTP/1.1 {status} X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes())
}
