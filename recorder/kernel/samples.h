/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_SAMPLES_H
#define HUD_RECORDER_KERNEL_SAMPLES_H

#include "recorder/kernel/symbols.h"

#include <stdint.h>

struct bpf_link;
struct bpf_program;

/* How often the thread that runs on a CPU is sampled, and by what. */
struct sample_rate {
	uint32_t hz;
	uint32_t samples_per_profile_sample;
	uint32_t ticks_per_sample; /* 0: by timers, not by ticks */
};

/* At the scheduler's ticks. hz 0: they are too rare, or some CPUs have none. */
struct sample_rate sample_rate_of_ticks(uint64_t threshold_ns, uint32_t profile_hz);
/* At timers of hud-record's own. */
struct sample_rate sample_rate_of_timers(uint64_t threshold_ns, uint32_t profile_hz);

/*
 * Address of the kernel function that the tick's timer calls; 0: not known, no such timer, or a
 * kernel where ticks cannot be used.
 */
uint64_t sample_tick_function(struct kernel_symbols *kernel);

/* Timers that run a program, one on each CPU. */
struct sample_timers {
	struct bpf_link **link; /* NULL at CPUs that are offline */
	int cpus;
};

/* `cpus`: possible ones. 0 or a negative errno; what was attached is for sample_timers_detach(). */
int sample_timers_attach(struct sample_timers *t, const struct bpf_program *sample, int cpus,
			 uint32_t hz);
void sample_timers_detach(struct sample_timers *t);

#endif
