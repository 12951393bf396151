//! The clients, on a current_thread runtime of their own so that the server's blocks do not slow
//! them. One client an endpoint: two requests to one endpoint never overlap, so `find_in_index`
//! waits for the index thread and never for another request.

use crate::random::between_ms;
use crate::truth::timed;
use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{self, Instant, MissedTickBehavior};

/// Four requests a second, each at a random moment of the first part of its quarter. The load is
/// steady, so that two recordings differ only by what was changed.
const EVERY: Duration = Duration::from_millis(250);
const FIRST_PART_MS: u64 = 100;

/// How long a client waits: a task in the LIFO slot of a deadlocked worker is never polled.
const PATIENCE: Duration = Duration::from_secs(2);

pub fn start(server: SocketAddr, endpoints: Vec<&'static str>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("load".into()).spawn(move || {
        for endpoint in endpoints {
            runtime.spawn(client(server, endpoint));
        }
        runtime.block_on(std::future::pending::<()>());
    })?;
    Ok(())
}

async fn client(server: SocketAddr, endpoint: &'static str) {
    timed(async move {
        let mut quarters = time::interval_at(Instant::now() + between_ms(0, 250), EVERY);
        quarters.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            quarters.tick().await;
            time::sleep(between_ms(0, FIRST_PART_MS)).await;
            // An answer that is late or none at all is the server's to report.
            let _ = time::timeout(PATIENCE, request(server, endpoint)).await;
        }
    })
    .await
}

async fn request(server: SocketAddr, endpoint: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(format!("GET /{} HTTP/1.0\r\n\r\n", endpoint).as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(())
}
