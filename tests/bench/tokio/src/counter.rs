// SPDX-License-Identifier: MIT OR Apache-2.0
//! A number in a file that others map: how much work was done so far.

use std::ffi::CString;
use std::io::Error;
use std::sync::atomic::{AtomicU64, Ordering};

const BYTES: usize = 8;

#[derive(Clone, Copy)]
pub struct Counter(&'static AtomicU64);

impl Counter {
    /// The file must be there and hold eight bytes. It stays mapped for the rest of the program.
    pub fn open(path: &str) -> Result<Counter, Error> {
        let path = CString::new(path)?;
        // SAFETY: plain system calls; the mapping is checked, page-aligned and never unmapped.
        unsafe {
            let file = libc::open(path.as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
            if file < 0 {
                return Err(Error::last_os_error());
            }
            let at = libc::mmap(
                std::ptr::null_mut(),
                BYTES,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file,
                0,
            );
            let failed = Error::last_os_error();
            libc::close(file);
            if at == libc::MAP_FAILED {
                return Err(failed);
            }
            Ok(Counter(&*(at as *const AtomicU64)))
        }
    }

    pub fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// As `add_one`, where nobody else adds.
    pub fn set(&self, to: u64) {
        self.0.store(to, Ordering::Relaxed);
    }
}
