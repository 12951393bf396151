/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/blocking_divide.h"
#include "analyzer/base/ns_add.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A sleep with a record of its own is one part. The rest of the poll is
 * - time on CPUs, divided in proportion to the samples;
 * - time in sleeps that were only counted, divided in proportion to the sleeps under the threshold
 *   that have a record, which are a sample of them. Without samples the time on CPUs is divided
 *   like the sleeps. What nothing divides belongs to the sleeps with a record, where they agree and
 *   are the longer part: it is the time before the first sample and after the last one. Else it has
 *   no stack.
 *
 * Shares are differences of running sums, so that they add up to the whole whatever is rounded.
 */

int parts_add(struct parts *parts, struct part part)
{
	if (spill_grow(&parts->memory, parts->count, sizeof(part)))
		return -ENOMEM;
	parts->at = parts->memory.at;
	*part_at(parts, parts->count++) = part;
	return 0;
}

void parts_free(struct parts *parts)
{
	spill_free(&parts->memory);
	text_set_free(&parts->causes);
	*parts = (struct parts) {0};
}

/* The time of a blocking poll outside the sleeps that have a record. */
struct rest {
	int64_t counted_ns;   /* in sleeps that were only counted */
	int64_t cpu_ns;       /* on a CPU, or waiting for one */
	int64_t run_queue_ns; /* of cpu_ns: waiting */
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t not_negative(int64_t value)
{
	return value > 0 ? value : 0;
}

static struct rest rest_of(const struct blocking_whole *whole, const struct parts *sleeps)
{
	int64_t wall_ns = 0, run_queue_ns = 0, left_ns;
	struct rest rest;

	for (size_t i = 0; i < sleeps->count; i++) {
		wall_ns = ns_add(wall_ns, sleeps->at[i].wall_ns);
		run_queue_ns = ns_add(run_queue_ns, sleeps->at[i].run_queue_ns);
	}
	left_ns = ns_add(whole->wall_ns, -wall_ns);
	rest.counted_ns = least(not_negative(whole->sleep_ns - (wall_ns - run_queue_ns)), left_ns);
	rest.cpu_ns = left_ns - rest.counted_ns;
	rest.run_queue_ns = least(not_negative(whole->run_queue_ns - run_queue_ns), rest.cpu_ns);
	return rest;
}

/*
 * By the cause's name, then by stack: the result does not depend on the order in which rows were
 * read.
 */
static int by_key(const void *first, const void *second, void *context)
{
	const struct part *a = first, *b = second;
	const struct text_set *causes = context;
	int order =
		a->cause == b->cause ? 0 : strcmp(causes->text[a->cause], causes->text[b->cause]);

	return order ? order : a->stack < b->stack ? -1 : a->stack > b->stack;
}

/* Merges those with the same stack and cause, and sorts them. */
static void keys_merge(struct parts *parts, struct text_set *causes)
{
	size_t keys = 0;

	if (parts->count)
		qsort_r(parts->at, parts->count, sizeof(*parts->at), by_key, causes);
	for (size_t i = 0; i < parts->count; i++) {
		struct part *last = keys ? &parts->at[keys - 1] : NULL;

		if (last && !by_key(last, &parts->at[i], causes)) {
			last->wall_ns = ns_add(last->wall_ns, parts->at[i].wall_ns);
			last->samples += parts->at[i].samples;
		} else {
			parts->at[keys++] = parts->at[i];
		}
	}
	parts->count = keys;
}

/* Removes the sleeps that all have a record, those at or over the threshold. */
static void sampled_keep(struct parts *sleeps, int64_t threshold_ns)
{
	size_t count = 0;

	for (size_t i = 0; i < sleeps->count; i++) {
		if (sleeps->at[i].wall_ns < threshold_ns)
			sleeps->at[count++] = sleeps->at[i];
	}
	sleeps->count = count;
}

/* In double, since the product of two times does not fit 64 bits. */
static int64_t portion(int64_t whole_ns, int64_t part, int64_t all)
{
	return (int64_t)((double)whole_ns * (double)part / (double)all);
}

static int portion_add(struct parts *out, int64_t blocking_poll, const struct part *key,
		       int64_t wall_ns, int64_t run_queue_ns)
{
	return parts_add(out, (struct part) {.blocking_poll = blocking_poll,
					     .stack = key->stack,
					     .cause = key->cause,
					     .samples = key->samples,
					     .wall_ns = wall_ns,
					     .run_queue_ns = run_queue_ns});
}

/* Divides time in proportion to the sampled sleeps. */
static int counted_divide(const struct parts *sampled, int64_t counted_ns, int64_t run_queue_ns,
			  int64_t blocking_poll, struct parts *out)
{
	int64_t all_ns = 0, up_to_ns = 0;
	int err = 0;

	for (size_t i = 0; i < sampled->count; i++)
		all_ns = ns_add(all_ns, sampled->at[i].wall_ns);
	for (size_t i = 0; !err && all_ns > 0 && i < sampled->count; i++) {
		int64_t before_ns = up_to_ns;
		bool last;

		up_to_ns = ns_add(up_to_ns, sampled->at[i].wall_ns);
		last = up_to_ns == all_ns;
		err = portion_add(out, blocking_poll, &sampled->at[i],
				  (last ? counted_ns : portion(counted_ns, up_to_ns, all_ns)) -
					  portion(counted_ns, before_ns, all_ns),
				  (last ? run_queue_ns : portion(run_queue_ns, up_to_ns, all_ns)) -
					  portion(run_queue_ns, before_ns, all_ns));
	}
	return err;
}

/* value * count / all, where value * count may not fit. */
static int64_t share(int64_t value, int64_t count, int64_t all)
{
	return value / all * count + value % all * count / all;
}

/* Divides the time on CPUs in proportion to the samples. */
static int cpu_divide(const struct parts *samples, const struct rest *rest, int64_t blocking_poll,
		      struct parts *out)
{
	int64_t all = 0, up_to = 0;
	int err = 0;

	for (size_t i = 0; i < samples->count; i++)
		all += samples->at[i].samples;
	for (size_t i = 0; !err && i < samples->count; i++) {
		int64_t before = up_to;

		up_to += samples->at[i].samples;
		err = portion_add(out, blocking_poll, &samples->at[i],
				  share(rest->cpu_ns, up_to, all) -
					  share(rest->cpu_ns, before, all),
				  share(rest->run_queue_ns, up_to, all) -
					  share(rest->run_queue_ns, before, all));
	}
	return err;
}

/* A part without a stack. */
static int unknown_add(struct parts *out, int64_t blocking_poll, const char *cause, int64_t wall_ns,
		       int64_t run_queue_ns)
{
	int64_t index = text_set_index(&out->causes, cause);
	struct part key = {.cause = (uint32_t)index};

	return index < 0 ? (int)index
			 : portion_add(out, blocking_poll, &key, wall_ns, run_queue_ns);
}

/* The stack and cause that all sleeps have, with the sum of their time; stack 0: they differ. */
static struct part sleeps_agreed(const struct parts *sleeps)
{
	struct part agreed = {0};

	for (size_t i = 0; i < sleeps->count; i++) {
		const struct part *s = &sleeps->at[i];

		if (i && (s->stack != agreed.stack || s->cause != agreed.cause))
			return (struct part) {0};
		agreed.stack = s->stack;
		agreed.cause = s->cause;
		agreed.wall_ns = ns_add(agreed.wall_ns, s->wall_ns);
	}
	return agreed;
}

/*
 * Time that no sample or sampled sleep divides: of the poll's sleeps, where these agree and are
 * most of it; else nobody knows whose.
 */
static int undivided_add(int64_t blocking_poll, const struct part *agreed, const char *cause,
			 int64_t wall_ns, int64_t run_queue_ns, struct parts *out)
{
	if (agreed->stack && wall_ns <= agreed->wall_ns)
		return portion_add(out, blocking_poll, agreed, wall_ns, run_queue_ns);
	return unknown_add(out, blocking_poll, cause, wall_ns, run_queue_ns);
}

static int rest_divide(const struct blocking_whole *whole, const struct rest *rest,
		       struct parts *sleeps, struct parts *samples, struct parts *out)
{
	const struct part agreed = sleeps_agreed(sleeps);
	bool unsampled = !samples->count, divided = false;
	int err;

	sampled_keep(sleeps, whole->threshold_ns);
	if (rest->counted_ns <= 0 && !unsampled)
		sleeps->count = 0;
	keys_merge(sleeps, &out->causes);
	keys_merge(samples, &out->causes);
	for (size_t i = 0; i < sleeps->count; i++)
		divided = divided || sleeps->at[i].wall_ns > 0;
	err = counted_divide(sleeps, rest->counted_ns + (unsampled ? rest->cpu_ns : 0),
			     unsampled ? rest->run_queue_ns : 0, whole->id, out);
	if (!err)
		err = cpu_divide(samples, rest, whole->id, out);
	if (!err && rest->cpu_ns > 0 && unsampled && !divided)
		err = undivided_add(whole->id, &agreed, "cpu", rest->cpu_ns, rest->run_queue_ns,
				    out);
	if (!err && rest->counted_ns > 0 && !divided)
		err = undivided_add(whole->id, &agreed, "syscall", rest->counted_ns, 0, out);
	return err;
}

/*
 * Makes the parts' waits for a CPU add up to the poll's, as their times do. The kernel counts both
 * apart: of a sleep whose end it did not report it knows the wait in one place only.
 */
static void run_queue_settle(const struct blocking_whole *whole, struct parts *out, size_t first)
{
	int64_t missing_ns = whole->run_queue_ns;

	for (size_t i = first; i < out->count; i++)
		missing_ns = ns_add(missing_ns, -part_at(out, i)->run_queue_ns);
	for (size_t i = first; missing_ns && i < out->count; i++) {
		struct part *part = part_at(out, i);
		int64_t change_ns = least(missing_ns, part->wall_ns - part->run_queue_ns);

		/* No part waits for longer than it lasts, or for less than nothing. */
		if (change_ns < -part->run_queue_ns)
			change_ns = -part->run_queue_ns;
		part->run_queue_ns += change_ns;
		missing_ns -= change_ns;
	}
}

int blocking_divide(const struct blocking_whole *whole, struct parts *sleeps, struct parts *samples,
		    struct parts *out)
{
	struct rest rest = rest_of(whole, sleeps);
	size_t first = out->count;
	int err = 0;

	for (size_t i = 0; !err && i < sleeps->count; i++) {
		struct part part = sleeps->at[i];

		part.blocking_poll = whole->id;
		err = parts_add(out, part);
	}
	if (!err && whole->divides)
		err = rest_divide(whole, &rest, sleeps, samples, out);
	if (!err)
		run_queue_settle(whole, out, first);
	return err;
}
