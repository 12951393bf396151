#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# The Content-Security-Policy of the page: this script and this style, known by their hashes, and
# nothing else.
# Usage: policy.sh SCRIPT STYLE
set -eu
hash() {
	# shellcheck disable=SC2059 # the format is hexadecimal escapes
	env printf "$(sha256sum < "$1" | cut -c1-64 | sed 's/../\\x&/g')" | base64
}
printf "default-src 'none'; script-src 'sha256-%s'" "$(hash "$1")"
printf "; style-src 'sha256-%s'" "$(hash "$2")"
printf "; base-uri 'none'; form-action 'none'"
