/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/state.h"
#include "format/wire/names.h"
#include "format/wire/recording.h"

#include <errno.h>

/*
 * What is about the recording itself, and what it found out about the target: checked, then written
 * as rows.
 */

int ingest_loss(struct ingest *in, int64_t capture, uint32_t cause, uint64_t count,
		uint64_t from_ns, uint64_t to_ns)
{
	const char *name = hud_loss_name(cause), *unit = hud_loss_unit(cause);
	const uint64_t most = UINT64_C(1) << 48; /* so that sums of absurd counts fit */
	struct row row = ingest_row(in, ROW_LOSS);

	row_number(&row, capture);
	row_text(&row, name ? name : "unknown");
	row_text(&row, unit ? unit : "things");
	row_number(&row, (int64_t)(count < most ? count : most));
	row_number_if(&row, from_ns && from_ns <= INT64_MAX, (int64_t)from_ns);
	row_number_if(&row, to_ns && to_ns <= INT64_MAX, (int64_t)to_ns);
	row_number(&row, ingest_row_id(in, ROW_LOSS));
	return row_insert(&row);
}

static int cost(struct ingest *in, const struct capture_state *c, const struct hud_cost *o)
{
	struct row row = ingest_row(in, ROW_COST);

	if (!capture_time_plausible(c, o->time_ns) || o->recorder_cpu_ns > INT64_MAX ||
	    o->rss_bytes > INT64_MAX || o->bpf_run_ns > INT64_MAX || o->bpf_runs > INT64_MAX ||
	    o->bpf_measured_ns > INT64_MAX)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)o->time_ns);
	row_number(&row, (int64_t)o->recorder_cpu_ns);
	row_number(&row, (int64_t)o->rss_bytes);
	row_number_if(&row, o->bpf_measured_ns != 0, (int64_t)o->bpf_run_ns);
	row_number_if(&row, o->bpf_measured_ns != 0, (int64_t)o->bpf_runs);
	row_number(&row, (int64_t)o->bpf_measured_ns);
	row_number(&row, ingest_row_id(in, ROW_COST));
	return row_insert(&row);
}

static int cpu_quota(struct ingest *in, const struct capture_state *c,
		     const struct hud_cpu_quota *q)
{
	int64_t process = defined_process_row(&c->defined, q->process);
	struct row row = ingest_row(in, ROW_CPU_QUOTA);

	if (!process || !capture_time_plausible(c, q->time_ns) || q->quota_ns > INT64_MAX ||
	    q->period_ns > INT64_MAX || q->periods > INT64_MAX ||
	    q->throttled_periods > INT64_MAX || q->throttled_ns > INT64_MAX)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)q->time_ns);
	row_id(&row, process);
	row_number(&row, q->cgroup);
	row_number(&row, (int64_t)q->quota_ns);
	row_number(&row, (int64_t)q->period_ns);
	row_number(&row, (int64_t)q->periods);
	row_number(&row, (int64_t)q->throttled_periods);
	row_number(&row, (int64_t)q->throttled_ns);
	row_number(&row, ingest_row_id(in, ROW_CPU_QUOTA));
	return row_insert(&row);
}

/* HUD_NOT_KNOWN is NULL. */
static void bind_count(struct row *row, uint32_t count)
{
	row_number_if(row, count != HUD_NOT_KNOWN, count);
}

static int pool_queue(struct ingest *in, const struct capture_state *c,
		      const struct hud_pool_queue *q)
{
	int64_t process = defined_process_row(&c->defined, q->process);
	struct row row = ingest_row(in, ROW_POOL_QUEUE);

	if (!process || !capture_time_plausible(c, q->time_ns) || q->pool > INT64_MAX ||
	    (q->since_ns &&
	     (!capture_time_plausible(c, q->since_ns) || q->since_ns > q->time_ns || !q->tasks)))
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)q->time_ns);
	row_id(&row, process);
	row_number(&row, (int64_t)q->pool);
	row_number_if(&row, q->since_ns != 0, (int64_t)q->since_ns);
	row_number(&row, q->tasks);
	bind_count(&row, q->threads);
	bind_count(&row, q->idle);
	bind_count(&row, q->thread_limit);
	bind_count(&row, q->workers);
	row_text(&row, hud_scheduler_name(q->scheduler));
	row_number(&row, ingest_row_id(in, ROW_POOL_QUEUE));
	return row_insert(&row);
}

static int runtime_thread(struct ingest *in, const struct capture_state *c,
			  const struct hud_runtime_thread *r)
{
	const struct defined_thread *thread = defined_thread(&c->defined, r->process, r->tid);
	struct row row;

	if (!thread || !capture_time_plausible(c, r->time_ns) || r->pool > INT64_MAX)
		return -EINVAL;
	row = ingest_row(in, ROW_RUNTIME_THREAD);
	row_number(&row, c->row);
	row_number(&row, (int64_t)r->time_ns);
	row_number(&row, thread->row);
	row_number(&row, (int64_t)r->pool);
	row_number(&row, ingest_row_id(in, ROW_RUNTIME_THREAD));
	return row_insert(&row);
}

static int clock_pair(struct ingest *in, struct capture_state *c, const struct hud_clock *k)
{
	struct row row = ingest_row(in, ROW_CLOCK);

	if (!capture_time_plausible(c, k->monotonic_ns) || k->realtime_ns > INT64_MAX)
		return -EINVAL;
	if (k->monotonic_ns > c->clock_ns)
		c->clock_ns = k->monotonic_ns;
	row_number(&row, c->row);
	row_number(&row, (int64_t)k->monotonic_ns);
	row_number(&row, (int64_t)k->realtime_ns);
	row_number(&row, ingest_row_id(in, ROW_CLOCK));
	return row_insert(&row);
}

static int mark(struct ingest *in, const struct capture_state *c, const struct hud_mark *m)
{
	struct row row = ingest_row(in, ROW_MARK);
	const char *text = defined_string(&c->defined, m->text);

	if (!capture_time_plausible(c, m->time_ns) || !text)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)m->time_ns);
	row_text(&row, text);
	row_number(&row, ingest_row_id(in, ROW_MARK));
	return row_insert(&row);
}

static int waker(struct ingest *in, const struct capture_state *c, const struct hud_waker *w)
{
	struct row row = ingest_row(in, ROW_WAKER);
	const char *name = defined_string(&c->defined, w->name);

	if (!w->pid || !name || !capture_time_plausible(c, w->time_ns))
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)w->time_ns);
	row_number(&row, w->pid);
	row_text(&row, name);
	row_number(&row, ingest_row_id(in, ROW_WAKER));
	return row_insert(&row);
}

static int late_rows(struct ingest *in, const struct capture_state *c,
		     const struct hud_late_rows *l)
{
	struct row row = ingest_row(in, ROW_LATE_ROWS);
	const char *path = defined_string(&c->defined, l->path);

	if (!path || l->stacks > INT64_MAX ||
	    (l->time_ns && !capture_time_plausible(c, l->time_ns)))
		return -EINVAL;
	row_number(&row, c->row);
	row_text(&row, path);
	row_number(&row, (int64_t)l->stacks);
	row_number_if(&row, l->time_ns != 0, (int64_t)l->time_ns);
	row_number(&row, ingest_row_id(in, ROW_LATE_ROWS));
	return row_insert(&row);
}

static int layout(struct ingest *in, const struct capture_state *c, const struct hud_layout *l)
{
	static const uint32_t flags[] = {HUD_LAYOUT_TASK, HUD_LAYOUT_TICK, HUD_LAYOUT_PARTIAL,
					 HUD_LAYOUT_EARLIER, HUD_LAYOUT_WITHDRAWN};
	const uint32_t counts[] = {l->parks, l->polls, l->cores,     l->threads,
				   l->tasks, l->ticks, l->snapshots, l->attempts};
	int64_t process = defined_process_row(&c->defined, l->process);
	struct row row = ingest_row(in, ROW_LAYOUT);

	if (!process || !hud_layout_name(l->layout_source) || l->took_ns > INT64_MAX ||
	    !capture_time_plausible(c, l->time_ns) || l->probe_hits > INT64_MAX ||
	    l->bpf_run_ns > INT64_MAX || l->contradictions > INT64_MAX)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)l->time_ns);
	row_id(&row, process);
	row_number(&row, l->layout_flags >> HUD_LAYOUT_OBJECT_SHIFT);
	row_text(&row, hud_layout_name(l->layout_source));
	row_text(&row, l->layout_source ? NULL : hud_learn_reason_name(l->reason));
	row_text(&row, l->layout_source ? NULL : hud_learn_remedy(l->reason));
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		row_number(&row, (l->layout_flags & flags[i]) != 0);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		row_number(&row, counts[i]);
	row_number(&row, (int64_t)l->took_ns);
	row_number(&row, (int64_t)l->probe_hits);
	row_number(&row, (int64_t)l->bpf_run_ns);
	row_number(&row, (int64_t)l->contradictions);
	row_number(&row, ingest_row_id(in, ROW_LAYOUT));
	return row_insert(&row);
}

static int runtime_object(struct ingest *in, const struct capture_state *c,
			  const struct hud_runtime_object *o)
{
	int64_t process = defined_process_row(&c->defined, o->process);
	const char *path = defined_string(&c->defined, o->path);
	struct row row = ingest_row(in, ROW_RUNTIME_OBJECT);

	if (!process || !path)
		return -EINVAL;
	row_number(&row, c->row);
	row_id(&row, process);
	row_number(&row, o->number);
	row_text(&row, path);
	row_number(&row, ingest_row_id(in, ROW_RUNTIME_OBJECT));
	return row_insert(&row);
}

static int end(struct capture_state *c, const struct hud_end *e)
{
	if (!capture_time_plausible(c, e->time_ns))
		return -EINVAL;
	c->end = *e;
	c->ended = true;
	return 0;
}

static int part(struct capture_state *c, const struct hud_part *p)
{
	if (!capture_time_plausible(c, p->from_ns) || !capture_time_plausible(c, p->to_ns))
		return -EINVAL;
	if (p->to_ns <= p->from_ns)
		return -ERANGE;
	c->part = *p;
	return 0;
}

int ingest_recording_event(struct ingest *in, struct capture_state *c, const struct hud_record *r)
{
	const struct hud_lost *lost = (const void *)r;

	switch (r->type) {
	case HUD_LOST:
		return ingest_loss(in, c->row, lost->cause, lost->count, lost->from_ns,
				   lost->to_ns);
	case HUD_COST:
		return cost(in, c, (const void *)r);
	case HUD_CPU_QUOTA:
		return cpu_quota(in, c, (const void *)r);
	case HUD_POOL_QUEUE:
		return pool_queue(in, c, (const void *)r);
	case HUD_RUNTIME_THREAD:
		return runtime_thread(in, c, (const void *)r);
	case HUD_CLOCK:
		return clock_pair(in, c, (const void *)r);
	case HUD_MARK:
		return mark(in, c, (const void *)r);
	case HUD_WAKER:
		return waker(in, c, (const void *)r);
	case HUD_LAYOUT:
		return layout(in, c, (const void *)r);
	case HUD_RUNTIME_OBJECT:
		return runtime_object(in, c, (const void *)r);
	case HUD_LATE_ROWS:
		return late_rows(in, c, (const void *)r);
	case HUD_CODE:
		return known_code_add(&c->code, (const void *)r);
	case HUD_END:
		return end(c, (const void *)r);
	case HUD_PART:
		return part(c, (const void *)r);
	default:
		return 0; /* of a newer recorder */
	}
}
