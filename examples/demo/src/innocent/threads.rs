//! Plain threads: whatever they are called, they are no workers.

use super::{compute_for, pool, tasks};
use std::io;
use std::thread;
use std::time::Duration;
use tokio::runtime::Handle;

/// A thread that runs a sleeping future by `Handle::block_on`.
pub fn start_batch(runtime: &Handle) -> io::Result<()> {
    let runtime = runtime.clone();
    thread::Builder::new().name("batch".into()).spawn(move || batch(runtime))?;
    Ok(())
}

fn batch(runtime: Handle) {
    loop {
        runtime.block_on(pool::import());
        thread::sleep(Duration::from_millis(100));
    }
}

/// A thread whose root future yields, on the server's runtime; it is no worker of it.
pub fn start_yielding_root(runtime: &Handle) -> io::Result<()> {
    let runtime = runtime.clone();
    let yields = move || runtime.block_on(tasks::yield_in_bursts());
    thread::Builder::new().name("root-yields".into()).spawn(yields)?;
    Ok(())
}

/// Two threads that bear a worker's name.
pub fn start_fake_workers(_: &Handle) -> io::Result<()> {
    for _ in 0..2 {
        thread::Builder::new().name("tokio-runtime-w".into()).spawn(fake_worker)?;
    }
    Ok(())
}

fn fake_worker() {
    loop {
        for _ in 0..5 {
            thread::sleep(Duration::from_millis(30));
        }
        compute_for(Duration::from_millis(10));
    }
}
