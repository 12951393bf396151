//! The guilty functions of `crate::elsewhere`. As in `guilty`, each is one site with one cause.

use crate::blocking;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

/// sleep, in a task of a current_thread runtime.
#[inline(never)]
pub fn wait_for_meter(time: Duration) -> Duration {
    let start = Instant::now();
    blocking!(thread::sleep(time));
    start.elapsed()
}

/// lock, in a root future: the answer of another thread. A channel's wait is a futex.
#[inline(never)]
pub fn wait_for_answer(answers: &Receiver<u64>) -> u64 {
    let answer = blocking!(answers.recv());
    answer.unwrap_or(0).rotate_left(1)
}

/// net-io, in a task of a LocalSet.
#[inline(never)]
pub fn ask_over_socket((socket, question): (&UnixDatagram, [u8; 8])) -> io::Result<u64> {
    let mut answer = [0; 8];
    socket.send(&question)?;
    blocking!(socket.recv(&mut answer))?;
    Ok(u64::from_le_bytes(answer))
}

/// sleep, in a task without a coop budget.
#[inline(never)]
pub fn settle(time: Duration) -> Duration {
    let start = Instant::now();
    blocking!(thread::sleep(time));
    start.elapsed()
}

/// cpu, on a second runtime.
#[inline(never)]
pub fn checksum(rounds: u64) -> u64 {
    let mut sum = rounds;
    for _ in 0..rounds {
        sum = blocking!((0..4096).fold(sum, |x, y| (x ^ y).wrapping_mul(0x0000_0100_0000_01b3)));
    }
    sum.rotate_left(7)
}

/// sleep: the first of two waits in one poll, …
#[inline(never)]
pub fn wait_for_left(time: Duration) -> Duration {
    let start = Instant::now();
    blocking!(thread::sleep(time));
    start.elapsed()
}

/// sleep: … and the second. Either alone may be under the threshold.
#[inline(never)]
pub fn wait_for_right(time: Duration) -> Duration {
    let start = Instant::now();
    blocking!(thread::sleep(time));
    start.elapsed()
}
