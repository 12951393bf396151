// SPDX-License-Identifier: MIT OR Apache-2.0
//! Functions with the same code become one, as release builds of many programs have it.
fn main() {
    println!("cargo:rustc-link-arg-bins=-fuse-ld=lld");
    println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
}
