#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# sh tests/vm/run.sh [KERNEL...]: boots Debian's kernels (default: 6.1 and 6.12) in qemu, lets the
# static hud-record record a program with known answers in there, and checks the captures.
# HUD_VM_ARCH=arm64: those for AArch64, with what tests/vm/arm64.sh has cross built.
#
# Wants `make all static` before. Takes from Debian: qemu-system-x86, busybox-static, cpio, a C
# compiler, and the kernels' packages, which it downloads and unpacks below build/vm and does not
# install. Nothing of it needs root. KERNEL: a version such as 6.12, of which the cloud kernel is
# taken; 6.12-rt and 6.12-full, for real time and for all machines; or the path of a bzImage.
#
# Prints one line a fact, ok or FAIL, and skip where something cannot be had.
# Exit status: 0 nothing failed, 1 something did.

build=${HUD_BUILD:-build}
here=$(dirname "$0")
arch=${HUD_VM_ARCH:-amd64}
case $arch in
arm64)
	work=$build/vm/arm64
	made=$build/arm64 # what the guest runs
	root=$made/root   # … and its libraries
	demo=$made/demo
	cc=aarch64-linux-gnu-gcc
	strip=aarch64-linux-gnu-strip
	busybox=$root/bin/busybox
	qemu=qemu-system-aarch64:qemu-system-arm
	# Return addresses are signed, by hashes that are quick to emulate.
	cpu=max,pauth-impdef=on
	devices="-machine virt"
	# The captures come through the second serial port, which only this machine lacks.
	captures="-chardev file,id=captures,path=%s -device pci-serial,chardev=captures"
	ports="console=ttyAMA0 LOG=ttyAMA0 CAPTURES=ttyS0"
	branches=-mbranch-protection=standard
	seconds=${HUD_VM_TIMEOUT:-300}
	;;
*)
	work=$build/vm
	made=$build
	root=
	demo=$build/demo-release/release/demo
	cc=${CC:-cc}
	strip=strip
	busybox=$(command -v busybox)
	qemu=qemu-system-x86_64:qemu-system-x86
	cpu=qemu64
	devices=
	captures="-serial file:%s"
	ports="console=ttyS0 LOG=ttyS0 CAPTURES=ttyS1"
	branches=
	seconds=${HUD_VM_TIMEOUT:-210} # one machine, boot to power-off
	;;
esac
failed=0
skipped=0

ok() { printf 'ok    %s: %s\n' "$kernel" "$*"; }
fail() { printf 'FAIL  %s: %s\n' "$kernel" "$*"; failed=$((failed + 1)); }
skip() { printf 'skip  %s: %s\n' "$kernel" "$*"; skipped=$((skipped + 1)); }
indented() { sed 's/^/        /'; }

# What must be there for any kernel; prints what is missing.
missing() {
	if [ "$(uname -m)" != x86_64 ]; then
		echo "it is set up for x86_64 hosts only, this is $(uname -m)"
		return
	fi
	for tool in $qemu cpio:cpio gzip:gzip timeout:coreutils $cc:gcc; do
		command -v "${tool%%:*}" >/dev/null ||
			echo "no ${tool%%:*} (Debian package ${tool#*:})"
	done
	[ -n "$busybox" ] || echo "no static busybox (Debian package busybox-static)"
}

# The newest package of a version; the meta-packages' names differ between releases.
package_of() {
	version=$(echo "${1%-*}" | sed 's/\./\\./g')
	case $1 in *-rt) flavour=rt- ;; *-full) flavour= ;; *) flavour=cloud- ;; esac
	apt-cache search --names-only \
		"^linux-image-$version(\.[0-9]+)?[-.+](([0-9]+-)?|.*deb12-)${flavour}amd64$" \
		2>/dev/null | cut -d' ' -f1 | sort -V | tail -n 1
}

# Prints the path of a version's bzImage, or why there is none on stderr.
kernel_image() {
	case $1 in */*) [ -r "$1" ] && echo "$1" || echo "cannot read $1" >&2; return ;; esac
	cache=$work/kernel-$1
	if ! ls "$cache"/boot/vmlinuz-* >/dev/null 2>&1; then
		if ! command -v apt-get >/dev/null; then
			echo "no apt-get to download the kernel with" >&2
			return
		fi
		package=$(package_of "$1")
		if [ $arch != amd64 ]; then
			echo "no kernel $1 for $arch (sh tests/vm/$arch.sh)" >&2
			return
		fi
		if [ -z "$package" ]; then
			echo "apt knows no linux-image-$1*-cloud-amd64 (apt-get update?)" >&2
			return
		fi
		mkdir -p "$cache"
		if ! (cd "$cache" && apt-get -q -o APT::Sandbox::User= download "$package" \
			>download.log 2>&1); then
			echo "cannot download $package: $(tail -n 1 "$cache/download.log")" >&2
			return
		fi
		# Of its files only the kernel: everything needed is built in.
		dpkg-deb --fsys-tarfile "$cache"/*.deb | tar -x -C "$cache" ./boot || return
		rm -f "$cache"/*.deb
	fi
	ls "$cache"/boot/vmlinuz-* | sort -V | tail -n 1
}

# The libraries that the demo or hud-analyze is linked to, the loader among them, and the plan of
# the C library.
libraries_add() {
	if [ -n "$root" ]; then
		for library in ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libgcc_s.so.1; do
			mkdir -p "$1/lib"
			cp -L "$(find "$root/lib" -name $library | head -n 1)" "$1/lib/"
		done
	else
		mkdir -p "$1/lib64" "$1/lib/x86_64-linux-gnu"
		ldd "$demo" "$build/hud-analyze" |
			awk '$2 == "=>" { print $3 } $2 ~ /^\(/ && $1 ~ /^\// { print $1 }' |
			while read -r library; do
			cp -L "$library" "$1$library"
		done
	fi
	"$build/hud-analyze" plan -o "$1/libc.plan" "$(find "$1/lib" -name libc.so.6)"
}

# The demo, which has a Tokio to time, and its plan; it once more, stripped, and hud-analyze, which
# learns that: not for AArch64, where learning is not supported.
demo_add() {
	[ -x "$demo" ] && [ "$plan" = rows ] || return
	$strip -g -o "$1/demo" "$demo"
	if [ -z "$root" ]; then
		mkdir -p "$1/spare"
		strip -o "$1/stripped" "$demo"
		strip -o "$1/spare/hud-analyze" "$build/hud-analyze"
	fi
	{ libraries_add "$1" && "$build/hud-analyze" plan -o "$1/demo.plan" "$demo"; } \
		>"$work/plan.log" 2>&1 && return
	rm -f "$1/demo"
	kernel=guest
	fail "hud-analyze makes the plan of the demo"
	indented <"$work/plan.log"
}

# The test program, its plan if hud-analyze makes plans, and all of the guest's files.
initramfs_make() {
	guest=$work/root
	rm -rf "$guest"
	mkdir -p "$guest/bin"
	$cc -std=gnu17 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE \
		-fno-omit-frame-pointer -fno-optimize-sibling-calls -static -no-pie -pthread \
		$branches \
		-Wl,--build-id "$here/blocker.c" -o "$work/blocker" || return 1
	$cc -std=gnu17 -O1 -Wall -Wextra -Werror -static "$here/verified.c" -o "$work/verified" ||
		return 1
	cp "$busybox" "$guest/bin/busybox"
	ln -s busybox "$guest/bin/sh"
	cp "$made/static/hud-record" "$guest/bin/hud-record"
	cp "$work/blocker" "$work/verified" "$guest/"
	cp "$here/init" "$guest/init"
	chmod +x "$guest/init"
	: >"$guest/plan.options"
	plan=none
	if "$build/hud-analyze" --help | grep -q '^ *plan '; then
		if "$build/hud-analyze" plan -o "$guest/blocker.plan" "$work/blocker" \
			>"$work/plan.log" 2>&1; then
			plan=rows
			echo "-P /blocker.plan" >"$guest/plan.options"
		else
			kernel=host
			fail "hud-analyze plan makes a plan of the test program"
			indented <"$work/plan.log"
		fi
	fi
	demo_add "$guest"
	(cd "$guest" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$work/initramfs.gz"
}

# Kept small: no disk, no network, no modules. Emulated unless HUD_VM_ACCEL says otherwise, and both
# CPUs by one thread: with one each, qemu before 8.1 runs stale translations of code that the kernel
# patches, and a guest that only switches the sched_switch tracepoint on and off oopses within a
# minute ("int3", or a call of 0), hud or not.
machine_run() {
	exec timeout "$seconds" "${qemu%%:*}" $devices -accel "${HUD_VM_ACCEL:-tcg,thread=single}" \
		-cpu "${HUD_VM_CPU:-$cpu}" -smp 2 -m 768 \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$1" -initrd "$work/initramfs.gz" \
		-append "$ports quiet panic=-1 loglevel=4" -serial "file:$out/console.log" \
		$(printf -- "$captures" "$out/captures.tar") \
		</dev/null >"$out/qemu.log" 2>&1
}

# While the machine asks for it ("vm: freeze", "vm: thaw" on its console), stops it for 20 of every
# 60 ms, as a hypervisor may that reports no steal time. $1: pid of the machine's `timeout`.
machine_freeze() {
	while kill -0 "$1" 2>/dev/null; do
		case $(grep -ao 'vm: \(freeze\|thaw\)' "$out/console.log" 2>/dev/null |
			tail -n 1) in
		*freeze)
			machine=$(cat "/proc/$1/task/$1/children" 2>/dev/null)
			[ -n "$machine" ] || return
			kill -STOP $machine
			sleep 0.02
			kill -CONT $machine
			sleep 0.04
			;;
		*) sleep 0.1 ;;
		esac
	done
}

# True when a recording took clearly longer than init asks for: a busy host kept the machine from
# running, and what it recorded says nothing. The console has "hud-record: 3.0 s (duration), ... to
# /name.hud; ...".
machine_starved() {
	tr -d '\r' <"$out/console.log" | awk '
		FNR == NR {
			for (i = 3; $1 == "record" && i < NF; i++)
				if ($i == "-d")
					asked[$2] = $(i + 1)
			next
		}
		/^hud-record: [0-9.]+ s \(/ && match($0, / to \/[a-z]+\.hud/) {
			name = substr($0, RSTART + 5, RLENGTH - 9)
			if (name in asked && $2 > 1.05 * asked[name] + 0.5)
				starved = 1
		}
		END { exit !starved }' tests/vm/init -
}

# Each file in facts/ is a statement about the capture that its name begins with: the first line
# says the fact, the result is whether it holds, and the numbers.
facts_check() {
	for file in "$here"/facts/$1_*.sql; do
		fact=$(sed -n '1s/^-- //p' "$file")
		case $plan,$fact in
		rows,*) ;;
		*" (with a plan)")
			skip "$fact: there is no plan"
			continue
			;;
		esac
		row=$("$build/hud-analyze" query --csv "$out/$1.db" "$(sed 1d "$file")" \
			2>"$out/query.log" | tail -n 1 | tr -d '"\r')
		case $row in
		1,*) ok "$fact (${row#1,})" ;;
		0,* | ,*) fail "$fact (${row#0,})" ;;
		*) fail "$fact (no answer: $row $(head -n 3 "$out/query.log"))" ;;
		esac
	done
}

# capture_check NAME FACT: how hud-record ended, and the facts of its capture.
capture_check() {
	status=$(tr -d '\r' <"$out/console.log" | sed -n "s/^vm: $1 exit \([0-9]*\),.*/\1/p")
	if [ "$status" != 0 ]; then
		fail "hud-record $2 (exit status ${status:-unknown})"
		return
	fi
	ok "hud-record $2"
	rm -f "$out/$1.db"
	if [ ! -s "$out/$1.hud" ]; then
		fail "the capture $1.hud came out of the machine"
	elif ! "$build/hud-analyze" load -o "$out/$1.db" --binary "$program" "$out/$1.hud" \
		>"$out/load.log" 2>&1; then
		fail "hud-analyze loads $1.hud"
		indented <"$out/load.log"
	else
		facts_check "$1"
	fi
}

# How many instructions the verifier went through, of the limit of a million, with all programs of
# each recording.
verified_print() {
	tr -d '\r' <"$out/console.log" | awk -v kernel="$kernel" '
		/^vm: verified / {
			if (!($3 in sum))
				name[++count] = $3
			sum[$3] += $5
			if ($5 > most[$3]) {
				most[$3] = $5
				which[$3] = $4
			}
		}
		END {
			for (i = 1; i <= count; i++)
				printf "      %s: %s: %d instructions verified, most in %s: %d\n",
					kernel, name[i], sum[name[i]], which[name[i]], most[name[i]]
		}'
}

kernel_check() {
	image=$(kernel_image "$kernel" 2>"$work/why")
	if [ -z "$image" ]; then
		skip "$(cat "$work/why")"
		return
	fi
	out=$work/run-$(basename "$image" | sed 's/^vmlinuz-//')
	for try in 1 2 3; do
		rm -rf "$out"
		mkdir -p "$out"
		begin=$(date +%s)
		machine_run "$image" &
		machine_freeze $!
		wait $!
		status=$?
		machine_starved && [ $try -lt 3 ] || break
		echo "      $kernel: this host was busy and stopped the machine: once more"
	done
	took=$(($(date +%s) - begin))
	before=$failed
	if [ $status = 124 ]; then
		fail "the machine is done in $seconds s"
	elif ! grep -q '^vm: done' "$out/console.log" 2>/dev/null; then
		fail "the machine runs to its end (qemu's status $status after $took s)"
		indented <"$out/qemu.log"
	else
		version=$(tr -d '\r' <"$out/console.log" | sed -n 's/^vm: \(kernel [^,]*\),.*/\1/p')
		ok "$version booted, recorded and ended in $took s"
	fi
	tar -x -C "$out" -f "$out/captures.tar" 2>/dev/null
	# libbpf prints only what the kernel refused: show that, with what the verifier said of the
	# first program.
	if grep -q '^libbpf:' "$out/console.log"; then
		fail "the kernel refuses nothing"
		tr -d '\r' <"$out/console.log" | sed -n '/^libbpf:/,$p' | sed '/^hud-record:/q' |
			tail -n 80 | indented
	elif grep -q '^vm: name exit' "$out/console.log"; then
		ok "the kernel refuses nothing"
	fi
	kprobe=$(sed -n 's/^vm: kprobe .* k  *\(finish_task_switch[^ ]*\).*/\1/p' \
		"$out/console.log" | head -n 1)
	if [ -n "$kprobe" ]; then
		ok "stacks are taken at switch-in by a kprobe ($kprobe)"
	elif grep -q 'stacks at switch-in' "$out/console.log"; then
		ok "stacks are taken at switch-in by a tracepoint"
	else
		fail "stacks are taken at switch-in"
	fi
	verified_print
	program=$work/blocker
	capture_check name "records a running program by its name"
	capture_check pointers "records it again, by frame pointers alone"
	capture_check hidden "records it where the kernel hides its addresses"
	capture_check frozen "records it where the machine below stops and says nothing"
	capture_check command "records a command that it starts itself"
	capture_check shaken "records it while clock and processors change"
	if grep -q '^vm: slept' "$out/console.log"; then
		capture_check suspended "records it while the machine sleeps"
	else
		skip "it records while the machine sleeps: this kernel or machine cannot"
	fi
	program=$demo
	if [ -x "$work/root/demo" ]; then
		capture_check polls "times each poll of the demo"
		capture_check limited "records the demo under the CPU quota of a cgroup"
		capture_check tasks "reads all tasks of the demo"
		[ ! -x "$work/root/spare/hud-analyze" ] ||
			capture_check learned "learns where a stripped program keeps its state"
	else
		skip "it times each poll of the demo: there is no $demo (tests/run.sh build timing)"
	fi
	if [ $failed != $before ]; then
		echo "      the last that the machine said (all of it: $out/console.log):"
		tr -d '\r' <"$out/console.log" | grep -v '^vm: kprobe' | tail -n 20 | indented
	fi
}

# A dynamically linked one would find no loader in the guest.
[ -n "$busybox" ] && file -L "$busybox" 2>/dev/null | grep -q 'dynamically linked' && busybox=
kernel=all
mkdir -p "$work"
reason=$(missing | paste -s -d ';' | sed 's/;/; /g')
if [ -n "$reason" ]; then
	skip "$reason"
	exit 0
fi
for program in "$made/static/hud-record" "$build/hud-analyze"; do
	[ -x "$program" ] || { fail "$program is there (make check-vm builds it)"; exit 1; }
done
initramfs_make || { fail "the guest's files are made"; exit 1; }
[ $# -gt 0 ] || set -- 6.1 6.12
for kernel; do
	kernel_check
done
echo "vm: $failed failed, $skipped skipped"
[ $failed = 0 ]
