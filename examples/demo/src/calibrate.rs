//! How much work fills a given time on this machine.
//!
//! Work is given by amount, not by time: a real hash does not read a clock, and a loop that does
//! would show that call in the profile.

use crate::clock;
use std::time::Duration;

/// Long enough to be measured, short enough not to delay the start.
const LONG_ENOUGH: Duration = Duration::from_millis(6);

#[derive(Clone, Copy)]
pub struct Rate {
    units_per_ms: f64,
    limit: u64,
}

impl Rate {
    /// Of `work(units)` that waits, with ever more units up to `limit`.
    pub fn of_waiting(limit: u64, work: impl FnMut(u64)) -> Rate {
        Rate::measure(limit, clock::monotonic_ns, work)
    }

    /// Of `work(units)` that computes: by CPU time, for on a busy machine its wall time would make
    /// every later block too short.
    pub fn of_computing(limit: u64, work: impl FnMut(u64)) -> Rate {
        Rate::measure(limit, clock::thread_cpu_ns, work)
    }

    /// The best of three goes counts.
    fn measure(limit: u64, clock: fn() -> u64, mut work: impl FnMut(u64)) -> Rate {
        let mut units = 1;
        loop {
            let took = (0..3).map(|_| {
                let start_ns = clock();
                work(units);
                Duration::from_nanos(clock() - start_ns)
            });
            let took = took.min().unwrap_or_default();
            if took >= LONG_ENOUGH || units * 2 > limit {
                let units_per_ms = units as f64 / (took.as_secs_f64() * 1e3).max(1e-3);
                return Rate { units_per_ms, limit };
            }
            units *= 2;
        }
    }

    /// The units that take about `time`.
    pub fn units_for(&self, time: Duration) -> u64 {
        let units = self.units_per_ms * time.as_secs_f64() * 1e3;
        (units.round() as u64).clamp(1, self.limit)
    }
}
