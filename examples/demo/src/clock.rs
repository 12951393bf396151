//! The clocks a block is measured with.

use std::cell::RefCell;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

fn read_clock(clock: libc::clockid_t) -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // Cannot fail: both clocks exist on every Linux and `now` is ours.
    unsafe { libc::clock_gettime(clock, &mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// CLOCK_MONOTONIC, the clock that captures are written in.
pub fn monotonic_ns() -> u64 {
    read_clock(libc::CLOCK_MONOTONIC)
}

/// CPU time of the calling thread.
pub fn thread_cpu_ns() -> u64 {
    read_clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

pub fn thread_id() -> u32 {
    unsafe { libc::syscall(libc::SYS_gettid) as u32 }
}

/// What the scheduler keeps of a thread.
#[derive(Clone, Copy, Default)]
pub struct SchedStat {
    pub cpu_ns: u64,
    pub run_queue_ns: u64,
}

impl SchedStat {
    /// Of the calling thread. The file stays open per thread: a re-read costs about 1 µs.
    pub fn of_this_thread() -> SchedStat {
        thread_local! {
            static FILE: RefCell<Option<File>> = RefCell::new(None);
        }
        FILE.with(|slot| {
            let mut slot = slot.borrow_mut();
            if slot.is_none() {
                *slot = File::open("/proc/thread-self/schedstat").ok();
            }
            let mut text = [0; 96];
            let length = match slot.as_ref() {
                Some(file) => file.read_at(&mut text, 0).unwrap_or(0),
                None => 0,
            };
            SchedStat::parse(&String::from_utf8_lossy(&text[..length]))
        })
    }

    /// Of another thread of this process, as far as it was last switched.
    pub fn of_thread(tid: u32) -> SchedStat {
        let path = format!("/proc/self/task/{}/schedstat", tid);
        SchedStat::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    /// A kernel without CONFIG_SCHED_INFO has no such file: zeros.
    fn parse(text: &str) -> SchedStat {
        let mut fields = text.split_whitespace().map(|field| field.parse().unwrap_or(0));
        SchedStat {
            cpu_ns: fields.next().unwrap_or(0),
            run_queue_ns: fields.next().unwrap_or(0),
        }
    }
}

/// A moment of the calling thread: the clock, and its run-queue delay until then.
#[derive(Clone, Copy)]
pub struct Moment {
    pub ns: u64,
    pub run_queue_ns: u64,
}

impl Moment {
    pub const ATTEMPTS: u32 = 10;

    /// Reads clock and delay until the thread kept its CPU between the two readings: they then
    /// belong to one moment.
    pub fn now() -> Moment {
        let mut moment = Moment { ns: 0, run_queue_ns: 0 };
        for _ in 0..Moment::ATTEMPTS {
            let before_ns = monotonic_ns();
            moment.run_queue_ns = SchedStat::of_this_thread().run_queue_ns;
            moment.ns = monotonic_ns();
            if moment.is_close_to(before_ns) {
                break;
            }
        }
        moment
    }

    /// The moment `ns`, shortly before this one. If another thread ran in between, this one
    /// waited for all of that time.
    pub fn back_to(self, ns: u64) -> Moment {
        let waited_ns = if self.is_close_to(ns) { 0 } else { self.ns - ns };
        Moment { ns, run_queue_ns: self.run_queue_ns.saturating_sub(waited_ns) }
    }

    /// Too little time lies between it and `ns` for another thread to have run.
    pub fn is_close_to(&self, ns: u64) -> bool {
        self.ns.abs_diff(ns) < 100_000
    }
}
