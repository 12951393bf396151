// SPDX-License-Identifier: MIT OR Apache-2.0
//! Files, directories, databases, mapped memory, standard streams. Standard input and output are
//! pipes whose other end is slow, see `slow_streams`.

use crate::{busy, cases, held, WAIT};
use once_cell::sync::Lazy;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::os::unix::io::{AsRawFd, FromRawFd};
use std::path::PathBuf;

const BIG: usize = 64 << 20;

static PLACE: Lazy<PathBuf> = Lazy::new(|| {
    let place = PathBuf::from("advice-files");
    fs::create_dir_all(&place).unwrap();
    place
});

/// A file of 64 MiB of lines, in the page cache.
static FILE: Lazy<PathBuf> = Lazy::new(|| {
    let path = PLACE.join("big");
    fs::write(&path, "1,two,3.5,some text to read\n".repeat(BIG / 28)).unwrap();
    path
});

/// Its pages are on disk.
fn cold_file() -> File {
    let file = File::open(&*FILE).unwrap();
    file.sync_all().unwrap();
    unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
    file
}

fn pipe() -> (File, File) {
    let mut ends = [0; 2];
    unsafe {
        libc::pipe(ends.as_mut_ptr());
        (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1]))
    }
}

/// Standard input says a line only after a while; for whom writes to `fd`, a reader takes a while.
fn slow_input() {
    let (read, mut write) = pipe();
    unsafe { libc::dup2(read.as_raw_fd(), 0) };
    crate::later(move || write.write_all(b"line\n").unwrap());
}
fn slow_output(fd: i32) {
    let (mut read, write) = pipe();
    unsafe {
        libc::fcntl(write.as_raw_fd(), libc::F_SETPIPE_SZ, 4096);
        libc::dup2(write.as_raw_fd(), fd);
    }
    crate::later(move || drop(read.read_to_end(&mut Vec::new())));
}

fn database(name: &str) -> rusqlite::Connection {
    let path = PLACE.join(name);
    let base = rusqlite::Connection::open(path).unwrap();
    base.execute_batch("CREATE TABLE IF NOT EXISTS t (n INTEGER)").unwrap();
    base
}

cases! {
    fn fs_read() {
        busy!(fs::read(&*FILE).unwrap());
    }
    fn fs_read_to_string() {
        busy!(fs::read_to_string(&*FILE).unwrap());
    }
    fn fs_write() {
        let bytes = vec![1; BIG / 4];
        busy!(fs::write(PLACE.join("written"), &bytes).unwrap());
    }
    fn fs_copy() {
        busy!(fs::copy(&*FILE, PLACE.join("copy")).unwrap());
    }
    fn fs_read_dir() {
        busy!(fs::read_dir("/usr/bin").unwrap().count());
    }
    fn fs_metadata() {
        busy!(fs::metadata(&*FILE).unwrap());
    }
    fn fs_canonicalize() {
        busy!(fs::canonicalize(&*FILE).unwrap());
    }
    fn fs_exists() {
        busy!(FILE.exists());
    }
    fn fs_create_dir_all() {
        busy! {
            fs::create_dir_all(PLACE.join("a/b/c")).unwrap();
            fs::remove_dir_all(PLACE.join("a")).unwrap();
        }
    }
    fn file_open() {
        busy!(File::open(&*FILE).unwrap());
    }
    fn file_sync_all() {
        let mut file = File::create(PLACE.join("synced")).unwrap();
        busy! {
            file.write_all(&[1; 1 << 12]).unwrap();
            file.sync_all().unwrap();
        }
    }
    fn file_sync_data() {
        let mut file = File::create(PLACE.join("synced")).unwrap();
        busy! {
            file.write_all(&[1; 1 << 12]).unwrap();
            file.sync_data().unwrap();
        }
    }
    fn file_read_exact() {
        let mut bytes = vec![0; BIG / 4];
        let mut file = File::open(&*FILE).unwrap();
        busy! {
            file.rewind().unwrap();
            file.read_exact(&mut bytes).unwrap();
        }
    }
    fn cold_file_read() {
        let mut bytes = vec![0; BIG / 4];
        cold_file().read_exact(&mut bytes).unwrap();
    }
    fn unbuffered_json() {
        fs::write(PLACE.join("json"), "[1,2,3,4,5,6,7,8,9]").unwrap();
        busy! {
            let file = File::open(PLACE.join("json")).unwrap();
            serde_json::from_reader::<_, Vec<u32>>(file).unwrap()
        }
    }
    fn walkdir_walk() {
        busy!(walkdir::WalkDir::new("/usr/share/doc").into_iter().take(2000).count());
    }
    fn glob_glob() {
        busy!(glob::glob("/usr/share/doc/a*/*").unwrap().count());
    }
    fn tempfile_new() {
        busy!(tempfile::tempfile().unwrap());
    }
    fn named_tempfile() {
        busy!(tempfile::NamedTempFile::new().unwrap());
    }
    fn flock_fs2() {
        held(|| {
            let file = File::create(PLACE.join("lock")).unwrap();
            fs2::FileExt::lock_exclusive(&file).unwrap();
            file
        });
        fs2::FileExt::lock_exclusive(&File::create(PLACE.join("lock")).unwrap()).unwrap();
    }
    fn libc_flock() {
        held(|| {
            let file = File::create(PLACE.join("lock")).unwrap();
            fs2::FileExt::lock_exclusive(&file).unwrap();
            file
        });
        let file = File::create(PLACE.join("lock")).unwrap();
        unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) };
    }
    fn sqlite_insert() {
        let base = database("insert.db");
        busy!(base.execute("INSERT INTO t VALUES (1)", []).unwrap());
    }
    fn sqlite_query() {
        let base = database("query.db");
        let sql = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r \
                   WHERE n < 100000) SELECT sum(n) FROM r";
        busy!(base.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap());
    }
    fn sqlite_busy() {
        let other = database("busy.db");
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let base = rusqlite::Connection::open(PLACE.join("busy.db")).unwrap();
        base.busy_timeout(2 * WAIT).unwrap();
        drop(base.execute("INSERT INTO t VALUES (1)", []));
    }
    fn zip_write() {
        let bytes = vec![7; 1 << 20];
        busy! {
            let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            zip.start_file("a", Default::default()).unwrap();
            zip.write_all(&bytes).unwrap();
            zip.finish().unwrap()
        }
    }
    fn tar_append() {
        busy! {
            let mut tar = tar::Builder::new(File::create(PLACE.join("tar")).unwrap());
            tar.append_path(&*FILE).unwrap();
        }
    }
    fn csv_from_path() {
        let mut rows = csv::Reader::from_path(&*FILE).unwrap();
        let mut row = csv::StringRecord::new();
        busy!(rows.read_record(&mut row).unwrap());
    }
    fn dlopen_library() {
        busy!(unsafe { libloading::Library::new("libssl.so.3").unwrap() });
    }
    fn bufreader_lines() {
        busy!(BufReader::with_capacity(64, File::open(&*FILE).unwrap()).lines().take(5000).count());
    }
    fn mmap_cold() {
        let file = cold_file();
        let map = unsafe { memmap2::Mmap::map(&file).unwrap() };
        map.advise(memmap2::Advice::Random).unwrap();
        crate::keep(&map.iter().step_by(65536).map(|b| *b as u32).sum::<u32>());
    }
    fn mmap_flush() {
        let file = File::options().read(true).write(true).open(&*FILE).unwrap();
        let mut map = unsafe { memmap2::MmapMut::map_mut(&file).unwrap() };
        busy! {
            map[..BIG / 4].fill(b'1');
            map.flush().unwrap();
        }
    }
    fn heap_first_touch() {
        busy!(vec![1u8; BIG]);
    }
    fn stdin_read_line() {
        slow_input();
        std::io::stdin().read_line(&mut String::new()).unwrap();
    }
    fn stdin_read() {
        slow_input();
        drop(std::io::stdin().read(&mut [0; 16]));
    }
    fn stdin_lines() {
        slow_input();
        drop(std::io::stdin().lines().next());
    }
    fn println_slow() {
        slow_output(1);
        for _ in 0..400 {
            println!("a line of some length for whoever may read it");
        }
    }
    fn println_lock() {
        held(|| std::io::stdout().lock());
        println!("a line");
    }
    fn eprintln_lock() {
        held(|| std::io::stderr().lock());
        eprintln!("a line");
    }
    fn stdout_lock_write() {
        slow_output(1);
        let mut out = std::io::stdout().lock();
        for _ in 0..400 {
            writeln!(out, "a line of some length for whoever may read it").unwrap();
        }
    }
    fn env_logger_info() {
        slow_output(2);
        drop(env_logger::builder().filter_level(log::LevelFilter::Info).try_init());
        for _ in 0..200 {
            log::info!("a line of some length for whoever may read it");
        }
        unsafe { libc::dup2(1, 2) };
    }
    fn tracing_info() {
        slow_output(1);
        let subscriber = tracing_subscriber::fmt().finish();
        tracing::subscriber::with_default(subscriber, || {
            for _ in 0..200 {
                tracing::info!("a line of some length for whoever may read it");
            }
        });
    }
    fn pipe_read() {
        let (mut read, mut write) = pipe();
        crate::later(move || write.write_all(b"line\n").unwrap());
        read.read_exact(&mut [0; 4]).unwrap();
    }
    fn fifo_open() {
        let path = PLACE.join("fifo");
        drop(fs::remove_file(&path));
        let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
        unsafe { libc::mkfifo(name.as_ptr(), 0o600) };
        let other = path.clone();
        crate::later(move || drop(File::options().write(true).open(other)));
        drop(File::open(path));
    }
}
