/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_LOOKS_H
#define HUD_RECORDER_LOOKS_H

#include "recorder/kernel_symbols.h"

#include <stdint.h>

struct bpf_link;
struct bpf_program;

/* How often the kernel is made to look at what runs on each CPU. */
struct look_rate {
	uint32_t hz;
	uint32_t looks_per_profile_sample;
	uint32_t ticks_per_look; /* 0: by timers of its own */
};

/* Those of the scheduler's tick. hz 0: it comes too seldom, or not at all on some CPUs. */
struct look_rate look_rate_of_ticks(uint64_t threshold_ns, uint32_t profile_hz);
struct look_rate look_rate_of_timers(uint64_t threshold_ns, uint32_t profile_hz);

/* What makes it look. */
struct looks {
	struct bpf_link **timer; /* one for each CPU; NULL at those that are offline */
	int cpus;                /* possible ones */
	struct bpf_link *tick;
};

/* Address of the kernel's function that a tick's timer calls; 0: not known, or there are no such timers. */
uint64_t look_tick_function(struct kernel_symbols *kernel);

/* 0 or a negative errno; what was attached is for looks_detach(). */
int looks_attach_tick(struct looks *l, const struct bpf_program *tick);
int looks_attach_timers(struct looks *l, const struct bpf_program *look, uint32_t hz);
void looks_detach(struct looks *l);

#endif
