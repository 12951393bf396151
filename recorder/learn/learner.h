/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_LEARN_LEARNER_H
#define HUD_RECORDER_LEARN_LEARNER_H

#include "recorder/capture/process_table.h"
#include "recorder/kernel/identity_store.h"
#include "recorder/plan/object_table.h"

/*
 * Where a program's plan does not say where its runtime keeps its state, that is learned from a
 * process that runs it: snapshots go to hud-analyze in its sandbox, which asks for others, until it
 * has proven a layout. One program at a time; what is learned holds for all processes that run it.
 */
struct learner;

struct learner_options {
	struct object_table *objects;
	struct process_table *processes;
	struct identity_store *identities;
	bool multi; /* bpf_session_features.uprobe_multi */
	bool quiet;
};

/* 0 or -ENOMEM; `*out` is the caller's. */
int learner_open(const struct learner_options *options, struct learner **out);
void learner_close(struct learner *l);

/* Ten times a second, or more often: takes snapshots and answers, and checks what was learned. */
void learner_tick(struct learner *l, uint64_t now_ns);
/* Does the target pay for probes until what is to be learned is? Then more often. */
bool learner_hurries(const struct learner *l);

/* At the end: says what is still not known, and why. */
void learner_finish(struct learner *l, uint64_t now_ns);

#endif
