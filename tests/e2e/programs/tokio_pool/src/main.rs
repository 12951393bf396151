// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bursts of requests for a blocking pool of THREADS threads, and what they waited there:
//!
//!     tokio_pool multi_thread|current_thread THREADS bursts|steady|stuck|apart|held
//!
//! Prints `ready`, begins when a byte comes on standard input, and prints the truth at the end.
//! `steady`: short requests, so many that the queue is never empty. `stuck`: the threads end only
//! after another byte. `apart`: both workers wait for a lock until another byte, while those of a
//! second runtime run. `held`: a thread holds a lock that a task takes, until another byte; to
//! unlock it is the last that its function does. Another task sleeps in a function that does no
//! more.

use std::future::Future;
use std::io::{stdin, stdout, Read, Write};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

const BURSTS: usize = 4;
const REQUESTS: usize = 24;
const WORK: Duration = Duration::from_millis(20);
const STUCK: usize = 5;
/// With two threads 13 wait, in a ring of 16: most places are taken, by ever other tasks.
const CLIENTS: usize = 15;
const SHORT_WORK: Duration = Duration::from_micros(200);
const STEADY: Duration = Duration::from_millis(1500);

#[derive(Default)]
struct Truth {
    queued: usize,
    peak: usize,
    waits: Vec<(u64, u64)>, // when it was asked for, when it began
    waiting_ns: u64,        // with at least one in the queue
    since_ns: u64,
}

impl Truth {
    fn ask(&mut self, now: u64) {
        if self.queued == 0 {
            self.since_ns = now;
        }
        self.queued += 1;
        self.peak = self.peak.max(self.queued);
    }

    fn begin(&mut self, asked: u64, now: u64) {
        self.queued -= 1;
        self.waits.push((asked, now));
        if self.queued == 0 {
            self.waiting_ns += now - self.since_ns;
        }
    }

    fn print(&self) {
        let waits: Vec<_> =
            self.waits.iter().map(|(asked, begun)| format!("[{}, {}]", asked, begun)).collect();
        println!(
            "{{\"peak\": {}, \"waiting_ns\": {}, \"waits\": [{}]}}",
            self.peak, self.waiting_ns, waits.join(", ")
        );
    }
}

/// CLOCK_MONOTONIC, as recordings have it.
fn now_ns() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

type Shared = Arc<Mutex<Truth>>;

async fn request(truth: Shared, length: Duration) {
    let asked = now_ns();
    truth.lock().unwrap().ask(asked);
    let work = move || {
        truth.lock().unwrap().begin(asked, now_ns());
        sleep(length);
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}

async fn bursts(truth: Shared) {
    for _ in 0..BURSTS {
        let burst: Vec<_> =
            (0..REQUESTS).map(|_| tokio::spawn(request(truth.clone(), WORK))).collect();
        for request in burst {
            request.await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn client(truth: Shared, end: Instant) {
    while Instant::now() < end {
        request(truth.clone(), SHORT_WORK).await;
    }
}

async fn steady(truth: Shared) {
    let end = Instant::now() + STEADY;
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(client(truth.clone(), end))).collect();
    for client in clients {
        client.await.unwrap();
    }
}

fn byte() {
    stdin().read_exact(&mut [0]).unwrap_or(());
}

async fn stuck(threads: usize, truth: Shared) {
    let until = Arc::new(Mutex::new(()));
    let held = until.clone();
    let (locked, is_locked) = std::sync::mpsc::channel();
    let holder = std::thread::spawn(move || {
        let _held = held.lock().unwrap();
        locked.send(()).unwrap();
        byte();
    });
    is_locked.recv().unwrap();
    for _ in 0..threads {
        let until = until.clone();
        tokio::task::spawn_blocking(move || drop(until.lock()));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let behind: Vec<_> = (0..STUCK).map(|_| tokio::spawn(request(truth.clone(), WORK))).collect();
    for request in behind {
        request.await.unwrap();
    }
    holder.join().unwrap();
}

async fn wait_for(lock: Arc<Mutex<()>>) {
    drop(lock.lock());
}

async fn running() {
    loop {
        sleep(Duration::from_millis(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn apart(runtime: &Runtime) {
    let lock = Arc::new(Mutex::new(()));
    let mut builder = Builder::new_multi_thread();
    let second = builder.worker_threads(2).thread_name("second").enable_all().build().unwrap();
    let held = lock.lock().unwrap();

    second.spawn(running());
    for _ in 0..2 {
        runtime.spawn(wait_for(lock.clone()));
    }
    byte();
    drop(held);
    second.shutdown_background();
}

#[inline(never)]
fn hold(lock: &Mutex<u64>) {
    let mut held = lock.lock().unwrap();
    sleep(WORK);
    *held += 1;
}

async fn take(lock: Arc<Mutex<u64>>) {
    loop {
        drop(lock.lock());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[inline(never)]
fn nap() {
    sleep(WORK)
}

async fn nap_often() {
    loop {
        nap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn held(runtime: &Runtime) {
    let lock = Arc::new(Mutex::new(0));
    let shared = lock.clone();

    std::thread::spawn(move || loop {
        hold(&shared);
        sleep(WORK);
    });
    runtime.spawn(take(lock));
    runtime.spawn(nap_often());
    byte();
}

fn drive<F: Future<Output = ()> + Send + 'static>(runtime: &Runtime, multi: bool, work: F) {
    if multi {
        runtime.block_on(runtime.spawn(work)).unwrap();
    } else {
        runtime.block_on(work);
    }
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let multi = arguments[0] == "multi_thread";
    let threads: usize = arguments[1].parse().expect("a number of threads");
    let mut builder =
        if multi { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    let runtime =
        builder.worker_threads(2).max_blocking_threads(threads).enable_all().build().unwrap();
    let truth = Shared::default();

    println!("ready");
    stdout().flush().unwrap();
    byte();
    match arguments[2].as_str() {
        "apart" => apart(&runtime),
        "held" => held(&runtime),
        "stuck" => drive(&runtime, multi, stuck(threads, truth.clone())),
        "steady" => drive(&runtime, multi, steady(truth.clone())),
        _ => drive(&runtime, multi, bursts(truth.clone())),
    }
    truth.lock().unwrap().print();
}
