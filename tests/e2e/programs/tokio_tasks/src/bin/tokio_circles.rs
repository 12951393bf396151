// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tasks that wait for each other, or for themselves, in ways of which only some are certain.
//! Prints as tokio_tasks does: a line for each task, and `ready multi`.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard, Semaphore};
use tokio::time::sleep;

/// Keeps the compiler from leaving out what is kept over an await.
#[inline(never)]
fn keep<T>(x: T) -> T {
    unsafe { std::arch::asm!("/* {0} */", in(reg) &x) };
    x
}

/// A guard among other things.
struct Transfer {
    amount: u64,
    from: OwnedMutexGuard<u64>,
}

async fn in_struct(a: Arc<Mutex<u64>>, b: Arc<Mutex<u64>>) {
    let transfer = Transfer { amount: 1, from: a.lock_owned().await };
    sleep(Duration::from_millis(50)).await;
    let to = b.lock().await;
    keep((transfer.amount, *transfer.from, *to));
}

/// What hud does not know, and what may open the circle.
struct Signal;

impl Future for Signal {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

async fn selected(a: Arc<Mutex<u64>>, b: Arc<Mutex<u64>>) {
    let g = a.lock().await;
    sleep(Duration::from_millis(50)).await;
    futures_util::future::select(Box::pin(b.lock()), Signal).await;
    keep(*g);
}

/// Of a semaphore, others may have permits that are not seen.
async fn permits(a: Arc<Semaphore>, b: Arc<Semaphore>) {
    let p = a.acquire().await.unwrap();
    sleep(Duration::from_millis(50)).await;
    let q = b.acquire().await.unwrap();
    keep((&p, &q));
}

/// The guard is dropped before the await, and looks as if it were there: a thread has the lock.
async fn dropped(a: Arc<Mutex<u64>>, b: Arc<Mutex<u64>>) {
    let g = a.lock().await;
    keep(*g);
    drop(g);
    sleep(Duration::from_millis(150)).await;
    let h = b.lock().await;
    keep(*h);
}

/// Ends what it is given, and is inlined, as the functions that move a guard elsewhere are.
#[inline(always)]
fn commit(g: MutexGuard<'_, u64>) {
    let given = Some(g);
    keep(given.as_deref().copied());
}

/// The same as `dropped`, by another function than drop().
async fn given(a: Arc<Mutex<u64>>, b: Arc<Mutex<u64>>) {
    let g = a.lock().await;
    keep(*g);
    commit(g);
    sleep(Duration::from_millis(150)).await;
    let h = b.lock().await;
    keep(*h);
}

/// A guard that was dropped looks the same.
async fn twice(a: Arc<Mutex<u64>>) {
    let g = a.lock().await;
    keep(*g);
    let h = a.lock().await;
    keep((*g, *h));
}

fn go(kind: &str, future: impl Future<Output = ()> + Send + 'static) {
    let handle = format!("{:?}", tokio::spawn(future));
    let id: String = handle.chars().filter(|c| c.is_ascii_digit()).collect();
    println!("task multi {} {}", kind, id);
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    let locks: Vec<_> = (0..9).map(|_| Arc::new(Mutex::new(0))).collect();
    let two: Vec<_> = (0..2).map(|_| Arc::new(Semaphore::new(1))).collect();

    for i in 0..2 {
        go("in_struct", in_struct(locks[i].clone(), locks[1 - i].clone()));
        go("selected", selected(locks[2 + i].clone(), locks[3 - i].clone()));
        go("permits", permits(two[i].clone(), two[1 - i].clone()));
        go("dropped", dropped(locks[5 + i].clone(), locks[6 - i].clone()));
        go("given", given(locks[7 + i].clone(), locks[8 - i].clone()));
    }
    go("twice", twice(locks[4].clone()));
    std::thread::sleep(Duration::from_millis(75));
    let held: Vec<_> = locks[5..].iter().map(|lock| lock.blocking_lock()).collect();
    std::thread::sleep(Duration::from_millis(225));
    println!("ready multi");
    std::thread::sleep(Duration::from_secs(36000));
    keep(held.iter().map(|guard| **guard).sum::<u64>());
}
