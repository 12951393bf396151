/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/command.h"
#include "analyzer/compare/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * check: rules that a recording must not break.
 */

#define MIN_BUSY_NS 100000000

static enum exit_status rules_read(const struct arguments *a, struct rule *rules)
{
	char error[RULE_ERROR_BYTES], said[RULE_ERROR_BYTES + 64];

	if (a->json && a->github)
		return message(STATUS_INPUT, "run it twice", "check: --json or --github, not both");
	if (!a->rule_count)
		return message(STATUS_INPUT, "docs/CHECK.md has the grammar of rules",
			       "check: it needs a rule: --fail-on 'blocked_p99 > 10ms'");
	for (size_t i = 0; i < a->rule_count; i++) {
		if (!rule_read(a->rules[i], &rules[i], error)) {
			snprintf(said, sizeof(said), "%s; docs/CHECK.md has the grammar", error);
			return message(STATUS_INPUT, said, "cannot read the rule `%s`",
				       a->rules[i]);
		}
		if (rules[i].relative && !a->baseline_count)
			return message(STATUS_INPUT, "give it with --baseline PATH",
				       "the rule `%s` needs a baseline", a->rules[i]);
	}
	return STATUS_DONE;
}

static enum exit_status sides_add(struct check *c, const struct arguments *a)
{
	const struct input_request how = arguments_input(a, NULL);
	enum exit_status status = comparison_filter(&c->comparison, &a->filter);

	if (status == STATUS_DONE)
		status = comparison_add(&c->comparison, AFTER, a->positional[0], &how);
	for (size_t i = 0; status == STATUS_DONE && i < a->baseline_count; i++)
		status = comparison_add(&c->comparison, BEFORE, a->baselines[i], &how);
	if (status == STATUS_DONE)
		status = comparison_prepare(&c->comparison);
	return status;
}

static enum exit_status results_print(struct check *c, const struct arguments *a)
{
	int err;

	if (a->json)
		check_print_json(c);
	else
		check_print_text(c);
	if (a->github)
		check_print_github(c);
	err = a->junit ? check_write_junit(c, a->junit) : 0;
	return err ? message(STATUS_SYSTEM, NULL, "cannot write %s: %s", a->junit, strerror(-err))
		   : STATUS_DONE;
}

static enum exit_status check_run(struct check *c, const struct arguments *a,
				  const struct rule *rules)
{
	enum exit_status status = sides_add(c, a);

	for (size_t i = 0; status == STATUS_DONE && i < a->rule_count; i++)
		status = check_apply(c, i + 1, &rules[i]);
	if (status == STATUS_DONE)
		status = check_conclude(c);
	if (status == STATUS_DONE)
		status = results_print(c, a);
	return status == STATUS_DONE ? c->status : status;
}

enum exit_status verb_check(const struct arguments *a)
{
	struct check c = {.status = STATUS_DONE,
			  .min_busy_ns = a->min_busy_given ? a->min_busy_ns : MIN_BUSY_NS,
			  .baseline = a->baseline_count > 0};
	struct rule *rules = calloc(ARGUMENTS_MAX, sizeof(*rules));
	enum exit_status status;

	if (!rules)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	status = rules_read(a, rules);
	if (status == STATUS_DONE)
		status = comparison_open(&c.comparison);
	if (status == STATUS_DONE) {
		status = check_run(&c, a, rules);
		comparison_close(&c.comparison);
	}
	free(c.reason);
	free(rules);
	return status;
}
