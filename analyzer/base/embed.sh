#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# Turns text files into a C table, see embedded.h; their names are relative to DIRECTORY.
# Usage: embed.sh DIRECTORY FILE... > embedded_files.c
set -eu
directory=$1
shift
echo '#include "analyzer/base/embedded.h"'
echo 'const struct embedded_file embedded_files[] = {'
for file in "$@"; do
	printf '\t{"%s", (const char[]){' "${file#"$directory"/}"
	od -An -v -tu1 "$file" | sed 's/  */,/g; s/^,//; s/$/,/; s/[0-9][0-9]*/(char)&/g' |
		tr -d '\n'
	printf '0}},\n'
done
echo '	{0, 0},'
echo '};'
