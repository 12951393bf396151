/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_USER_MEMORY_BPF_H
#define HUD_BPF_USER_MEMORY_BPF_H

#include "bpf/kernel_types.h"

#include "bpf/events.h"

#include <bpf/bpf_helpers.h>

/*
 * A thread whose reading did not end, since a page did not come: it is not read again, and what it
 * has counts as absent. SLEEPERS_ALL: so with all of its process.
 */
__u32 unread_sleeper;

/*
 * Reads a word of a watched process's memory: 0, or 1 where it cannot be read. `sleeper`: NULL for
 * current, whose memory is mapped; else a sleeping thread, in a sleepable program only: that may
 * take page faults.
 */
static __always_inline int user_word(struct task_struct *sleeper, __u64 *to, __u64 address)
{
	if (!sleeper)
		return bpf_probe_read_user(to, sizeof(*to), (const void *)address) ? 1 : 0;
	if (unread_sleeper == SLEEPERS_ALL || unread_sleeper == (__u32)sleeper->pid)
		return 1;
	return bpf_copy_from_user_task(to, sizeof(*to), (const void *)address, sleeper, 0) ? 1 : 0;
}

#endif
