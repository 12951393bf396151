#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Writes inputs that are ELF files, small ones of each kind: seeds.sh DIRECTORY. Those that no
# compiler of this machine makes are left out.
set -u
top=$PWD
out=$1
mkdir -p "$out/plan_maker" "$out/dwarf" "$out/symbols" "$out/debug_server"
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

cat > "$work/a.c" << 'END'
__thread int local;
struct pair { int a; struct pair *next; };
static inline __attribute__((always_inline)) int add(int a) { return a + local; }
int walk(struct pair *p) { int n = 0; for (; p; p = p->next) n += add(p->a); return n; }
int _start(void) { struct pair p = {1, 0}; return walk(&p); }
END

# NAME COMMAND...: to the program, its path is added.
seed() {
	name=$1
	shift
	(cd "$work" && "$@" -o "$name" 2> /dev/null) || return 0
	cp "$work/$name" "$out/plan_maker/$name"
	cp "$work/$name" "$out/symbols/$name"
	# The first byte says whether the file is its own package and supplement.
	{ printf '\000'; cat "$work/$name"; } > "$out/dwarf/$name"
	{ printf '\003'; cat "$work/$name"; } > "$out/dwarf/$name-twice"
	# The first answer is all of it, the second an error; or both are halves.
	{ printf '\020\377'; cat "$work/$name"; } > "$out/debug_server/$name"
	{ printf '\000\200'; cat "$work/$name" "$work/$name"; } > "$out/debug_server/$name-twice"
}

link='-nostdlib -static -Wl,--build-id -Wl,-z,noseparate-code'
seed dwarf5 gcc -O2 -g $link a.c
seed dwarf4 gcc -O2 -g -gdwarf-4 $link a.c
seed dwarf2 gcc -O2 -g -gdwarf-2 -gstrict-dwarf $link a.c
seed zlib gcc -O2 -g -gz $link a.c
seed old-zlib gcc -O2 -g -gz=zlib-gnu $link a.c
seed zstd clang -O2 -g -gz=zstd $link a.c
seed clang clang -O1 -g $link a.c
seed split gcc -O2 -g -gsplit-dwarf $link a.c
seed object gcc -O2 -g -c a.c
seed object-split clang -O1 -g -gsplit-dwarf=single -c a.c
seed debug-frame gcc -O2 -g -fno-asynchronous-unwind-tables $link a.c
seed library gcc -O2 -g -shared -fPIC -nostdlib a.c
seed bare gcc -O2 -s $link a.c
seed aarch64 aarch64-linux-gnu-gcc -O2 -g $link a.c
seed package cp split-a.dwo
seed inlined rustc -O -g --crate-type lib --emit obj "$top/tests/unit/fixture/inlined.rs"

# What the harness of one section reads.
mkdir -p "$out/eh_frame" "$out/plan_identity"
section() { # PROGRAM SECTION
	objcopy -O binary --only-section="$2" --set-section-flags "$2=alloc" \
		"$work/$1" "$work/section"
}
number() { # below 65536, as 4 bytes
	printf "$(printf '\\%03o\\%03o\\0\\0' $(($1 & 255)) $(($1 >> 8)))"
}
frame() { # PROGRAM SECTION KIND
	section "$1" ".$2" && { printf "$3"; cat "$work/section"; } > "$out/eh_frame/$2"
}
frame dwarf5 eh_frame '\000'
frame debug-frame debug_frame '\001'
for name in abbrev str info; do
	section dwarf5 .debug_$name && mv "$work/section" "$work/$name"
done
{
	number "$(wc -c < "$work/abbrev")"
	number "$(wc -c < "$work/str")"
	cat "$work/abbrev" "$work/str" "$work/info"
} > "$out/plan_identity/dwarf5"
exit 0
