#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# What a plan of a large binary takes: tests/bench/unwind_size.sh BUILD [BINARY...], as root.
#
# Without BINARY: a static-PIE program of 225 MB with 195,000 FDEs, made by unwind_big.py. Prints time
# and size of the plan; then records the program (if it can be run without arguments) with no cache:
# time until it begins, memory of the maps that hold rows, their reserve, and the stacks.

set -u
build=$(cd "${1:?usage: unwind_size.sh BUILD [BINARY...]}" && pwd) || exit 2
shift
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d /var/tmp/hud-bench-XXXXXX) || exit 1
pid=
finish() {
	[ -n "$pid" ] && kill "$pid" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

plan() { # BINARY
	"$build/hud-analyze" plan "$1" -o "$work/plan" --json | python3 -c '
import json, sys
p = json.load(sys.stdin)
print("%s: %.0f MiB of text, %d FDEs, %d rows, %d rules; plan made in %.2f s, %.1f MB; %.1f MB in the kernel, %.0f KiB per MiB of text; %.3f%% unsupported, %.3f%% gaps" % (
    p["object"].split("/")[-1], p["text_bytes"] / 2**20, p["fdes"], p["rows"], p["rules"], p["build_ns"] / 1e9,
    p["plan_bytes"] / 1e6, p["kernel_bytes"] / 1e6, p["kernel_bytes_per_mib"] / 1024, p["unsupported_percent"], p["gap_percent"]))'
}

if [ $# -gt 0 ]; then
	for binary in "$@"; do plan "$binary"; done
	exit
fi
python3 tests/bench/unwind_big.py 195000 110 100 > "$work/big.s" && cc -static-pie -Wl,--build-id "$work/big.s" -o "$work/big" || exit 1
rm "$work/big.s"
echo "$(stat -c %s "$work/big") bytes"
plan "$work/big"
[ "$(id -u)" = 0 ] || exit 0
"$work/big" &
pid=$!
sleep 0.3
mkdir -p /var/cache/hud
for how in "no cache" "cached"; do
	mkdir -p -m 700 "$work/cache"
	began=$(date +%s.%N)
	unshare -m sh -c 'mount --bind "$0" /var/cache/hud && exec "$@"' "$work/cache" \
		"$build/hud-record" -q -d 3 -p "$pid" -o "$work/c.hud" &
	recorder=$!
	while [ "$(stat -c %s "$work/c.hud.partial" 2>/dev/null || echo 0)" -le 64 ]; do sleep 0.02; done
	echo "$how: recording began after $(python3 -c "import time; print('%.2f' % (time.time() - $began))") s"
	sleep 1
	[ "$how" = cached ] && python3 - "$recorder" <<'END'
import glob, json, subprocess, sys
total = 0
for path in glob.glob(f"/proc/{sys.argv[1]}/fdinfo/*"):
    field = dict(line.split(":\t", 1) for line in open(path).read().splitlines() if ":\t" in line)
    if "map_id" not in field:
        continue
    m = json.loads(subprocess.run(["bpftool", "-j", "map", "show", "id", field["map_id"]], stdout=subprocess.PIPE).stdout)
    if m["name"] in ("pages", "shards", "rules", "objects", "ranges", "spaces"):
        print("  map %-8s %8d entries of %3d bytes, %8.1f KiB" % (m["name"], m["max_entries"], m["bytes_value"], m["bytes_memlock"] / 1024))
        total += m["bytes_memlock"]
print("  together %.1f MiB" % (total / 2**20))
END
	wait "$recorder"
	"$build/hud-analyze" dump "$work/c.hud" | sed -n 's/^user-stack .*\(frames=[0-9]* stop=[0-9]*\).*/  \1/p' | sort | uniq -c
done
