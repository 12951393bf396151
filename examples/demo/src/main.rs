//! A Tokio service that loads itself and blocks its workers in known ways: see README.md.

mod calibrate;
mod clock;
mod elsewhere;
mod guilty;
mod handlers;
mod innocent;
mod load;
mod options;
mod peers;
mod random;
mod server;
mod truth;

use elsewhere::ELSEWHERE;
use handlers::{Service, ENDPOINTS};
use innocent::INNOCENTS;
use options::{Command, Options};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::exit;
use std::sync::mpsc::channel;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use truth::{Run, TruthFile};

fn main() {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            print!("{}", options::help());
            return;
        }
        Err(error) => {
            eprintln!("demo: {}\n  demo --help lists the options", error);
            exit(2);
        }
    };
    if let Err(error) = run(options) {
        eprintln!("demo: {}", error);
        exit(1);
    }
}

fn run(options: Options) -> Result<(), String> {
    let signals = block_signals();
    random::seed(clock::monotonic_ns());
    let service = Service::start(&options)
        .map_err(|error| format!("cannot start in {}: {}", options.directory.display(), error))?;
    let runtime = build_runtime(&options)
        .map_err(|error| format!("cannot start the runtime: {}", error))?;
    let truth = match &options.truth {
        Some(path) => Some(TruthFile::create(path)
            .map_err(|error| format!("cannot write {}.partial: {}", path.display(), error))?),
        None => None,
    };
    let (listener, address) = runtime.block_on(listen())
        .map_err(|error| format!("cannot listen on 127.0.0.1: {}", error))?;

    let parts = start_parts(&options, runtime.handle(), address)
        .map_err(|error| format!("cannot start a thread: {}", error))?;
    println!("demo: pid {}, http://{}", std::process::id(), address);
    // Whoever waits for the line may have gone.
    let _ = io::stdout().flush();

    let handle = runtime.handle().clone();
    let control = Control { options, parts, truth, signals, handle };
    thread::Builder::new().name("control".into()).spawn(move || control.run())
        .map_err(|error| format!("cannot start a thread: {}", error))?;
    runtime.block_on(server::serve(listener, Arc::new(service)));
    Ok(())
}

fn build_runtime(options: &Options) -> io::Result<Runtime> {
    if options.multi_thread {
        Builder::new_multi_thread().worker_threads(options.workers).enable_all().build()
    } else {
        Builder::new_current_thread().enable_all().build()
    }
}

async fn listen() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Starts what the options want; the names of what was started.
fn start_parts(
    options: &Options,
    runtime: &Handle,
    address: SocketAddr,
) -> io::Result<Vec<&'static str>> {
    let endpoints: Vec<_> =
        ENDPOINTS.iter().copied().filter(|endpoint| options.wants(endpoint)).collect();
    let mut parts = endpoints.clone();
    for part in INNOCENTS.iter().chain(ELSEWHERE) {
        let fits = options.multi_thread || !part.multi_thread_only;
        if fits && options.wants_part(part.name, part.elsewhere) {
            (part.start)(runtime)?;
            parts.push(part.name);
        }
    }
    load::start(address, endpoints)?;
    Ok(parts)
}

/// Blocks SIGINT and SIGTERM in this and all later threads, so that `Control` can wait for them.
fn block_signals() -> libc::sigset_t {
    unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGINT);
        libc::sigaddset(&mut signals, libc::SIGTERM);
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals, std::ptr::null_mut());
        signals
    }
}

/// Watches the clock and the signals from a plain thread, which no deadlocked worker can stop.
struct Control {
    options: Options,
    parts: Vec<&'static str>,
    truth: Option<TruthFile>,
    signals: libc::sigset_t,
    handle: Handle,
}

impl Control {
    fn run(self) {
        let start_ns = clock::monotonic_ns();
        let start = Instant::now();
        let mut deadlocks = self.options.deadlocks.iter().copied().enumerate().peekable();
        if deadlocks.peek().is_some() {
            let (has_lock, locked) = channel();
            thread::Builder::new().name("holder".into())
                .spawn(move || guilty::hold_forever(has_lock)).expect("a thread can be started");
            let _ = locked.recv();
        }
        loop {
            let now = start.elapsed();
            while let Some((number, _)) = deadlocks.next_if(|(_, at)| *at <= now) {
                self.handle.spawn(handlers::doomed_job(number));
            }
            if self.options.duration.map_or(false, |duration| duration <= now) {
                break;
            }
            let next = deadlocks.peek().map(|(_, at)| *at);
            let next = next.into_iter().chain(self.options.duration).min();
            if self.signal_within(next.map(|next| next - now)) {
                break;
            }
        }
        exit(self.finish(start_ns));
    }

    /// None: waits for ever. Any other return than a signal's number is the time running out, or a
    /// debugger's interruption: the caller reads the clock.
    fn signal_within(&self, time: Option<Duration>) -> bool {
        let time = time.unwrap_or(Duration::from_secs(3600));
        let time = libc::timespec {
            tv_sec: time.as_secs() as libc::time_t,
            tv_nsec: time.subsec_nanos() as libc::c_long,
        };
        unsafe { libc::sigtimedwait(&self.signals, std::ptr::null_mut(), &time) > 0 }
    }

    /// The exit status. The runtime is not shut down: it would wait for deadlocked tasks.
    fn finish(&self, start_ns: u64) -> i32 {
        let workers = if self.options.multi_thread { self.options.workers } else { 1 };
        let flavor = self.options.flavor();
        let run = Run { start_ns, workers, flavor, parts: self.parts.clone() };
        let (blocks, text) = truth::finish(&run);
        if let Some(truth) = &self.truth {
            if let Err(error) = truth.finish(&text) {
                eprintln!("demo: cannot write the ground truth: {}", error);
                return 1;
            }
        }
        if !self.options.quiet {
            let seconds = (clock::monotonic_ns() - start_ns) as f64 / 1e9;
            eprintln!("demo: {} blocks in {:.1} s", blocks, seconds);
        }
        0
    }
}
