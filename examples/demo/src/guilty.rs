//! The guilty: plain synchronous functions that the handlers call inside a poll.
//!
//! Each is one site with one cause. They are ordinary code and the compiler may inline them;
//! `inline(never)` is used only where a test looks a function up by its symbol. None ends with its
//! blocking call: as a tail call that is a jump, and the function is on no stack.

pub mod elsewhere;

use crate::blocking;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::os::unix::fs::FileExt;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The function that holds the lock for which `find_in_index` waits; its unlock ends the wait.
pub const HOLDER: &str = concat!(module_path!(), "::rebuild_index");

pub const MEGABYTE: usize = 1 << 20;

/// A page of text that compresses about as well as a log does.
pub fn page(size: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(size + 80);
    let mut number = 1u64;
    while text.len() < size {
        number = number.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let _ = writeln!(text, "request {:x} from 10.0.{}.7 served", number >> 40, number >> 56);
    }
    text.truncate(size);
    text
}

/// cpu: SHA-256 over the page, again and again.
#[inline(never)]
pub fn hash((page, rounds): (&[u8], u64)) -> String {
    let mut state = Sha256::new();
    for _ in 0..rounds {
        blocking!(state.update(page));
    }
    state.finalize().iter().map(|byte| format!("{:02x}", byte)).collect()
}

/// cpu: deflate of the page, again and again.
pub fn compress((page, rounds): (&[u8], u64)) -> usize {
    let mut size = 0;
    for _ in 0..rounds {
        size += blocking!(miniz_oxide::deflate::compress_to_vec(page, 6)).len();
    }
    size
}

/// sleep: the classic mistake.
pub fn pause(time: Duration) -> Duration {
    let start = Instant::now();
    blocking!(thread::sleep(time));
    start.elapsed()
}

/// sleep: a rate limiter that gives out one token every 2 ms. No wait is long; the poll is.
/// Recursive, as a walk over a tree is: each call takes half of the tokens. Neither call is the
/// last thing done here.
#[inline(never)]
pub fn throttle(tokens: u64) -> Duration {
    if tokens > 1 {
        return throttle(tokens / 2) + throttle(tokens - tokens / 2);
    }
    let start = Instant::now();
    blocking!(thread::sleep(Duration::from_millis(2)));
    start.elapsed()
}

/// Sorted keys.
static INDEX: Mutex<Vec<u64>> = Mutex::new(Vec::new());

/// Asks the index thread to rebuild; it says so once it has the lock.
pub struct Rebuild {
    pub takes: Duration,
    pub has_lock: oneshot::Sender<()>,
}

/// The index thread: a plain thread, which is allowed to block.
pub fn keep_index(requests: Receiver<Rebuild>) {
    for request in requests {
        let index = INDEX.lock().unwrap();
        let _ = request.has_lock.send(());
        rebuild_index(index, request.takes);
    }
}

/// Holds the lock for `takes`: a quarter of it computing, the rest waiting for its source. The
/// guard is dropped here, so the unlock that wakes the worker has this function on its stack.
#[inline(never)]
fn rebuild_index(mut index: MutexGuard<Vec<u64>>, takes: Duration) -> Duration {
    let start = Instant::now();
    while start.elapsed() < takes / 4 {
        index.clear();
        index.extend((0..1000).map(|_| crate::random::next() % 5000));
        index.sort_unstable();
    }
    thread::sleep(takes.saturating_sub(start.elapsed()));
    drop(index);
    start.elapsed()
}

/// lock: waits for whoever rebuilds the index.
pub fn find_in_index(key: u64) -> bool {
    let index = blocking!(INDEX.lock().unwrap());
    index.binary_search(&key).is_ok()
}

/// file-io: two calls that may each wait, the write (mostly copying) and one long sync.
#[inline(never)]
pub fn save_snapshot((file, page, megabytes): (&File, &[u8], u64)) -> io::Result<u64> {
    for megabyte in 0..megabytes {
        blocking!(file.write_all_at(page, megabyte * MEGABYTE as u64))?;
    }
    blocking!(file.sync_all())?;
    Ok(megabytes)
}

/// file-io: many short waits in one poll, each record synced on its own.
pub fn append_journal((file, record, records): (&File, &[u8], u64)) -> io::Result<()> {
    for number in 0..records {
        blocking!(file.write_all_at(record, number * record.len() as u64))?;
        blocking!(file.sync_data())?;
    }
    Ok(())
}

/// file-io: a file that is not in the page cache (see `handlers::forget`).
pub fn read_archive((file, megabytes): (&File, u64)) -> io::Result<u64> {
    let mut buffer = vec![0; MEGABYTE];
    let mut sum = 0;
    for megabyte in 0..megabytes {
        blocking!(file.read_exact_at(&mut buffer, megabyte * MEGABYTE as u64))?;
        sum += buffer[0] as u64;
    }
    Ok(sum)
}

/// net-io: a DNS query as a C library makes it, one datagram out and one back.
pub fn resolve(server: SocketAddr) -> io::Result<[u8; 4]> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut query = crate::random::next().to_be_bytes()[..2].to_vec();
    query.extend_from_slice(b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00");
    query.extend_from_slice(b"\x02db\x07example\x00\x00\x01\x00\x01");
    socket.send_to(&query, server)?;
    let mut answer = [0; 512];
    let (size, _) = blocking!(socket.recv_from(&mut answer))?;
    if size < 4 || answer[..2] != query[..2] {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not the answer to this query"));
    }
    let mut address = [0; 4];
    address.copy_from_slice(&answer[size - 4..size]);
    Ok(address)
}

/// net-io: a request to a slow neighbour over a synchronous TCP connection.
pub fn fetch_config(server: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(server)?;
    stream.write_all(b"GET /config HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    blocking!(stream.read_to_string(&mut answer))?;
    Ok(answer)
}

static FORGOTTEN: Mutex<()> = Mutex::new(());

/// A plain thread that takes the lock and never gives it back.
pub fn hold_forever(has_lock: Sender<()>) {
    let _guard = FORGOTTEN.lock().unwrap();
    let _ = has_lock.send(());
    loop {
        thread::park();
    }
}

/// lock: waits for ever.
#[inline(never)]
pub fn deadlock(job: usize) -> usize {
    let _guard = blocking!(FORGOTTEN.lock().unwrap());
    job
}
