/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_BOOKKEEPING_H
#define HUD_RECORDER_CAPTURE_BOOKKEEPING_H

#include "format/capture/writer.h"
#include "format/wire/recording.h"
#include "recorder/capture/transcript.h"
#include "recorder/kernel/session.h"
#include "recorder/target/cgroup.h"

/* What a capture says about its own recording, and about the limits of what it records. */
struct bookkeeping {
	struct capture_writer *writer;
	const struct bpf_session *bpf;
	const struct transcript *transcript;
	const struct object_table *objects;
	const struct process_table *processes;
	const uint64_t *dumps_cpu_ns; /* of the children that read dumps of tasks */
	struct cgroup_mount cgroups;
	uint64_t lost[HUD_LOSS_LAST + 1]; /* by cause, written so far */
	uint64_t lost_ns;                 /* when that was */
};

/* At the start of the recording: what counted before it. */
void bookkeeping_begin(struct bookkeeping *b, uint64_t now_ns);

/* Writes what is to be said of the recording so far: once a second, and at its end. */
void bookkeeping_write(struct bookkeeping *b, uint64_t now_ns);

/* The sum over all causes of loss, as the status line shows it. */
uint64_t bookkeeping_lost(const struct bookkeeping *b);
/* What it is made of, as the summary shows it: " (ring-full 12, waker 5)", or empty. */
void bookkeeping_lost_causes(const struct bookkeeping *b, char *text, size_t room);

#endif
