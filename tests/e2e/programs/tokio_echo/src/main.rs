// SPDX-License-Identifier: MIT OR Apache-2.0
fn main() {
    tokio_echo::echo_run();
}
