/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_POLL_TIMING_H
#define HUD_RECORDER_CAPTURE_POLL_TIMING_H

#include "recorder/capture/transcript.h"
#include "recorder/kernel/poll_probes.h"
#include "recorder/kernel/session.h"

/* --polls: probes the poll sites of the targets, and writes their histograms. */
struct poll_timing {
	struct poll_probes *probes;
	struct bpf_session *bpf;
	struct poll_maps maps;
	struct transcript *transcript;
	struct process_table *processes;
	double max_percent; /* what probing may cost, of the targets' CPU time */
	bool force;         /* probe costly poll sites too */
	bool command;       /* the target is a command, whose program is not known before it runs */
	bool attached;      /* at least once */
	uint64_t written_ns;  /* when the histograms were */
	uint64_t summed_ns;   /* … and the numbers of tasks */
	uint64_t followed_ns; /* until when tasks were, 0: they are */
};

/* How many poll sites the BPF maps must have room for; 0: none can be probed. */
uint32_t poll_timing_sites(const struct process_table *processes, bool command);

/* Measures the cost of a probe, attaches where plans are there; prints what cannot be probed. */
void poll_timing_open(struct poll_timing *t, uint64_t now_ns);
/* Keeps the budget, and probes processes whose plan has arrived. Call it ten times a second. */
void poll_timing_tick(struct poll_timing *t, uint64_t now_ns);
/* Writes the histograms for the last time. */
void poll_timing_finish(struct poll_timing *t, uint64_t now_ns);
void poll_timing_close(struct poll_timing *t);

#endif
