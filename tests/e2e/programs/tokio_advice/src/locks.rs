// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waits for other threads: locks, channels, pools, time.

use crate::{cases, held, later, WAIT};
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;

lazy_static::lazy_static! {
    static ref LAZY: u32 = { thread::sleep(3 * WAIT); 1 };
}

struct Connections;
impl r2d2::ManageConnection for Connections {
    type Connection = ();
    type Error = std::fmt::Error;
    fn connect(&self) -> Result<(), Self::Error> {
        Ok(())
    }
    fn is_valid(&self, _: &mut ()) -> Result<(), Self::Error> {
        Ok(())
    }
    fn has_broken(&self, _: &mut ()) -> bool {
        false
    }
}

/// Runs `act` on a thread, and gives it the time to begin.
fn begun(act: impl FnOnce() + Send + 'static) {
    thread::spawn(act);
    let start = std::time::Instant::now();
    while start.elapsed() < WAIT / 4 {
        thread::yield_now();
    }
}

fn pool() -> r2d2::Pool<Connections> {
    r2d2::Pool::builder().max_size(1).build(Connections).unwrap()
}

cases! {
    fn std_mutex_lock() {
        static LOCK: Mutex<u32> = Mutex::new(1);
        held(|| LOCK.lock().unwrap());
        drop(LOCK.lock());
    }
    fn std_rwlock_read() {
        static LOCK: RwLock<u32> = RwLock::new(1);
        held(|| LOCK.write().unwrap());
        drop(LOCK.read());
    }
    fn std_rwlock_write() {
        static LOCK: RwLock<u32> = RwLock::new(1);
        held(|| LOCK.read().unwrap());
        drop(LOCK.write());
    }
    fn parking_lot_mutex() {
        static LOCK: parking_lot::Mutex<u32> = parking_lot::const_mutex(1);
        held(|| LOCK.lock());
        drop(LOCK.lock());
    }
    fn parking_lot_try_lock_for() {
        static LOCK: parking_lot::Mutex<u32> = parking_lot::const_mutex(1);
        held(|| LOCK.lock());
        drop(LOCK.try_lock_for(2 * WAIT));
    }
    fn parking_lot_read() {
        static LOCK: parking_lot::RwLock<u32> = parking_lot::const_rwlock(1);
        held(|| LOCK.write());
        drop(LOCK.read());
    }
    fn parking_lot_write() {
        static LOCK: parking_lot::RwLock<u32> = parking_lot::const_rwlock(1);
        held(|| LOCK.read());
        drop(LOCK.write());
    }
    fn parking_lot_condvar() {
        static LOCK: parking_lot::Mutex<u32> = parking_lot::const_mutex(1);
        static CHANGED: parking_lot::Condvar = parking_lot::Condvar::new();
        later(|| { CHANGED.notify_all(); });
        CHANGED.wait(&mut LOCK.lock());
    }
    fn dashmap_get() {
        static MAP: once_cell::sync::Lazy<dashmap::DashMap<u32, u32>> =
            once_cell::sync::Lazy::new(|| dashmap::DashMap::from_iter([(1, 1)]));
        held(|| MAP.get_mut(&1));
        drop(MAP.get(&1));
    }
    fn std_condvar_wait() {
        let pair = Arc::new((Mutex::new(1), Condvar::new()));
        let other = pair.clone();
        later(move || other.1.notify_all());
        drop(pair.1.wait(pair.0.lock().unwrap()));
    }
    fn std_condvar_wait_timeout() {
        let pair = (Mutex::new(1), Condvar::new());
        drop(pair.1.wait_timeout(pair.0.lock().unwrap(), WAIT));
    }
    fn std_barrier() {
        let barrier = Arc::new(Barrier::new(2));
        let other = barrier.clone();
        later(move || { other.wait(); });
        barrier.wait();
    }
    fn std_once() {
        static ONCE: Once = Once::new();
        begun(|| ONCE.call_once(|| thread::sleep(3 * WAIT)));
        ONCE.call_once(|| ());
    }
    fn once_cell_get() {
        static CELL: once_cell::sync::OnceCell<u32> = once_cell::sync::OnceCell::new();
        begun(|| { CELL.get_or_init(|| { thread::sleep(3 * WAIT); 1 }); });
        CELL.get_or_init(|| 2);
    }
    fn lazy_static_deref() {
        begun(|| { let _ = *LAZY; });
        crate::keep(&*LAZY);
    }
    fn mpsc_recv() {
        let (send, receive) = mpsc::channel();
        later(move || send.send(1).unwrap());
        receive.recv().unwrap();
    }
    fn mpsc_recv_timeout() {
        let (_send, receive) = mpsc::channel::<u32>();
        drop(receive.recv_timeout(WAIT));
    }
    fn mpsc_iter() {
        let (send, receive) = mpsc::channel();
        later(move || send.send(1).unwrap());
        receive.iter().count();
    }
    fn sync_channel_send() {
        let (send, receive) = mpsc::sync_channel(0);
        later(move || drop(receive.recv()));
        send.send(1).unwrap();
    }
    fn crossbeam_recv() {
        let (send, receive) = crossbeam_channel::unbounded();
        later(move || send.send(1).unwrap());
        receive.recv().unwrap();
    }
    fn crossbeam_send() {
        let (send, receive) = crossbeam_channel::bounded(0);
        later(move || drop(receive.recv()));
        send.send(1).unwrap();
    }
    fn crossbeam_select() {
        let (send, receive) = crossbeam_channel::unbounded();
        later(move || send.send(1).unwrap());
        crossbeam_channel::select! {
            recv(receive) -> _ => (),
            recv(crossbeam_channel::never::<u32>()) -> _ => (),
        }
    }
    fn crossbeam_after() {
        drop(crossbeam_channel::after(WAIT).recv());
    }
    fn flume_recv() {
        let (send, receive) = flume::unbounded();
        later(move || send.send(1).unwrap());
        receive.recv().unwrap();
    }
    fn notify_event() {
        let (send, receive) = mpsc::channel();
        let place = tempfile::tempdir().unwrap();
        let mut watcher = notify::recommended_watcher(send).unwrap();
        let deep = notify::RecursiveMode::Recursive;
        notify::Watcher::watch(&mut watcher, place.path(), deep).unwrap();
        let path = place.path().join("new");
        later(move || std::fs::write(path, "").unwrap());
        drop(receive.recv());
    }
    fn thread_join() {
        thread::spawn(|| thread::sleep(WAIT)).join().unwrap();
    }
    fn thread_scope() {
        thread::scope(|s| { s.spawn(|| thread::sleep(WAIT)); });
    }
    fn thread_park() {
        let me = thread::current();
        later(move || me.unpark());
        thread::park();
    }
    fn thread_park_timeout() {
        thread::park_timeout(WAIT);
    }
    fn futures_block_on() {
        let (send, receive) = futures::channel::oneshot::channel();
        later(move || send.send(1).unwrap());
        futures::executor::block_on(receive).unwrap();
    }
    fn tokio_blocking_recv() {
        let (send, mut receive) = tokio::sync::mpsc::channel(1);
        later(move || drop(send.try_send(1)));
        futures::executor::block_on(receive.recv()).unwrap();
    }
    fn rayon_install() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        pool.install(|| thread::sleep(WAIT));
    }
    fn rayon_join() {
        rayon::join(|| thread::sleep(WAIT), || thread::sleep(WAIT));
    }
    fn rayon_scope() {
        rayon::scope(|s| s.spawn(|_| thread::sleep(WAIT)));
    }
    fn rayon_par_iter() {
        use rayon::prelude::*;
        (0..4u32).into_par_iter().for_each(|_| thread::sleep(WAIT));
    }
    fn r2d2_get() {
        let pool = pool();
        let other = pool.clone();
        held(move || other.get().unwrap());
        drop(pool.get());
    }
    fn r2d2_get_timeout() {
        let pool = pool();
        let _kept = pool.get();
        drop(pool.get_timeout(WAIT));
    }
    fn spin_mutex() {
        static LOCK: spin::Mutex<u32> = spin::Mutex::new(1);
        held(|| LOCK.lock());
        drop(LOCK.lock());
    }
    fn thread_sleep() {
        thread::sleep(WAIT);
    }
    fn libc_usleep() {
        unsafe { libc::usleep(40_000) };
    }
}
