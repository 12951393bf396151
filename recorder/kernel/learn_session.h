/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_LEARN_SESSION_H
#define HUD_RECORDER_KERNEL_LEARN_SESSION_H

#include "format/plan/plan.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * The BPF programs that take snapshots of one process's threads (bpf/learn.bpf.c). They are loaded
 * at the first begin() and attached between begin() and end() only.
 */
struct learn_session;

struct learn_session_options {
	bool multi;      /* bpf_session_features.uprobe_multi */
	uint32_t rounds; /* at most so many of a step's polls may come one right after another */
	/* `data` is valid during the call. */
	void (*on_snapshot)(void *context, const struct hud_snapshot *data, size_t bytes);
	void *context;
};

/* 0 or -ENOMEM; `*out` is the caller's. */
int learn_session_open(const struct learn_session_options *options, struct learn_session **out);
void learn_session_close(struct learn_session *s);

/*
 * Begins with snapshots of the block; `module`: of a library, 0: the main program. 0 or a negative
 * errno.
 */
int learn_session_begin(struct learn_session *s, pid_t pid, const struct hud_plan_block *block,
			uint32_t module);
void learn_session_end(struct learn_session *s);

/* What is taken from now on. */
void learn_session_request(struct learn_session *s, const struct hud_learn_request *request);

/* Probes functions that poll tasks, by their offsets in the file. */
int learn_session_probe(struct learn_session *s, const char *path, const unsigned long *offset,
			uint32_t count);

/* Takes what there is, and allows so many more of each kind (enum hud_snapshot_kind - 1). */
void learn_session_drain(struct learn_session *s, const int64_t allowed[HUD_SNAPSHOT_KINDS]);

struct learn_session_cost {
	uint64_t hits;   /* of the probes */
	uint64_t sleeps; /* in the driver, or of a thread that polls in a futex */
	uint64_t run_ns; /* of the programs; 0: not measured */
};
struct learn_session_cost learn_session_cost(const struct learn_session *s);

#endif
