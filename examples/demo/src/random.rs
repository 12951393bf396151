//! Just enough randomness for load and durations, without a lock that could itself block.

use std::sync::atomic::{AtomicU64, Ordering};
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

/// The same, stretched.
pub fn stretched_ms(factor: f64, low: u64, high: u64) -> Duration {
    between_ms(low, high).mul_f64(factor)
}
