//! The endpoints: async handlers that call the guilty functions synchronously.

use crate::calibrate::Rate;
use crate::guilty::{self, Rebuild, MEGABYTE};
use crate::peers;
use crate::options::Options;
use crate::random::{self, Quarters};
use crate::truth::{measure, timed, Cause};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::io::AsRawFd;
use std::path::Path;
use std::sync::mpsc::{channel, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// Each is served at /NAME.
pub const ENDPOINTS: &[&str] =
    &["hash", "compress", "sleep", "drip", "lock", "save", "journal", "read", "resolve", "fetch"];

/// Small enough for the caches, so that a page costs the same each time.
const PAGE: usize = 16 << 10;

/// The most that `save` and `read` move at once, in MiB: a fast disk takes 10 ms for it.
const FILE_LIMIT: u64 = 48;

const RECORD: usize = 4096;

/// The most records that `journal` appends at once.
const RECORD_LIMIT: u64 = 1000;

/// What the handlers share.
pub struct Service {
    page: Vec<u8>,
    block: Vec<u8>,
    snapshot: File,
    journal: File,
    archive: File,
    name_server: SocketAddr,
    config_server: SocketAddr,
    index: Mutex<Sender<Rebuild>>,
    hash_rate: Rate,
    compress_rate: Rate,
    save_rate: Rate,
    journal_rate: Rate,
    read_rate: Rate,
    lengths: Vec<Lengths>,
}

impl Service {
    /// Starts the neighbours and finds out how fast the machine is. The directory should be on a
    /// disk: on tmpfs the file endpoints only copy memory.
    pub fn start(options: &Options) -> io::Result<Service> {
        let directory = &options.directory;
        let page = guilty::page(PAGE);
        let block = guilty::page(MEGABYTE);
        let snapshot = nameless_file(directory, "snapshot")?;
        let journal = nameless_file(directory, "journal")?;
        let archive = nameless_file(directory, "archive")?;
        guilty::save_snapshot((&archive, &block, FILE_LIMIT))?;

        let (index, requests) = channel();
        thread::Builder::new().name("index".into()).spawn(move || guilty::keep_index(requests))?;

        let hash_rate = Rate::of_computing(1 << 20, |rounds| {
            guilty::hash((&page, rounds));
        });
        let compress_rate = Rate::of_computing(1 << 20, |rounds| {
            guilty::compress((&page, rounds));
        });
        // An error here would come back in every request, and is reported there.
        let save_rate = Rate::of_waiting(FILE_LIMIT, |megabytes| {
            let _ = guilty::save_snapshot((&snapshot, &block, megabytes));
        });
        let journal_rate = Rate::of_waiting(RECORD_LIMIT, |records| {
            let _ = guilty::append_journal((&journal, &block[..RECORD], records));
        });
        let read_rate = Rate::of_waiting(FILE_LIMIT, |megabytes| {
            forget(&archive);
            let _ = guilty::read_archive((&archive, megabytes));
        });
        Ok(Service {
            page,
            block,
            snapshot,
            journal,
            archive,
            name_server: peers::start_name_server(options.factor("resolve"))?,
            config_server: peers::start_config_server(options.factor("fetch"))?,
            index: Mutex::new(index),
            hash_rate,
            compress_rate,
            save_rate,
            journal_rate,
            read_rate,
            lengths: ENDPOINTS.iter().map(|name| Lengths::of(name, options)).collect(),
        })
    }

    /// How long this endpoint is to block now: between the two, stretched.
    fn time(&self, endpoint: &str, low: u64, high: u64) -> Duration {
        let lengths = self.lengths.iter().find(|lengths| lengths.endpoint == endpoint);
        let lengths = lengths.expect("each endpoint has its lengths");
        lengths.quarters.stretched_ms(lengths.factor, low, high)
    }
}

/// How long the blocks of an endpoint are.
struct Lengths {
    endpoint: &'static str,
    factor: f64,
    quarters: Quarters,
}

impl Lengths {
    fn of(endpoint: &'static str, options: &Options) -> Lengths {
        Lengths { endpoint, factor: options.factor(endpoint), quarters: Quarters::new() }
    }
}

/// A file that goes away with the process, however it ends.
fn nameless_file(directory: &Path, name: &str) -> io::Result<File> {
    let path = directory.join(format!("demo-{}.{}", std::process::id(), name));
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Drops a file from the page cache, so that the next read waits for the disk.
fn forget(file: &File) {
    unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
}

/// None: no such endpoint.
pub async fn answer(service: &Arc<Service>, endpoint: &str) -> Option<io::Result<String>> {
    Some(match endpoint {
        "hash" => hash(service).await,
        "compress" => compress(service).await,
        "sleep" => sleep(service).await,
        "drip" => drip(service).await,
        "lock" => lock(service).await,
        "save" => save(service).await,
        "journal" => journal(service).await,
        "read" => read(service).await,
        "resolve" => resolve(service).await,
        "fetch" => fetch(service).await,
        _ => return None,
    })
}

async fn hash(service: &Service) -> io::Result<String> {
    let rounds = service.hash_rate.units_for(service.time("hash", 15, 40));
    Ok(measure(Cause::Cpu, guilty::hash, (&service.page[..], rounds)))
}

async fn compress(service: &Service) -> io::Result<String> {
    let rounds = service.compress_rate.units_for(service.time("compress", 15, 40));
    let size = measure(Cause::Cpu, guilty::compress, (&service.page[..], rounds));
    Ok(format!("{} bytes", size))
}

async fn sleep(service: &Service) -> io::Result<String> {
    let slept = measure(Cause::Sleep, guilty::pause, service.time("sleep", 10, 60));
    Ok(format!("{:?}", slept))
}

async fn drip(service: &Service) -> io::Result<String> {
    let tokens = service.time("drip", 14, 40).as_millis() as u64 / 2;
    let slept = measure(Cause::Sleep, guilty::throttle, tokens.max(1));
    Ok(format!("{} tokens in {:?}", tokens, slept))
}

/// Waits, as it should, until the index thread has the lock; then, as it should not, for the lock.
async fn lock(service: &Service) -> io::Result<String> {
    let (has_lock, locked) = oneshot::channel();
    let request = Rebuild { takes: service.time("lock", 10, 60), has_lock };
    service.index.lock().unwrap().send(request).expect("the index thread never ends");
    locked.await.expect("the index thread always answers");
    let found = measure(Cause::Lock, guilty::find_in_index, random::next() % 5000);
    Ok(found.to_string())
}

async fn save(service: &Service) -> io::Result<String> {
    let megabytes = service.save_rate.units_for(service.time("save", 14, 25));
    let arguments = (&service.snapshot, &service.block[..], megabytes);
    let saved = measure(Cause::FileIo, guilty::save_snapshot, arguments)?;
    Ok(format!("{} MiB", saved))
}

async fn journal(service: &Service) -> io::Result<String> {
    let records = service.journal_rate.units_for(service.time("journal", 14, 25));
    let arguments = (&service.journal, &service.block[..RECORD], records);
    measure(Cause::FileIo, guilty::append_journal, arguments)?;
    Ok(format!("{} records", records))
}

/// The page cache is dropped on the blocking pool: this poll shall hold nothing but the read.
async fn read(service: &Arc<Service>) -> io::Result<String> {
    let shared = service.clone();
    tokio::task::spawn_blocking(move || forget(&shared.archive)).await?;
    let megabytes = service.read_rate.units_for(service.time("read", 14, 25));
    let sum = measure(Cause::FileIo, guilty::read_archive, (&service.archive, megabytes))?;
    Ok(format!("{} MiB, sum {}", megabytes, sum))
}

async fn resolve(service: &Service) -> io::Result<String> {
    let address = measure(Cause::NetIo, guilty::resolve, service.name_server)?;
    Ok(format!("{:?}", address))
}

async fn fetch(service: &Service) -> io::Result<String> {
    measure(Cause::NetIo, guilty::fetch_config, service.config_server)
}

/// A task that the doomed job has spawned: it stands in the LIFO slot of the job's worker, from
/// where no other worker takes it.
async fn left_behind() {
    tokio::task::yield_now().await;
}

/// No endpoint: a job that never comes back (`--deadlock-at`).
pub async fn doomed_job(number: usize) {
    timed(async move {
        tokio::spawn(left_behind());
        measure(Cause::Lock, guilty::deadlock, number);
    }).await
}
