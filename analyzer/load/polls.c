/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/state.h"
#include "format/wire/events.h"
#include "format/wire/names.h"

#include <errno.h>
#include <string.h>

/* Long polls, each with its bounds; and the histograms of all polls, where every poll was timed. */

/*
 * A poll's start and end are known between bounds. Where a flag says near which bound it is, that
 * bound is taken; else the middle, where it is on average.
 */
static uint64_t poll_start(const struct hud_poll *p)
{
	if (!p->start_min_ns)
		return p->start_max_ns;
	if (p->poll_flags & HUD_POLL_START_AT_MIN)
		return p->start_min_ns;
	return p->start_min_ns + (p->start_max_ns - p->start_min_ns) / 2;
}

static uint64_t poll_end(const struct hud_poll *p)
{
	if (p->poll_flags & HUD_POLL_OPEN)
		return p->end_min_ns;
	if (p->poll_flags & HUD_POLL_END_AT_MAX)
		return p->end_max_ns;
	return p->end_min_ns + (p->end_max_ns - p->end_min_ns) / 2;
}

/* 0, or -EINVAL or -ERANGE: no poll can be so. */
static int poll_check(const struct capture_state *c, const struct hud_poll *p)
{
	if ((p->start_min_ns && !capture_time_plausible(c, p->start_min_ns)) ||
	    !capture_time_plausible(c, p->start_max_ns) ||
	    !capture_time_plausible(c, p->end_min_ns) || !capture_time_plausible(c, p->end_max_ns))
		return -EINVAL;
	if (p->start_min_ns > p->start_max_ns || p->start_max_ns > p->end_min_ns ||
	    p->end_min_ns > p->end_max_ns)
		return -ERANGE;
	if (p->sleep_ns > p->end_min_ns - p->start_max_ns ||
	    p->run_queue_ns > p->end_min_ns - p->start_max_ns - p->sleep_ns)
		return -EINVAL;
	if (p->queued && (!p->queued_since_ns || p->queued_since_ns > p->end_min_ns))
		return -EINVAL;
	if (p->next_max_ns > LONGEST_NS || p->next_sum_ns > LONGEST_NS ||
	    p->next_sum_ns > p->next_polls * p->next_max_ns)
		return -EINVAL;
	return 0;
}

/* The tasks that waited in the run queue when it ended, where that was seen. */
static void bind_queue_wait(struct row *row, const struct hud_poll *p)
{
	bool known = p->poll_flags & HUD_POLL_FOLLOWED;

	row_number_if(row, known, p->left_queued);
	row_number_if(row, known, p->next_polls);
	row_number_if(row, known, (int64_t)p->next_sum_ns);
	row_number_if(row, known, (int64_t)p->next_max_ns);
	row_number_if(row, known, p->queued);
	row_number_if(row, known && p->queued, (int64_t)p->queued_since_ns);
}

static int poll(struct ingest *in, struct capture_state *c, const struct hud_poll *p)
{
	struct defined_thread *thread = defined_thread(&c->defined, p->process, p->tid);
	const struct defined_kernel_stack *none;
	struct row row;
	int64_t site;
	int err = poll_check(c, p);

	if (err)
		return err;
	if (!thread || capture_stack_rows(c, p->site, 0, &site, &none))
		return -EINVAL;
	/* Recorded as open after it has ended: the recorder's walk over sleepers can be late. */
	if (p->poll_flags & HUD_POLL_OPEN && p->start_max_ns <= thread->ended_poll_ns)
		return 0;
	if (!(p->poll_flags & HUD_POLL_OPEN) && p->start_max_ns > thread->ended_poll_ns)
		thread->ended_poll_ns = p->start_max_ns;
	row = ingest_row(in, ROW_POLL);
	row_number(&row, c->row);
	row_number(&row, thread->row);
	row_number_if(&row, p->start_min_ns != 0, (int64_t)p->start_min_ns);
	row_number(&row, (int64_t)p->start_max_ns);
	row_number(&row, (int64_t)p->end_min_ns);
	row_number_if(&row, !(p->poll_flags & HUD_POLL_OPEN), (int64_t)p->end_max_ns);
	row_number(&row, (int64_t)poll_start(p));
	row_number(&row, (int64_t)poll_end(p));
	row_number_if(&row, p->task && p->task <= INT64_MAX, (int64_t)p->task);
	row_number(&row, (int64_t)p->sleep_ns);
	row_number(&row, (int64_t)p->run_queue_ns);
	row_id(&row, site);
	row_text(&row, NULL); /* task: derived */
	row_text(&row, hud_scheduler_name(p->scheduler));
	row_number(&row, p->samples);
	row_number(&row, p->ready_samples);
	row_number(&row, p->ready_sum);
	row_number(&row, p->ready_max);
	bind_queue_wait(&row, p);
	row_number(&row, (p->poll_flags & HUD_POLL_OPEN) != 0);
	row_number(&row, (p->poll_flags & HUD_POLL_UPPER_BOUND) != 0);
	row_number(&row, (p->poll_flags & HUD_POLL_EXACT) != 0);
	row_number(&row, (p->poll_flags & HUD_POLL_END_EXACT) != 0);
	row_number(&row, (p->poll_flags & HUD_POLL_UNSURE) != 0);
	row_number(&row, 0); /* unobserved: derived */
	row_number(&row, ingest_row_id(in, ROW_POLL));
	return row_insert(&row);
}

static int histogram(struct capture_state *c, const struct hud_histogram *h)
{
	int64_t process = defined_process_row(&c->defined, h->process);
	const struct defined_kernel_stack *none;
	struct latest_histogram *seen;
	uint32_t before = 0;
	uint64_t index;
	int64_t site;
	int err;

	if (!process || !h->site || capture_stack_rows(c, h->site, 0, &site, &none) ||
	    h->polls > INT64_MAX || h->total_ns > INT64_MAX || h->max_ns > LONGEST_NS)
		return -EINVAL;
	for (uint32_t i = 0; i < h->buckets; i++) {
		uint32_t number = h->bucket[2 * i];

		if (number >= HUD_HISTOGRAM_BUCKETS || (i && number <= before))
			return -EINVAL;
		before = number;
	}
	index = id_map_get(&c->histograms, (uint64_t)site, 0);
	if (!index) {
		err = LIST_ADD(c->histogram);
		if (!err)
			err = id_map_set(&c->histograms, (uint64_t)site, 0, c->histogram.count);
		if (err)
			return err;
		index = c->histogram.count;
	}
	seen = &c->histogram.at[index - 1];
	*seen = (struct latest_histogram) {.process = process, .stack = site};
	memcpy(&seen->of, h, sizeof(seen->of));
	memcpy(seen->bucket, h->bucket, h->buckets * 2 * sizeof(h->bucket[0]));
	return 0;
}

/* Lower bound of a bucket of HUD_HISTOGRAM, ns. */
static int64_t bucket_low(uint32_t number)
{
	uint32_t octave = (number - 1) / 4, quarter = (number - 1) % 4;

	return number ? (INT64_C(64) << octave) * (4 + (int64_t)quarter) : 0;
}

static int write_buckets(struct ingest *in, const struct latest_histogram *h, int64_t site)
{
	for (uint32_t i = 0; i < h->of.buckets; i++) {
		uint32_t number = h->bucket[2 * i], count = h->bucket[2 * i + 1];
		struct row row = ingest_row(in, ROW_POLL_BUCKET);
		int err;

		row_number(&row, site);
		row_number(&row, bucket_low(number));
		row_number_if(&row, number + 1 < HUD_HISTOGRAM_BUCKETS, bucket_low(number + 1));
		row_number(&row, count);
		err = row_insert(&row);
		if (err)
			return err;
	}
	return 0;
}

int ingest_histograms(struct ingest *in, const struct capture_state *c)
{
	for (size_t i = 0; i < c->histogram.count; i++) {
		const struct latest_histogram *h = &c->histogram.at[i];
		struct row row = ingest_row(in, ROW_POLL_SITE);
		int64_t site = ingest_row_id(in, ROW_POLL_SITE);
		int err;

		row_number(&row, c->row);
		row_number(&row, h->process);
		row_number(&row, h->stack);
		row_number(&row, (int64_t)h->of.polls);
		row_number(&row, (int64_t)h->of.total_ns);
		row_number(&row, (int64_t)h->of.max_ns);
		row_number(&row, site);
		err = row_insert(&row);
		if (!err)
			err = write_buckets(in, h, site);
		if (err)
			return err;
	}
	return 0;
}

static int probes(struct ingest *in, const struct capture_state *c, const struct hud_probes *p)
{
	struct row row = ingest_row(in, ROW_PROBE_STATE);

	if (!capture_time_plausible(c, p->time_ns))
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)p->time_ns);
	row_number(&row, (p->probes_flags & HUD_PROBES_ATTACHED) != 0);
	row_number(&row, (p->probes_flags & HUD_PROBES_GIVEN_UP) != 0);
	row_number(&row, p->sites);
	row_number(&row, p->costly_sites);
	row_number(&row, p->probe_cost_ns);
	row_number(&row, p->cost_permille);
	row_number(&row, (p->probes_flags & HUD_PROBES_SPAWNS) != 0);
	row_number(&row, (p->probes_flags & HUD_PROBES_WAKES) != 0);
	row_number(&row, (p->probes_flags & HUD_PROBES_ENDS) != 0);
	row_number(&row, ingest_row_id(in, ROW_PROBE_STATE));
	return row_insert(&row);
}

int ingest_poll_event(struct ingest *in, struct capture_state *c, const struct hud_record *r)
{
	switch (r->type) {
	case HUD_POLL:
		return poll(in, c, (const void *)r);
	case HUD_HISTOGRAM:
		return histogram(c, (const void *)r);
	default:
		return probes(in, c, (const void *)r);
	}
}
