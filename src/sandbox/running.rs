//! Starting and stopping a sandbox. Owns the task that serves; the data directory is free again after
//! [`Running::shutdown`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clock::SandboxClock;
use super::error::SandboxError;
use super::fault::FaultBook;
use super::hosted::Hosted;
use super::http::{Face, router};
use super::listener::{Cut, CuttableListener};
use super::options::Options;
use super::server::Server;
use super::store::Store;

/// How long to wait for the run before to end: commands follow each other closely.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long open connections have to end when the sandbox stops.
const GRACE: Duration = Duration::from_secs(2);

/// A sandbox that listens. Dropping it tells it to stop; [`Running::shutdown`] also waits.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    hosted: Arc<Hosted>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Loads or makes the account and listens. Returns once requests are answered.
pub async fn start(options: Options) -> Result<Running, SandboxError> {
    let address = SocketAddr::new(options.host, options.port);
    let listener =
        TcpListener::bind(address).await.map_err(|source| SandboxError::Bind { address, source })?;
    let address = listener.local_addr().map_err(|source| SandboxError::Bind { address, source })?;
    let open = tokio::task::spawn_blocking(move || open(options));
    let hosted = Arc::new(open.await.map_err(|_| SandboxError::Stopped)??);
    let (stop, stopped) = watch::channel(false);
    let face = Face { hosted: Arc::clone(&hosted), stop: stopped.clone() };
    let service = router(face).into_make_service_with_connect_info::<Cut>();
    let mut signal = stopped;
    let serving = axum::serve(CuttableListener(listener), service).with_graceful_shutdown(async move {
        let _ = signal.wait_for(|stop| *stop).await;
    });
    let task = tokio::spawn(async move {
        // Only its end is of interest: axum retries what accept refuses.
        let _ = serving.await;
    });
    Ok(Running { address, hosted, stop, task })
}

fn open(options: Options) -> Result<Hosted, SandboxError> {
    let config = options.server_config();
    let clock = options.clock;
    let mut store = options.data_dir.as_deref().map(|dir| Store::open(dir, PATIENCE)).transpose()?;
    let saved = match &mut store {
        Some(store) => store.load()?,
        None => None,
    };
    let mut server = match saved {
        Some(saved) => {
            clock.continue_from(saved.now, saved.offset_ms);
            // What came due between the runs happens now, in its order.
            let mut server = Server::with_state(config, saved.state, saved.now);
            server.tick(clock.now());
            server
        }
        None => Server::new(config, options.seed, clock.now()),
    };
    for seed in &options.sessions {
        let state = server.state_mut();
        let known = state.sessions.iter().any(|session| match seed.id {
            Some(id) => session.id == id,
            None => session.name == seed.name,
        });
        if !known {
            state.put_session(seed.id, Some(&seed.name), None);
        }
    }
    let guarded = !options.host.is_loopback();
    Hosted::new(server, FaultBook::new(options.faults), store, clock, guarded)
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, for `MOLTFLOW_API_URL`; also when it listens on every address.
    pub fn base_url(&self) -> String {
        let host = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(host, self.address.port()))
    }

    /// Its clock.
    pub fn clock(&self) -> SandboxClock {
        self.hosted.clock().clone()
    }

    /// Stops listening, ends hangs and streams, saves, and frees the data directory. Takes two seconds at most
    /// when a client does not let go.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
        let hosted = Arc::clone(&self.hosted);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || hosted.close()).await {
            tracing::warn!(%error, "the sandbox could not save its clock; every answer was saved before");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
