//! Runtimes and tasks of other kinds, beside the server's own runtime (`--runtimes`). They block as
//! often as they can, for 6 to 40 ms, so that some seconds contain a thousand blocks. Also defines
//! what a part is, innocent or not.

use crate::calibrate::Rate;
use crate::clock;
use crate::guilty::elsewhere as guilty;
use crate::innocent;
use crate::random::between_ms;
use crate::truth::{measure, timed, Cause};
use std::io;
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc::{channel, Receiver, Sender};
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{spawn_local, unconstrained, LocalSet};
use tokio::time;

/// Something that runs beside the endpoints.
pub struct Part {
    pub name: &'static str,
    /// block_in_place exists on the multi_thread runtime only.
    pub multi_thread_only: bool,
    /// Runs on another runtime or has one of its own: started on request only.
    pub elsewhere: bool,
    /// Takes the server's runtime.
    pub start: fn(&Handle) -> io::Result<()>,
}

macro_rules! guilty {
    ($name:literal, $start:expr) => {
        Part { name: $name, multi_thread_only: false, elsewhere: true, start: $start }
    };
}

pub const ELSEWHERE: &[Part] = &[
    guilty!("single-task", start_single_task),
    guilty!("single-root", start_single_root),
    guilty!("local-task", start_local_task),
    guilty!("unconstrained-task", start_unconstrained_task),
    guilty!("second-runtime", start_second_runtime),
];

/// A thread with a current_thread runtime.
pub fn on_own_runtime(
    name: &str,
    run: impl FnOnce(Runtime) + Send + 'static,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name(name.into()).spawn(move || run(runtime))?;
    Ok(())
}

/// How long to block now.
fn length() -> Duration {
    between_ms(6, 40)
}

/// Lets others run between two blocks.
async fn pause() {
    time::sleep(between_ms(5, 25)).await;
}

/// Spawns tasks that wait in the run queue while the block that follows lasts, and note for how
/// long.
fn spawn_late(tasks: usize) {
    for _ in 0..tasks {
        let behind_tid = clock::thread_id();
        let ready_ns = clock::monotonic_ns();
        // In a task of its own: a debug build calls the function that makes the future, and a
        // sample may be taken in it.
        tokio::spawn(async move { innocent::be_late(behind_tid, ready_ns).await });
    }
}

/// A current_thread runtime, one of whose tasks blocks it.
fn start_single_task(_: &Handle) -> io::Result<()> {
    on_own_runtime("single-task", |runtime| {
        runtime.spawn(read_meter());
        runtime.block_on(std::future::pending::<()>())
    })
}

async fn read_meter() {
    timed(async {
        loop {
            spawn_late(3);
            measure(Cause::Sleep, guilty::wait_for_meter, length());
            pause().await;
        }
    }).await
}

/// A current_thread runtime whose root future blocks it.
fn start_single_root(_: &Handle) -> io::Result<()> {
    let (question, questions) = channel();
    let (answer, answers) = channel();
    thread::Builder::new().name("oracle".into()).spawn(move || answer_all(questions, answer))?;
    on_own_runtime("single-root", move |runtime| runtime.block_on(ask_again(question, answers)))
}

async fn ask_again(question: Sender<Duration>, answers: Receiver<u64>) {
    timed(async move {
        loop {
            let _ = question.send(length());
            measure(Cause::Lock, guilty::wait_for_answer, &answers);
            pause().await;
        }
    }).await
}

/// On a plain thread, which is allowed to block.
fn answer_all(questions: Receiver<Duration>, answer: Sender<u64>) {
    for time in questions {
        thread::sleep(time);
        let _ = answer.send(time.as_micros() as u64);
    }
}

/// A LocalSet on a current_thread runtime; a task of the set blocks both.
fn start_local_task(_: &Handle) -> io::Result<()> {
    let (ours, theirs) = UnixDatagram::pair()?;
    thread::Builder::new().name("socket".into()).spawn(move || answer_socket(theirs))?;
    on_own_runtime("local-task", |runtime| {
        LocalSet::new().block_on(&runtime, async {
            let _ = spawn_local(ask_locally(ours)).await;
        })
    })
}

async fn ask_locally(socket: UnixDatagram) {
    timed(async move {
        loop {
            let question = (length().as_micros() as u64).to_le_bytes();
            let _ = measure(Cause::NetIo, guilty::ask_over_socket, (&socket, question));
            pause().await;
        }
    }).await
}

/// On a plain thread, which is allowed to block.
fn answer_socket(socket: UnixDatagram) {
    let mut question = [0; 8];
    while socket.recv(&mut question).is_ok() {
        thread::sleep(Duration::from_micros(u64::from_le_bytes(question)));
        let _ = socket.send(&question);
    }
}

/// A task on the server's runtime without a coop budget.
fn start_unconstrained_task(runtime: &Handle) -> io::Result<()> {
    runtime.spawn(unconstrained(settle_again()));
    Ok(())
}

async fn settle_again() {
    timed(async {
        loop {
            measure(Cause::Sleep, guilty::settle, length());
            pause().await;
        }
    }).await
}

/// A second multi_thread runtime in the process.
fn start_second_runtime(_: &Handle) -> io::Result<()> {
    let rate = Rate::of_computing(1 << 30, |rounds| {
        guilty::checksum(rounds);
    });
    let runtime = Builder::new_multi_thread()
        .worker_threads(2).thread_name("second").enable_all().build()?;
    runtime.spawn(check_again(rate));
    runtime.spawn(wait_for_both());
    // It lasts as long as the process.
    std::mem::forget(runtime);
    Ok(())
}

async fn check_again(rate: Rate) {
    timed(async move {
        loop {
            measure(Cause::Cpu, guilty::checksum, rate.units_for(length()));
            time::sleep(between_ms(100, 300)).await;
        }
    }).await
}

/// Two sites in one poll.
async fn wait_for_both() {
    timed(async {
        loop {
            spawn_late(4);
            measure(Cause::Sleep, guilty::wait_for_left, between_ms(3, 12));
            measure(Cause::Sleep, guilty::wait_for_right, between_ms(3, 12));
            pause().await;
        }
    }).await
}
