// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs each case in a task of its own, one after the other. The function of a case blocks the
//! worker for some 40 ms or more, by one call of std or of a crate. tests/e2e/matrix/advice.py
//! records it. Arguments: names of cases; without any, all.

mod files;
mod locks;
mod net;
mod process;
mod work;

use std::time::Duration;

pub type Case = (&'static str, fn());
pub const WAIT: Duration = Duration::from_millis(40);

/// The cases of a file: its functions, by their names. None ends by a tail call: it would not be on
/// the stack.
#[macro_export]
macro_rules! cases {
    ($(fn $name:ident() $body:block)*) => {
        $(#[inline(never)]
        fn $name() {
            $body
            unsafe { std::arch::asm!("") };
        })*
        pub const CASES: &[$crate::Case] = &[$((stringify!($name), $name)),*];
    };
}

/// Does something again and again for a while.
#[macro_export]
macro_rules! busy {
    ($($what:tt)*) => {{
        let start = std::time::Instant::now();
        while start.elapsed() < 3 * $crate::WAIT {
            $crate::keep(&{ $($what)* });
        }
    }};
}

/// Takes a value that the compiler must then make.
#[inline(always)]
pub fn keep<T>(value: &T) {
    unsafe { std::ptr::read_volatile(value as *const T as *const u8) };
}

/// Runs `take` on a thread, which keeps what it returns for a while.
pub fn held<T>(take: impl FnOnce() -> T + Send + 'static) {
    let (taken, is_taken) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let kept = take();
        taken.send(()).unwrap();
        std::thread::sleep(WAIT);
        drop(kept);
    });
    is_taken.recv_timeout(Duration::from_secs(1)).unwrap();
}

/// Runs `act` on a thread after a while.
pub fn later(act: impl FnOnce() + Send + 'static) {
    std::thread::spawn(move || {
        std::thread::sleep(WAIT);
        act();
    });
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let all = [locks::CASES, files::CASES, net::CASES, process::CASES, work::CASES].concat();

    tokio::time::sleep(Duration::from_secs(3)).await; // until it is recorded
    for (name, run) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            if tokio::spawn(async move { run() }).await.is_err() {
                eprintln!("{name} failed");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    std::process::exit(0);
}
