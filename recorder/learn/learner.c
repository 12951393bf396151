/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/learn/learner.h"
#include "format/base/clock.h"
#include "format/wire/recording.h"
#include "recorder/kernel/learn_session.h"
#include "recorder/kernel/uprobes.h"
#include "recorder/learn/answer.h"
#include "recorder/learn/report.h"
#include "recorder/learn/sites.h"
#include "recorder/learn/snapshots.h"
#include "recorder/learn/subjects.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* So long snapshots of a step are collected before a question, and at least so many new ones. */
#define SETTLE_NS (100 * NS_PER_MS)
#define NEW_MIN 8
#define FULL_NS (300 * NS_PER_MS) /* so long none of a poll came: no more are to be had */
/* So long after their first hit the probes stay, at most; and a step, where another waits. */
#define HITS_NS (3 * NS_PER_S)
#define STEP_NS (20 * NS_PER_S) /* so long a step takes, at most: the program may idle */
/* … and so long the last one, of a program that polls a few times a second. */
#define SLOW_NS (60 * NS_PER_S)
#define SLOW_HITS 1000           /* of its probes, at most */
#define SLOW_ASK_NS NS_PER_S     /* between two questions about it */
#define BUSY 160                 /* snapshots of a step of a process that does not idle */
#define ANSWER_NS (3 * NS_PER_S) /* so long an answer takes, at most, once the step is over */
#define VAIN_HITS 4096 /* of probes, in an attempt that proves nothing: it is not to recur often */
#define ALLOWED 64     /* snapshots of each kind between two ticks */
/* Polls one right after another, of a step: a busy program leaves room for those after a sleep. */
#define ROUNDS_MAX (SNAPSHOTS_KIND_MAX / 2)
#define SLEEPS_MIN 8    /* since the last poll that was taken: more are not wanted */
#define SITES_MAX 4096  /* functions that are probed at once */
#define SITES_SINGLE 32 /* … if each needs a link of its own */
#define SITES_COSTLY 8  /* … if they have to be single-stepped */

struct learner {
	struct learner_options options;
	struct learn_session *session;
	struct snapshots snapshots;
	struct answer answer;
	struct subjects subjects;
	uint32_t object; /* of the present attempt; OBJECT_NONE: there is none */
	struct process_image image;
	uint64_t began_ns, step_ns, hit_ns;   /* 0: no probe was hit yet */
	uint64_t hits, run_ns;                /* before this attempt */
	bool proved, failed;                  /* it has proved something; it had to be given up */
	uint64_t asked_ns;                    /* of the last question */
	uint32_t asked;                       /* snapshots that it had */
	uint32_t flags;                       /* … and its enum hud_snapshots_flags */
	uint32_t polls;                       /* snapshots of polls … */
	uint64_t polls_ns;                    /* … since when none came … */
	struct learn_session_cost polls_cost; /* … and the hits and sleeps until then */
};

static void on_snapshot(void *context, const struct hud_snapshot *one, size_t bytes)
{
	struct learner *l = context;

	snapshots_add(&l->snapshots, one, bytes);
}

int learner_open(const struct learner_options *options, struct learner **out)
{
	struct learner *l = calloc(1, sizeof(*l));
	struct learn_session_options session = {.multi = options->multi,
						.rounds = ROUNDS_MAX,
						.on_snapshot = on_snapshot,
						.context = l};

	*out = l;
	if (!l)
		return -ENOMEM;
	l->options = *options;
	l->subjects.objects = options->objects;
	l->subjects.processes = options->processes;
	l->object = OBJECT_NONE;
	answer_begin(&l->answer, -1);
	return learn_session_open(&session, &l->session);
}

void learner_close(struct learner *l)
{
	if (!l)
		return;
	learn_session_close(l->session);
	snapshots_free(&l->snapshots);
	answer_end(&l->answer);
	subjects_free(&l->subjects);
	free(l);
}

/* Is it the turn of another object, or of another process? */
static bool another_waits(struct learner *l, uint64_t now_ns)
{
	struct process_image other;

	return subjects_choose(&l->subjects, &l->image, now_ns, &other);
}

/* What probes were hit in this attempt. */
static uint64_t attempt_hits(const struct learner *l)
{
	return learn_session_cost(l->session).hits - l->hits;
}

/* Did the process do so little that nothing can be said of it? It may wake at any time. */
static bool attempt_was_idle(const struct learner *l, uint64_t hits)
{
	return !l->failed && !l->hit_ns && !hits && l->snapshots.head.count < BUSY;
}

static void step_begin(struct learner *l, const struct hud_learn_request *request, uint64_t now_ns)
{
	const struct plan *plan = object_plan(l->options.objects, l->object);

	l->subjects.item[l->object].layout.snapshots += l->snapshots.head.count;
	snapshots_begin(&l->snapshots, plan->thread_block, request);
	if (l->image.module)
		l->snapshots.head.snapshots_flags |= HUD_SNAPSHOTS_MODULE;
	l->step_ns = now_ns;
	l->hit_ns = 0;
	l->asked = l->flags = l->polls = 0;
}

/* An attempt is over: what it cost, and when the next may begin. */
static void attempt_end(struct learner *l, uint64_t now_ns)
{
	struct subject *s = &l->subjects.item[l->object];
	struct learn_session_cost cost = learn_session_cost(l->session);

	learn_session_end(l->session);
	answer_end(&l->answer);
	s->layout.snapshots += l->snapshots.head.count;
	s->layout.attempts++;
	if (object_half_learned(l->options.objects, l->object)) {
		s->half++;
		if (!l->proved && cost.hits - l->hits >= VAIN_HITS)
			object_learned_in_vain(l->options.objects, l->object);
	}
	s->layout.took_ns = now_ns - l->began_ns;
	s->layout.probe_hits += cost.hits - l->hits;
	s->layout.bpf_run_ns += cost.run_ns - l->run_ns;
	subjects_pause(&l->subjects, &l->image, attempt_was_idle(l, cost.hits - l->hits), now_ns);
	snapshots_free(&l->snapshots);
	l->object = OBJECT_NONE;
}

static void attempt_failed(struct learner *l, enum hud_learn_reason reason, uint64_t now_ns)
{
	l->subjects.item[l->object].layout.reason = reason;
	l->failed = true;
	attempt_end(l, now_ns);
}

static void attempt_begin(struct learner *l, uint64_t now_ns)
{
	struct hud_learn_request request = {.step = HUD_LEARN_BLOCK};
	struct process_image image;
	const struct plan *plan;

	if (!subjects_choose(&l->subjects, NULL, now_ns, &image))
		return;
	l->object = image.object;
	l->image = image;
	l->began_ns = now_ns;
	l->hits = learn_session_cost(l->session).hits;
	l->run_ns = learn_session_cost(l->session).run_ns;
	l->proved = l->failed = false;
	plan = object_plan(l->options.objects, l->object);
	step_begin(l, &request, now_ns);
	if (learn_session_begin(l->session, l->image.pid, plan->thread_block, l->image.module))
		attempt_failed(l, HUD_LEARN_REFUSED, now_ns);
}

/* -ESTALE: the file is not to be had any longer. */
static int sites_probe(const struct learner *l, const unsigned long *offset, uint32_t count)
{
	int fd = process_table_object_open(l->options.processes, l->image.pid, l->object), error;
	char path[32];

	if (fd < 0)
		return -ESTALE;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	error = learn_session_probe(l->session, path, offset, count);
	close(fd);
	return error;
}

/* -ENOENT: there are no functions to probe. */
static int probes_attach(struct learner *l)
{
	const struct plan *plan = object_plan(l->options.objects, l->object);
	struct subject *s = &l->subjects.item[l->object];
	uint32_t most = l->options.multi ? SITES_MAX : SITES_SINGLE, count;
	unsigned long *offset = calloc(most, sizeof(*offset));
	int error = -ENOENT;

	if (!offset)
		return -ENOMEM;
	count = sites_choose(plan, true, (uint64_t)s->probed * most, most, offset);
	/* Not all: then a task that no probe saw may be polled after one that a probe did. */
	if (count && plan->poll_sites <= most && sites_are_cheap(plan))
		l->snapshots.head.snapshots_flags |= HUD_SNAPSHOTS_ALL_SITES;
	if (!count)
		count = sites_choose(plan, false, (uint64_t)s->probed * SITES_COSTLY, SITES_COSTLY,
				     offset);
	s->probed++;
	if (count)
		error = sites_probe(l, offset, uprobes_unite(offset, count));
	free(offset);
	return error;
}

/*
 * What the snapshots of this step prove by now is enough. A program that idles is not to hold up
 * another, or a library another of the same process.
 */
static bool step_over(struct learner *l, uint64_t now_ns)
{
	uint64_t most_ns = another_waits(l, now_ns) ? HITS_NS : STEP_NS;

	return now_ns - l->step_ns >= most_ns || (l->hit_ns && now_ns - l->hit_ns >= HITS_NS);
}

/*
 * If they prove nothing: may more do so? Those of a program that polls a few times a second, whose
 * probes cost it nothing.
 */
static bool step_is_slow(struct learner *l, uint64_t now_ns)
{
	uint64_t most_ns = another_waits(l, now_ns) ? STEP_NS : SLOW_NS;

	return l->hit_ns && attempt_hits(l) < SLOW_HITS && now_ns - l->step_ns < most_ns;
}

struct withdrawal {
	struct learner *learner;
	uint32_t object;
	struct hud_layout layout;
	uint64_t now_ns;
};

static void image_withdraw(void *context, const struct process_image *image)
{
	struct withdrawal *w = context;

	if (image->object == w->object && image->identified)
		process_table_layout(w->learner->options.processes, image, &w->layout, w->now_ns);
}

/* What was learned is wrong, or the program does what Tokio's driver alone should do. */
static void layout_withdraw(struct learner *l, uint32_t object, const char *path,
			    uint64_t contradictions, uint64_t now_ns)
{
	struct withdrawal w = {l, object, {.layout_flags = HUD_LAYOUT_WITHDRAWN}, now_ns};
	struct subject *s = &l->subjects.item[object];

	if (l->object == object)
		attempt_end(l, now_ns);
	w.layout.reason = s->layout.reason = HUD_LEARN_CONTRADICTED;
	w.layout.contradictions = contradictions;
	process_table_images(l->options.processes, true, image_withdraw, &w);
	object_unlearn(l->options.objects, object);
	s->layout.parks = 0; /* none proves anything */
	process_table_identify(l->options.processes, object);
	s->withdrawn = true;
	report_withdrawn(path, contradictions);
}

static void answer_take(struct learner *l, const struct plan *plan, uint64_t now_ns)
{
	struct subject *s = &l->subjects.item[l->object];
	const struct hud_plan_learned *a = plan->learned;
	uint64_t seen = (uint64_t)a->parks + a->polls + a->calls; /* `a` ends with the attempt */
	uint32_t object = l->object;
	bool more = s->layout.parks;
	int error = 0;

	s->layout.reason = a->reason;
	if (plan->identity) {
		error = object_learn(l->options.objects, object, plan, l->answer.text.data,
				     l->answer.text.bytes);
		l->proved = !error;
		if (!error)
			report_proof(&s->layout, plan);
		attempt_end(l, now_ns);
		if (!error)
			process_table_identify(l->options.processes, object);
		if (!error && !l->options.quiet)
			report_learned(l->image.path, &s->layout, more);
		if (error == -EUCLEAN) /* two proofs: which of them is wrong is not known */
			layout_withdraw(l, object, l->image.path, seen, now_ns);
	} else if (a->next.step == HUD_LEARN_NONE || l->flags & HUD_SNAPSHOTS_LAST) {
		if (a->reason == HUD_LEARN_CONTRADICTED || !step_is_slow(l, now_ns))
			attempt_end(l, now_ns);
	} else if (a->next.step != l->snapshots.head.request.step) {
		step_begin(l, &a->next, now_ns);
		/* Before the first snapshot: all polls of a thread are counted, or none. */
		if (a->next.step == HUD_LEARN_CORE)
			error = probes_attach(l);
		if (error)
			attempt_failed(l, error == -ENOENT ? HUD_LEARN_NO_SITES : HUD_LEARN_REFUSED,
				       now_ns);
		else
			learn_session_request(l->session, &a->next);
	}
}

/* Threads poll and sleep, and no snapshot comes of it: of the threads that do there are enough. */
static bool polls_are_full(struct learner *l, uint64_t now_ns)
{
	uint32_t polls = snapshots_of_polls(&l->snapshots);
	struct learn_session_cost cost = learn_session_cost(l->session);

	if (polls != l->polls) {
		l->polls = polls;
		l->polls_ns = now_ns;
		l->polls_cost = cost;
	}
	return polls && now_ns - l->polls_ns >= FULL_NS && cost.hits > l->polls_cost.hits &&
	       cost.sleeps >= l->polls_cost.sleeps + SLEEPS_MIN;
}

static uint32_t question_flags(struct learner *l, uint64_t now_ns)
{
	return (step_over(l, now_ns) ? HUD_SNAPSHOTS_LAST : 0) |
	       (polls_are_full(l, now_ns) ? HUD_SNAPSHOTS_FULL : 0);
}

static bool question_is_due(struct learner *l, uint32_t flags, uint64_t now_ns)
{
	uint32_t more = l->snapshots.head.count - l->asked;

	if (flags & ~l->flags)
		return true;
	if (!(l->flags & HUD_SNAPSHOTS_LAST))
		return now_ns - l->step_ns >= SETTLE_NS && more >= NEW_MIN;
	return now_ns - l->asked_ns >= SLOW_ASK_NS && (more >= NEW_MIN || !step_is_slow(l, now_ns));
}

static void question_ask(struct learner *l, uint64_t now_ns)
{
	uint32_t flags = question_flags(l, now_ns);
	int fd;

	if (!question_is_due(l, flags, now_ns))
		return;
	fd = snapshots_file(&l->snapshots, flags);
	if (fd < 0)
		return;
	l->flags = flags;
	l->asked = l->snapshots.head.count;
	l->asked_ns = now_ns;
	answer_begin(&l->answer, object_table_ask(l->options.objects, fd));
	close(fd);
	if (!answer_awaited(&l->answer))
		attempt_failed(l, HUD_LEARN_NO_ANSWER, now_ns);
}

static void attempt_go_on(struct learner *l, uint64_t now_ns)
{
	struct plan plan;
	int64_t allowed[HUD_SNAPSHOT_KINDS];

	snapshots_allowed(&l->snapshots, ALLOWED, allowed);
	learn_session_drain(l->session, allowed);
	if (!l->hit_ns && snapshots_show_polls(&l->snapshots))
		l->hit_ns = now_ns;
	if (!answer_awaited(&l->answer)) {
		question_ask(l, now_ns);
		return;
	}
	switch (answer_read(&l->answer, &plan)) {
	case ANSWER_MORE:
		/* All that it may use is attached meanwhile, and no other object has its turn. */
		if (now_ns - l->asked_ns >= ANSWER_NS && step_over(l, now_ns))
			attempt_failed(l, HUD_LEARN_NO_ANSWER, now_ns);
		break;
	case ANSWER_WHOLE:
		answer_take(l, &plan, now_ns);
		plan_free(&plan);
		break;
	case ANSWER_FAILED:
		attempt_failed(l, HUD_LEARN_NO_ANSWER, now_ns);
	}
}

struct checking {
	struct learner *learner;
	uint64_t now_ns;
	uint32_t wrong; /* object whose layout was contradicted, or OBJECT_NONE */
	uint64_t contradictions;
	const char *path;
};

/* Of a process with more runtimes than can be followed, at once: nothing will change that. */
static void room_check(const struct checking *c, const struct process_image *image,
		       struct subject *s)
{
	struct hud_layout layout = report_layout(&s->layout, NULL, false);

	if (image->layout_known || image->number < IDENTITY_OBJECTS)
		return;
	layout.reason = HUD_LEARN_NO_ROOM;
	process_table_layout(c->learner->options.processes, image, &layout, c->now_ns);
	if (!s->reported && !c->learner->options.quiet)
		report_undecided(image->path, &layout);
	s->reported = true;
}

/*
 * Says of a process whose state is read from where its place is known; finds contradictions. Also
 * of one that has ended: of a short command the first check may come after its end.
 */
static void image_check(void *context, const struct process_image *image)
{
	struct checking *c = context;
	struct learner *l = c->learner;
	const struct hud_plan_identity *identity =
		object_identity(l->options.objects, image->object);
	struct subject *s = subject_of(&l->subjects, image->object);
	struct hud_layout layout;
	uint64_t wrong;

	if (s)
		room_check(c, image, s);
	if (!s || !image->identified || !identity)
		return;
	if (!image->layout_known) {
		layout = report_layout(&s->layout, identity,
				       object_recalled(l->options.objects, image->object));
		process_table_layout(l->options.processes, image, &layout, c->now_ns);
	}
	wrong = identity_store_contradictions(l->options.identities, image->pid, image->number);
	if (wrong && identity->identity_flags & HUD_IDENTITY_LEARNED) {
		c->wrong = image->object;
		c->contradictions = wrong;
		c->path = image->path;
	}
}

static void layouts_check(struct learner *l, uint64_t now_ns)
{
	struct checking c = {.learner = l, .now_ns = now_ns, .wrong = OBJECT_NONE};

	process_table_images(l->options.processes, true, image_check, &c);
	if (c.wrong != OBJECT_NONE)
		layout_withdraw(l, c.wrong, c.path, c.contradictions, now_ns);
}

void learner_tick(struct learner *l, uint64_t now_ns)
{
	process_table_find_runtimes(l->options.processes);
	if (l->object != OBJECT_NONE) {
		const struct process_entry *e =
			process_table_find(l->options.processes, l->image.pid);

		if (!e || !e->alive || e->id != l->image.id)
			attempt_end(l, now_ns);
		else
			attempt_go_on(l, now_ns);
	}
	if (l->object == OBJECT_NONE)
		attempt_begin(l, now_ns);
	layouts_check(l, now_ns);
}

bool learner_hurries(const struct learner *l)
{
	return l->object != OBJECT_NONE && l->snapshots.head.request.step == HUD_LEARN_CORE;
}

static void image_finish(void *context, const struct process_image *image)
{
	struct checking *c = context;
	struct learner *l = c->learner;
	struct subject *s;
	struct hud_layout layout;

	if (image->layout_known ||
	    (image->identified && !object_learnable(l->options.objects, image->object)))
		return;
	s = subject_of(&l->subjects, image->object);
	if (!s)
		return;
	if (object_identity(l->options.objects, image->object))
		s->layout.reason = HUD_LEARN_NO_ROOM;
	else if (!image->alive && s->layout.reason == HUD_LEARN_OPEN)
		s->layout.reason = HUD_LEARN_ENDED;
	layout = report_layout(&s->layout, NULL, false);
	process_table_layout(l->options.processes, image, &layout, c->now_ns);
	if (!s->reported && !l->options.quiet)
		report_undecided(image->path, &s->layout);
	s->reported = true;
}

void learner_finish(struct learner *l, uint64_t now_ns)
{
	struct checking c = {.learner = l, .now_ns = now_ns};

	if (l->object != OBJECT_NONE)
		attempt_end(l, now_ns);
	layouts_check(l, now_ns);
	process_table_images(l->options.processes, true, image_finish, &c);
}
