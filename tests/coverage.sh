#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Runs tests of a build with coverage, and prints what llvm-cov says of each file: coverage.sh BUILD
# 'END-TO-END TESTS' FOLDER...
set -u
build=$1 tests=$2
shift 2

rm -rf "$build/profile"
mkdir -p "$build/profile"
# Programs that change their user write there too.
chmod 1777 "$build/profile"
LLVM_PROFILE_FILE=$PWD/$build/profile/%m-%p.profraw
export LLVM_PROFILE_FILE
for made in build/demo-*; do
	ln -sfn "$PWD/$made" "$build/${made##*/}"
done

bash tests/run.sh --unit "$build" > "$build/unit.log" 2>&1
tail -n 1 "$build/unit.log"
if [ "$(id -u)" = 0 ]; then
	# shellcheck disable=SC2086
	bash tests/run.sh "$build" $tests > "$build/e2e.log" 2>&1
	tail -n 1 "$build/e2e.log"
fi

find "$build/profile" -name '*.profraw' > "$build/profiles"
# A program that a test kills leaves a part of one.
llvm-profdata merge -sparse -failure-mode=all -f "$build/profiles" \
	-o "$build/all.profdata" 2> /dev/null || exit 1
objects=$(find "$build/tests/unit" -name '*_test' | sed 's/^/-object /')
# shellcheck disable=SC2086
llvm-cov report "$build/hud-record" -object "$build/hud-analyze" $objects \
	-instr-profile "$build/all.profdata" "$@" 2> /dev/null > "$build/report.txt"
echo "branches taken, of all, in percent:"
awk -v folders="$*" '
	$1 ~ /\.c$/ {
		print $1, $(NF - 2) - $(NF - 1), $(NF - 2), $NF
		for (i = split(folders, folder); i; i--)
			if (index($1, folder[i] "/") == 1) {
				all[folder[i]] += $(NF - 2)
				missed[folder[i]] += $(NF - 1)
			}
	}
	END {
		for (f in all)
			printf "%s/ %d %d %.1f%%\n", f, all[f] - missed[f], all[f],
				100 - 100 * missed[f] / all[f]
	}
' "$build/report.txt"
