// SPDX-License-Identifier: MIT OR Apache-2.0
//! A library that plugin_host loads: it has a Tokio runtime of its own, and a task that blocks it.

use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Blocks a worker for 30 ms in a poll.
#[inline(never)]
fn blocks_in_a_plugin() -> usize {
    thread::sleep(Duration::from_millis(30));
    thread::current().name().map_or(0, str::len)
}

async fn task() -> usize {
    let before = blocks_in_a_plugin();
    tokio::time::sleep(Duration::from_millis(10)).await;
    before
}

thread_local! {
    static RUNTIME: Runtime =
        Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
}

/// The host calls this again and again, from a thread of its own.
#[no_mangle]
pub extern "C" fn nap_in_a_plugin() {
    RUNTIME.with(|runtime| {
        runtime.block_on(runtime.spawn(task())).expect("a task that ends");
    });
}
