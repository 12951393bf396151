// SPDX-License-Identifier: MIT OR Apache-2.0
//! An echo server on two workers, or as many as ECHO_WORKERS says, with clients on a current_thread
//! runtime: a program, and a library for hosts of other languages.
//!
//! Prints `ready` and idles. A byte on standard input starts the clients; after another one a task
//! waits in an epoll of its own, inside its polls, as the runtime's driver does when it is parked.
//!
//! ECHO_SLOW_WAKER: after another one a task is woken by a waker that sleeps, where a worker parks.
//!
//! ECHO_WITHOUT_DRIVER: a byte starts a plain thread that sends messages to tasks instead, whose
//! runtime has no driver: its workers park in futexes.
//!
//! ECHO_SLOW: one client, which pauses for so many milliseconds after each answer.
//!
//! ECHO_READERS: so many plain threads open a file again and again.
//!
//! ECHO_LONE: one client, a plain thread, asks without a pause, and nothing blocks.
//! Its worker parks after each message.

use std::future::Future;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::channel;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};
use tokio::time::sleep;

const CLIENTS: usize = 6;
const EVERY_MESSAGES: u64 = 40; // a block each
const BLOCK: Duration = Duration::from_millis(8);

/// A host may give each copy of this library an input of its own.
static INPUT: AtomicI32 = AtomicI32::new(0);
static LONE: AtomicBool = AtomicBool::new(false);

fn byte() {
    let mut one = 0u8;
    let input = INPUT.load(Ordering::Relaxed);
    let got = unsafe { libc::read(input, (&mut one as *mut u8).cast(), 1) };
    assert_eq!(got, 1, "a byte on the input");
}

#[inline(never)]
fn blocks_the_echo() {
    thread::sleep(BLOCK);
}

async fn echo(mut stream: TcpStream) -> std::io::Result<()> {
    let mut text = [0u8; 64];
    let mut messages = 0u64;
    loop {
        let length = stream.read(&mut text).await?;
        if length == 0 {
            return Ok(());
        }
        messages += 1;
        if messages % EVERY_MESSAGES == 0 && !is_lone() {
            blocks_the_echo();
        }
        stream.write_all(&text[..length]).await?;
    }
}

async fn take(mut messages: UnboundedReceiver<()>) {
    let mut taken = 0u64;
    while messages.recv().await.is_some() {
        taken += 1;
        if taken % EVERY_MESSAGES == 0 {
            blocks_the_echo();
        }
    }
}

fn send_for_ever(to: Vec<UnboundedSender<()>>) {
    loop {
        for one in &to {
            let _ = one.send(());
        }
        thread::sleep(Duration::from_millis(3));
    }
}

fn run_without_driver() {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let (to, from): (Vec<_>, Vec<_>) = (0..CLIENTS).map(|_| unbounded_channel()).unzip();
    for one in from {
        runtime.spawn(take(one));
    }
    println!("ready");
    byte();
    thread::spawn(move || send_for_ever(to));
    byte();
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(echo(stream));
    }
}

async fn ask(address: SocketAddr, pause: Duration) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let mut text = [0u8; 5];
    loop {
        stream.write_all(b"hello").await?;
        stream.read_exact(&mut text).await?;
        sleep(pause).await;
    }
}

fn ask_plainly(address: SocketAddr) -> std::io::Result<()> {
    let mut stream = std::net::TcpStream::connect(address)?;
    let mut text = [0u8; 5];
    stream.set_nodelay(true)?;
    loop {
        stream.write_all(b"hello")?;
        stream.read_exact(&mut text)?;
    }
}

fn clients(address: SocketAddr) {
    let pause = number("ECHO_SLOW", 3);
    let count = if pause > 3 { 1 } else { CLIENTS };
    let pause = Duration::from_millis(pause as u64);
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let all: Vec<_> = (0..count).map(|_| tokio::spawn(ask(address, pause))).collect();
        for one in all {
            let _ = one.await;
        }
    });
}

async fn waits_in_an_epoll_of_its_own() {
    let epoll = unsafe { libc::epoll_create1(0) };
    let mut event = libc::epoll_event { events: 0, u64: 0 };
    loop {
        unsafe { libc::epoll_wait(epoll, &mut event, 1, 10) };
        sleep(Duration::from_millis(20)).await;
    }
}

struct SlowWaker(Waker);

impl Wake for SlowWaker {
    fn wake(self: Arc<Self>) {
        thread::sleep(Duration::from_millis(1));
        self.0.wake_by_ref();
    }
}

struct WokenSlowly(Pin<Box<tokio::time::Sleep>>);

impl Future for WokenSlowly {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = Waker::from(Arc::new(SlowWaker(context.waker().clone())));
        self.0.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

async fn is_woken_slowly() {
    loop {
        WokenSlowly(Box::pin(sleep(Duration::from_millis(20)))).await;
    }
}

fn opens_for_ever() {
    loop {
        let _ = std::fs::File::open("/dev/null");
        thread::sleep(Duration::from_millis(1));
    }
}

fn is_lone() -> bool {
    LONE.load(Ordering::Relaxed)
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

fn server() -> (Runtime, SocketAddr) {
    let (send, receive) = channel();
    let mut builder = Builder::new_multi_thread();
    let workers = number("ECHO_WORKERS", 2);
    let runtime = builder.worker_threads(workers).enable_all().build().expect("a runtime");
    runtime.spawn(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        send.send(listener.local_addr().expect("an address")).expect("a receiver");
        serve(listener).await
    });
    (runtime, receive.recv().expect("an address"))
}

#[no_mangle]
pub extern "C" fn echo_input(descriptor: i32) {
    INPUT.store(descriptor, Ordering::Relaxed);
}

/// Ends after three bytes.
#[no_mangle]
pub extern "C" fn echo_run() {
    if std::env::var_os("ECHO_WITHOUT_DRIVER").is_some() {
        return run_without_driver();
    }
    LONE.store(std::env::var_os("ECHO_LONE").is_some(), Ordering::Relaxed);
    for _ in 0..number("ECHO_READERS", 0) {
        thread::spawn(opens_for_ever);
    }
    let (runtime, address) = server();
    println!("ready");
    byte();
    if is_lone() {
        thread::spawn(move || ask_plainly(address));
    } else {
        thread::spawn(move || clients(address));
    }
    byte();
    if std::env::var_os("ECHO_SLOW_WAKER").is_some() {
        runtime.spawn(is_woken_slowly());
    } else {
        runtime.spawn(waits_in_an_epoll_of_its_own());
    }
    byte();
}
