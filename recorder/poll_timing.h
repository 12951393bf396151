/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_POLL_TIMING_H
#define HUD_RECORDER_POLL_TIMING_H

#include "recorder/bpf_session.h"
#include "recorder/options.h"
#include "recorder/poll_probes.h"
#include "recorder/transcript.h"

/* --polls: probes the poll sites of the targets, and writes what came of it. */
struct poll_timing {
	struct poll_probes *probes;
	struct bpf_session *bpf;
	struct transcript *transcript;
	struct process_table *processes;
	bool force;
	bool attached;       /* once at least */
	uint64_t written_ns; /* when the histograms were */
};

/* Room for that many poll sites is to be made before the programs are loaded; 0: none may be probed. */
uint32_t poll_timing_sites(const struct process_table *processes, bool command);

/* Measures the price of a probe, and attaches where the plans are there. Says what cannot be. */
void poll_timing_open(struct poll_timing *t, const struct options *options, uint64_t now_ns);
/* Keeps the budget, and takes in processes whose plan has come since. Some ten times a second. */
void poll_timing_tick(struct poll_timing *t, uint64_t now_ns);
/* Writes the histograms for the last time. */
void poll_timing_finish(struct poll_timing *t, uint64_t now_ns);
void poll_timing_close(struct poll_timing *t);

#endif
