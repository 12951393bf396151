#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# What the plan of a large binary costs: tests/bench/unwind_size.sh BUILD [BINARY...], as root.
#
# With BINARY: prints the time it takes to make its plan, and the plan's size. Without: does so
# for a static-PIE program of 225 MB with 195,000 FDEs, made by unwind_big.py, and records that,
# first without a cached plan and then with it: time until the recording begins, memory of the
# maps that hold unwind rows, and how the stacks ended.

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
name = p["object"].split("/")[-1]
print(f"""{name}: {p["text_bytes"] / 2**20:.0f} MiB of text, {p["fdes"]} FDEs, \
{p["rows"]} rows, {p["rules"]} rules; \
plan made in {p["build_ns"] / 1e9:.2f} s, {p["plan_bytes"] / 1e6:.1f} MB; \
{p["kernel_bytes"] / 1e6:.1f} MB in the kernel, \
{p["kernel_bytes_per_mib"] / 1024:.0f} KiB per MiB of text; \
{p["unsupported_percent"]:.3f}% unsupported, {p["gap_percent"]:.3f}% gaps""")'
}

if [ $# -gt 0 ]; then
	for binary in "$@"; do plan "$binary"; done
	exit
fi
python3 tests/bench/unwind_big.py 195000 110 100 > "$work/big.s" || exit 1
cc -static-pie -Wl,--build-id "$work/big.s" -o "$work/big" || exit 1
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
	while [ "$(stat -c %s "$work/c.hud.partial" 2>/dev/null || echo 0)" -le 64 ]; do
		sleep 0.02
	done
	seconds=$(python3 -c "import time; print('%.2f' % (time.time() - $began))")
	echo "$how: recording began after $seconds s"
	sleep 1
	[ "$how" = cached ] && python3 - "$recorder" <<'END'
import glob, json, subprocess, sys
total = 0
for path in glob.glob(f"/proc/{sys.argv[1]}/fdinfo/*"):
    field = dict(line.split(":\t", 1) for line in open(path).read().splitlines() if ":\t" in line)
    if "map_id" not in field:
        continue
    show = ["bpftool", "-j", "map", "show", "id", field["map_id"]]
    m = json.loads(subprocess.run(show, stdout=subprocess.PIPE).stdout)
    if m["name"] in ("pages", "shards", "rules", "objects", "ranges", "spaces"):
        print(f"  map {m['name']:8} {m['max_entries']:8} entries of {m['bytes_value']:3} bytes,"
              f" {m['bytes_memlock'] / 1024:8.1f} KiB")
        total += m["bytes_memlock"]
print(f"  together {total / 2**20:.1f} MiB")
END
	wait "$recorder"
	"$build/hud-analyze" dump "$work/c.hud" |
		sed -n 's/^user-stack .*\(frames=[0-9]* stop=[0-9]*\).*/  \1/p' | sort | uniq -c
done
