// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tasks that measure themselves: how often each was polled, for how long, how long it was ready
//! and not polled, and how long it awaited something. One worker, which `hog` keeps busy.
//!
//! Prints `ready`; a byte on stdin lets all begin, and after two seconds each task has a line
//! `life KIND ID PARENT ENDED POLLS POLLED_NS READY_NS AWAIT_NS`, then comes `done`. Goes on then,
//! but for children. `current`: on a current_thread runtime. `late`: until another byte comes.
//! `naps`: instead of all that, one poll that sleeps for 2 ms again and again, until it is killed.

use std::future::Future;
use std::io::Read;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, Notify};

/// What a task knows of itself. `woken`: since when it is ready; None while it awaits.
struct Life {
    kind: &'static str,
    id: u64,
    parent: u64,
    ended: bool,
    polls: u64,
    polled: Duration,
    ready: Duration,
    awaited: Duration,
    woken: Option<Instant>,
    in_poll: bool,
    idle_since: Instant,
    waker: Option<Waker>,
}

static LIVES: Mutex<Vec<Arc<Mutex<Life>>>> = Mutex::new(Vec::new());
static OVER: AtomicBool = AtomicBool::new(false);

/// Notes when the task is woken, and wakes it.
struct Noting(Arc<Mutex<Life>>);

impl Wake for Noting {
    fn wake(self: Arc<Self>) {
        let waker = {
            let mut life = self.0.lock().unwrap();
            if life.woken.is_none() {
                let now = Instant::now();
                life.woken = Some(now);
                if !life.in_poll {
                    life.awaited = life.awaited + (now - life.idle_since);
                }
            }
            life.waker.clone()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

struct Measured<F> {
    inner: Pin<Box<F>>,
    life: Arc<Mutex<Life>>,
}

impl<F: Future> Future for Measured<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let start = Instant::now();
        {
            let mut life = self.life.lock().unwrap();
            if let Some(woken) = life.woken.take() {
                life.ready += start - woken;
            }
            life.in_poll = true;
            life.waker = Some(context.waker().clone());
        }
        let waker = Waker::from(Arc::new(Noting(self.life.clone())));
        let out = self.inner.as_mut().poll(&mut Context::from_waker(&waker));
        let end = Instant::now();
        let mut life = self.life.lock().unwrap();
        life.polls += 1;
        life.polled += end - start;
        life.in_poll = false;
        life.idle_since = end;
        life.ended = out.is_ready();
        if life.woken.is_some() {
            life.woken = Some(end);
        }
        drop(life);
        out
    }
}

type Shared = Arc<Mutex<Life>>;

/// Spawns what `make` makes of a new life, so that each kind is a type of task of its own.
fn spawn<F>(kind: &'static str, parent: u64, make: impl FnOnce(Shared) -> F) -> u64
where
    F: Future<Output = ()> + Send + 'static,
{
    let now = Instant::now();
    let life = Arc::new(Mutex::new(Life {
        kind, id: 0, parent, ended: false, polls: 0,
        polled: Duration::ZERO, ready: Duration::ZERO, awaited: Duration::ZERO,
        woken: Some(now), in_poll: false, idle_since: now, waker: None,
    }));
    let mut lives = LIVES.lock().unwrap();
    let handle = tokio::spawn(make(life.clone()));
    // The handle shows the id as `Id(7)` in its debug text.
    let text = format!("{:?}", handle);
    let id: u64 = text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    life.lock().unwrap().id = id;
    lives.push(life);
    id
}

fn measured<F: Future>(life: Shared, inner: F) -> Measured<F> {
    Measured { inner: Box::pin(inner), life }
}

fn busy(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

async fn sleep(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

async fn hog(life: Shared, tell: Arc<Notify>) {
    measured(life, async move {
        loop {
            tell.notify_one();
            busy(Duration::from_millis(20));
            sleep(20).await;
        }
    })
    .await;
}

/// Woken each time by `hog`, just before that one keeps the worker busy.
async fn queued(life: Shared, told: Arc<Notify>) {
    measured(life, async move {
        loop {
            told.notified().await;
        }
    })
    .await;
}

async fn ticking(life: Shared) {
    measured(life, async move {
        loop {
            sleep(5).await;
        }
    })
    .await;
}

async fn sleeper(life: Shared) {
    measured(life, sleep(36_000_000)).await;
}

async fn yielder(life: Shared) {
    measured(life, async move {
        loop {
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            sleep(10).await;
        }
    })
    .await;
}

async fn child(life: Shared) {
    measured(life, sleep(30)).await;
}

async fn leaked(life: Shared) {
    measured(life, std::future::pending::<()>()).await;
}

async fn parent(life: Shared, own: oneshot::Receiver<u64>) {
    measured(life, async move {
        let own = own.await.unwrap();
        while !OVER.load(Ordering::Relaxed) {
            spawn("child", own, child);
            spawn("leaked", own, leaked);
            sleep(50).await;
        }
        std::future::pending::<()>().await;
    })
    .await;
}

fn child_lives() -> bool {
    let lives = LIVES.lock().unwrap();
    lives.iter().map(|life| life.lock().unwrap()).any(|life| life.kind == "child" && !life.ended)
}

async fn all() {
    let (tell, own) = oneshot::channel();
    let id = spawn("parent", 0, |life| parent(life, own));
    let notify = Arc::new(Notify::new());
    let told = notify.clone();

    tell.send(id).unwrap();
    spawn("queued", 0, |life| queued(life, told));
    spawn("hog", 0, |life| hog(life, notify));
    for _ in 0..3 {
        spawn("ticking", 0, ticking);
    }
    spawn("sleeper", 0, sleeper);
    spawn("yielder", 0, yielder);
    sleep(2000).await;
}

/// Until no task is about to end: what is told of them holds from then on.
async fn settled() {
    OVER.store(true, Ordering::Relaxed);
    sleep(100).await;
    while child_lives() {
        sleep(10).await;
    }
}

fn wait_for_byte() {
    std::io::stdin().read_exact(&mut [0]).unwrap();
}

#[inline(never)]
fn naps() {
    loop {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn main() {
    let argument = std::env::args().nth(1);
    let mut builder = if argument.as_deref() == Some("current") {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = builder.worker_threads(1).enable_time().build().unwrap();

    println!("ready");
    wait_for_byte();
    if argument.as_deref() == Some("naps") {
        runtime.block_on(runtime.spawn(async { naps() })).unwrap();
    }
    runtime.block_on(all());
    if argument.as_deref() == Some("late") {
        wait_for_byte();
    }
    runtime.block_on(settled());
    for life in LIVES.lock().unwrap().iter() {
        let life = life.lock().unwrap();
        println!(
            "life {} {} {} {} {} {} {} {}",
            life.kind, life.id, life.parent, u8::from(life.ended), life.polls,
            life.polled.as_nanos(), life.ready.as_nanos(), life.awaited.as_nanos()
        );
    }
    println!("done");
    wait_for_byte();
}
