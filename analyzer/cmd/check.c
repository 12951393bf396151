/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"
#include "analyzer/compare/check_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * check: fails when a recording breaks a rule.
 */

/* Is a cause in the list of --cause, "lock,sleep"? */
static bool cause_listed(const char *list, const char *cause)
{
	for (const char *word = list; word; word = strchr(word, ',')) {
		word += *word == ',';
		if (strcspn(word, ",") == strlen(cause) && !strncmp(word, cause, strlen(cause)))
			return true;
	}
	return false;
}

/* Refuses a rule that the filters would make pass for ever, or that they do not reach. */
static enum exit_status filters_fit(const struct arguments *a, const struct check_rule *out)
{
	const char *text = out->text;
	enum check_subject of = check_figure_subject(out->figure);
	bool of_lengths = check_figure_is_length(out->figure) &&
			  (of == CHECK_OF_BLOCKS || of == CHECK_OF_MAIN);

	if (of == CHECK_OF_MAIN && a->filter.task)
		return message(STATUS_INPUT, "leave out --task, or the rule",
			       "the rule `%s` is about the main future, which is no task", text);
	if (of == CHECK_OF_DUMPS && (a->filter.task || a->filter.worker))
		return message(STATUS_INPUT, "give tasks(\"PATTERN\"), or check it alone",
			       "the rule `%s` is about all tasks of a dump: %s does not choose "
			       "among them",
			       text, a->filter.task ? "--task" : "--worker");
	if (of_lengths && !out->relative && out->limit < (double)a->filter.min_ns)
		return message(STATUS_INPUT, "give a shorter --min, or none",
			       "the rule `%s` is about blocks that --min leaves out", text);
	if (out->cause[0] && a->filter.cause && !cause_listed(a->filter.cause, out->cause))
		return message(
			STATUS_INPUT, "no site can be of both",
			"the rule `%s` is about the cause %s, and --cause %s leaves that out", text,
			out->cause, a->filter.cause);
	return STATUS_DONE;
}

static enum exit_status rule_read(const struct arguments *a, const char *text,
				  struct check_rule *out)
{
	enum exit_status status = check_rule_open(text, out);

	if (status == STATUS_DONE && out->relative && !a->baseline_count)
		return message(STATUS_INPUT, "give it with --baseline PATH",
			       "the rule `%s` needs a baseline", text);
	return status == STATUS_DONE ? filters_fit(a, out) : status;
}

static enum exit_status rules_read(const struct arguments *a, struct check_rule *rules)
{
	enum exit_status status = STATUS_DONE;

	if (a->json && a->github)
		return message(STATUS_INPUT, "run it twice", "check: --json or --github, not both");
	if (a->junit && strcmp(a->junit, "-") == 0)
		return message(STATUS_INPUT, "give the name of a file to make after --junit",
			       "check: standard output has the results as text");
	if (!a->rule_count)
		return message(STATUS_INPUT, "docs/CHECK.md has the grammar of rules",
			       "check: it needs a rule: --fail-on 'blocked_p99 > 10ms'");
	for (size_t i = 0; status == STATUS_DONE && i < a->rule_count; i++)
		status = rule_read(a, a->rules[i], &rules[i]);
	return status;
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
	enum exit_status status = a->json ? check_print_json(c) : check_print_text(c);

	if (status == STATUS_DONE && a->github)
		status = check_print_github(c);
	if (status == STATUS_DONE && a->junit)
		status = check_write_junit(c, a->junit);
	return status;
}

static enum exit_status check_rules(struct check *c, const struct arguments *a,
				    const struct check_rule *rules)
{
	enum exit_status status = sides_add(c, a);

	if (status == STATUS_DONE)
		status = check_begin(c);
	for (size_t i = 0; status == STATUS_DONE && i < a->rule_count; i++)
		status = check_apply(c, i + 1, &rules[i]);
	if (status == STATUS_DONE)
		status = check_conclude(c);
	if (status == STATUS_DONE)
		status = results_print(c, a);
	return status == STATUS_DONE ? c->status : status;
}

static enum exit_status check_run(const struct arguments *a)
{
	struct check c = {.status = STATUS_DONE, .min_busy_ns = a->min_busy_ns};
	struct check_rule *rules = calloc(ARGUMENTS_MAX, sizeof(*rules));
	enum exit_status status;

	if (!rules)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	status = rules_read(a, rules);
	if (status == STATUS_DONE)
		status = comparison_open(&c.comparison);
	if (status == STATUS_DONE) {
		status = check_rules(&c, a, rules);
		comparison_close(&c.comparison);
	}
	free(c.reason);
	free(rules);
	return status;
}

const struct verb verb_check = {
	.name = "check",
	.usage = "CAPTURE|DB --fail-on RULE...",
	.summary = "fail when the workers were blocked too much",
	.details = "Rules are such as 'blocked_p99 > 10ms' or 'blocked > 1%' or, compared\n"
		   "with a --baseline, 'site(\"db::*\").rate > +20%'. docs/CHECK.md has the\n"
		   "grammar. Exit status 0: no rule was broken; 1: one was; 2: too little is\n"
		   "known; 3: bad arguments or input. Filters apply to the capture and the\n"
		   "baseline. All captures of a DB count; DB@ID is the one whose id begins\n"
		   "with ID.\n",
	.options = "--fail-on --baseline --min-busy --junit --github --json " FILTER_OPTIONS
		   " " SYMBOL_OPTIONS " " USER_OPTIONS,
	.least = 1,
	.most = 1,
	.run = check_run,
};
