/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/rules/classify.h"
#include "analyzer/rules/boundary.h"
#include "analyzer/rules/nameless.h"
#include "analyzer/rules/rules.h"
#include "format/wire/recording.h"

#include <string.h>

static const char *const class_names[] = {
	[STACK_UNKNOWN] = "unknown",
	[STACK_POLL] = "poll",
	[STACK_PARK] = "park",
	[STACK_RUNTIME] = "runtime",
	[STACK_BLOCK_IN_PLACE] = "block-in-place",
	[STACK_POOL] = "pool",
	[STACK_ROOT] = "root",
	[STACK_OTHER] = "other",
};

const char *stack_class_name(enum stack_class c)
{
	return (size_t)c < sizeof(class_names) / sizeof(class_names[0]) ? class_names[c] : NULL;
}

enum stack_class stack_class_named(const char *name)
{
	enum stack_class class = STACK_OTHER;

	while (class > STACK_UNKNOWN && (!name || strcmp(name, class_names[class]) != 0))
		class --;
	return class;
}

/* A walk along one stack, from the innermost frame outward. */
struct walk {
	const struct rules *rules;
	const struct symbol_frame *const *frames;
	size_t count;
	size_t at;
	const struct role_rule *rule; /* of the frame at `at`; NULL: it has no role */
	bool parked;                  /* in a park function that does wait */
	bool callback;                /* … or that runs the user's code: a waker, a callback */
	/* In a function of a worker's loop that parks: a poll around it is the worker itself. */
	const struct role_rule *worker_park;
	bool in_group;  /* still among the adjacent frames of the innermost poll */
	bool blocking;  /* the innermost poll is a blocking task's */
	bool launch;    /* the innermost blocking task is a worker */
	bool rooted;    /* in the root future of a block_on */
	bool block_on;  /* in a block_on; what it drives is not known */
	bool local_set; /* in a LocalSet, which any thread may poll */
	int inside;     /* site and entry are further in than this frame; -1: anywhere */
	const char *task;
	struct stack_verdict verdict;
};

static const struct role_rule *rule_at(const struct walk *w, size_t i)
{
	return rules_find(w->rules, w->frames[i]->site);
}

static enum role role_at(const struct walk *w, size_t i)
{
	return rules_role(w->rules, w->frames[i]->site);
}

/* Is there a frame of the user's or of a library, not of the runtime or what carries it? */
static bool has_user_frame(const struct walk *w, size_t end)
{
	for (size_t i = 0; i < end; i++) {
		const struct symbol_frame *f = w->frames[i];

		if (f->origin == ORIGIN_USER || f->origin == ORIGIN_THIRD_PARTY ||
		    (f->origin == ORIGIN_UNKNOWN && f->crate))
			return true;
	}
	return false;
}

/* Further in than the current frame, is there one of the user's, for certain? */
static bool has_own_frame(const struct walk *w)
{
	for (size_t i = 0; i < w->at; i++)
		if (w->frames[i]->origin == ORIGIN_USER && !w->frames[i]->generated)
			return true;
	return false;
}

static bool decide(struct walk *w, enum stack_class class, const char *scheduler)
{
	w->verdict.class = class;
	w->verdict.scheduler = scheduler;
	if (w->inside < 0)
		w->inside = (int)w->at;
	return true;
}

/* A worker that is in no task. */
static bool decide_worker(struct walk *w, const char *scheduler)
{
	w->verdict.callback = w->callback;
	return decide(w,
		      w->callback ? STACK_POLL
		      : w->parked ? STACK_PARK
				  : STACK_RUNTIME,
		      scheduler);
}

static bool worker_parks(struct walk *w)
{
	return decide_worker(w, w->worker_park->runtime->multi_threaded);
}

/* In a park function: it waits there, or has called the user's code. */
static void meet_park(struct walk *w)
{
	if (w->verdict.poll >= 0 || w->parked || w->callback)
		return;
	w->callback = has_own_frame(w);
	w->parked = !w->callback;
	if (w->callback)
		w->inside = (int)w->at;
}

/* One poll has several adjacent frames: raw::poll, Harness::poll, std's catch_unwind … */
static bool meet_poll(struct walk *w)
{
	const struct symbol_frame *f = w->frames[w->at];

	if (w->worker_park)
		return worker_parks(w);
	if (w->verdict.poll < 0) {
		w->verdict.poll = (int)w->at;
		w->inside = w->inside < 0 ? (int)w->at : w->inside;
		w->in_group = true;
	}
	if (w->in_group && !w->task)
		w->task = f->task;
	if (f->task_type && rules_has_role(w->rules, ROLE_LAUNCH, f->task_type))
		w->launch = true;
	return false;
}

static bool meet_worker(struct walk *w)
{
	if (w->rooted)
		return decide(w, STACK_ROOT, NULL);
	if (w->verdict.poll >= 0 && !w->blocking)
		return decide(w, STACK_POLL, w->rule->runtime->multi_threaded);
	return decide_worker(w, w->rule->runtime->multi_threaded);
}

/* The loop polls its root future itself: there is no frame of a task's poll function. */
static bool meet_current_thread(struct walk *w)
{
	const char *scheduler = w->rule->runtime->single_threaded;

	if (w->verdict.poll >= 0)
		return decide(w, STACK_POLL, scheduler);
	if (w->parked || w->callback || !has_user_frame(w, w->at))
		return decide_worker(w, scheduler);
	w->verdict.poll = (int)w->at;
	return decide(w, STACK_POLL, scheduler);
}

static bool meet_pool(struct walk *w)
{
	if (w->worker_park)
		return worker_parks(w);
	if (w->launch) /* the task is a worker's, whose own frames are missing */
		return meet_worker(w);
	w->verdict.pool_idle =
		w->verdict.poll < 0 && !w->blocking && !w->rooted && !has_user_frame(w, w->at);
	return decide(w, STACK_POOL, NULL);
}

/*
 * Takes one frame; true once the class is certain. A poll or a block_on shows what goes on. Whom it
 * delays depends on the frames around it: a scheduler, the pool, block_in_place or none.
 */
static bool meet(struct walk *w, enum role role)
{
	switch (role) {
	case ROLE_POLL:
		return meet_poll(w);
	case ROLE_BLOCKING_TASK:
		if (w->worker_park)
			return worker_parks(w);
		w->blocking = w->blocking || w->verdict.poll < 0;
		w->inside = w->inside < 0 ? (int)w->at : w->inside;
		return false;
	case ROLE_PARK:
		meet_park(w);
		return false;
	case ROLE_WORKER_PARK:
		meet_park(w);
		w->worker_park = w->verdict.poll < 0 ? w->rule : w->worker_park;
		return false;
	case ROLE_BETWEEN:
		w->parked = false;
		return false;
	case ROLE_BLOCK_IN_PLACE:
		return decide(w, STACK_BLOCK_IN_PLACE, w->rule->runtime->multi_threaded);
	case ROLE_WORKER:
		return meet_worker(w);
	case ROLE_CURRENT_THREAD:
		return !w->rooted && meet_current_thread(w);
	case ROLE_POOL:
		return meet_pool(w);
	case ROLE_ROOT:
		w->rooted = true;
		w->inside = w->inside < 0 ? (int)w->at : w->inside;
		return false;
	case ROLE_BLOCK_ON:
		w->block_on = true;
		return false;
	case ROLE_LOCAL_SET:
		w->local_set = true;
		return false;
	default:
		return false;
	}
}

/*
 * A thread of the blocking pool with nothing to do, whose loop the compiler has put into a function
 * of std's: by what the code of that refers to.
 */
static bool pool_waits(const struct walk *w)
{
	uint32_t code = 0;

	for (size_t i = 0; i < w->count; i++)
		code |= w->frames[i]->code;
	return code & HUD_CODE_POOL && !(code & HUD_CODE_ENTER) && !has_user_frame(w, w->count);
}

/*
 * The class of a stack in which no loop was found. Without debug information and with everything
 * inlined some loops have no frame, but a worker's always has. So a task on a whole stack without a
 * worker is blocking work, and a task under a bare block_on is polled by the single-threaded
 * scheduler in it. A wait under a block_on, of whatever scheduler, blocks no task.
 */
static void decide_at_end(struct walk *w)
{
	bool polls = w->verdict.poll >= 0 || w->blocking;
	bool runtime = polls || w->parked || w->block_on;

	if (w->worker_park && w->verdict.complete) {
		worker_parks(w);
		return;
	}
	if (w->rooted || (w->block_on && w->parked)) {
		w->verdict.class = STACK_ROOT;
		return;
	}
	if (w->verdict.poll >= 0 && w->block_on && !w->local_set) {
		w->verdict.class = STACK_POLL;
		w->verdict.scheduler =
			rule_at(w, (size_t)w->verdict.poll)->runtime->single_threaded;
		return;
	}
	if (polls && w->verdict.complete && !w->block_on && !w->local_set) {
		w->verdict.class = STACK_POOL;
		return;
	}
	/* In a stripped program a function without a name may be the runtime's. */
	for (size_t i = 0; i < w->count && !runtime; i++)
		runtime = w->frames[i]->origin == ORIGIN_RUNTIME_ITSELF ||
			  !frame_has_name(w->frames[i]);
	w->verdict.class = w->verdict.complete && !runtime ? STACK_OTHER : STACK_UNKNOWN;
	if (w->verdict.class == STACK_OTHER && pool_waits(w)) {
		w->verdict.class = STACK_POOL;
		w->verdict.pool_idle = true;
	}
}

static bool reaches_root(const struct walk *w)
{
	for (size_t i = w->count; i-- > 0;)
		if (role_at(w, i) == ROLE_THREAD_ROOT)
			return true;
	return false;
}

/* How good a frame is as the site. The innermost of the best is taken. */
static int site_rank(const struct walk *w, size_t i)
{
	const struct symbol_frame *f = w->frames[i];

	if (f->origin == ORIGIN_USER)
		return f->generated ? 3 : 5;
	if (f->origin == ORIGIN_THIRD_PARTY || (f->origin == ORIGIN_UNKNOWN && frame_has_name(f)))
		return role_at(w, i) == ROLE_THREAD_ROOT ? 0 : 4;
	if (f->origin == ORIGIN_RUNTIME_ITSELF || f->origin == ORIGIN_RUNTIME)
		return 2;
	return frame_has_name(f) ? 1 : 0;
}

/* Where the user's code ends that was called last: further out there is the runtime's. */
static size_t site_end(const struct walk *w)
{
	/* A closure of the pool that waits in a block_on of its own: the closure is further out. */
	if (w->verdict.class == STACK_POOL && w->verdict.poll > w->inside &&
	    !has_user_frame(w, (size_t)(w->inside < 0 ? 0 : w->inside)))
		return (size_t)w->verdict.poll;
	return w->inside >= 0 ? (size_t)w->inside : w->count;
}

static void find_site(struct walk *w)
{
	size_t end = site_end(w);
	int best = -1;

	for (size_t i = 0; i < end; i++) {
		int rank = site_rank(w, i);

		if (rank > best) {
			best = rank;
			w->verdict.site = (int)i;
		}
		if (w->frames[i]->origin == ORIGIN_USER && !w->frames[i]->generated)
			w->verdict.entry = (int)i;
	}
	if (w->verdict.entry >= 0)
		w->verdict.boundary = boundary_find(w->frames, w->verdict.site, (int)end);
	else if (w->inside >= 0 && w->verdict.site >= 0)
		w->verdict.boundary = boundary_guess(w->frames, w->verdict.site, (int)end);
}

/*
 * Inside its poll functions a runtime does work of its own, before it enters the future and after.
 * A stack with only the runtime, std and libc inside the poll is in such work: between two polls.
 * Without debug information the future itself may be inlined into these functions; then only those
 * that are known to be outside of the future (ROLE_AROUND) show it, and where one is just entered.
 */
static bool between_polls(const struct walk *w)
{
	const struct symbol_frame *poll = w->frames[w->verdict.poll];
	bool around = w->frames[0]->at_entry && !w->local_set;

	for (int i = 0; i < w->verdict.poll; i++) {
		enum frame_origin origin = w->frames[i]->origin;

		if (origin != ORIGIN_RUNTIME_ITSELF && origin != ORIGIN_STD &&
		    origin != ORIGIN_LIBC)
			return false;
		around = around || role_at(w, (size_t)i) == ROLE_AROUND;
	}
	return around || poll->decl_line != 0;
}

/* Does the name of a function show that a runtime is at work? */
static bool names_show(const struct walk *w)
{
	return w->verdict.poll >= 0 || w->blocking || w->rooted || w->block_on || w->parked ||
	       w->worker_park;
}

static bool is_drop(const struct symbol_frame *frame)
{
	const char *own = strrchr(frame->site, ':');

	return !strcmp(own ? own + 1 : frame->site, "drop");
}

/*
 * What is polled, where no type tells it: the outermost of the user's functions; in a program with
 * names and without debug information, whose code has no origin, the outermost of those that are
 * not known to be the runtime's. A task that is cancelled drops its future: what is dropped is no
 * name of it.
 */
static const char *task_by_name(const struct walk *w)
{
	if (w->verdict.entry >= 0 && is_drop(w->frames[w->verdict.entry]))
		return NULL;
	if (w->verdict.entry >= 0)
		return w->frames[w->verdict.entry]->site;
	for (int i = w->verdict.poll - 1; i >= 0; i--) {
		const struct symbol_frame *f = w->frames[i];

		if (f->origin == ORIGIN_UNKNOWN && f->crate && frame_has_name(f))
			return f->site;
	}
	return NULL;
}

struct stack_verdict stack_classify(const struct rules *r, const struct symbol_frame *const *frames,
				    size_t count, bool at_root)
{
	struct walk w = {
		.rules = r,
		.frames = frames,
		.count = count,
		.inside = -1,
		.verdict = {.site = -1, .entry = -1, .boundary = -1, .poll = -1},
	};
	bool decided = false;

	for (; w.at < count && !decided; w.at++) {
		enum role role;

		w.rule = rule_at(&w, w.at);
		role = w.rule ? w.rule->role : ROLE_NONE;
		if (role != ROLE_NONE && role != ROLE_POLL)
			w.in_group = false;
		decided = meet(&w, role);
		if (decided)
			break;
	}
	w.verdict.complete = at_root || reaches_root(&w);
	if (!decided && !names_show(&w) && nameless_is(frames, count)) {
		nameless_classify(r, frames, count, &w.verdict);
		return w.verdict;
	}
	if (!decided)
		decide_at_end(&w);
	if (w.verdict.class == STACK_POLL && w.verdict.poll >= 0 && between_polls(&w))
		w.verdict.class = STACK_RUNTIME;
	if ((!w.parked || w.verdict.class == STACK_POOL) && !w.verdict.pool_idle &&
	    w.verdict.class != STACK_RUNTIME)
		find_site(&w);
	if (w.verdict.class == STACK_POLL && !w.verdict.callback) {
		w.verdict.task = w.task ? w.task : task_by_name(&w);
	} else if (w.verdict.class == STACK_UNKNOWN) {
		w.verdict.task =
			w.task; /* the stack was cut short, or has no frame around its poll */
	}
	return w.verdict;
}
