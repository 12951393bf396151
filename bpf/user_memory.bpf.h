/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_USER_MEMORY_BPF_H
#define HUD_BPF_USER_MEMORY_BPF_H

#include "bpf/kernel_types.h"

#include <bpf/bpf_helpers.h>

#define FUSE_SUPER_MAGIC 0x65735546 /* linux/magic.h */

bool walk_asks = false; /* set by hud-record: may the process that is walked map files of FUSE? */

/*
 * What mapping_visit() is asked, and says, of a word that ends there. Variables, whose values the
 * verifier does not track: it would check what follows for each of them, three times as many
 * instructions. One walk runs at a time.
 */
static __u64 word_end;
static bool word_waits;

/*
 * A page of a FUSE filesystem comes when a process gives it, which may be never: whoever waits for
 * it here cannot be killed, and holds the lock of the target's mappings. (One under a userfaultfd
 * is refused at once.) Asked only of a process that may have such a page: bpf_find_vma() holds no
 * reference on the mappings, and fails while they are changed.
 */
static long mapping_visit(struct task_struct *task, struct vm_area_struct *mapping, void *nothing)
{
	struct file *file = mapping->vm_file;

	(void)task;
	(void)nothing;
	word_waits = word_end > mapping->vm_end ||
		     (file && file->f_inode->i_sb->s_magic == FUSE_SUPER_MAGIC);
	return 0;
}

/* Reads a word of a sleeping thread, whose page may have to be read from a disk. */
static __always_inline int sleeper_word(struct task_struct *sleeper, __u64 *to, __u64 address)
{
	if (walk_asks) {
		word_waits = true;
		word_end = address + sizeof(*to);
		if (bpf_find_vma(sleeper, address, mapping_visit, NULL, 0) || word_waits)
			return 1;
	}
	return bpf_copy_from_user_task(to, sizeof(*to), (const void *)address, sleeper, 0) ? 1 : 0;
}

/*
 * Reads a word of a watched process's memory: 0, or 1 where it cannot be read. `sleeper`: NULL for
 * current, whose memory is mapped; else a sleeping thread, in a sleepable program only: that may
 * take page faults.
 */
static __always_inline int user_word(struct task_struct *sleeper, __u64 *to, __u64 address)
{
	if (sleeper)
		return sleeper_word(sleeper, to, address);
	return bpf_probe_read_user(to, sizeof(*to), (const void *)address) ? 1 : 0;
}

#endif
