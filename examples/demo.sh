#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Records 10 s of the demo into BUILD/demo.hud and prints what blocked its workers.
#
#   examples/demo.sh BUILD DEMO    as root; DEMO is the demo's binary

set -u
if [ $# -ne 2 ]; then
	echo "usage: examples/demo.sh BUILD DEMO" >&2
	exit 2
fi
build=$1 demo=$2
for program in "$build/hud-record" "$build/hud-analyze" "$demo"; do
	if [ ! -x "$program" ]; then
		echo "demo.sh: $program is missing: make demo builds it" >&2
		exit 2
	fi
done

work=$(mktemp -d) || exit 1
demo_pid=
finish() {
	trap - EXIT INT TERM HUP
	if [ -n "$demo_pid" ]; then
		kill "$demo_pid" 2>/dev/null
		wait "$demo_pid" 2>/dev/null
	fi
	rm -rf "$work"
	exit "$1"
}
trap 'finish $?' EXIT
trap 'finish 130' INT TERM HUP

"$demo" --quiet > "$work/said" 2> "$work/errors" &
demo_pid=$!
# Before its first line it measures the machine, which takes about a second.
tries=0
while ! grep -q '^demo: pid' "$work/said"; do
	tries=$((tries + 1))
	if ! kill -0 "$demo_pid" 2>/dev/null || [ "$tries" -gt 300 ]; then
		echo "demo.sh: the demo did not start" >&2
		sed 's/^/  /' "$work/errors" >&2
		exit 1
	fi
	sleep 0.1
done

echo "A Tokio server runs as pid $demo_pid and blocks its workers." \
	"hud-record watches it for 10 s …" >&2
"$build/hud-record" -d 10 -p "$demo_pid" -o "$build/demo.hud" -q || exit $?
"$build/hud-analyze" report "$build/demo.hud" || exit $?
cat >&2 <<END

Each site above is a real block in examples/demo/src/guilty.rs. On a program of your own:
  sudo $build/hud-record -d 10 my-app -o my-app.hud
  $build/hud-analyze report my-app.hud
END
