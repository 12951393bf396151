#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Makes examples/demo.hud anew: records some seconds of the demo, with the symbols inside.
#
#   examples/demo-hud.sh BUILD OUT    as root
#
# The capture is to contain no path of the machine it is made on. So the demo is built with its
# source paths mapped to /demo, and runs as /srv/demo in a mount namespace of its own.

set -u
if [ $# -ne 2 ]; then
	echo "usage: examples/demo-hud.sh BUILD OUT" >&2
	exit 2
fi
build=$(cd "$1" && pwd) || exit 2
out=$2
seconds=6
source=$(cd "$(dirname "$0")/demo" && pwd) || exit 2

work=$(mktemp -d /var/tmp/demo-hud-XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

(
	cd "$source" || exit 1
	export PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc
	export RUSTFLAGS="--remap-path-prefix=$source=/demo" CARGO_TARGET_DIR="$build/demo-example"
	cargo build --release --quiet
) || exit 1
mkdir "$work/srv" "$work/data" && cp "$build/demo-example/release/demo" "$work/srv/demo" || exit 1

# Before the demo's first line it measures the machine, which takes about a second.
inside='
	mount --bind "$1/srv" /srv || exit 1
	cd / || exit 1
	/srv/demo --quiet --dir "$1/data" > "$1/said" &
	demo=$!
	for try in $(seq 300); do
		grep -q "^demo: pid" "$1/said" && break
		sleep 0.1
	done
	"$2/hud-record" -d "$3" -p "$demo" -o "$1/raw.hud" -q &&
		HUD_CACHE= "$2/hud-analyze" symbolize "$1/raw.hud" -o "$1/demo.hud"
	status=$?
	kill "$demo"
	wait "$demo"
	exit "$status"
'
unshare -m sh -c "$inside" sh "$work" "$build" "$seconds" || exit 1
install -m 644 "$work/demo.hud" "$out.partial" && mv "$out.partial" "$out" && ls -l "$out"
