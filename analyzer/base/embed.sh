#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# Turns text files into a C table, see embedded.h; their names are relative to DIRECTORY. NAME=FILE
# is FILE under another name.
# Usage: embed.sh DIRECTORY FILE|NAME=FILE... > embedded_files.c
set -eu
directory=$1
shift
echo '#include "analyzer/base/embedded.h"'
echo 'const struct embedded_file embedded_files[] = {'
for file in "$@"; do
	name=${file#"$directory"/}
	case $file in *=*) name=${file%%=*} file=${file#*=} ;; esac
	printf '\t{"%s", (const char[]){' "$name"
	od -An -v -tu1 "$file" | sed 's/  */,/g; s/^,//; s/$/,/; s/[0-9][0-9]*/(char)&/g' |
		tr -d '\n'
	printf '0}},\n'
done
echo '	{0, 0},'
echo '};'
