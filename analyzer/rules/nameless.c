/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/rules/nameless.h"
#include "format/wire/recording.h"

/* Between a worker's loop and the function with which it enters the runtime. */
enum { NEAR_FRAMES = 2 };

struct nameless {
	const struct symbol_frame *const *frames;
	size_t count;
	size_t polls;     /* how many there are on the stack, one within the other */
	size_t inner;     /* the outermost frame of the innermost */
	size_t outer;     /* the innermost frame of the outermost */
	uint32_t inside;  /* flags of all frames of the innermost poll and further in */
	uint32_t around;  /* … between the innermost and the outermost poll */
	uint32_t outside; /* … further out than all polls; of all frames if there is none */
};

bool nameless_is(const struct symbol_frame *const *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (frames[i]->nameless && frames[i]->code)
			return true;
	return false;
}

/* Adjacent functions of one poll site are one poll: the one in the task's table, what it calls. */
static bool same_poll(const struct nameless *n, size_t i)
{
	const struct symbol_frame *f = n->frames[i], *within = i ? n->frames[i - 1] : NULL;

	return within && within->code & HUD_CODE_POLL && within->poll_site == f->poll_site &&
	       f->poll_site;
}

static void polls_find(struct nameless *n)
{
	for (size_t i = 0; i < n->count; i++) {
		if (!(n->frames[i]->code & HUD_CODE_POLL))
			continue;
		if (!same_poll(n, i)) {
			n->polls++;
			n->outer = i;
		}
		if (n->polls == 1)
			n->inner = i;
	}
	for (size_t i = 0; i < n->count; i++) {
		uint32_t code = n->frames[i]->code;

		if (n->polls && i <= n->inner)
			n->inside |= code;
		else if (n->polls > 1 && i < n->outer)
			n->around |= code;
		else if (!n->polls || i > n->outer)
			n->outside |= code;
	}
}

enum loop { LOOP_NONE, LOOP_MAYBE, LOOP_CERTAIN };

static bool is_near(const struct nameless *n, size_t frame, uint32_t flag)
{
	size_t first = frame > NEAR_FRAMES ? frame - NEAR_FRAMES : 0;

	for (size_t i = first; i <= frame + NEAR_FRAMES && i <= n->inner; i++)
		if (n->frames[i]->code & flag)
			return true;
	return false;
}

/*
 * Is the closure that is polled alone on the stack a worker's loop? That one enters the runtime
 * first. To wake a worker, which any closure may do, is code of the same source too.
 */
static enum loop loop_of(const struct nameless *n)
{
	for (size_t i = 0; i <= n->inner; i++)
		if (n->frames[i]->code & HUD_CODE_ENTER && is_near(n, i, HUD_CODE_WORKER))
			return LOOP_CERTAIN;
	return n->inside & HUD_CODE_WORKER ? LOOP_MAYBE : LOOP_NONE;
}

/* Of two polls the inner one is a task's. What gave its core away blocks no worker. */
static void decide_within(const struct nameless *n, const struct runtime *runtime,
			  struct stack_verdict *v)
{
	uint32_t code = n->frames[n->inner]->code;

	if (n->inside & HUD_CODE_IN_PLACE || (code & HUD_CODE_CLOSURE && !(code & HUD_CODE_TASK)))
		return;
	v->class = STACK_POLL;
	if (n->around & HUD_CODE_WORKER)
		v->scheduler = runtime->multi_threaded;
	else if (n->around & HUD_CODE_SINGLE)
		v->scheduler = runtime->single_threaded;
}

static void decide_alone(const struct nameless *n, const struct runtime *runtime,
			 struct stack_verdict *v)
{
	uint32_t code = n->frames[n->inner]->code;
	enum loop loop = loop_of(n);

	if (!v->complete)
		return; /* the worker around it may be missing */
	if (code & HUD_CODE_TASK && !(code & HUD_CODE_CLOSURE)) {
		if (!(n->outside & HUD_CODE_SINGLE) || n->inside & HUD_CODE_IN_PLACE)
			return; /* maybe of a LocalSet, which any thread may poll */
		v->class = STACK_POLL;
		v->scheduler = runtime->single_threaded;
	} else if (loop == LOOP_CERTAIN) {
		v->class = STACK_RUNTIME;
		v->scheduler = runtime->multi_threaded;
		v->poll = -1;
		v->park = STACK_PARKS_IN_ANY;
	} else if (loop == LOOP_NONE && code & HUD_CODE_CLOSURE && !(code & HUD_CODE_TASK)) {
		v->class = STACK_POOL;
	}
}

/*
 * The single-threaded scheduler may be inlined into its caller, so it is no proof that it runs.
 */
static void decide_without(const struct nameless *n, const struct runtime *runtime,
			   struct stack_verdict *v)
{
	if (!v->complete)
		return;
	if (n->outside & HUD_CODE_SINGLE) {
		v->scheduler = runtime->single_threaded;
		v->park = STACK_PARKS_IN_DRIVER;
	} else if (n->outside & HUD_CODE_POOL && !(n->outside & HUD_CODE_ENTER)) {
		v->class = STACK_POOL;
		v->pool_idle = true;
	}
}

/* A frame that a person may take for the place: by its source file, else just by its address. */
static int site_rank(const struct symbol_frame *f)
{
	switch (f->origin) {
	case ORIGIN_USER:
		return 5;
	case ORIGIN_THIRD_PARTY:
		return 4;
	case ORIGIN_UNKNOWN:
		return f->nameless ? 3 : 2;
	case ORIGIN_RUNTIME_ITSELF:
	case ORIGIN_RUNTIME:
		return 1;
	default:
		return 0;
	}
}

/*
 * The site is the innermost of the best frames. What computes is one place with all that it calls:
 * the outermost of the user's functions, else the outermost that is not known to be another's.
 */
static void places_find(const struct nameless *n, struct stack_verdict *v)
{
	size_t end = n->polls ? n->inner + 1 : n->count;
	int best = -1, boundary = -1;

	for (size_t i = 0; i < end; i++) {
		int rank = site_rank(n->frames[i]);

		if (rank > best) {
			best = rank;
			v->site = (int)i;
		}
		if (n->frames[i]->origin == ORIGIN_USER)
			v->entry = (int)i;
		if (rank >= 3 && (i < n->inner || boundary < 0))
			boundary = (int)i;
	}
	v->boundary = v->entry >= 0 ? v->entry : boundary;
}

void nameless_classify(const struct rules *r, const struct symbol_frame *const *frames,
		       size_t count, struct stack_verdict *v)
{
	struct nameless n = {.frames = frames, .count = count};
	const struct runtime *runtime = &r->runtimes[0];

	polls_find(&n);
	v->class = STACK_UNKNOWN;
	if (n.polls) {
		v->poll = (int)n.inner;
		v->task = frames[n.inner]->task;
	}
	if (n.polls > 1)
		decide_within(&n, runtime, v);
	else if (n.polls)
		decide_alone(&n, runtime, v);
	else
		decide_without(&n, runtime, v);
	/* Between two polls, unless a task polls others. */
	if (v->class == STACK_POLL && frames[0]->at_entry && n.polls <= 2)
		v->class = STACK_RUNTIME;
	if (v->class != STACK_POLL && v->class != STACK_UNKNOWN)
		v->task = NULL;
	if (v->class != STACK_RUNTIME && !v->pool_idle)
		places_find(&n, v);
}
