/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_POLL_MAPS_H
#define HUD_RECORDER_KERNEL_POLL_MAPS_H

#include "bpf/events.h"

#include <stdbool.h>
#include <stdint.h>

/* The maps that the probes of --polls fill: descriptors, which the session owns. */
struct poll_maps {
	int entries;
	int histograms;
	int task_sums;
	int lives;
	int cpus;
};

/* How often the probes were hit since the start. False: it cannot be read. */
bool poll_maps_entries(const struct poll_maps *m, uint64_t *out);
/* Calls `each` for every poll site that was hit, with the sums over all CPUs. */
void poll_maps_histograms(const struct poll_maps *m,
			  void (*each)(void *context, const struct poll_site *site,
				       const struct poll_histogram *histogram),
			  void *context);
/* The same of the tasks that were followed. */
void poll_maps_task_sums(const struct poll_maps *m,
			 void (*each)(void *context, const struct poll_site *site,
				      const struct task_sum *sum),
			 void *context);
/* Calls `each` for every task that has not ended. */
void poll_maps_lives(const struct poll_maps *m,
		     void (*each)(void *context, uint32_t tgid, const struct task_life *life),
		     void *context);

#endif
