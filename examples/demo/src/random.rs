//! Just enough randomness for load and durations, without a lock that could itself block.

use std::sync::atomic::{AtomicU64, AtomicU8, Ordering};
use std::time::Duration;

static STATE: AtomicU64 = AtomicU64::new(0);

/// Called once, before the threads start.
pub fn seed(value: u64) {
    STATE.store(value, Ordering::Relaxed);
}

/// splitmix64.
pub fn next() -> u64 {
    let mut z = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Evenly between the two, in steps of a microsecond.
pub fn between_ms(low: u64, high: u64) -> Duration {
    Duration::from_micros(low * 1000 + next() % ((high - low) * 1000 + 1))
}

/// Draws from the quarters of a range: of each four draws one is from each quarter, in random
/// order, so that short and long ones are as frequent in one recording as in the next. A bit is
/// set for each quarter that is still to come.
pub struct Quarters(AtomicU8);

impl Quarters {
    pub const fn new() -> Quarters {
        Quarters(AtomicU8::new(0))
    }

    /// Two threads that draw at the same time may get the same quarter, which does no harm.
    pub fn stretched_ms(&self, factor: f64, low: u64, high: u64) -> Duration {
        let left = match self.0.load(Ordering::Relaxed) {
            0 => 0b1111,
            left => left,
        };
        let mut quarter = next() % 4;
        while left & 1 << quarter == 0 {
            quarter = (quarter + 1) % 4;
        }
        self.0.store(left & !(1 << quarter), Ordering::Relaxed);
        let step = (high - low) * 250;
        Duration::from_micros(low * 1000 + quarter * step + next() % (step + 1)).mul_f64(factor)
    }
}
