//! A certificate authority of the tests' own, and a server with TLS on loopback that notes what it is told.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A list with nothing in it, as every list of the API may be.
const EMPTY: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]";

/// Signs certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(rcgen::DnType::CommonName, "a CA of a test");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// As `SSL_CERT_FILE` reads it.
    pub fn write(&self, path: &Path) {
        let mut file = std::fs::File::create(path).unwrap();
        file.write_all(self.0.pem().as_bytes()).unwrap();
    }

    /// A server's configuration with a certificate for these names; `expired` is over since 1999.
    pub fn serve(&self, names: &[&str], expired: bool) -> Arc<ServerConfig> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.use_authority_key_identifier_extension = true;
        if expired {
            params.not_before = rcgen::date_time_ymd(1998, 1, 1);
            params.not_after = rcgen::date_time_ymd(1999, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        configured(certificate.der().clone(), &key)
    }
}

/// With a certificate that nobody but itself signed.
pub fn self_signed(name: &str) -> Arc<ServerConfig> {
    let certified = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    configured(certified.cert.der().clone(), &certified.signing_key)
}

fn configured(
    certificate: tokio_rustls::rustls::pki_types::CertificateDer<'static>,
    key: &KeyPair,
) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}

/// What was heard, a request's head each; empty where no request came through.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn note(&self, head: String) {
        self.0.lock().unwrap().push(head);
    }
}

/// A server with TLS; every request gets an empty list. Its port.
pub async fn start(config: Arc<ServerConfig>) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let (acceptor, noted) = (TlsAcceptor::from(config), heard.clone());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, noted) = (acceptor.clone(), noted.clone());
            tokio::spawn(async move {
                let Ok(mut socket) = acceptor.accept(socket).await else { return };
                while let Some(head) = head(&mut socket).await {
                    noted.note(head);
                    if socket.write_all(EMPTY).await.is_err() || socket.shutdown().await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (port, heard)
}

/// TLS in front of a server that has none, on this port of loopback. Its own port.
pub async fn front(config: Arc<ServerConfig>, to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(config);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut socket) = acceptor.accept(socket).await else { return };
                let mut far = tokio::net::TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut socket, &mut far).await;
            });
        }
    });
    port
}

/// A proxy that tunnels whatever is asked for to this port of loopback, or refuses with this status.
pub async fn proxy(to: Result<u16, u16>) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let noted = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let noted = noted.clone();
            tokio::spawn(async move {
                let Some(asked) = head(&mut socket).await else { return };
                noted.note(asked);
                match to {
                    Ok(to) => {
                        let mut far = tokio::net::TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                        let _ = socket.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
                        let _ = tokio::io::copy_bidirectional(&mut socket, &mut far).await;
                    }
                    Err(status) => {
                        let answer = format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n");
                        let _ = socket.write_all(answer.as_bytes()).await;
                    }
                }
            });
        }
    });
    (port, heard)
}

/// A request's head; `None` when the client is gone.
async fn head(socket: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0_u8; 1];
    while !text.ends_with(b"\r\n\r\n") {
        if text.len() > 64 * 1024 || socket.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    String::from_utf8(text).ok()
}
