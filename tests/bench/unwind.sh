#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# What taking a stack costs: tests/bench/unwind.sh BUILD [ROUNDS], as root.
#
# Programs that compute at a depth of 15 frames are sampled 999 times a second on each CPU. The
# cost is the run time that the kernel counts for a BPF program (kernel.bpf_stats_enabled). Three
# ways to walk a stack take turns: by unwind rows (a program without frame pointers), by frame
# pointers with hud's own walker, and the kernel's own walk (bpf_get_stack) in a BPF program that
# does nothing else. The first two are the whole BPF program `sample`: accounting, kernel stack
# and sending the event included.

set -u
build=$(cd "${1:?usage: unwind.sh BUILD [ROUNDS]}" && pwd) || exit 2
rounds=${2:-5}
cd "$(dirname "$0")/../.." || exit 2
[ "$(id -u)" = 0 ] || { echo "unwind.sh: needs root" >&2; exit 1; }

work=$(mktemp -d /var/tmp/hud-bench-XXXXXX) || exit 1
pid=
stats=$(cat /proc/sys/kernel/bpf_stats_enabled)
finish() {
	[ -n "$pid" ] && kill "$pid" 2>/dev/null
	echo "$stats" > /proc/sys/kernel/bpf_stats_enabled
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

deep() { # PROGRAM OPTION...
	program=$1
	shift
	cc -O2 -g "$@" tests/bench/unwind_deep.c -o "$work/$program"
}
deep rows -fomit-frame-pointer || exit 1
# Not every compiler has the option for leaf functions.
deep frames -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer 2>/dev/null ||
	deep frames -fno-omit-frame-pointer || exit 1
clang -g -O2 -target bpf -idirafter "/usr/include/$(cc -dumpmachine)" \
	-c tests/bench/unwind_kernel.bpf.c -o "$work/kernel.o" || exit 1
cc -O2 tests/bench/unwind_kernel.c -o "$work/kernel" -lbpf || exit 1
echo 1 > /proc/sys/kernel/bpf_stats_enabled

# Runs and run time in ns, so far, of a BPF program that a process holds.
program_cost() { # NAME PID
	sed -n 's/^prog_id:[[:space:]]*//p' "/proc/$2/fdinfo/"* | while read -r id; do
		bpftool -j prog show id "$id"
		echo
	done | python3 -c '
import json, sys
for line in sys.stdin:
    program = json.loads(line) if line.strip() else {}
    if program.get("name") == sys.argv[1]:
        print(program.get("run_cnt", 0), program.get("run_time_ns", 0))
        break' "$1"
}

# Prints: ns a sample with a stack, frames and stop reason of the most frequent stack, runs of the
# BPF program, samples among them that took a stack, ns of all runs.
sample_cost() { # PROGRAM DEPTH OPTION...
	program=$1 depth=$2
	shift 2
	"$work/$program" "$depth" &
	pid=$!
	sleep 0.2
	"$build/hud-record" -q -d 4 -F 999 -p "$pid" -o "$work/c.hud" "$@" 2>"$work/errors" &
	recorder=$!
	sleep 1.5
	while [ -z "$(program_cost sample "$recorder")" ] && kill -0 "$recorder" 2>/dev/null; do
		sleep 0.1
	done
	set -- $(program_cost sample "$recorder")
	sleep 2
	set -- "$1" "$2" $(program_cost sample "$recorder")
	wait "$recorder" || { cat "$work/errors" >&2; return 1; }
	kill "$pid"
	wait "$pid" 2>/dev/null
	pid=
	"$build/hud-analyze" dump "$work/c.hud" > "$work/dump"
	# A run that meets another process takes no stack and costs next to nothing: divide by the
	# samples in the capture, not by the runs.
	python3 - "$work/dump" "$(($3 - $1))" "$(($4 - $2))" <<'END'
import collections, sys
depth, seen, first, last, samples = {}, collections.Counter(), None, None, 0
for line in open(sys.argv[1]):
    kind, *words = line.split()
    if kind not in ("user-stack", "sample"):
        continue
    field = dict(word.split("=", 1) for word in words if "=" in word)
    if kind == "user-stack":
        depth[field["id"]] = (int(field["frames"]), int(field["stop"]))
    else:
        seen[depth.get(field["user_stack"])] += 1
        samples += 1
        first = first or int(field["time_ns"])
        last = int(field["time_ns"])
runs, ns = int(sys.argv[2]), int(sys.argv[3])
taken = samples / ((last - first) / 2e9)  # in the two seconds that were measured
frames, stop = seen.most_common(1)[0][0]
print(f"{ns / taken:.0f} {frames} {stop} {runs} {taken:.0f} {ns}")
END
}

for round in $(seq "$rounds"); do
	for how in rows frames; do
		# Both stacks end up 15 frames deep: by frame pointers, libc's own three frames
		# below main are not seen.
		option=auto depth=16
		[ "$how" = frames ] && option=fp depth=19
		line=$(sample_cost "$how" "$depth" --unwind "$option") || exit 1
		set -- $line
		echo "round $round: $how: $1 ns a sample, $2 frames, stop $3" \
			"($4 runs, about $5 with a stack)"
		echo "$1" >> "$work/$how.ns"
	done
	"$work/frames" 19 &
	pid=$!
	sleep 0.2
	set -- $("$work/kernel" "$work/kernel.o" "$pid") 0 0
	kill "$pid"
	wait "$pid" 2>/dev/null
	pid=
	echo "round $round: kernel: $1 ns a stack, $2 frames"
	echo "$1" >> "$work/kernel.ns"
done
python3 - "$work" <<'END'
import statistics, sys
rows, frames, kernel = ([float(x) for x in open(f"{sys.argv[1]}/{how}.ns")]
                        for how in ("rows", "frames", "kernel"))
ratios = [r / f for r, f in zip(rows, frames)]
print(f"by rows {statistics.median(rows):.0f} ns, "
      f"by frame pointers {statistics.median(frames):.0f} ns, "
      f"the kernel's own walk {statistics.median(kernel):.0f} ns; "
      f"rows to frame pointers: ratio {statistics.median(ratios):.2f} "
      f"(of {', '.join(f'{r:.2f}' for r in ratios)})")
END
