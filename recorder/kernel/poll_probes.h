/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_POLL_PROBES_H
#define HUD_RECORDER_KERNEL_POLL_PROBES_H

#include "format/plan/plan.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Uprobes on the functions that poll tasks (--polls), and their budget. What one hit costs on this
 * machine is measured at the start; with the rate of polls this gives the cost for the targets.
 * Beyond the budget tasks are no longer followed; then the probes are attached for a part of the
 * time only, or given up: long polls are found by samples, as without --polls.
 */
struct poll_probes;

struct bpf_program;

/* What is probed; PROBE_POLL: each poll site, the others: see enum hud_task_hook. */
enum probe {
	PROBE_POLL,
	PROBE_SPAWN,
	PROBE_BIND,
	PROBE_SCHEDULE,
	PROBE_WAKE,
	PROBE_END,
	PROBES,
};

struct poll_programs {
	struct bpf_program *of[PROBES];
	/*
	 * Shared with them: whether all processes are probed, and tasks followed by the other
	 * probes.
	 */
	bool *probing;
	bool *following;
};

#define ATTACH_UPROBE_MULTI 48 /* BPF_TRACE_UPROBE_MULTI, which older headers lack */

struct poll_probes_options {
	struct poll_programs programs;
	bool multi; /* the kernel has uprobe_multi links (6.6): all of a process in one go */
	double max_percent;
};

/* Written into the capture when it changes. */
struct poll_probes_state {
	bool attached;
	bool given_up;
	int error; /* given up since they could not be attached again: a negative errno */
	uint32_t sites;
	uint32_t costly; /* sites left out: their first instruction has to be single-stepped */
	uint32_t probe_cost_ns;
	double percent;    /* what the probes cost when last attached, of the targets' CPU time */
	bool following;    /* tasks are followed; false for good once that cost too much */
	bool seen[PROBES]; /* … in all files, and all the ways there are to it */
};

/* Measures what a hit costs. `*out` is owned by the caller. 0 or a negative errno. */
int poll_probes_open(const struct poll_probes_options *options, struct poll_probes **out);
void poll_probes_close(struct poll_probes *p);

/*
 * Adds the poll sites and hooks of an executable; with `force` also those that are costly to probe.
 * Takes its descriptor.
 * -ENOENT: the plan has none that may be probed; -EEXIST: the file was added before.
 */
int poll_probes_add(struct poll_probes *p, int fd, const struct plan *plan, bool force);

/* 0 or a negative errno. */
int poll_probes_attach(struct poll_probes *p);

/*
 * Keeps the budget. `entries`: how often the probes were hit since the start; `cpu_ns`: the CPU
 * time of those targets that still run. Call it some ten times a second. True: the state has
 * changed.
 */
bool poll_probes_govern(struct poll_probes *p, uint64_t entries, uint64_t cpu_ns, uint64_t now_ns);

struct poll_probes_state poll_probes_state(const struct poll_probes *p);

#endif
