//! Blocking where it is allowed: on the blocking pool, and on a worker that gave its core away.

use super::compute_for;
use crate::random::between_ms;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::{block_in_place, spawn_blocking};
use tokio::time;

/// Computes 20 to 50 ms in spawn_blocking.
pub async fn render_reports() {
    loop {
        let _ = spawn_blocking(render_report).await;
        time::sleep(between_ms(300, 700)).await;
    }
}

fn render_report() -> u64 {
    compute_for(between_ms(20, 50))
}

/// Sleeps 20 to 50 ms in spawn_blocking.
pub async fn poll_mailbox() {
    loop {
        let _ = spawn_blocking(read_mailbox).await;
        time::sleep(between_ms(50, 150)).await;
    }
}

fn read_mailbox() {
    thread::sleep(between_ms(20, 50));
}

pub async fn sleep_in_place() {
    loop {
        block_in_place(|| thread::sleep(Duration::from_millis(20)));
        time::sleep(between_ms(100, 300)).await;
    }
}

/// A poll that goes on after block_in_place: another thread has its core by then, so it blocks
/// nobody. Tokio gives the core back if no thread has taken it yet. So this waits until a pool
/// thread has run a job that was queued after "take this core", and some ms more. Then it checks
/// that the core is gone, for on a busy machine that thread may not have run yet.
pub async fn go_on_without_core() {
    loop {
        block_in_place(|| {
            let (sender, receiver) = channel();
            spawn_blocking(move || sender.send(()));
            let _ = receiver.recv();
            thread::sleep(between_ms(5, 10));
        });
        if core_is_gone() {
            thread::sleep(Duration::from_millis(20));
        }
        time::sleep(between_ms(200, 400)).await;
    }
}

/// With a core, a task spawned here waits in its LIFO slot for the end of this poll; without one,
/// any worker runs it at once.
fn core_is_gone() -> bool {
    let (sender, receiver) = channel();
    tokio::spawn(async move { sender.send(()) });
    receiver.recv_timeout(Duration::from_millis(2)).is_ok()
}

/// A future that sleeps, in `Handle::block_on`, on a pool thread.
pub async fn block_on_in_pool() {
    loop {
        let runtime = Handle::current();
        let _ = spawn_blocking(move || runtime.block_on(import())).await;
        time::sleep(between_ms(100, 300)).await;
    }
}

/// The same within block_in_place.
pub async fn block_on_in_place() {
    loop {
        block_in_place(|| Handle::current().block_on(import()));
        time::sleep(between_ms(100, 300)).await;
    }
}

/// A future that would be guilty in a task.
pub async fn import() {
    thread::sleep(between_ms(15, 30));
    time::sleep(Duration::from_millis(2)).await;
    thread::sleep(between_ms(10, 20));
}
