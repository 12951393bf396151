// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tasks that wait for a file of each kind, each in a function of its own, for 40 ms again and
//! again. Prints `ready` once all of them do, and goes on until it is killed. Standard input is a
//! terminal, on which a line comes each time. A second runtime waits in a waker, and before it
//! parks.
//!
//! With the argument `absent` it is one task instead, during whose poll the runtime's memory cannot
//! be read for a while, as at times when the kernel moves pages.
//!
//! It is linked so that functions with the same code are one.

use std::fs::File;
use std::future::Future;
use std::io::{stdin, stdout, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::io::{AsRawFd, FromRawFd};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{sleep, spawn};
use std::time::Duration;

const WAIT: Duration = Duration::from_millis(40);
const PAUSE: Duration = Duration::from_millis(10);
const SOME: usize = 64 << 10; // more than a terminal keeps

/// Functions, none of which ends by a tail call: it would not be on the stack.
macro_rules! waits {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $body:block)*) => {
        $(#[inline(never)]
        fn $name($($argument: $type),*) {
            $body
            unsafe { std::arch::asm!("/* {0} */", in(reg) stringify!($name).as_ptr()) };
        })*
    };
}

/// Each is told by another thread, by a write to this.
struct Other {
    tells: File,
    what: Vec<u8>,
}

impl Other {
    /// A thread that writes this after each wait.
    fn begin(mut self) {
        spawn(move || loop {
            sleep(WAIT + PAUSE);
            self.tells.write_all(&self.what).unwrap();
        });
    }
}

fn file(descriptor: i32) -> File {
    assert!(descriptor >= 0);
    unsafe { File::from_raw_fd(descriptor) }
}

/// Both ends of a pseudo terminal: ours, and that of the program on it.
fn terminal() -> (File, File) {
    let (mut ours, mut theirs) = (-1, -1);
    let none = std::ptr::null_mut();
    unsafe { libc::openpty(&mut ours, &mut theirs, none as _, none as _, none as _) };
    (file(ours), file(theirs))
}

fn terminal_of_stdin() {
    let (ours, theirs) = terminal();
    unsafe { libc::dup2(theirs.as_raw_fd(), 0) };
    std::mem::forget(theirs);
    Other { tells: ours, what: b"a line\n".to_vec() }.begin();
}

/// A terminal whose reader is slow.
fn terminal_of_output() -> File {
    let (mut ours, theirs) = terminal();
    spawn(move || loop {
        sleep(WAIT);
        let mut rest = SOME;
        while rest > 0 {
            rest -= ours.read(&mut vec![0; rest]).unwrap();
        }
    });
    theirs
}

/// A pipe whose reader is slow, and has begun to read.
fn pipe_of_output() -> File {
    let mut ends = [-1; 2];
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    let (mut ours, theirs) = (file(ends[0]), file(ends[1]));
    unsafe { libc::fcntl(theirs.as_raw_fd(), libc::F_SETPIPE_SZ, 4096) };
    spawn(move || loop {
        ours.read_exact(&mut [0; 1]).unwrap();
        sleep(WAIT);
        ours.read_exact(&mut vec![0; SOME - 1]).unwrap();
    });
    theirs
}

fn counter() -> File {
    let event = file(unsafe { libc::eventfd(0, 0) });
    Other { tells: event.try_clone().unwrap(), what: 1u64.to_ne_bytes().to_vec() }.begin();
    event
}

fn timer() -> File {
    let every = libc::timespec { tv_sec: 0, tv_nsec: (WAIT + PAUSE).as_nanos() as i64 };
    let times = libc::itimerspec { it_interval: every, it_value: every };
    unsafe {
        let timer = libc::timerfd_create(libc::CLOCK_MONOTONIC, 0);
        libc::timerfd_settime(timer, 0, &times, std::ptr::null_mut());
        file(timer)
    }
}

fn watch() -> File {
    let path = std::env::temp_dir().join(format!("tokio-waits-{}", std::process::id()));
    let watched = File::create(&path).unwrap();
    let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    let watch = file(unsafe { libc::inotify_init1(0) });
    unsafe { libc::inotify_add_watch(watch.as_raw_fd(), name.as_ptr(), libc::IN_MODIFY) };
    std::fs::remove_file(path).unwrap();
    Other { tells: watched, what: b"x".to_vec() }.begin();
    watch
}

fn stream() -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (peer, _) = listener.accept().unwrap();
    let peer = std::os::unix::io::IntoRawFd::into_raw_fd(peer);
    Other { tells: file(peer), what: b"x".to_vec() }.begin();
    stream
}

fn datagrams() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(peer.local_addr().unwrap()).unwrap();
    peer.connect(socket.local_addr().unwrap()).unwrap();
    let peer = std::os::unix::io::IntoRawFd::into_raw_fd(peer);
    Other { tells: file(peer), what: b"x".to_vec() }.begin();
    socket
}

waits! {
    fn stdin_read_line() {
        stdin().read_line(&mut String::new()).unwrap();
    }
    fn terminal_write(terminal: &mut File) {
        terminal.write_all(&[b'x'; SOME]).unwrap();
    }
    fn eventfd_read(event: &mut File) {
        event.read_exact(&mut [0; 8]).unwrap();
    }
    fn timerfd_read(timer: &mut File) {
        timer.read_exact(&mut [0; 8]).unwrap();
    }
    fn inotify_read(watch: &mut File) {
        assert!(watch.read(&mut [0; 256]).unwrap() > 0);
    }
    fn tcp_read(stream: &mut TcpStream) {
        stream.read(&mut [0; 1]).unwrap();
    }
    fn udp_recv(socket: &mut UdpSocket) {
        socket.recv(&mut [0; 1]).unwrap();
    }
    fn waker_sleep() {
        sleep(WAIT);
    }
    fn callback_sleep() {
        sleep(WAIT);
    }
    fn callback_write(pipe: &File) {
        let mut pipe = pipe;
        pipe.write_all(&[b'x'; SOME]).unwrap();
    }
}

/// Wakes a task, and is not done at once: the runtime calls it where it waits for its timers.
struct SlowWaker(Waker);

impl Wake for SlowWaker {
    fn wake(self: Arc<Self>) {
        waker_sleep();
        self.0.wake_by_ref();
    }
}

struct WokenSlowly(Pin<Box<tokio::time::Sleep>>);

impl Future for WokenSlowly {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = Waker::from(Arc::new(SlowWaker(context.waker().clone())));
        self.0.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

/// A runtime of one thread in which one timer has a slow waker, and whose thread is slow to park.
fn wakes_slowly() {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let (parks, pipe) = (AtomicU32::new(0), pipe_of_output());
    let slow_park = move || match parks.fetch_add(1, Ordering::Relaxed) % 3 {
        0 => callback_sleep(),
        1 => callback_write(&pipe),
        _ => (),
    };
    builder.enable_time().on_thread_park(slow_park).build().unwrap().block_on(async {
        loop {
            WokenSlowly(Box::pin(tokio::time::sleep(PAUSE))).await;
        }
    });
}

async fn again_and_again(mut wait: impl FnMut() + Send + 'static) {
    loop {
        wait();
        tokio::time::sleep(PAUSE).await;
    }
}

#[inline(never)]
fn begin() {
    let (mut output, mut event, mut timer) = (terminal_of_output(), counter(), timer());
    let (mut watch, mut stream, mut socket) = (watch(), stream(), datagrams());

    terminal_of_stdin();
    spawn(wakes_slowly);
    tokio::spawn(again_and_again(stdin_read_line));
    tokio::spawn(again_and_again(move || terminal_write(&mut output)));
    tokio::spawn(again_and_again(move || eventfd_read(&mut event)));
    tokio::spawn(again_and_again(move || timerfd_read(&mut timer)));
    tokio::spawn(again_and_again(move || inotify_read(&mut watch)));
    tokio::spawn(again_and_again(move || tcp_read(&mut stream)));
    tokio::spawn(again_and_again(move || udp_recv(&mut socket)));
}

/// The first and the last byte of the heap, in which the runtime has its state.
fn heap() -> (usize, usize) {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let range = maps.lines().find(|line| line.ends_with("[heap]")).unwrap();
    let (start, end) = range.split(' ').next().unwrap().split_once('-').unwrap();
    (usize::from_str_radix(start, 16).unwrap(), usize::from_str_radix(end, 16).unwrap())
}

/// Waits three times. While it waits the second time nobody can read the heap.
#[inline(never)]
fn memory_absent() {
    let (start, end) = heap();
    let protect = |how| unsafe { libc::mprotect(start as _, end - start, how) };
    sleep(WAIT);
    protect(libc::PROT_NONE);
    sleep(WAIT);
    protect(libc::PROT_READ | libc::PROT_WRITE);
    sleep(WAIT);
}

/// On the only thread, whose allocations are in the heap.
fn memory_absent_again_and_again() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();

    println!("ready");
    stdout().flush().unwrap();
    let _ = runtime.block_on(async { tokio::spawn(again_and_again(memory_absent)).await });
}

fn main() {
    if std::env::args().any(|argument| argument == "absent") {
        return memory_absent_again_and_again();
    }
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(8).enable_all().build().unwrap();
    let _inside = runtime.enter();

    begin();
    println!("ready");
    stdout().flush().unwrap();
    loop {
        std::thread::park();
    }
}
