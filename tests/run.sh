#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Runs the tests and prints a line for each: ok, FAIL or skip; at the end, alone on its line:
# N passed, N failed, N skipped. Exit code 1 if any failed.
#
#   tests/run.sh [--unit] BUILD     all tests, or only those that need neither root nor BPF
#   tests/run.sh BUILD NAME...      only tests/e2e/NAME.py
#
# Unit tests are cmocka programs; HUD_KEEP=1 keeps what end-to-end tests recorded.

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
HUD_BUILD=$(cd "$1" && pwd)
PYTHONDONTWRITEBYTECODE=1
export HUD_BUILD PYTHONDONTWRITEBYTECODE
shift

# The distribution's own, for its python3-jsonschema; else whatever is called so.
PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=python3

UNIT_SECONDS=300 # one program of unit tests
E2E_SECONDS=240  # one file of end-to-end facts; each fact has its own bound in tests/e2e/lib.py

work=$(mktemp -d "${TMPDIR:-/tmp}/hud-tests-XXXXXX") || exit 2
results=$work/results
: > "$results"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

say() {
	printf '%s\n' "$1" | tee -a "$results"
}

# The end of a log, below the line of the test that failed.
show_tail() {
	grep -v '^ok ' "$1" | tail -n 25 | sed 's/^/       | /'
}

unit_run() { # PROGRAM
	name=$(basename "$1")
	log=$work/$name.log
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 "$UNIT_SECONDS" "$1" < /dev/null > "$log" 2>&1
	code=$?
	awk -v name="$name" '
		/^ok [0-9]+ - / { sub(/^ok [0-9]+ - /, ""); print "ok   " name ": " $0 }
		/^(not )?ok [0-9]+ # SKIP/ { sub(/^(not )?ok [0-9]+ # SKIP */, ""); print "skip " name ": " $0; next }
		/^not ok [0-9]+ - / { sub(/^not ok [0-9]+ - /, ""); print "FAIL " name ": " $0 }
	' "$log" > "$work/lines"
	if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
		echo "FAIL $name: did not end within $UNIT_SECONDS s" >> "$work/lines"
	elif [ "$code" -ne 0 ] && ! grep -q '^FAIL' "$work/lines"; then
		echo "FAIL $name: ended with $code" >> "$work/lines"
	elif [ ! -s "$work/lines" ]; then
		echo "FAIL $name: no test in it" >> "$work/lines"
	fi
	tee -a "$results" < "$work/lines"
	if grep -q '^FAIL' "$work/lines"; then
		show_tail "$log"
	fi
}

e2e_run() { # FILE
	log=$work/$(basename "$1").log
	# Lines come as the facts are found; what python itself says goes below them.
	timeout -k 10 "$E2E_SECONDS" "$PYTHON" "$1" < /dev/null 2> "$log" | tee "$work/lines"
	grep -E '^(ok  |FAIL|skip) ' "$work/lines" >> "$results"
	if grep -q '^[A-Za-z]*Error\|^Traceback' "$log" || ! grep -qE '^(ok  |FAIL|skip) ' "$work/lines"; then
		say "FAIL $(basename "$1" .py): did not come to its end"
	fi
	show_tail "$log"
}

timed_out() { # FILE, when it began
	if [ $(($(date +%s) - $2)) -ge "$E2E_SECONDS" ]; then
		say "FAIL $(basename "$1" .py): not all facts within $E2E_SECONDS s"
	fi
}

if [ $# -eq 0 ]; then
	found=
	for program in "$HUD_BUILD"/tests/*_test; do
		[ -x "$program" ] || continue
		found=1
		unit_run "$program"
	done
	[ -n "$found" ] || say "FAIL unit: no program in $HUD_BUILD/tests; make check-unit builds them"
fi

if [ -z "$only_unit" ]; then
	if [ "$(id -u)" = 0 ]; then
		"$PYTHON" tests/e2e/lib.py build-demos > "$work/demo.log" 2>&1 || {
			say "FAIL demo: it does not build"
			show_tail "$work/demo.log"
		}
	fi
	if [ $# -eq 0 ]; then
		set -- $(for file in tests/e2e/*.py; do basename "$file" .py; done)
	fi
	for name in "$@"; do
		[ "$name" = lib ] && continue
		begun=$(date +%s)
		e2e_run "tests/e2e/$name.py"
		timed_out "$name" "$begun"
	done
fi

passed=$(grep -c '^ok  ' "$results")
failed=$(grep -c '^FAIL' "$results")
skipped=$(grep -c '^skip' "$results")
if [ "$failed" -gt 0 ]; then
	echo
	echo "failed:"
	sed -n 's/^FAIL \([^:]*: [^:]*\).*/  \1/p' "$results"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
