//! The ground truth: every block of a worker, and the poll it lies in, measured by the program that
//! made it.

use crate::clock::{self, Moment, SchedStat};
use std::any::type_name;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

/// The causes by the names that hud gives them.
#[derive(Clone, Copy)]
pub enum Cause {
    Cpu,
    Lock,
    Sleep,
    FileIo,
    NetIo,
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Cause::Cpu => "cpu",
            Cause::Lock => "lock",
            Cause::Sleep => "sleep",
            Cause::FileIo => "file-io",
            Cause::NetIo => "net-io",
        }
    }
}

/// A task that waited in the run queue of a blocked worker (`behind_tid`) since `ready_ns`, and was
/// first polled on `tid` at `begun_ns`.
struct Late {
    behind_tid: u32,
    ready_ns: u64,
    tid: u32,
    begun_ns: u64,
}

static LATE: Mutex<Vec<Late>> = Mutex::new(Vec::new());

/// A timed poll in which the program made no block, and which took its thread for SLOW_NS or
/// longer, time without a CPU not counted: the kernel was slow, or the machine.
struct Slow {
    tid: u32,
    poll: PollTimes,
}

const SLOW_NS: u64 = 2_000_000;

static SLOW: Mutex<Vec<Slow>> = Mutex::new(Vec::new());

/// To be called in the first poll of a task that thread `behind_tid` spawned at `ready_ns`.
pub fn note_late(behind_tid: u32, ready_ns: u64) {
    let begun_ns = clock::monotonic_ns();
    LATE.lock().unwrap().push(Late { behind_tid, ready_ns, tid: clock::thread_id(), begun_ns });
}

/// Where the blocking calls of one block are in the source; `blocking!` fills it in.
#[derive(Clone, Default)]
struct Place {
    file: &'static str,
    lines: Vec<u32>,
}

/// A block that has begun. Shared, because one that never ends is written by another thread.
struct Running {
    function: &'static str,
    cause: Cause,
    tid: u32,
    start_ns: u64,
    start_cpu_ns: u64,
    start_run_queue_ns: u64,
    poll: PollTimes,
    place: Mutex<Place>,
}

/// The poll that a block lies in; the block itself where nobody timed the poll.
#[derive(Clone, Copy)]
struct PollTimes {
    start_ns: u64,
    end_ns: u64,
    run_queue_ns: u64,
}

struct Block {
    function: &'static str,
    cause: Cause,
    place: Place,
    tid: u32,
    start_ns: u64,
    end_ns: u64,
    cpu_ns: u64,
    run_queue_ns: u64,
    open: bool,
    poll: PollTimes,
}

/// A poll under way: when and with what it began, and the blocks in it so far.
struct TimedPoll {
    start: Moment,
    blocks: Vec<Block>,
}

static RUNNING: Mutex<Vec<Arc<Running>>> = Mutex::new(Vec::new());
static BLOCKS: Mutex<Vec<Block>> = Mutex::new(Vec::new());

thread_local! {
    static CURRENT: RefCell<Option<Arc<Running>>> = RefCell::new(None);
    static POLL: RefCell<Option<TimedPoll>> = RefCell::new(None);
}

/// A future whose polls are timed; see `timed`.
pub struct Timed<F> {
    future: Pin<Box<F>>,
}

/// Blocks in this future are noted with the start and the end of the poll that they lie in. To be
/// awaited as the whole body of a task, so that all but nanoseconds of the poll are inside. Where
/// one is within another, as in a LocalSet, a block belongs to the inner one.
pub fn timed<F: Future>(future: F) -> Timed<F> {
    Timed { future: Box::pin(future) }
}

impl<F: Future> Future for Timed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let start_ns = clock::monotonic_ns();
        let start = Moment::now().back_to(start_ns);
        let timed = TimedPoll { start, blocks: Vec::new() };
        let outer = POLL.with(|poll| poll.borrow_mut().replace(timed));
        let result = self.future.as_mut().poll(context);
        let timed = POLL.with(|poll| std::mem::replace(&mut *poll.borrow_mut(), outer));
        if let Some(timed) = timed {
            timed.finish();
        }
        result
    }
}

impl TimedPoll {
    /// The clock is read last, since all before it is part of the poll too. If that took long it is
    /// done again.
    fn finish(mut self) {
        if self.blocks.is_empty() {
            self.note_if_slow();
            return;
        }
        let mut attempts = 0;
        let (mut blocks, end) = loop {
            let moment = Moment::now();
            let blocks = BLOCKS.lock().unwrap();
            let end = Moment { ns: clock::monotonic_ns(), ..moment };
            attempts += 1;
            if moment.is_close_to(end.ns) || attempts == Moment::ATTEMPTS {
                break (blocks, end);
            }
        };
        let poll = PollTimes {
            start_ns: self.start.ns,
            end_ns: end.ns,
            run_queue_ns: end.run_queue_ns.saturating_sub(self.start.run_queue_ns),
        };
        blocks.extend(self.blocks.drain(..).map(|block| Block { poll, ..block }));
    }

    fn note_if_slow(&self) {
        if clock::monotonic_ns() - self.start.ns < SLOW_NS {
            return;
        }
        let end = Moment::now();
        let run_queue_ns = end.run_queue_ns.saturating_sub(self.start.run_queue_ns);
        if end.ns - self.start.ns >= SLOW_NS + run_queue_ns {
            let poll = PollTimes { start_ns: self.start.ns, end_ns: end.ns, run_queue_ns };
            SLOW.lock().unwrap().push(Slow { tid: clock::thread_id(), poll });
        }
    }
}

/// Makes a call that blocks and notes its line. Keep each use on one line, for `line!()` is the
/// line of the macro's name while the debug information has the line of the call in it.
#[macro_export]
macro_rules! blocking {
    ($call:expr) => {{
        $crate::truth::note(file!(), line!());
        $call
    }};
}

/// A call outside of `measure` (calibration) has no block to note it in.
pub fn note(file: &'static str, line: u32) {
    CURRENT.with(|current| {
        if let Some(running) = current.borrow().as_ref() {
            let mut place = running.place.lock().unwrap();
            place.file = file;
            if !place.lines.contains(&line) {
                place.lines.push(line);
            }
        }
    });
}

/// Calls a guilty function in a poll and records the block. The function's name is taken from its
/// own type, so it cannot drift. schedstat is read outside of the measured time, wall outermost.
pub fn measure<A, R, F: FnOnce(A) -> R>(cause: Cause, function: F, argument: A) -> R {
    let tid = clock::thread_id();
    let Moment { ns: start_ns, run_queue_ns } = Moment::now();
    let start_cpu_ns = clock::thread_cpu_ns();
    let running = Arc::new(Running {
        function: type_name::<F>(),
        cause,
        tid,
        start_ns,
        start_cpu_ns,
        start_run_queue_ns: run_queue_ns,
        poll: poll_begun(start_ns, run_queue_ns),
        place: Mutex::default(),
    });
    RUNNING.lock().unwrap().push(running.clone());
    CURRENT.with(|current| *current.borrow_mut() = Some(running.clone()));

    let result = function(argument);

    let end_cpu_ns = clock::thread_cpu_ns();
    let end_ns = clock::monotonic_ns();
    let after = Moment::now().back_to(end_ns);
    CURRENT.with(|current| *current.borrow_mut() = None);
    RUNNING.lock().unwrap().retain(|other| !Arc::ptr_eq(other, &running));
    let block = running.finished(end_ns, end_cpu_ns, after.run_queue_ns, false);
    POLL.with(|poll| match poll.borrow_mut().as_mut() {
        Some(poll) => poll.blocks.push(block),
        None => BLOCKS.lock().unwrap().push(block),
    });
    result
}

/// The poll under way on this thread: its start, and in `run_queue_ns` the thread's run-queue delay
/// until then. The block's own where the poll is not timed.
fn poll_begun(start_ns: u64, run_queue_ns: u64) -> PollTimes {
    POLL.with(|poll| match poll.borrow().as_ref() {
        Some(poll) => PollTimes {
            start_ns: poll.start.ns,
            end_ns: 0,
            run_queue_ns: poll.start.run_queue_ns,
        },
        None => PollTimes { start_ns, end_ns: 0, run_queue_ns },
    })
}

impl Running {
    fn finished(&self, end_ns: u64, end_cpu_ns: u64, end_run_queue_ns: u64, open: bool) -> Block {
        Block {
            function: self.function,
            cause: self.cause,
            place: self.place.lock().unwrap().clone(),
            tid: self.tid,
            start_ns: self.start_ns,
            end_ns,
            cpu_ns: end_cpu_ns.saturating_sub(self.start_cpu_ns),
            run_queue_ns: end_run_queue_ns.saturating_sub(self.start_run_queue_ns),
            open,
            poll: PollTimes {
                start_ns: self.poll.start_ns,
                end_ns,
                run_queue_ns: end_run_queue_ns.saturating_sub(self.poll.run_queue_ns),
            },
        }
    }
}

/// What the file says about the run as a whole.
pub struct Run<'a> {
    pub start_ns: u64,
    pub workers: usize,
    pub flavor: &'a str,
    pub parts: Vec<&'a str>,
}

/// FILE.partial from the start, so that a path that cannot be written fails before the run; FILE
/// at its end, so that whoever finds FILE finds it whole.
pub struct TruthFile {
    path: PathBuf,
    partial: PathBuf,
}

impl TruthFile {
    pub fn create(path: &Path) -> io::Result<TruthFile> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        fs::write(&partial, "")?;
        Ok(TruthFile { path: path.to_owned(), partial })
    }

    pub fn finish(&self, text: &str) -> io::Result<()> {
        fs::write(&self.partial, text)?;
        fs::rename(&self.partial, &self.path)
    }
}

/// Ends the record: blocks that have not ended are closed now and marked open. Gives the number of
/// blocks, and the JSON.
pub fn finish(run: &Run) -> (usize, String) {
    let end_ns = clock::monotonic_ns();
    let mut blocks = BLOCKS.lock().unwrap();
    for running in RUNNING.lock().unwrap().iter() {
        let now = SchedStat::of_thread(running.tid);
        blocks.push(running.finished(end_ns, now.cpu_ns, now.run_queue_ns, true));
    }
    blocks.sort_by_key(|block| block.start_ns);
    (blocks.len(), to_json(run, end_ns, &blocks))
}

fn to_json(run: &Run, end_ns: u64, blocks: &[Block]) -> String {
    let mut out = String::new();
    let parts: Vec<String> = run.parts.iter().map(|part| quoted(part)).collect();
    let threads: Vec<String> = threads().iter().map(|(tid, comm)| {
        format!("{{\"tid\":{},\"comm\":{}}}", tid, quoted(comm))
    }).collect();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{{\"schema\":1,\"pid\":{},\"start_ns\":{},\"end_ns\":{},\"workers\":{},\"flavor\":{},\n\
         \"parts\":[{}],\n\"innocent_module\":{},\"holder\":{},\n\"threads\":[{}],\n\"blocks\":[",
        std::process::id(), run.start_ns, end_ns, run.workers, quoted(run.flavor),
        parts.join(","), quoted(crate::innocent::MODULE), quoted(crate::guilty::HOLDER),
        threads.join(","),
    );
    for (number, block) in blocks.iter().enumerate() {
        let lines: Vec<String> = block.place.lines.iter().map(u32::to_string).collect();
        let _ = write!(
            out,
            "{}\n{{\"function\":{},\"file\":{},\"lines\":[{}],\"cause\":{},\"tid\":{},\
             \"start_ns\":{},\"end_ns\":{},\"wall_ns\":{},\"cpu_ns\":{},\
             \"run_queue_ns\":{},\"open\":{},\
             \"poll_start_ns\":{},\"poll_end_ns\":{},\"poll_run_queue_ns\":{}}}",
            if number == 0 { "" } else { "," },
            quoted(block.function), quoted(block.place.file), lines.join(","),
            quoted(block.cause.name()), block.tid, block.start_ns, block.end_ns,
            block.end_ns - block.start_ns, block.cpu_ns, block.run_queue_ns, block.open,
            block.poll.start_ns, block.poll.end_ns, block.poll.run_queue_ns,
        );
    }
    out.push_str("\n],\n\"late\":[");
    for (number, late) in LATE.lock().unwrap().iter().enumerate() {
        let _ = write!(
            out, "{}\n{{\"behind_tid\":{},\"ready_ns\":{},\"tid\":{},\"begun_ns\":{}}}",
            if number == 0 { "" } else { "," },
            late.behind_tid, late.ready_ns, late.tid, late.begun_ns,
        );
    }
    out.push_str("\n],\n\"slow\":[");
    for (number, slow) in SLOW.lock().unwrap().iter().enumerate() {
        let _ = write!(
            out, "{}\n{{\"tid\":{},\"start_ns\":{},\"end_ns\":{},\"run_queue_ns\":{}}}",
            if number == 0 { "" } else { "," },
            slow.tid, slow.poll.start_ns, slow.poll.end_ns, slow.poll.run_queue_ns,
        );
    }
    out.push_str("\n]}\n");
    out
}

/// The threads that are there now.
fn threads() -> Vec<(u32, String)> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let mut threads: Vec<(u32, String)> = tasks.filter_map(|task| {
        let tid = task.file_name().to_str()?.parse().ok()?;
        let comm = fs::read_to_string(task.path().join("comm")).ok()?;
        Some((tid, comm.trim_end_matches('\n').to_string()))
    }).collect();
    threads.sort();
    threads
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => { let _ = write!(out, "\\u{:04x}", c as u32); }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
