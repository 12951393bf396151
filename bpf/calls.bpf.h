/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_CALLS_BPF_H
#define HUD_BPF_CALLS_BPF_H

#include <linux/types.h>
#include <stdbool.h>

/* System calls that show whether a worker parks or polls. */

#define CALL_WORDS 8 /* a bit for each system call below 512 */

#if defined(__TARGET_ARCH_x86)
/* epoll_wait, epoll_pwait, epoll_pwait2 */
#define IS_EPOLL(call) ((call) == 232 || (call) == 281 || (call) == 441)
#define IS_FUTEX(call) ((call) == 202)
/*
 * Sockets but reads and writes by read() and write(), files by name, sleeps, sync, waiting for a
 * child: neither the driver nor an allocator does any of these.
 */
static const __u64 calls_of_polls[CALL_WORDS] = {
	[0] = 1ull << 4 | 1ull << 5 | 1ull << 8 | 1ull << 17 | 1ull << 18 | 1ull << 35 |
	      1ull << 41 | 1ull << 42 | 1ull << 43 | 1ull << 44 | 1ull << 45 | 1ull << 46 |
	      1ull << 47 | 1ull << 61,
	[1] = 1ull << (74 - 64) | 1ull << (75 - 64) | 1ull << (87 - 64),
	[3] = 1ull << (230 - 192),
	[4] = 1ull << (257 - 256) | 1ull << (262 - 256) | 1ull << (288 - 256),
	[5] = 1ull << (332 - 320),
};
#else
#define IS_EPOLL(call) ((call) == 22 || (call) == 441)
#define IS_FUTEX(call) ((call) == 98)
static const __u64 calls_of_polls[CALL_WORDS] = {
	[0] = 1ull << 56 | 1ull << 62,
	[1] = 1ull << (67 - 64) | 1ull << (68 - 64) | 1ull << (79 - 64) | 1ull << (80 - 64) |
	      1ull << (82 - 64) | 1ull << (83 - 64) | 1ull << (101 - 64) | 1ull << (115 - 64),
	[3] = 1ull << (198 - 192) | 1ull << (202 - 192) | 1ull << (203 - 192) |
	      1ull << (206 - 192) | 1ull << (207 - 192) | 1ull << (211 - 192) |
	      1ull << (212 - 192) | 1ull << (242 - 192),
	[4] = 1ull << (260 - 256) | 1ull << (291 - 256),
};
#endif

/* Does the driver wait in it? */
static __always_inline bool call_is_epoll(__s32 call)
{
	return IS_EPOLL(call);
}

/* Does a thread wait in it at an address, for a lock or a condition variable? */
static __always_inline bool call_is_futex(__s32 call)
{
	return IS_FUTEX(call);
}

/* Is it one that polls make, and never the driver? */
static __always_inline bool call_is_of_poll(__s32 call)
{
	__u32 word = (__u32)call / 64;

	if (call < 0 || word >= CALL_WORDS)
		return false;
	return calls_of_polls[word & (CALL_WORDS - 1)] >> ((__u32)call % 64) & 1;
}

#endif
