#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Runs the tests and prints a line for each: ok, FAIL or skip; at the end, alone on its line:
# N passed, N failed, N skipped. Exit code 1 if any failed.
#
#   tests/run.sh [--unit] BUILD     all tests, or only those that need neither root nor BPF
#   tests/run.sh BUILD NAME...      only these files of tests/e2e: record/polls, analyze/query
#
# Unit tests are cmocka programs. HUD_KEEP=1 keeps the recordings of end-to-end tests.
# HUD_TIMES=FILE appends to FILE what each of their files took: s, s of CPU, s of CPU in the kernel.

set -u
cd "$(dirname "$0")/.." || exit 2

only_unit=
if [ "${1-}" = --unit ]; then
	only_unit=1
	shift
fi
if [ $# -lt 1 ] || [ ! -d "$1" ]; then
	echo "usage: tests/run.sh [--unit] BUILD [NAME...]" >&2
	exit 2
fi
build=$1
HUD_BUILD=$(cd "$1" && pwd)
PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=$PWD/tests/e2e:$PWD/tests/e2e/matrix
export HUD_BUILD PYTHONDONTWRITEBYTECODE PYTHONPATH
shift

# The distribution's own, which has its python3-jsonschema, rather than another in the PATH.
PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=python3

UNIT_SECONDS=600 # one program of unit tests, which may get what others leave of the processors
E2E_SECONDS=${HUD_E2E_SECONDS:-900} # one file of end-to-end tests; lib.py limits each fact in it

# End-to-end tests that run at the same time: they compare no times, are not disturbed by other
# recorders, and mostly wait. The longest come first. Each of the others has the machine to itself.
CONCURRENT="
	record/learn_others unwind/plans analyze/screen analyze/screen_live record/output
	record/privileges record/lifecycle record/learn_libraries analyze/exports analyze/symbols
	analyze/faults record/lives analyze/memory analyze/page record/polls record/pool
	record/probes analyze/report analyze/live record/absent_page record/marks record/deadlock
	record/identity analyze/ci record/tasks record/task_dumps analyze/bombs
	analyze/plan_runtime analyze/query analyze/debuginfod unwind/sandbox record/errors
	record/waits record/task_sets analyze/confined analyze/example record/generated
"

# Unit tests that take longest, which begin first.
LONGEST="symbols/sources_test load/faults_test compare/statistics_test"

# Unit tests and kept fuzzing inputs need nothing but processors, which end-to-end tests use half of
# the time: they are built and run beside those, in what is left. SCHED_IDLE yields to any other
# thread at once.
IDLE=(chrt --idle 0)

work=$(mktemp -d "${TMPDIR:-/tmp}/hud-tests-XXXXXX") || exit 2
results=$work/results
: > "$results"
running=() beside=
running_end() {
	for group in "${running[@]}" $beside; do kill -TERM -- "-$group" 2> /dev/null; done
	wait
}
trap 'running_end; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# Calls a function for each name, up to LIMIT at the same time. The output of each call is printed
# in one piece when it is done.
run_concurrently() { # LIMIT FUNCTION NAME...
	local limit=$1 function=$2 name
	shift 2
	set -m # a process group for each
	for name in "$@"; do
		while [ "$(jobs -rp | grep -cvx "${beside:-none}")" -ge "$limit" ]; do wait -n; done
		{
			"$function" "$name" > "$work/${name//\//-}.out"
			flock "$results" cat "$work/${name//\//-}.out"
		} &
		running+=($!)
	done
	wait "${running[@]}"
	running=()
	set +m
}

say() {
	printf '%s\n' "$1" | tee -a "$results"
}

# Prints the end of a log, indented, below the line of the test that failed.
show_tail() {
	grep -v '^ok ' "$1" | tail -n 25 | sed 's/^/       | /'
}

unit_run() { # NAME of a program in tests/unit
	local name=$1 log=$work/${1//\//-}.log lines=$work/${1//\//-}.lines code
	CMOCKA_MESSAGE_OUTPUT=TAP "${priority[@]}" timeout --foreground -k 5 "$UNIT_SECONDS" \
		"$HUD_BUILD/tests/unit/$name" < /dev/null > "$log" 2>&1
	code=$?
	awk -v name="$name" '
		/^ok [0-9]+ - / { sub(/^ok [0-9]+ - /, ""); print "ok   " name ": " $0 }
		/^(not )?ok [0-9]+ # SKIP/ {
			sub(/^(not )?ok [0-9]+ # SKIP */, "")
			print "skip " name ": " $0
			next
		}
		/^not ok [0-9]+ - / { sub(/^not ok [0-9]+ - /, ""); print "FAIL " name ": " $0 }
	' "$log" > "$lines"
	if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
		echo "FAIL $name: did not end within $UNIT_SECONDS s" >> "$lines"
	elif [ "$code" -ne 0 ] && ! grep -q '^FAIL' "$lines"; then
		echo "FAIL $name: ended with $code" >> "$lines"
	elif [ ! -s "$lines" ]; then
		echo "FAIL $name: contains no test" >> "$lines"
	fi
	tee -a "$results" < "$lines"
	if grep -q '^FAIL' "$lines"; then
		show_tail "$log"
	fi
}

fuzz_run() { # all harnesses, on what is kept
	local harnesses
	mapfile -t harnesses < <(basename -s _fuzz.c tests/fuzz/*_fuzz.c)
	"${priority[@]}" bash tests/fuzz/run.sh "$HUD_BUILD/fuzz-kept" "${harnesses[@]}" |
		tee -a "$results"
}

fuzz_or_unit_run() { # NAME
	if [ "$1" = fuzz ]; then fuzz_run; else unit_run "$1"; fi
}

beside_build() { # TARGET of make
	env -u MAKEFLAGS "${priority[@]}" make --no-print-directory -j"$(nproc)" \
		BUILD="$build" "$1" > "$work/$1.out" 2>&1 || {
		say "FAIL $1: not all of them build"
		show_tail "$work/$1.out"
	}
}

# All unit tests, and with the argument "fuzz" the harnesses too: both are built first.
units_run() { # [fuzz]
	local programs queue
	mapfile -t programs < <(cd tests/unit && ls ./*/*_test.c | sed 's,^\./,,; s,\.c$,,')
	[ ${#programs[@]} -gt 0 ] || say "FAIL unit: no test in tests/unit"
	read -ra queue <<< "$LONGEST"
	for name in "${programs[@]}"; do
		if [[ " $LONGEST " != *" $name "* ]]; then queue+=("$name"); fi
	done
	if [ -n "${1-}" ]; then
		beside_build unit-tests
		beside_build fuzzers-kept
		queue+=(fuzz)
	fi
	run_concurrently "$(nproc)" fuzz_or_unit_run "${queue[@]}"
}

e2e_run() { # NAME
	local name=$1 begun ended log=$work/${1//\//-}.log lines=$work/${1//\//-}.lines
	begun=$(date +%s)
	# Each fact's line is printed as soon as it is known; stderr of Python follows them.
	TIMEFORMAT="$name %R %U %S"
	{
		time timeout --foreground -k 10 "$E2E_SECONDS" \
			"$PYTHON" "tests/e2e/$name.py" \
			< /dev/null 2> "$log" | tee "$lines"
		ended=${PIPESTATUS[0]}
	} 2>> "${HUD_TIMES:-/dev/null}"
	grep -E '^(ok  |FAIL|skip|    ) ' "$lines" >> "$results"
	if grep -q '^[A-Za-z]*Error\|^Traceback' "$log" || [ "$ended" -gt 1 ] ||
		! grep -qE '^(ok  |FAIL|skip) ' "$lines"; then
		say "FAIL $name: ended before all its facts were tested"
	fi
	if [ $(($(date +%s) - begun)) -ge "$E2E_SECONDS" ]; then
		say "FAIL $name: not all facts within $E2E_SECONDS s"
	fi
	show_tail "$log"
}

priority=()
if [ -n "$only_unit" ]; then
	units_run
elif [ $# -eq 0 ]; then
	set -m
	(
		trap running_end EXIT
		trap 'exit 130' TERM
		priority=("${IDLE[@]}")
		units_run fuzz
	) &
	beside=$!
	set +m
fi

if [ -z "$only_unit" ]; then
	if [ $# -eq 0 ]; then
		mapfile -t names < <(cd tests/e2e && ls record/*.py analyze/*.py unwind/*.py)
		set -- "${names[@]%.py}"
	fi
	concurrent=() alone=()
	for name in $CONCURRENT; do
		if [[ " $* " == *" $name "* ]]; then concurrent+=("$name"); fi
	done
	for name in "$@"; do
		if ! [[ $CONCURRENT =~ [[:space:]]${name}[[:space:]] ]]; then alone+=("$name"); fi
	done
	run_concurrently $((3 * $(nproc))) e2e_run "${concurrent[@]}"
	for name in "${alone[@]}"; do
		e2e_run "$name"
	done
fi
[ -z "$beside" ] || wait "$beside"

passed=$(grep -c '^ok  ' "$results")
failed=$(grep -c '^FAIL' "$results")
skipped=$(grep -c '^skip' "$results")
if [ "$failed" -gt 0 ]; then
	echo
	echo "failed:"
	# Each with the lines below it, so that the end of the log is enough to see what failed.
	awk '
		/^(ok  |skip) / { left = 0 }
		/^FAIL / { left = 12 }
		left-- > 0 { print "  " $0 }
	' "$results"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
