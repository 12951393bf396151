//! Runtimes of their own that nobody blocks.

use super::{pool, tasks};
use crate::elsewhere::on_own_runtime;
use crate::random::between_ms;
use std::io;
use std::thread;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::{spawn_local, LocalSet};
use tokio::time;

/// A root future that yields, on a current_thread runtime: each poll of it is a round of the
/// scheduler.
pub fn start_yielding_root(_: &Handle) -> io::Result<()> {
    on_own_runtime("single-yields", |runtime| runtime.block_on(tasks::yield_in_bursts()))
}

/// A LocalSet with short tasks, on a current_thread runtime.
pub fn start_short_local_tasks(_: &Handle) -> io::Result<()> {
    on_own_runtime("local-short", |runtime| {
        LocalSet::new().block_on(&runtime, spawn_short_local_tasks())
    })
}

async fn spawn_short_local_tasks() {
    let mut interval = time::interval(Duration::from_millis(5));
    loop {
        interval.tick().await;
        for _ in 0..3 {
            spawn_local(tasks::yield_shortly(4));
        }
    }
}

/// A LocalSet that a plain thread runs on the server's runtime. Its task sleeps, and so holds up
/// the other tasks of the set, but no worker.
pub fn start_local_set_without_core(runtime: &Handle) -> io::Result<()> {
    let runtime = runtime.clone();
    let run = move || runtime.block_on(LocalSet::new().run_until(import_locally()));
    thread::Builder::new().name("local-no-core".into()).spawn(run)?;
    Ok(())
}

async fn import_locally() {
    loop {
        let _ = spawn_local(pool::import()).await;
        time::sleep(between_ms(50, 100)).await;
    }
}
