// SPDX-License-Identifier: MIT OR Apache-2.0
//! A macro that awaits, as select! and join! do: its own line is what debug information has.

#[macro_export]
macro_rules! awaiting {
    ($future:expr) => {{
        let future = $future;
        future.await
    }};
}
