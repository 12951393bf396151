//! A small HTTP/1.0 server: one request a connection, one task a connection. So one guilty call is
//! one poll of one task, and two can never fall into the same poll.

use crate::handlers::{self, Service};
use crate::truth::timed;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const REQUEST_LIMIT: usize = 1024;

/// The root future of the runtime; ends only with the process.
pub async fn serve(listener: TcpListener, service: Arc<Service>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, service.clone()));
            }
            // Out of descriptors, most likely: not to be met by spinning.
            Err(error) => {
                eprintln!("demo: cannot accept: {}", error);
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, service: Arc<Service>) {
    timed(async move {
        let mut stream = stream;
        // A client that went away is no error of the server's.
        let _ = serve_one(&mut stream, &service).await;
    }).await
}

async fn serve_one(stream: &mut TcpStream, service: &Arc<Service>) -> io::Result<()> {
    let request = read_head(stream).await?;
    let path = request.split(' ').nth(1).unwrap_or("");
    let (status, body) = match handlers::answer(service, path.trim_start_matches('/')).await {
        Some(Ok(body)) => ("200 OK", body),
        Some(Err(error)) => {
            eprintln!("demo: {}: {}", path, error);
            ("500 Internal Server Error", error.to_string())
        }
        None => ("404 Not Found", "no such endpoint".to_string()),
    };
    let head = format!("HTTP/1.0 {}\r\nContent-Length: {}\r\n\r\n", status, body.len());
    stream.write_all((head + &body).as_bytes()).await?;
    stream.shutdown().await
}

async fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::with_capacity(REQUEST_LIMIT);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= REQUEST_LIMIT || stream.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
