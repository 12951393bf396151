/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_POLL_TIMING_H
#define HUD_RECORDER_CAPTURE_POLL_TIMING_H

#include "recorder/kernel/session.h"
#include "recorder/kernel/poll_probes.h"
#include "recorder/capture/transcript.h"

/* --polls: probes the poll sites of the targets, and writes what came of it. */
struct poll_timing {
	struct poll_probes *probes;
	struct bpf_session *bpf;
	struct transcript *transcript;
	struct process_table *processes;
	double max_percent; /* what probing may cost, of the targets' CPU time */
	bool force;         /* probe costly poll sites too */
	bool command;       /* the target is a command, whose program is not known before it runs */
	bool attached;      /* once at least */
	uint64_t written_ns; /* when the histograms were */
};

/* Room for that many poll sites is to be made before the programs are loaded; 0: none may be probed. */
uint32_t poll_timing_sites(const struct process_table *processes, bool command);

/* Measures the price of a probe, and attaches where the plans are there. Says what cannot be. */
void poll_timing_open(struct poll_timing *t, uint64_t now_ns);
/* Keeps the budget, and takes in processes whose plan has come since. Some ten times a second. */
void poll_timing_tick(struct poll_timing *t, uint64_t now_ns);
/* Writes the histograms for the last time. */
void poll_timing_finish(struct poll_timing *t, uint64_t now_ns);
void poll_timing_close(struct poll_timing *t);

#endif
