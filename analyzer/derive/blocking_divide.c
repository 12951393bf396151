/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/blocking_divide.h"
#include "analyzer/base/ns_add.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A sleep with a record of its own is one part. What is left of the poll is time on CPUs, which is
 * divided in proportion to the looks, and the time of sleeps that were only counted, which is divided
 * in proportion to the sampled ones of the poll (those under the threshold). Without a look the time
 * on CPUs goes by those too. Where there was neither look nor such sleep, no stack tells the site.
 *
 * Divided by running sums: each part is what all up to and with it have, less what all before it
 * have, so parts add up to the whole whatever is rounded.
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

/* What of a blocking poll is not in a sleep with a record of its own. */
struct rest {
	int64_t unseen_ns;    /* in sleeps that were only counted */
	int64_t cpu_ns;       /* the rest: on a CPU, or waiting for one */
	int64_t run_queue_ns; /* of it, waiting */
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
	rest.unseen_ns = least(not_negative(whole->sleep_ns - (wall_ns - run_queue_ns)), left_ns);
	rest.cpu_ns = left_ns - rest.unseen_ns;
	rest.run_queue_ns = least(not_negative(whole->run_queue_ns - run_queue_ns), rest.cpu_ns);
	return rest;
}

/* By cause, then by stack, none first: an order that does not depend on how things were read. */
static int by_place(const void *first, const void *second, void *context)
{
	const struct part *a = first, *b = second;
	const struct text_set *causes = context;
	int order =
		a->cause == b->cause ? 0 : strcmp(causes->text[a->cause], causes->text[b->cause]);

	return order ? order : a->stack < b->stack ? -1 : a->stack > b->stack;
}

/* Those of each place in one, in their order. */
static void places_sum(struct parts *parts, struct text_set *causes)
{
	size_t places = 0;

	if (parts->count)
		qsort_r(parts->at, parts->count, sizeof(*parts->at), by_place, causes);
	for (size_t i = 0; i < parts->count; i++) {
		struct part *last = places ? &parts->at[places - 1] : NULL;

		if (last && !by_place(last, &parts->at[i], causes)) {
			last->wall_ns = ns_add(last->wall_ns, parts->at[i].wall_ns);
			last->samples += parts->at[i].samples;
		} else {
			parts->at[places++] = parts->at[i];
		}
	}
	parts->count = places;
}

/* Those that were sampled only stay. */
static void sampled_keep(struct parts *sleeps, int64_t threshold_ns)
{
	size_t count = 0;

	for (size_t i = 0; i < sleeps->count; i++) {
		if (sleeps->at[i].wall_ns < threshold_ns)
			sleeps->at[count++] = sleeps->at[i];
	}
	sleeps->count = count;
}

/* Products of two times do not fit 64 bits. */
static int64_t portion(int64_t whole_ns, int64_t part, int64_t all)
{
	return (int64_t)((double)whole_ns * (double)part / (double)all);
}

static int portion_add(struct parts *out, int64_t blocking_poll, const struct part *place,
		       int64_t wall_ns, int64_t run_queue_ns)
{
	return parts_add(out, (struct part) {.blocking_poll = blocking_poll,
					     .stack = place->stack,
					     .cause = place->cause,
					     .samples = place->samples,
					     .wall_ns = wall_ns,
					     .run_queue_ns = run_queue_ns});
}

/* What was not seen, in proportion to sampled sleeps. */
static int unseen_divide(const struct parts *sampled, int64_t unseen_ns, int64_t run_queue_ns,
			 int64_t blocking_poll, struct parts *out)
{
	int64_t all_ns = 0, upto_ns = 0;
	int err = 0;

	for (size_t i = 0; i < sampled->count; i++)
		all_ns = ns_add(all_ns, sampled->at[i].wall_ns);
	for (size_t i = 0; !err && all_ns > 0 && i < sampled->count; i++) {
		int64_t before_ns = upto_ns;
		bool last;

		upto_ns = ns_add(upto_ns, sampled->at[i].wall_ns);
		last = upto_ns == all_ns;
		err = portion_add(out, blocking_poll, &sampled->at[i],
				  (last ? unseen_ns : portion(unseen_ns, upto_ns, all_ns)) -
					  portion(unseen_ns, before_ns, all_ns),
				  (last ? run_queue_ns : portion(run_queue_ns, upto_ns, all_ns)) -
					  portion(run_queue_ns, before_ns, all_ns));
	}
	return err;
}

/* value * count / all, where value * count may not fit. */
static int64_t share(int64_t value, int64_t count, int64_t all)
{
	return value / all * count + value % all * count / all;
}

/* The time on CPUs, in proportion to looks. */
static int cpu_divide(const struct parts *samples, const struct rest *rest, int64_t blocking_poll,
		      struct parts *out)
{
	int64_t all = 0, upto = 0;
	int err = 0;

	for (size_t i = 0; i < samples->count; i++)
		all += samples->at[i].samples;
	for (size_t i = 0; !err && i < samples->count; i++) {
		int64_t before = upto;

		upto += samples->at[i].samples;
		err = portion_add(out, blocking_poll, &samples->at[i],
				  share(rest->cpu_ns, upto, all) - share(rest->cpu_ns, before, all),
				  share(rest->run_queue_ns, upto, all) -
					  share(rest->run_queue_ns, before, all));
	}
	return err;
}

/* No stack tells where it was. */
static int unknown_add(struct parts *out, int64_t blocking_poll, const char *cause, int64_t wall_ns,
		       int64_t run_queue_ns)
{
	int64_t index = text_set_index(&out->causes, cause);
	struct part place = {.cause = (uint32_t)index};

	return index < 0 ? (int)index
			 : portion_add(out, blocking_poll, &place, wall_ns, run_queue_ns);
}

static int rest_divide(const struct blocking_whole *whole, const struct rest *rest,
		       struct parts *sleeps, struct parts *samples, struct parts *out)
{
	bool unsampled = !samples->count, told = false;
	int err;

	sampled_keep(sleeps, whole->threshold_ns);
	if (rest->unseen_ns <= 0 && !unsampled)
		sleeps->count = 0;
	places_sum(sleeps, &out->causes);
	places_sum(samples, &out->causes);
	for (size_t i = 0; i < sleeps->count; i++)
		told = told || sleeps->at[i].wall_ns > 0;
	err = unseen_divide(sleeps, rest->unseen_ns + (unsampled ? rest->cpu_ns : 0),
			    unsampled ? rest->run_queue_ns : 0, whole->id, out);
	if (!err)
		err = cpu_divide(samples, rest, whole->id, out);
	if (!err && rest->cpu_ns > 0 && unsampled && !told)
		err = unknown_add(out, whole->id, "cpu", rest->cpu_ns, rest->run_queue_ns);
	if (!err && rest->unseen_ns > 0 && !told)
		err = unknown_add(out, whole->id, "syscall", rest->unseen_ns, 0);
	return err;
}

int blocking_divide(const struct blocking_whole *whole, struct parts *sleeps, struct parts *samples,
		    struct parts *out)
{
	struct rest rest = rest_of(whole, sleeps);
	int err = 0;

	for (size_t i = 0; !err && i < sleeps->count; i++) {
		struct part part = sleeps->at[i];

		part.blocking_poll = whole->id;
		err = parts_add(out, part);
	}
	return err || !whole->divides ? err : rest_divide(whole, &rest, sleeps, samples, out);
}
