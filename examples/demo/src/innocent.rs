//! The innocent: they sleep, wait and compute without blocking any worker, all through the run.
//! Nothing in this module or below it may ever be reported as a blocking site.

mod elsewhere;
mod pool;
mod tasks;
mod threads;

use crate::elsewhere::Part;
use tokio::task::unconstrained;

pub const MODULE: &str = module_path!();

/// An entry for a task that runs on the server's runtime.
macro_rules! task {
    ($name:literal, $future:expr, $multi_thread_only:literal) => {
        Part {
            name: $name,
            multi_thread_only: $multi_thread_only,
            elsewhere: false,
            start: |runtime| {
                runtime.spawn($future);
                Ok(())
            },
        }
    };
}

/// An entry for plain threads.
macro_rules! thread {
    ($name:literal, $start:expr) => {
        Part { name: $name, multi_thread_only: false, elsewhere: false, start: $start }
    };
}

/// An entry for a runtime of its own.
macro_rules! elsewhere {
    ($name:literal, $start:expr) => {
        Part { name: $name, multi_thread_only: false, elsewhere: true, start: $start }
    };
}

pub const INNOCENTS: &[Part] = &[
    task!("pool-cpu", pool::render_reports(), false),
    task!("pool-sleep", pool::poll_mailbox(), false),
    task!("in-place", pool::sleep_in_place(), true),
    task!("lost-core", pool::go_on_without_core(), true),
    task!("block-on-pool", pool::block_on_in_pool(), false),
    task!("block-on-in-place", pool::block_on_in_place(), true),
    task!("timers", tasks::tick(), false),
    task!("async-lock", tasks::contend(), false),
    task!("short-tasks", tasks::spawn_short_tasks(), false),
    task!("yields", tasks::yield_idly(), false),
    task!("busy-yields", tasks::yield_busily(), false),
    task!("ping-pong", tasks::play_ping_pong(), false),
    task!("unconstrained", unconstrained(tasks::compute_shortly()), false),
    thread!("block-on-thread", threads::start_batch),
    thread!("root-yields", threads::start_yielding_root),
    thread!("fake-workers", threads::start_fake_workers),
    elsewhere!("single-yields", elsewhere::start_yielding_root),
    elsewhere!("local-short", elsewhere::start_short_local_tasks),
    elsewhere!("local-no-core", elsewhere::start_local_set_without_core),
];

/// A task that was spawned just before a block, and is polled late.
pub async fn be_late(behind_tid: u32, ready_ns: u64) {
    crate::truth::note_late(behind_tid, ready_ns);
}

/// Some arithmetic that the compiler cannot leave out.
fn compute(rounds: u64) -> u64 {
    (0..rounds).fold(crate::random::next(), |x, y| (x ^ y).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Computes for about this long. Innocent code may read the clock: it is never measured.
fn compute_for(time: std::time::Duration) -> u64 {
    let start = std::time::Instant::now();
    let mut sum = 0;
    while start.elapsed() < time {
        sum ^= compute(1000);
    }
    sum
}
