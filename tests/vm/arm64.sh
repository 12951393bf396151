#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# sh tests/vm/arm64.sh: cross builds what a guest with an AArch64 kernel runs, of Debian's packages
# for arm64, which it downloads and unpacks below build/arm64 and does not install:
#
#   build/arm64/static/hud-record   as make static builds it
#   build/arm64/demo                the demo
#   build/arm64/root                the packages' files: busybox, the C library, headers
#
# Wants gcc-aarch64-linux-gnu, and what make deps installs. Nothing of it needs root.

set -eu
build=$(cd "${HUD_BUILD:-build}" && pwd)/arm64
root=$build/root
triplet=aarch64-linux-gnu
packages="busybox-static libbpf-dev libelf-dev zlib1g-dev libzstd-dev libc6 libgcc-s1"

# apt with lists of its own, so that the host's packages stay as they are.
apt_arm() {
	command=$1
	shift
	"$command" -q -o Dir::Etc::sourcelist="$build/apt/sources.list" \
		-o Dir::Etc::sourceparts=/nonexistent \
		-o Dir::State="$build/apt/state" -o Dir::State::status="$build/apt/status" \
		-o Dir::Cache="$build/apt/cache" -o APT::Architecture=arm64 \
		-o APT::Architectures::=arm64 -o APT::Sandbox::User= \
		-o Acquire::Languages=none "$@"
}

# The release that this host is of: what is cross built links with what the guest has.
apt_open() {
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mkdir -p "$build/apt/state/lists/partial" "$build/apt/cache/archives/partial"
	: >"$build/apt/status"
	for suite in "$release" "$release-backports"; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"http://deb.debian.org/debian $suite main"
	done >"$build/apt/sources.list"
	apt_arm apt-get update >"$build/apt/update.log" 2>&1 ||
		{ cat "$build/apt/update.log" >&2; exit 1; }
}

# Unpacks packages below a folder.
unpack() { # FOLDER PACKAGE...
	folder=$1
	shift
	rm -rf "$build/deb"
	mkdir -p "$build/deb" "$folder"
	(cd "$build/deb" && apt_arm apt-get download "$@" >"$build/apt/download.log" 2>&1) ||
		{ cat "$build/apt/download.log" >&2; exit 1; }
	for deb in "$build"/deb/*.deb; do
		dpkg-deb -x "$deb" "$folder"
	done
	rm -rf "$build/deb"
}

# The newest cloud kernel of a version, unpacked where tests/vm/run.sh looks for it.
kernel_unpack() { # VERSION
	folder=$build/../vm/arm64/kernel-$1
	! ls "$folder"/boot/vmlinuz-* >/dev/null 2>&1 || return 0
	version=$(echo "$1" | sed 's/\./\\./g')
	package=$(apt_arm apt-cache search --names-only \
		"^linux-image-$version(\.[0-9]+)?[-.+].*cloud-arm64$" |
		cut -d' ' -f1 | grep -v -- '-rt-' | sort -V | tail -n 1)
	unpack "$folder" "$package"
	rm -rf "$folder/usr" "$folder/lib"
}

# The headers of those libraries alone: the C library's are the cross compiler's.
headers_link() {
	mkdir -p "$build/include"
	for header in bpf elf.h libelf.h gelf.h zlib.h zconf.h zstd.h zstd_errors.h; do
		for folder in "$root/usr/include" "$root/usr/include/$triplet"; do
			[ ! -e "$folder/$header" ] || ln -sfn "$folder/$header" "$build/include/"
		done
	done
}

# rustc with the library for AArch64 beside the host's own.
rustc_make() {
	mkdir -p "$build/rust/lib/rustlib"
	host=$(/usr/bin/rustc --print sysroot)/lib/rustlib/$(uname -m)-unknown-linux-gnu
	for folder in "$host" "$root/usr/lib/rustlib/aarch64-unknown-linux-gnu"; do
		ln -sfn "$folder" "$build/rust/lib/rustlib/"
	done
	printf '#!/bin/sh\nexec /usr/bin/rustc --sysroot "%s" "$@"\n' "$build/rust" >"$build/rustc"
	chmod +x "$build/rustc"
}

mkdir -p "$build"
if [ ! -x "$root/bin/busybox" ]; then
	apt_open
	rust=$(apt_arm apt-cache depends libstd-rust-dev | grep -o 'libstd-rust-[0-9.]*$')
	unpack "$root" $packages libstd-rust-dev "$rust"
fi
for version in ${HUD_VM_KERNELS:-6.1 6.12}; do
	kernel_unpack "$version"
done
headers_link
make --no-print-directory BUILD="$build" ARCH=arm64 \
	CC="$triplet-gcc -isystem $build/include -L$root/usr/lib/$triplet" \
	CLANG="clang -idirafter /usr/$triplet/include" static
rustc_make
(cd examples/demo && env PATH=/usr/bin:/bin RUSTC="$build/rustc" CARGO_TARGET_DIR="$build/cargo" \
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$triplet-gcc \
	cargo build --release --target aarch64-unknown-linux-gnu)
cp "$build/cargo/aarch64-unknown-linux-gnu/release/demo" "$build/demo"
