// SPDX-License-Identifier: MIT OR Apache-2.0
//! bench-tokio yield FILE           one worker, one task that yields for ever; counts its polls
//! bench-tokio serve                an echo server with one worker; prints its port
//! bench-tokio load PORT LINKS FILE a client of it: LINKS connections, one message each under way
//!
//! FILE holds the count, eight bytes that a reader maps. All three run until they are killed.

mod counter;

use counter::Counter;
use std::io::{Error, ErrorKind, Write};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

const MESSAGE_BYTES: usize = 64;

fn one_worker() -> Result<Runtime, Error> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_io()
        .build()
}

async fn yield_for_ever(counter: Counter) -> Result<(), Error> {
    let mut polls = 0;
    loop {
        polls += 1;
        counter.set(polls);
        tokio::task::yield_now().await;
    }
}

async fn echo(mut link: TcpStream) {
    let mut message = [0; MESSAGE_BYTES];
    while let Ok(got @ 1..) = link.read(&mut message).await {
        if link.write_all(&message[..got]).await.is_err() {
            return;
        }
    }
}

async fn accept(listener: TcpListener) -> Result<(), Error> {
    loop {
        let (link, _) = listener.accept().await?;
        link.set_nodelay(true)?;
        tokio::spawn(echo(link));
    }
}

fn serve() -> Result<(), Error> {
    one_worker()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        std::io::stdout().flush()?;
        // On the worker, not on this thread, which only waits.
        tokio::spawn(accept(listener)).await?
    })
}

async fn ask_for_ever(port: u16, counter: Counter) -> Result<(), Error> {
    let mut link = TcpStream::connect(("127.0.0.1", port)).await?;
    let mut message = [7; MESSAGE_BYTES];
    link.set_nodelay(true)?;
    loop {
        link.write_all(&message).await?;
        link.read_exact(&mut message).await?;
        counter.add_one();
    }
}

fn load(port: u16, links: usize, counter: Counter) -> Result<(), Error> {
    Builder::new_current_thread()
        .enable_io()
        .build()?
        .block_on(async {
            let asking: Vec<_> = (0..links)
                .map(|_| tokio::spawn(ask_for_ever(port, counter)))
                .collect();
            for one in asking {
                one.await??;
            }
            Ok(())
        })
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse()
        .map_err(|_| Error::new(ErrorKind::InvalidInput, format!("no number: {text}")))
}

fn main() -> Result<(), Error> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    match given[..] {
        ["yield", file] => one_worker()?
            .block_on(async { tokio::spawn(yield_for_ever(Counter::open(file)?)).await? }),
        ["serve"] => serve(),
        ["load", port, links, file] => load(number(port)?, number(links)?, Counter::open(file)?),
        _ => Err(Error::new(
            ErrorKind::InvalidInput,
            "usage: yield FILE | serve | load PORT LINKS FILE",
        )),
    }
}
