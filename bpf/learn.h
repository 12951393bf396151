/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_BPF_LEARN_H
#define HUD_BPF_LEARN_H

#include "format/plan/snapshot.h"

#include <linux/types.h>

/* What bpf/learn.bpf.c shares with hud-record. */
struct learn_config {
	__u32 tgid;       /* 0: nothing is taken */
	__u32 module;     /* of the library; 0: the main program */
	__u32 generation; /* other than before: counts of threads begin again */
	__u32 reserved;
	__s64 first; /* the thread-local block, from the thread pointer */
	__u64 bytes;
	struct hud_learn_request request;
};

#endif
