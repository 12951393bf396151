/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"
#include "analyzer/compare/diff.h"
#include "analyzer/compare/judge.h"
#include "analyzer/html/html.h"

/*
 * diff: what has changed between two sides.
 */

#define ROWS_SHOWN 20

static enum exit_status side_add(struct comparison *c, enum side side, const char *const *paths,
				 size_t count, const struct arguments *a)
{
	const struct input_request how = arguments_input(a, NULL);
	enum exit_status status = STATUS_DONE;

	for (size_t i = 0; status == STATUS_DONE && i < count; i++)
		status = comparison_add(c, side, paths[i], &how);
	return status;
}

/* BEFORE AFTER, or both by their options. */
static enum exit_status sides_add(struct comparison *c, const struct arguments *a)
{
	bool named = a->before_count && a->after_count && !a->positionals;
	enum exit_status status;

	if (!named && (a->positionals != 2 || a->before_count || a->after_count))
		return message(STATUS_INPUT,
			       "hud-analyze diff BEFORE AFTER, or --before PATH... --after PATH...",
			       "diff: it needs two sides");
	status = comparison_filter(c, &a->filter);
	if (status == STATUS_DONE)
		status = side_add(c, BEFORE, named ? a->before : a->positional,
				  named ? a->before_count : 1, a);
	if (status != STATUS_DONE)
		return status;
	return side_add(c, AFTER, named ? a->after : a->positional + 1, named ? a->after_count : 1,
			a);
}

static enum exit_status diff_run(const struct arguments *a)
{
	uint64_t top = a->top ? a->top : ROWS_SHOWN;
	struct comparison c;
	enum exit_status status = comparison_open(&c);

	if (status != STATUS_DONE)
		return status;
	c.stacks = a->html != NULL;
	status = sides_add(&c, a);
	if (status == STATUS_DONE)
		status = comparison_prepare(&c);
	if (status == STATUS_DONE)
		status = comparison_judge(&c);
	if (status == STATUS_DONE && a->html)
		status = diff_html(&c, a->html);
	else if (status == STATUS_DONE && a->json)
		status = diff_json(&c);
	else if (status == STATUS_DONE && a->markdown)
		status = diff_markdown(&c, top);
	else if (status == STATUS_DONE)
		status = diff_text(&c, top);
	comparison_close(&c);
	return status;
}

const struct verb verb_diff = {
	.name = "diff",
	.usage = "BEFORE AFTER",
	.summary = "say what has changed between two recordings, and what has not",
	.details = "BEFORE and AFTER are captures, databases (all captures in it) or DB@ID\n"
		   "(one of them); --before and --after take several for a side. For each\n"
		   "site, task and worker: blocked time per worker-second, its change, and\n"
		   "the interval in which the change lies. Filters choose the same part of\n"
		   "each. Of captures with dumps of tasks it also compares where they wait.\n"
		   "docs/DIFF.md explains the words. --html FILE writes a page: the same\n"
		   "with intervals drawn, and a differential flame graph.\n",
	.options = "--before --after --top --json --html --markdown " FILTER_OPTIONS
		   " " SYMBOL_OPTIONS " " USER_OPTIONS,
	.least = 0,
	.most = 2,
	.run = diff_run,
};
