/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_THREADS_H
#define HUD_BPF_THREADS_H

#include "bpf/registers.h"

/* What bpf/threads.bpf.c writes of each thread of a process. */
struct thread_of_process {
	uint64_t pointer;                  /* thread pointer */
	struct unwind_registers registers; /* of an earlier moment, if it does not sleep */
	uint64_t switches;                 /* how often it went to sleep */
	uint32_t tid;
	int32_t syscall; /* that it is in; -1: none */
	uint32_t asleep;
	uint32_t ending; /* the process ends: some of its threads may be gone already */
	char comm[16];
};

#endif
