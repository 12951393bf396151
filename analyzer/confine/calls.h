/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_CONFINE_CALLS_H
#define HUD_ANALYZER_CONFINE_CALLS_H

#include <stdbool.h>

/* What of that which is forbidden otherwise this process still needs. */
struct call_needs {
	bool network; /* sockets of any kind */
	bool mark;    /* running `hud-record mark`, which talks over a local socket */
};

/*
 * From now on system calls that an analysis never makes fail with EPERM, in this process and in all
 * that it starts (seccomp): other programs, sockets, other processes' memory, namespaces, mounts,
 * owners and modes of files by name, text put into a terminal's input, kernel interfaces that stand
 * beside these. Where the kernel or the architecture has no such filter, nothing happens. 0 or a
 * negative errno.
 */
int calls_confine(const struct call_needs *needs);

#endif
