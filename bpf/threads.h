/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_THREADS_H
#define HUD_BPF_THREADS_H

/* What bpf/threads.bpf.c writes of each thread of a process. */
struct thread_of_process {
	__u64 pointer; /* thread pointer */
	__u32 tid;
	__u32 reserved;
};

#endif
