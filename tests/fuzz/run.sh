#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Runs harnesses. BUILD is where tests/fuzz/fuzz.mk has built them.
#
#   tests/fuzz/run.sh BUILD NAME...               all inputs that are kept, once each
#   tests/fuzz/run.sh --seconds N BUILD NAME...   fuzzes, each for N seconds, one after another
#   tests/fuzz/run.sh --keep BUILD NAME...        packs what fuzzing found into tests/fuzz/corpus
#
# Kept are tests/fuzz/corpus/NAME.tar.zst, which reaches what fuzzing has reached, and
# tests/fuzz/found/NAME/, inputs that once were a crash, a leak or took too long. Fuzzing adds to
# BUILD/work/NAME, and puts what it finds into tests/fuzz/found/NAME. Each harness prints one line.

set -u
cd "$(dirname "$0")/../.." || exit 2

mode=once seconds=0
case ${1-} in
--seconds) mode=fuzz seconds=$2; shift 2 ;;
--keep) mode=keep; shift ;;
esac
build=$1
shift

# An input of a harness that has a database takes a fifth of a second; of any other, nearly none.
kept_most() { # NAME
	case $1 in report | export | live | database | check) echo 12 ;; *) echo 150 ;; esac
}

export ASAN_OPTIONS=quarantine_size_mb=8:malloc_context_size=8:detect_leaks=1
options=(-close_fd_mask=3 -timeout=20 -rss_limit_mb=1536 -malloc_limit_mb=1024
	-print_final_stats=1)

seeds_make() {
	rm -rf "$build/seed" && mkdir -p "$build/seed" || exit 2
	sh tests/fuzz/seeds.sh "$build/seed" && "$build/seeds" "$build/seed" && return
	echo "FAIL fuzz: seeds cannot be made"
	exit 1
}

kept_unpack() { # NAME
	rm -rf "$build/kept/$1" && mkdir -p "$build/kept/$1" "$build/work/$1" "$build/seed/$1"
	[ "$mode" = keep ] && [ ! -f "tests/fuzz/corpus/$1.tar.zst" ] ||
		tar -C "$build/kept/$1" --zstd -xf "tests/fuzz/corpus/$1.tar.zst"
}

harness_once() { # NAME
	local folders=("$build/kept/$1" "$build/seed/$1")
	[ ! -d "tests/fuzz/found/$1" ] || folders+=("tests/fuzz/found/$1")
	"$build/${1}_fuzz" "${options[@]}" -runs=0 -artifact_prefix="$build/$1-" \
		"${folders[@]}"
}

harness_fuzz() { # NAME
	mkdir -p "tests/fuzz/found/$1"
	HUD_FUZZ_FAST=1 "$build/${1}_fuzz" "${options[@]}" \
		-max_total_time="$seconds" -max_len=65536 \
		-artifact_prefix="tests/fuzz/found/$1/" \
		"$build/work/$1" "$build/kept/$1" "$build/seed/$1"
	local code=$?
	rmdir --ignore-fail-on-non-empty "tests/fuzz/found/$1"
	return $code
}

harness_keep() { # NAME
	local chosen=$build/chosen/$1
	rm -rf "$chosen" && mkdir -p "$chosen" tests/fuzz/corpus
	HUD_FUZZ_FAST=1 "$build/${1}_fuzz" "${options[@]}" -merge=1 -max_len=8192 "$chosen" \
		"$build/kept/$1" "$build/work/$1"
	(cd "$chosen" && ls -Sr | head -n "$(kept_most "$1")" |
		tar --zstd --owner=0 --group=0 --mtime=@0 -cf - -T -) \
		> "tests/fuzz/corpus/$1.tar.zst"
}

status=0
[ "$mode" = keep ] || seeds_make
for name in "$@"; do
	log=$build/$name.log
	if ! kept_unpack "$name"; then
		echo "FAIL fuzz/$name: its kept inputs cannot be read"
		status=1
	elif ! "harness_$mode" "$name" > "$log" 2>&1; then
		echo "FAIL fuzz/$name: $log"
		grep -aE 'ERROR|runtime error|SUMMARY|unit written' "$log" | sed 's/^/       | /'
		status=1
	elif [ "$mode" = keep ]; then
		kept=$(tar --zstd -tf "tests/fuzz/corpus/$name.tar.zst" | wc -l)
		echo "ok   fuzz/$name: $kept inputs kept"
	else
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		edges=$(grep -ao 'cov: [0-9]*' "$log" | tail -n 1)
		echo "ok   fuzz/$name: $runs executions, ${edges#cov: } edges"
	fi
done
exit $status
