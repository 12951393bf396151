//! Plain threads: whatever they are called, they are no workers.

use super::{compute_for, pool};
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
