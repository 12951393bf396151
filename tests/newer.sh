#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# sh tests/newer.sh: builds the demo and tokio_tasks by the newest rustc that Debian has (rustc-web,
# which it keeps for browsers), into build/newer, and lays hud's programs beside them. The compiler
# is unpacked below build/newer/root, and not installed: it would replace Debian's own.

set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${HUD_BUILD:-build}" && pwd)
newer=$build/newer
root=$newer/root

unpack() {
	rm -rf "$newer/deb"
	mkdir -p "$newer/deb" "$root"
	apt-get update -q >"$newer/update.log" 2>&1 || { cat "$newer/update.log" >&2; exit 1; }
	packages=$(apt-get install --no-install-recommends -s rustc-web cargo-web |
		sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	[ -n "$packages" ] || { echo "tests/newer.sh: no rustc-web here" >&2; exit 1; }
	(cd "$newer/deb" && apt-get download -q $packages >"$newer/download.log" 2>&1) ||
		{ cat "$newer/download.log" >&2; exit 1; }
	for deb in "$newer"/deb/*.deb; do
		dpkg-deb -x "$deb" "$root"
	done
	rm -rf "$newer/deb"
}

# Of a copy: the lock file that a newer cargo writes is none for Debian's own.
build_program() { # FOLDER, from the top
	mkdir -p "$newer/source/$1"
	(cd "$top/$1" && tar cf - --exclude=target --exclude=Cargo.lock .) |
		tar xf - -C "$newer/source/$1"
	(cd "$newer/source/$1" && PATH=$root/usr/bin:$PATH RUSTC=$root/usr/bin/rustc RUSTFLAGS='' \
		LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/usr/lib/llvm-current/lib \
		CARGO_TARGET_DIR=$newer/demo-release cargo build --quiet --release)
}

[ -x "$root/usr/bin/rustc" ] || unpack
build_program examples/demo
build_program tests/e2e/programs/tokio_tasks
for program in hud-record hud-analyze; do
	ln -f "$build/$program" "$newer/$program"
done
