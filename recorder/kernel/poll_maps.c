/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/poll_maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* A per-CPU value of `bytes`, all CPUs one after the other; free() it. NULL: none, or no memory. */
static void *per_cpu_read(const struct poll_maps *m, int map, const void *key, size_t bytes)
{
	void *each = calloc((size_t)m->cpus, (bytes + 7) / 8 * 8);

	if (each && bpf_map_lookup_elem(map, key, each)) {
		free(each);
		return NULL;
	}
	return each;
}

bool poll_maps_entries(const struct poll_maps *m, uint64_t *out)
{
	uint32_t key = 0;
	uint64_t *each = per_cpu_read(m, m->entries, &key, sizeof(*each));

	*out = 0;
	for (int cpu = 0; each && cpu < m->cpus; cpu++)
		*out += each[cpu];
	free(each);
	return each != NULL;
}

void poll_maps_histograms(const struct poll_maps *m,
			  void (*each)(void *context, const struct poll_site *site,
				       const struct poll_histogram *histogram),
			  void *context)
{
	struct poll_site site, *before = NULL;

	for (; !bpf_map_get_next_key(m->histograms, before, &site); before = &site) {
		struct poll_histogram *of = per_cpu_read(m, m->histograms, &site, sizeof(*of)),
				      sum = {0};

		for (int cpu = 0; of && cpu < m->cpus; cpu++) {
			sum.polls += of[cpu].polls;
			sum.total_ns += of[cpu].total_ns;
			if (of[cpu].max_ns > sum.max_ns)
				sum.max_ns = of[cpu].max_ns;
			for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
				sum.bucket[i] += of[cpu].bucket[i];
		}
		if (sum.polls)
			each(context, &site, &sum);
		free(of);
	}
}

static void task_sum_add(struct task_sum *sum, const struct task_sum *of)
{
	sum->spawned += of->spawned;
	sum->found += of->found;
	sum->ended += of->ended;
	sum->sent += of->sent;
	sum->polls += of->polls;
	sum->readies += of->readies;
	for (size_t i = 0; i < LIFE_PHASES; i++)
		sum->ns[i] += of->ns[i];
	if (of->ready_max_ns > sum->ready_max_ns)
		sum->ready_max_ns = of->ready_max_ns;
	sum->lived += of->lived;
	sum->lived_ns += of->lived_ns;
	sum->unfollowed += of->unfollowed;
}

void poll_maps_task_sums(const struct poll_maps *m,
			 void (*each)(void *context, const struct poll_site *site,
				      const struct task_sum *sum),
			 void *context)
{
	struct poll_site site, *before = NULL;

	for (; !bpf_map_get_next_key(m->task_sums, before, &site); before = &site) {
		struct task_sum *of = per_cpu_read(m, m->task_sums, &site, sizeof(*of)), sum = {0};

		for (int cpu = 0; of && cpu < m->cpus; cpu++)
			task_sum_add(&sum, &of[cpu]);
		each(context, &site, &sum);
		free(of);
	}
}

/* In batches of whole buckets, so that no task that stays is missed or comes twice. */
void poll_maps_lives(const struct poll_maps *m,
		     void (*each)(void *context, uint32_t tgid, const struct task_life *life),
		     void *context)
{
	uint32_t room = 1024, batch = 0, count;
	struct task_key *key = calloc(room, sizeof(*key));
	struct task_life *life = calloc(room, sizeof(*life));
	bool first = true;
	int error = key && life ? 0 : -1;

	while (!error) {
		count = room;
		error = bpf_map_lookup_batch(m->lives, first ? NULL : &batch, &batch, key, life,
					     &count, NULL);
		first = false;
		if (error && errno != ENOENT) /* which comes with the last batch */
			break;
		for (uint32_t i = 0; i < count; i++)
			if (life[i].word)
				each(context, key[i].tgid, &life[i]);
	}
	free(key);
	free(life);
}
