/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_SESSION_H
#define HUD_RECORDER_KERNEL_SESSION_H

#include "bpf/events.h"
#include "recorder/base/exit_code.h"
#include "recorder/kernel/identity_store.h"
#include "recorder/kernel/poll_maps.h"
#include "recorder/kernel/poll_probes.h"
#include "recorder/kernel/samples.h"
#include "recorder/kernel/symbols.h"
#include "recorder/kernel/unwind_store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The programs in the kernel: chosen for what it offers, loaded, attached, drained. */
struct bpf_session;

struct bpf_session_options {
	uint64_t threshold_ns;
	uint64_t window_ns;
	uint32_t profile_hz;           /* samples of the CPU profile a second, on each CPU */
	struct kernel_symbols *kernel; /* NULL: names are hidden */
	struct unwind_sizes unwind;    /* room for the plans */
	uint32_t poll_sites;           /* functions to be probed (--polls); 0: none */
	bool verbose;
	/* Events, in order for each CPU. `event` is valid during the call. */
	void (*on_event)(void *context, const struct event *event, size_t bytes);
	/* Any process has a new executable mapping. `record`: a struct perf_event_header. */
	void (*on_mmap)(void *context, const void *record);
	void (*on_mmap_lost)(void *context, uint64_t count);
	void *context;
};

struct bpf_session_features {
	bool stack_at_switch_in; /* a sleep's stack is taken after it, if it was long */
	bool sleeper_stacks;     /* threads that are still asleep are found with their stack */
	bool mmap_events;
	bool uprobe_multi; /* many uprobes in one link */
	bool own_walk;     /* user stacks by plans; else by the kernel's frame-pointer walk */
	struct sample_rate sample;
};

/* Loads and attaches. Prints what the kernel refused and why. `*out` is owned by the caller. */
enum exit_code bpf_session_open(const struct bpf_session_options *options,
				struct bpf_session **out);
struct bpf_session_features bpf_session_features(const struct bpf_session *s);

/* The maps that plans and mappings go to; lives as long as the session. */
struct unwind_store *bpf_session_unwind(struct bpf_session *s);

/* The maps that say where runtimes keep their state; lives as long as the session. */
struct identity_store *bpf_session_identities(struct bpf_session *s);

/* The programs for the probes of --polls, and what they fill; none without options.poll_sites. */
void bpf_session_probes(const struct bpf_session *s, struct poll_programs *programs,
			struct poll_maps *maps);

/* Begins to watch a process and the threads it has. 0 or a negative errno. */
int bpf_session_watch(struct bpf_session *s, pid_t pid);

/* Reads what the kernel has: mapping changes first, then events. 0 or a negative errno. */
int bpf_session_drain(struct bpf_session *s);

/*
 * Sends open spans as events, and if `final` the current windows too. Drain afterwards. 0 or a
 * negative errno.
 */
int bpf_session_walk(struct bpf_session *s, bool final);

/* Sums of the loss counters since the start. */
void bpf_session_losses(const struct bpf_session *s, uint64_t count[COUNT_LOSSES]);

/*
 * Lets the kernel measure the run time of BPF programs (of all there are, for some 40 ns a run), or
 * ends that. Needs CAP_SYS_ADMIN; without it nothing is measured.
 */
void bpf_session_measure(struct bpf_session *s, bool on);

/* Run time of all programs, and for how long it was measured; all 0: it was not. */
struct bpf_session_cost {
	uint64_t run_ns;
	uint64_t runs;
	uint64_t measured_ns;
};
struct bpf_session_cost bpf_session_cost(const struct bpf_session *s);

/* Detaches everything. */
void bpf_session_close(struct bpf_session *s);

#endif
