//! The listener: our own accept loop, because `axum::serve` has no header timeout and drains without end.
//!
//! Entry point: [`serve`]. It bounds what a client may cost: headers within ten seconds and 32 KiB, a number of
//! connections, a pause when the system has no file descriptors left. At the first signal it stops accepting and lets
//! answers finish for twenty seconds; at the second it ends at once.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use super::front;
use super::guests::{Guest, Guests};
use crate::config::repere::Host;

/// Also ends connections that stay idle between two requests.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
const LONGEST_HEADERS: usize = 32 * 1024;
const PAUSE_WITHOUT_DESCRIPTORS: Duration = Duration::from_millis(250);
const DRAIN: Duration = Duration::from_secs(20);

/// Through which door visitors come.
#[derive(Clone)]
pub struct Door {
    https: bool,
    limits: Limits,
}

/// How many may come, and which proxies speak for others: asked for at each connection.
pub(super) type Limits = Arc<dyn Fn() -> Arc<Host> + Send + Sync>;

impl Door {
    /// `https`: visitors reach us over TLS. Other limits count from the next connection on; who is in stays.
    pub fn new(https: bool, limits: impl Fn() -> Arc<Host> + Send + Sync + 'static) -> Self {
        Self { https, limits: Arc::new(limits) }
    }
}

impl Default for Door {
    fn default() -> Self {
        let limits = Arc::new(Host::default());
        Self::new(false, move || Arc::clone(&limits))
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("https", &self.https).field("limits", &(self.limits)()).finish()
    }
}

/// Serves until `stop` yields, then drains; a second yield of `stop` ends the drain.
pub async fn serve<Stop, Signal>(listener: TcpListener, router: Router, door: Door, mut stop: Stop)
where
    Stop: FnMut() -> Signal,
    Signal: Future<Output = ()>,
{
    let guests = Guests::new(Arc::clone(&door.limits));
    let graceful = GracefulShutdown::new();
    let mut stopping = pin!(stop());
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &guests) => accepted,
            () = &mut stopping => break,
        };
        let (stream, address, guest) = accepted;
        let connection = graceful.watch(connection(stream, address, router.clone(), door.https));
        tokio::spawn(async move {
            // Broken connections are the clients' everyday life, not our news.
            let _ = connection.await;
            drop(guest);
        });
    }
    drop(listener);
    tracing::info!("stopping: answers under way may finish");
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => tracing::warn!("some answers were cut after the drain's deadline"),
        () = stop() => tracing::warn!("asked twice: stopped at once"),
    }
}

/// The next connection, once there is room for it. One too many from its address is closed.
async fn accept(listener: &TcpListener, guests: &Arc<Guests>) -> (TcpStream, SocketAddr, Guest) {
    guests.room().await;
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                if let Some(guest) = guests.enter(address.ip()) {
                    return (stream, address, guest);
                }
            }
            // The client left before we came, or descriptors ran out: neither may end the loop nor spin it.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections for the moment");
                tokio::time::sleep(PAUSE_WITHOUT_DESCRIPTORS).await;
            }
        }
    }
}

/// One connection as a future that hyper drives and the drain can end between two answers.
fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    https: bool,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // Without it small answers wait for the client's acknowledgement (Nagle); failing costs only that.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let (mut head, incoming) = request.into_parts();
        head.extensions.insert(ConnectInfo(address));
        front::answer(router.clone(), https, hyper::Request::from_parts(head, front::body(incoming)))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(LONGEST_HEADERS)
        .max_headers(100)
        .serve_connection(TokioIo::new(stream), service)
}
