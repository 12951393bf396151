/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check_rule.h"
#include "analyzer/rules/cause.h"
#include "format/base/duration.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A parser for rules, written by hand and reading from left to right, so that an error can say
 * where it is.
 */

struct cursor {
	const char *text, *at;
	char *error; /* CHECK_ERROR_BYTES */
};

static void skip_space(struct cursor *c)
{
	c->at += strspn(c->at, " \t");
}

__attribute__((format(printf, 2, 3))) static bool refuse(struct cursor *c, const char *form, ...)
{
	int length = snprintf(c->error, CHECK_ERROR_BYTES,
			      "at character %zu: ", (size_t)(c->at - c->text) + 1);
	va_list arguments;

	va_start(arguments, form);
	vsnprintf(c->error + length, CHECK_ERROR_BYTES - (size_t)length, form, arguments);
	va_end(arguments);
	return false;
}

static bool take(struct cursor *c, const char *word)
{
	size_t length = strlen(word);

	skip_space(c);
	if (strncmp(c->at, word, length) != 0)
		return false;
	c->at += length;
	return true;
}

/* A word of letters, digits and `_`. */
static size_t word_length(const char *at)
{
	return strspn(at, "abcdefghijklmnopqrstuvwxyz_0123456789");
}

static bool take_word(struct cursor *c, const char *word)
{
	skip_space(c);
	if (word_length(c->at) != strlen(word))
		return false;
	return take(c, word);
}

struct unit {
	const char *name;
	double times; /* one of it in the unit that the figure is kept in */
};

static const struct unit time_units[] = {{NULL, 0}}; /* duration_prefix() knows them */
static const struct unit share_units[] = {{"%", 0.01}, {"us/s", 1e-6}, {"ms/s", 1e-3}, {NULL, 0}};
static const struct unit percent_units[] = {{"%", 0.01}, {NULL, 0}};
static const struct unit rate_units[] = {
	{"/s", 1}, {"/min", 1.0 / 60}, {"/h", 1.0 / 3600}, {NULL, 0}};
static const struct unit count_units[] = {{"", 1}, {NULL, 0}};

#define INT64_MAX_REAL 9.22e18

struct measure {
	const struct unit *units;
	double most; /* no recording has more */
	const char *most_text;
};

static const struct measure share = {share_units, 1, "100%"};
static const struct measure percent = {percent_units, 1, "100%"};
static const struct measure duration = {time_units, INT64_MAX_REAL, "292 years"};
static const struct measure rate = {rate_units, 1e9, "1e9/s"};
static const struct measure count = {count_units, INT64_MAX_REAL, "9.2e18"};
static const struct measure closures = {count_units, 1000000, "1000000"};

static const struct {
	const char *name;
	enum check_subject of;
	const struct measure *measure;
	const char *example;
	bool relative; /* a change of it has a confidence interval */
} figures[CHECK_FIGURES] = {
	[CHECK_RUN_QUEUE] = {"run_queue", CHECK_OF_RUN_QUEUE, &share, "10% or 100ms/s", false},
	[CHECK_RUN_QUEUE_MAX] = {"run_queue_max", CHECK_OF_RUN_QUEUE, &duration, "100ms", false},
	[CHECK_THROTTLED] = {"throttled", CHECK_OF_QUOTA, &percent, "10%", false},
	[CHECK_POOL_QUEUE] = {"pool_queue", CHECK_OF_POOL, &closures, "100", false},
	[CHECK_POOL_WAIT] = {"pool_wait", CHECK_OF_POOL, &duration, "100ms", false},
	[CHECK_POOL_FULL] = {"pool_full", CHECK_OF_POOL, &share, "10% or 100ms/s", false},
	[CHECK_MAIN_BLOCKED] = {"main_blocked", CHECK_OF_MAIN, &share, "1% or 10ms/s", false},
	[CHECK_MAIN_MAX] = {"main_max", CHECK_OF_MAIN, &duration, "100ms", false},
	[CHECK_TASKS] = {"tasks", CHECK_OF_DUMPS, &count, "10000", false},
	[CHECK_DEADLOCKS] = {"deadlocks", CHECK_OF_DUMPS, &count, "0", false},
	[CHECK_POSSIBLE_DEADLOCKS] = {"possible_deadlocks", CHECK_OF_DUMPS, &count, "0", false},
	[CHECK_BLOCKED] = {"blocked", CHECK_OF_BLOCKS, &share, "1% or 10ms/s", true},
	[CHECK_RATE] = {"rate", CHECK_OF_BLOCKS, &rate, "5/s", true},
	[CHECK_COUNT] = {"count", CHECK_OF_BLOCKS, &count, "3", false},
	[CHECK_TOTAL] = {"total", CHECK_OF_BLOCKS, &duration, "200ms", false},
	[CHECK_P50] = {"p50", CHECK_OF_BLOCKS, &duration, "10ms", true},
	[CHECK_P99] = {"p99", CHECK_OF_BLOCKS, &duration, "10ms", true},
	[CHECK_MAX] = {"max", CHECK_OF_BLOCKS, &duration, "100ms", false},
};

bool check_figure_is_length(enum check_figure figure)
{
	return figures[figure].measure == &duration && figure != CHECK_TOTAL;
}

enum check_subject check_figure_subject(enum check_figure figure)
{
	return figures[figure].of;
}

const char *check_figure_name(enum check_figure figure)
{
	return figures[figure].name;
}

static bool read_figure(struct cursor *c, struct check_rule *out)
{
	for (int i = 0; i < CHECK_FIGURES; i++) {
		if (figures[i].of == CHECK_OF_BLOCKS && take_word(c, figures[i].name)) {
			out->figure = (enum check_figure)i;
			return true;
		}
	}
	return refuse(c, "expected blocked, rate, count, total, p50, p99 or max");
}

/* The text between double quotes. An error says what kind of text, `what`, was expected. */
static bool read_string(struct cursor *c, const char *what, char *out, size_t size)
{
	size_t length;

	if (!take(c, "\""))
		return refuse(c, "expected %s in double quotes", what);
	length = strcspn(c->at, "\"");
	if (!c->at[length])
		return refuse(c, "the closing quote is missing");
	if (length == 0 || length >= size)
		return refuse(c, "%s cannot be %s", what, length ? "this long" : "empty");
	memcpy(out, c->at, length);
	out[length] = '\0';
	c->at += length + 1;
	return true;
}

/* Goes back to `at`, so that an error found late names the place where its text begins. */
static struct cursor *back_to(struct cursor *c, const char *at)
{
	c->at = at;
	skip_space(c);
	return c;
}

/* "[a-z]" in a pattern, from its first character after the "[" to after the "]"; NULL: refused. */
static const char *check_class(struct cursor *c, const char *at, const char *begin)
{
	at += *at == '^';
	for (const char *first = at; *at && (*at != ']' || at == first); at++) {
		bool range = at > first && *at == '-' && at[1] != ']';

		if (range && at[-1] > at[1] && at[1] > 0) {
			refuse(back_to(c, begin), "the range %.3s in [ ] has no character", at - 1);
			return NULL;
		}
	}
	if (*at)
		return at + 1;
	refuse(back_to(c, begin), "the [ is not closed");
	return NULL;
}

/* Could any name fit the pattern? `begin`: where it stands in the rule. */
static bool check_pattern(struct cursor *c, const char *pattern, const char *begin)
{
	size_t length = strlen(pattern);

	if (pattern[0] == ' ' || pattern[length - 1] == ' ')
		return refuse(back_to(c, begin), "no name begins or ends with a blank");
	if (strncmp(pattern, "::", 2) == 0 ||
	    (length >= 2 && strcmp(pattern + length - 2, "::") == 0))
		return refuse(back_to(c, begin), "no name begins or ends with ::");
	while (pattern && *pattern)
		pattern = *pattern == '[' ? check_class(c, pattern + 1, begin) : pattern + 1;
	return pattern != NULL;
}

static bool read_pattern(struct cursor *c, struct check_rule *out)
{
	const char *begin = c->at;

	return read_string(c, "a name", out->pattern, sizeof(out->pattern)) &&
	       check_pattern(c, out->pattern, begin);
}

static bool read_cause(struct cursor *c, struct check_rule *out)
{
	const char *begin = c->at;
	struct text causes = {0};

	if (!read_string(c, "a cause", out->cause, sizeof(out->cause)))
		return false;
	if (cause_named(out->cause, strlen(out->cause)))
		return true;
	cause_list(&causes);
	refuse(back_to(c, begin), "there is no cause `%s`; causes: %s", out->cause,
	       causes.bytes ? causes.bytes : "");
	text_close(&causes);
	return false;
}

/* ("PATTERN") or ("PATTERN", "CAUSE"), then the figure after a dot */
static bool read_selection(struct cursor *c, struct check_rule *out)
{
	bool site = strcmp(out->kind, "site") == 0;

	if (!take(c, "("))
		return refuse(c, "expected ( after %s", out->kind);
	if (!read_pattern(c, out))
		return false;
	if (site && take(c, ",") && !read_cause(c, out))
		return false;
	if (!take(c, ")"))
		return refuse(c, "expected )");
	if (!take(c, "."))
		return refuse(c, "expected . and a figure");
	return read_figure(c, out);
}

/* ("PATTERN") after `tasks`, or nothing */
static bool read_types(struct cursor *c, struct check_rule *out)
{
	if (!take(c, "("))
		return true;
	if (!read_pattern(c, out))
		return false;
	return take(c, ")") || refuse(c, "expected )");
}

static bool read_subject(struct cursor *c, struct check_rule *out)
{
	static const char *const kinds[] = {"site", "task"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		out->kind = kinds[i];
		if (take_word(c, kinds[i]))
			return read_selection(c, out);
	}
	out->kind = "all";
	for (int i = 0; i < CHECK_FIGURES; i++) {
		if (figures[i].of == CHECK_OF_BLOCKS && i != CHECK_BLOCKED)
			continue;
		out->figure = (enum check_figure)i;
		if (take_word(c, figures[i].name))
			return i != CHECK_TASKS || read_types(c, out);
	}
	if (!take(c, "blocked_"))
		return refuse(c, "expected blocked, blocked_FIGURE, site(\"...\").FIGURE, "
				 "task(\"...\").FIGURE, run_queue, run_queue_max, throttled, "
				 "pool_queue, pool_wait, pool_full, main_blocked, main_max, "
				 "tasks, tasks(\"...\"), deadlocks, deadlock, "
				 "possible_deadlocks or possible_deadlock");
	return read_figure(c, out);
}

static bool read_comparison(struct cursor *c, struct check_rule *out)
{
	if (!take(c, ">"))
		return refuse(c, "expected > or >=");
	if (*c->at == '=') {
		out->or_equal = true;
		c->at++;
	}
	skip_space(c);
	return true;
}

static bool read_unit(struct cursor *c, struct check_rule *out)
{
	size_t length;

	skip_space(c);
	length = strcspn(c->at, " \t");
	for (const struct unit *u = figures[out->figure].measure->units; u->name; u++) {
		if (strlen(u->name) == length && strncmp(c->at, u->name, length) == 0) {
			out->limit *= u->times;
			c->at += length;
			return true;
		}
	}
	return refuse(c, "give %s like %s", figures[out->figure].name,
		      figures[out->figure].example);
}

static bool read_time(struct cursor *c, struct check_rule *out)
{
	out->limit = duration_prefix(&c->at);
	return out->limit >= 0 || refuse(c, "give %s like %s", figures[out->figure].name,
					 figures[out->figure].example);
}

/* Could a recording have a figure beyond the limit? `begin`: where the limit stands in the rule. */
static bool check_limit(struct cursor *c, const struct check_rule *rule, const char *begin)
{
	double most = figures[rule->figure].measure->most;

	if (rule->relative || rule->limit < most || (rule->limit <= most && rule->or_equal))
		return true;
	return refuse(back_to(c, begin), "%s is never over %s", figures[rule->figure].name,
		      figures[rule->figure].measure->most_text);
}

static bool read_limit(struct cursor *c, struct check_rule *out)
{
	const char *begin = c->at;
	char *end;

	if (*c->at == '-')
		return refuse(c, "a limit cannot be negative");
	out->relative = *c->at == '+';
	if (out->relative && !figures[out->figure].relative)
		return refuse(c, "only blocked, rate, p50 and p99 can be compared with a baseline");
	c->at += out->relative;
	if (*c->at < '0' || *c->at > '9')
		return refuse(c, "expected a number");
	if (figures[out->figure].measure == &duration && !out->relative)
		return read_time(c, out) && check_limit(c, out, begin);
	out->limit = strtod(c->at, &end);
	if (!isfinite(out->limit) || c->at[strspn(c->at, "0123456789.eE+-")] == 'x')
		return refuse(c, "not a usable number");
	c->at = end;
	if (!out->relative)
		return read_unit(c, out) && check_limit(c, out, begin);
	out->limit /= 100;
	return take(c, "%") || refuse(c, "expected %%: give a change like +20%%");
}

/* `deadlock` alone says what `deadlocks > 0` says, and so does `possible_deadlock`. */
static bool read_deadlock(struct cursor *c, struct check_rule *out)
{
	if (take_word(c, "deadlock"))
		out->figure = CHECK_DEADLOCKS;
	else if (take_word(c, "possible_deadlock"))
		out->figure = CHECK_POSSIBLE_DEADLOCKS;
	else
		return false;
	out->kind = "all";
	return true;
}

bool check_rule_read(const char *text, struct check_rule *out, char error[CHECK_ERROR_BYTES])
{
	struct cursor c = {text, text, error};

	*out = (struct check_rule) {.text = text};
	if (!read_deadlock(&c, out) &&
	    (!read_subject(&c, out) || !read_comparison(&c, out) || !read_limit(&c, out)))
		return false;
	skip_space(&c);
	return !*c.at || refuse(&c, "the rule ends before `%.40s`", c.at);
}

enum exit_status check_rule_open(const char *text, struct check_rule *out)
{
	char error[CHECK_ERROR_BYTES], advice[CHECK_ERROR_BYTES + 64];

	if (check_rule_read(text, out, error))
		return STATUS_DONE;
	snprintf(advice, sizeof(advice), "%s; docs/CHECK.md has the grammar", error);
	return message(STATUS_INPUT, advice, "cannot read the rule `%s`", text);
}
