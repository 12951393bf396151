// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tasks that wait at lines which the test knows: `//@KIND.LEVEL` marks each await. It prints
//! "task RUNTIME KIND ID" for each task, and "ready" once all of them wait.
//!
//! `tokio_tasks`: one of each kind on both schedulers. `tokio_tasks many N`: N tasks of one kind.
//! `tokio_tasks storm`: also tasks that come and go as fast as they can. `tokio_tasks blocked`: a
//! poll, and closures of the blocking pool, that do not come back; and a LocalSet. `tokio_tasks
//! sets N`: futures that are awaited together; N of the tasks of one set end all the time.

#[macro_use]
mod awaiting;
mod sets;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::poll_fn;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{
    broadcast, mpsc, oneshot, watch, Mutex, Notify, OwnedSemaphorePermit, RwLock, Semaphore,
};
use tokio::task::JoinHandle;
use tokio::time::sleep;

const LONG: Duration = Duration::from_secs(36000);

/// Keeps the compiler from making a function with an await of another one the same as that.
#[inline(never)]
fn keep<T>(x: T) -> T {
    unsafe { std::arch::asm!("/* {0} */", in(reg) &x) };
    x
}

async fn sleep_leaf() {
    sleep(LONG).await; //@sleep.2
    keep(());
}

async fn sleep_() {
    sleep_leaf().await; //@sleep.1
    keep(());
}

async fn mutex_leaf(m: Arc<Mutex<u64>>) {
    let g = m.lock().await; //@mutex.2
    drop(g);
    keep(());
}

async fn mutex(m: Arc<Mutex<u64>>) {
    mutex_leaf(m).await; //@mutex.1
    keep(());
}

async fn holder_leaf(m: Arc<Mutex<u64>>) {
    let g = m.lock().await;
    sleep(LONG).await; //@holder.2
    drop(g);
    keep(());
}

async fn holder(m: Arc<Mutex<u64>>) {
    holder_leaf(m).await; //@holder.1
    keep(());
}

async fn mpsc_leaf(mut r: mpsc::Receiver<u64>) {
    let v = r.recv().await; //@mpsc.2
    keep(v);
    keep(());
}

async fn mpsc_(r: mpsc::Receiver<u64>) {
    mpsc_leaf(r).await; //@mpsc.1
    keep(());
}

async fn send_leaf(s: mpsc::Sender<u64>) {
    s.send(1).await.ok();
    let v = s.send(2).await; //@send.2
    keep(v).ok();
    keep(());
}

async fn send(s: mpsc::Sender<u64>) {
    send_leaf(s).await; //@send.1
    keep(());
}

async fn unbounded_leaf(mut r: mpsc::UnboundedReceiver<u64>) {
    let v = r.recv().await; //@unbounded.2
    keep(v);
    keep(());
}

async fn unbounded(r: mpsc::UnboundedReceiver<u64>) {
    unbounded_leaf(r).await; //@unbounded.1
    keep(());
}

async fn oneshot_leaf(r: oneshot::Receiver<u64>) {
    let v = r.await; //@oneshot.2
    keep(v).ok();
    keep(());
}

async fn oneshot_(r: oneshot::Receiver<u64>) {
    oneshot_leaf(r).await; //@oneshot.1
    keep(());
}

async fn join_leaf(h: JoinHandle<()>) {
    let v = h.await; //@join.2
    keep(v).ok();
    keep(());
}

async fn join(h: JoinHandle<()>) {
    join_leaf(h).await; //@join.1
    keep(());
}

async fn accept_leaf(l: TcpListener) {
    let v = l.accept().await; //@accept.2
    keep(v).ok();
    keep(());
}

async fn accept(l: TcpListener) {
    accept_leaf(l).await; //@accept.1
    keep(());
}

async fn read_leaf(mut s: TcpStream) {
    let mut b = [0u8; 64];
    let v = s.read(&mut b).await; //@read.2
    keep((v, b)).0.ok();
    keep(());
}

async fn read(s: TcpStream) {
    read_leaf(s).await; //@read.1
    keep(());
}

async fn notify_leaf(n: Arc<Notify>) {
    n.notified().await; //@notify.2
    keep(());
}

async fn notify(n: Arc<Notify>) {
    notify_leaf(n).await; //@notify.1
    keep(());
}

async fn sem_leaf(s: Arc<Semaphore>) {
    let v = s.acquire_many(3).await; //@sem.2
    keep(&v).as_ref().ok();
    keep(());
}

async fn sem(s: Arc<Semaphore>) {
    sem_leaf(s).await; //@sem.1
    keep(());
}

async fn permit_leaf(s: Arc<Semaphore>) {
    let p = s.acquire().await;
    sleep(LONG).await; //@permit.2
    drop(p);
    keep(());
}

async fn permit(s: Arc<Semaphore>) {
    permit_leaf(s).await; //@permit.1
    keep(());
}

async fn rwread_leaf(l: Arc<RwLock<u64>>) {
    let v = l.read().await; //@rwread.2
    keep(*v);
    keep(());
}

async fn rwread(l: Arc<RwLock<u64>>) {
    rwread_leaf(l).await; //@rwread.1
    keep(());
}

async fn rwhold_leaf(l: Arc<RwLock<u64>>) {
    let v = l.write().await;
    sleep(LONG).await; //@rwhold.2
    keep(*v);
    keep(());
}

async fn rwhold(l: Arc<RwLock<u64>>) {
    rwhold_leaf(l).await; //@rwhold.1
    keep(());
}

async fn watch_leaf(mut w: watch::Receiver<u64>) {
    let v = w.changed().await; //@watch.2
    keep(v).ok();
    keep(());
}

async fn watch_(w: watch::Receiver<u64>) {
    watch_leaf(w).await; //@watch.1
    keep(());
}

async fn broadcast_leaf(mut b: broadcast::Receiver<u64>) {
    let v = b.recv().await; //@broadcast.2
    keep(v).ok();
    keep(());
}

async fn broadcast_(b: broadcast::Receiver<u64>) {
    broadcast_leaf(b).await; //@broadcast.1
    keep(());
}

trait Call {
    fn call<'a>(&'a self) -> Pin<Box<dyn Future<Output = u64> + Send + 'a>>;
}
struct Service(Arc<Notify>);
impl Call for Service {
    fn call<'a>(&'a self) -> Pin<Box<dyn Future<Output = u64> + Send + 'a>> {
        Box::pin(async move {
            self.0.notified().await; //@dynamic.2
            keep(7)
        })
    }
}
async fn dynamic(n: Arc<Notify>) {
    let v = Service(n).call().await; //@dynamic.1
    keep(v);
}

fn recursive(n: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if n == 0 {
            sleep(LONG).await; //@boxed.0
        } else {
            recursive(n - 1).await; //@boxed.r
        }
        keep(n);
    })
}
async fn boxed() {
    recursive(2).await; //@boxed.1
    keep(());
}

async fn timeout(n: Arc<Notify>) {
    let v = tokio::time::timeout(LONG, notify(n)).await; //@timeout.1
    keep(v).ok();
}

/// Waits for two futures at once, as join! does.
struct Both<A, B>(Pin<Box<A>>, Pin<Box<B>>);
impl<A: Future<Output = ()>, B: Future<Output = ()>> Future for Both<A, B> {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let first = self.0.as_mut().poll(cx).is_ready();
        if self.1.as_mut().poll(cx).is_ready() && first {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
async fn in_macro(n: Arc<Notify>) { //@in_macro.1
    awaiting!(notify_leaf(n));
    keep(());
} //@in_macro.end

async fn both(n: Arc<Notify>) {
    Both(Box::pin(sleep_leaf()), Box::pin(notify_leaf(n))).await; //@both.1
    keep(());
}

/// As select! does: a closure polls futures that the async fn keeps.
async fn selected(n: Arc<Notify>) {
    let mut futures = (notify_leaf(n), sleep_leaf());
    poll_fn(|cx| {
        // SAFETY: `futures` is not moved any more.
        let first = unsafe { Pin::new_unchecked(&mut futures.0) };
        let second = unsafe { Pin::new_unchecked(&mut futures.1) };
        if first.poll(cx).is_ready() || second.poll(cx).is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }) //@selected.1
    .await;
    keep(());
}

/// Its argument is dropped before it waits: only its bytes are left there.
async fn gave_back(p: OwnedSemaphorePermit, n: Arc<Notify>) {
    {
        let _p = p;
        sleep(Duration::from_millis(1)).await;
    }
    notify_leaf(n).await; //@gave_back.1
    keep(());
}

/// Moves its argument into a variable, and keeps that.
async fn moved(p: OwnedSemaphorePermit, n: Arc<Notify>) {
    let kept = p;
    notify_leaf(n).await; //@moved.1
    keep(&kept);
}

/// Keeps a future, and does not wait for it.
struct Pending {
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    permit: OwnedSemaphorePermit,
}
async fn keeps(p: OwnedSemaphorePermit, n: Arc<Notify>) {
    let pending = Pending { future: Some(Box::pin(sleep_())), permit: p };
    notify_leaf(n).await; //@keeps.1
    keep((&pending.permit, pending.future.is_some()));
}

async fn large(n: Arc<Notify>) {
    let mut b = [1u8; 40000];
    keep(&mut b);
    notify_leaf(n).await; //@large.1
    keep(&mut b);
}

async fn dead_leaf(a: Arc<Mutex<u64>>, b: Arc<Mutex<u64>>) {
    let g = a.lock().await;
    sleep(Duration::from_millis(50)).await;
    let h = b.lock().await; //@dead.2
    keep((*g, *h));
}
async fn dead(a: Arc<Mutex<u64>>, b: Arc<Mutex<u64>>) {
    dead_leaf(a, b).await; //@dead.1
    keep(());
}

async fn short(x: u64) -> u64 {
    tokio::task::yield_now().await;
    keep(x)
}
async fn storm() {
    loop {
        let a = tokio::spawn(short(1));
        let b = tokio::spawn(short(2));
        a.await.ok();
        b.await.ok();
    }
}

macro_rules! go {
    ($runtime:expr, $kind:expr, $future:expr) => {{
        let handle = tokio::spawn($future);
        say($runtime, $kind, &handle);
        handle
    }};
}

/// Blocks its thread, and has what the next one waits for.
#[inline(never)]
fn stall() {
    std::thread::sleep(LONG); //@stall.1
    keep(());
}
async fn stalled(m: Arc<Mutex<u64>>) {
    let g = m.lock().await;
    stall(); //@stalled.1
    notify_leaf(Arc::new(Notify::new())).await;
    keep(*g);
}

fn queued() {
    keep(1);
    std::thread::sleep(LONG); //@queued.1
}
async fn awaits(h: JoinHandle<()>) {
    h.await.ok(); //@awaits.1
    keep(());
}

/// One closure for each thread of the blocking pool, and three more.
async fn blocked() {
    let m = Arc::new(Mutex::new(1));
    let mut tasks = vec![go!("multi", "stalled", stalled(m.clone()))];
    sleep(Duration::from_millis(50)).await;
    tasks.push(go!("multi", "mutex", mutex(m)));
    for _ in 0..5 {
        let closure = tokio::task::spawn_blocking(|| queued());
        tasks.push(go!("multi", "awaits", awaits(closure)));
    }
    sleep(Duration::from_millis(300)).await;
    println!("ready multi");
    std::future::pending::<()>().await; //@blocked.1
    keep(&tasks);
}

async fn local() {
    let n = Arc::new(Notify::new());
    let handle = tokio::task::spawn_local(notify(n));
    println!("ready local");
    handle.await.ok(); //@local.1
    keep(());
}

fn local_set() {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&rt, local());
}

/// A task that has a permit which another waits for, and that nobody polls any more.
async fn hold_unpolled() {
    let s = Arc::new(Semaphore::new(1));
    let permit = s.clone().acquire_owned().await.unwrap();
    say("stuck", "sem", &tokio::spawn(sem(s)));
    sleep(Duration::from_millis(1)).await;
    let never_polled = tokio::spawn(async move {
        let _permit = permit;
        sleep(LONG).await;
    });
    say("stuck", "never_polled", &never_polled);
}

/// A block_on whose poll does not come back.
fn stuck() {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    rt.block_on(async {
        hold_unpolled().await;
        stall(); //@stuck.1
        sleep(LONG).await;
    });
}

fn say<T: std::fmt::Debug>(runtime: &str, kind: &str, handle: &JoinHandle<T>) {
    let text = format!("{:?}", handle);
    let id: String = text.chars().filter(|c| c.is_ascii_digit()).collect();
    println!("task {} {} {}", runtime, kind, id);
}

/// One task of each kind; it waits itself, and keeps what they wait for.
async fn all(rt: &'static str) {
    let mut tasks: Vec<JoinHandle<()>> = Vec::new();
    let (m, n) = (Arc::new(Mutex::new(1)), Arc::new(Notify::new()));
    tasks.push(go!(rt, "holder", holder(m.clone())));
    sleep(Duration::from_millis(20)).await;
    tasks.push(go!(rt, "mutex", mutex(m.clone())));
    tasks.push(go!(rt, "mutex", mutex(m.clone())));
    tasks.push(go!(rt, "sleep", sleep_()));
    let (a, receiver) = mpsc::channel(1);
    tasks.push(go!(rt, "mpsc", mpsc_(receiver)));
    let (sender, b) = mpsc::channel(1);
    tasks.push(go!(rt, "send", send(sender)));
    let (c, receiver) = mpsc::unbounded_channel();
    tasks.push(go!(rt, "unbounded", unbounded(receiver)));
    let (d, receiver) = oneshot::channel();
    tasks.push(go!(rt, "oneshot", oneshot_(receiver)));
    let awaited = go!(rt, "notify", notify(n.clone()));
    tasks.push(go!(rt, "join", join(awaited)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (e, _) = listener.accept().await.unwrap();
    tasks.push(go!(rt, "accept", accept(listener)));
    tasks.push(go!(rt, "read", read(stream)));
    let s = Arc::new(Semaphore::new(2));
    tasks.push(go!(rt, "permit", permit(s.clone())));
    sleep(Duration::from_millis(20)).await;
    tasks.push(go!(rt, "sem", sem(s.clone())));
    let l = Arc::new(RwLock::new(1));
    tasks.push(go!(rt, "rwhold", rwhold(l.clone())));
    sleep(Duration::from_millis(20)).await;
    tasks.push(go!(rt, "rwread", rwread(l.clone())));
    let (f, receiver) = watch::channel(1);
    tasks.push(go!(rt, "watch", watch_(receiver)));
    let (g, receiver) = broadcast::channel(1);
    tasks.push(go!(rt, "broadcast", broadcast_(receiver)));
    tasks.push(go!(rt, "broadcast", broadcast_(g.subscribe())));
    tasks.push(go!(rt, "timeout", timeout(n.clone())));
    tasks.push(go!(rt, "boxed", boxed()));
    tasks.push(go!(rt, "in_macro", in_macro(n.clone())));
    tasks.push(go!(rt, "dynamic", dynamic(n.clone())));
    tasks.push(go!(rt, "both", both(n.clone())));
    tasks.push(go!(rt, "selected", selected(n.clone())));
    for kind in ["gave_back", "moved", "keeps"] {
        let s = Arc::new(Semaphore::new(1));
        let p = s.clone().acquire_owned().await.unwrap();
        match kind {
            "gave_back" => tasks.push(go!(rt, kind, gave_back(p, n.clone()))),
            "moved" => tasks.push(go!(rt, kind, moved(p, n.clone()))),
            _ => tasks.push(go!(rt, kind, keeps(p, n.clone()))),
        }
        sleep(Duration::from_millis(20)).await;
        if kind == "gave_back" {
            s.acquire().await.unwrap().forget();
        }
        tasks.push(go!(rt, "sem", sem(s)));
    }
    tasks.push(go!(rt, "large", large(n.clone())));
    tasks.push(go!(rt, "sleep", Box::pin(sleep_())));
    let erased: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(sleep_());
    tasks.push(go!(rt, "sleep", erased));
    let forgotten = Arc::new(Mutex::new(1));
    std::mem::forget(forgotten.lock().await);
    tasks.push(go!(rt, "mutex", mutex(forgotten)));
    let k: Vec<_> = (0..5).map(|i| Arc::new(Mutex::new(i))).collect();
    for (x, y) in [(0, 1), (1, 0), (2, 3), (3, 4), (4, 2)] {
        tasks.push(go!(rt, "dead", dead(k[x].clone(), k[y].clone())));
    }
    sleep(Duration::from_millis(300)).await;
    println!("ready {}", rt);
    std::future::pending::<()>().await; //@all.1
    keep((&a, &b, &c, &d, &e, &f, &g, &tasks));
}

/// A deadlock that no task is alone in: it awaits one that waits for what it holds itself.
async fn main_holds() {
    let m = Arc::new(Mutex::new(1));
    let held = m.lock().await;
    let handle = tokio::spawn(mutex(m.clone()));
    say("multi", "mutex", &handle);
    sleep(Duration::from_millis(300)).await;
    println!("ready multi");
    handle.await.ok(); //@main_holds.1
    keep(*held);
}

/// So many tasks that wait, a quarter of them for a mutex that nobody gives back.
fn many(count: usize) {
    let (m, n) = (Arc::new(Mutex::new(1)), Arc::new(Notify::new()));
    std::mem::forget(m.try_lock().unwrap());
    for i in 0..count {
        match i % 4 {
            0 => say("multi", "sleep", &tokio::spawn(sleep_())),
            1 => say("multi", "mutex", &tokio::spawn(mutex(m.clone()))),
            2 => say("multi", "timeout", &tokio::spawn(timeout(n.clone()))),
            _ => say("multi", "notify", &tokio::spawn(notify(n.clone()))),
        }
    }
}

fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let count = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(0);
    if mode.is_empty() {
        std::thread::spawn(|| {
            let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            rt.block_on(all("current"));
        });
    }
    let rt = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let _entered = rt.enter();
    many(count);
    if mode == "storm" {
        for _ in 0..8 {
            tokio::spawn(storm());
        }
    }
    if mode == "sets" {
        rt.block_on(sets::all(count));
    }
    if mode == "blocked" {
        std::thread::spawn(local_set);
        std::thread::spawn(stuck);
        rt.block_on(blocked());
    }
    if mode == "main_holds" {
        rt.block_on(main_holds());
    }
    rt.block_on(async {
        let handle = tokio::spawn(all("multi"));
        say("multi", "all", &handle);
        handle.await.ok(); //@main.1
        keep(());
    });
}
