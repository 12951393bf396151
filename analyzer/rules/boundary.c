/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/rules/boundary.h"

#include <string.h>

/*
 * The walk goes from the poll inward. An async fn or block is a closure in the symbols, as any
 * other closure is; what polls it tells it apart: another async function, or a function named poll.
 * The closures that an async function hands to others are its own text, and count as async code
 * too: so a helper that only runs what it is given (`retry(|| work())`) is passed, and `work` is
 * found.
 */

static bool is_users(const struct symbol_frame *f)
{
	return f->origin == ORIGIN_USER && !f->generated;
}

/* "demo::run::{{closure}}", "demo::run::{closure#0}" */
static bool is_closure(const struct symbol_frame *f)
{
	size_t length = strlen(f->function);

	return length && f->function[length - 1] == '}';
}

/* "poll" of "demo::Machine::poll" */
static const char *last_part(const char *name)
{
	for (const char *part = name; (part = strstr(part, "::"));)
		name = part += 2;
	return name;
}

/* Future::poll, Stream::poll_next, and what is named in their manner. */
static bool is_poll(const struct symbol_frame *f)
{
	const char *name = last_part(f->site);

	return !strncmp(name, "poll", 4) && (!name[4] || name[4] == '_');
}

/* std only passes a call on. */
static bool is_passed(const struct symbol_frame *f)
{
	return f->origin == ORIGIN_STD && !is_poll(f);
}

/* Is frame `i` called by async code, or by the runtime? */
static bool called_by_async(const struct symbol_frame *const *frames, int i, int inside)
{
	do
		i++;
	while (i < inside && is_passed(frames[i]));
	return i >= inside || is_poll(frames[i]) || is_closure(frames[i]);
}

/* The innermost closure, further in than `from`, of an async function that is not. -1: none. */
static int handed_closure(const struct symbol_frame *const *frames, int site, int from, int inside)
{
	for (int i = site; i < from; i++) {
		if (!is_users(frames[i]) || !is_closure(frames[i]))
			continue;
		for (int outer = from; outer < inside; outer++)
			if (is_users(frames[outer]) &&
			    !strcmp(frames[outer]->site, frames[i]->site))
				return i;
	}
	return -1;
}

/* Fn::call, FnMut::call_mut, FnOnce::call_once: the call of a function that is an argument. */
static bool is_call_of_argument(const struct symbol_frame *f)
{
	const char *name = last_part(f->site);

	return f->origin == ORIGIN_STD &&
	       (!strcmp(name, "call") || !strcmp(name, "call_mut") || !strcmp(name, "call_once"));
}

/* Does it call a function that it was given, and nothing in between? */
static bool calls_its_argument(const struct symbol_frame *const *frames, int i)
{
	int called = i;

	while (called > 0 && is_call_of_argument(frames[called - 1]))
		called--;
	return called > 0 && called < i && is_users(frames[called - 1]);
}

/*
 * Does a library call it back, as sort does with an implementation of Ord? Of a trait's function
 * that std or another crate calls the caller has the reason, and the loop. A drop has its own.
 */
static bool is_called_back(const struct symbol_frame *const *frames, int i, int inside)
{
	const struct symbol_frame *f = frames[i], *caller = i + 1 < inside ? frames[i + 1] : NULL;

	return caller && (caller->origin == ORIGIN_STD || caller->origin == ORIGIN_THIRD_PARTY) &&
	       !is_call_of_argument(caller) && !is_poll(caller) &&
	       strstr(f->function, f->function[0] == '<' ? " as " : "{impl#") &&
	       strcmp(last_part(f->site), "drop") != 0;
}

int boundary_find(const struct symbol_frame *const *frames, int site, int inside)
{
	int async = inside; /* the innermost frame of async code so far */

	for (int i = inside - 1; i >= site; i--) {
		int handed;

		if (!is_users(frames[i]))
			continue;
		if (is_poll(frames[i]) ||
		    (is_closure(frames[i]) && called_by_async(frames, i, inside))) {
			async = i;
			continue;
		}
		handed = handed_closure(frames, site, async, inside);
		if (handed >= 0)
			async = i = handed;
		else if (async < inside && is_called_back(frames, i, async))
			return async;
		else if (!calls_its_argument(frames, i))
			return i;
	}
	return site;
}

int boundary_guess(const struct symbol_frame *const *frames, int site, int inside)
{
	int found = site;

	for (int i = site; i < inside; i++) {
		const struct symbol_frame *f = frames[i];

		if (is_poll(f) || (is_closure(f) && called_by_async(frames, i, inside)))
			break;
		if (f->generated || !f->crate)
			continue;
		if (f->origin == ORIGIN_UNKNOWN ||
		    (f->origin == ORIGIN_THIRD_PARTY && frames[site]->origin == ORIGIN_THIRD_PARTY))
			found = i;
	}
	return found;
}
