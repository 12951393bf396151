/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_CALLS_BPF_H
#define HUD_BPF_CALLS_BPF_H

#include <asm/unistd.h>
#include <linux/types.h>
#include <stdbool.h>

/* System calls that show whether a worker parks or polls. */

/* Does the driver wait in it? */
static __always_inline bool call_is_epoll(__s32 call)
{
#ifdef __NR_epoll_wait
	if (call == __NR_epoll_wait)
		return true;
#endif
	return call == __NR_epoll_pwait || call == __NR_epoll_pwait2;
}

/* Does a thread wait in it at an address, for a lock or a condition variable? */
static __always_inline bool call_is_futex(__s32 call)
{
	return call == __NR_futex;
}

/*
 * Does a worker that has nothing to do wait in it? In none: the kernel stopped it, for a page or a
 * signal. What the driver does else in a park does not block.
 */
static __always_inline bool call_is_of_park(__s32 call)
{
	switch (call) {
	case __NR_restart_syscall: /* which of them is not known */
#ifdef __NR_futex_waitv
	case __NR_futex_waitv:
#endif
#ifdef __NR_futex_wait
	case __NR_futex_wait:
#endif
		return true;
	default:
		return call < 0 || call_is_epoll(call) || call_is_futex(call);
	}
}

/*
 * Is it one that polls make, and never the driver or an allocator? Files by name, sleeps, sync,
 * sockets; but neither read() nor write(), nor recvfrom(), by which the driver empties the socket
 * of its signals, nor wait4(), by which it reaps orphans.
 */
static __always_inline bool call_is_of_poll(__s32 call)
{
	switch (call) {
#ifdef __NR_open /* AArch64 has only the newer ones */
	case __NR_stat:
	case __NR_unlink:
#endif
	case __NR_unlinkat:
	case __NR_openat:
	case __NR_fstat:
	case __NR_newfstatat:
	case __NR_statx:
	case __NR_lseek:
	case __NR_pread64:
	case __NR_pwrite64:
	case __NR_fsync:
	case __NR_fdatasync:
	case __NR_socket:
	case __NR_connect:
	case __NR_accept:
	case __NR_accept4:
	case __NR_sendto:
	case __NR_sendmsg:
	case __NR_recvmsg:
	case __NR_nanosleep:
	case __NR_clock_nanosleep:
		return true;
	default:
		return false;
	}
}

#endif
