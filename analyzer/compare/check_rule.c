/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check_rule.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The reading of rules: by hand, from left to right, so that an error can say where it is.
 */

struct cursor {
	const char *text, *at;
	char *error; /* RULE_ERROR_BYTES */
};

static void skip_space(struct cursor *c)
{
	c->at += strspn(c->at, " \t");
}

__attribute__((format(printf, 2, 3))) static bool refuse(struct cursor *c, const char *form, ...)
{
	int length = snprintf(c->error, RULE_ERROR_BYTES,
			      "at character %zu: ", (size_t)(c->at - c->text) + 1);
	va_list arguments;

	va_start(arguments, form);
	vsnprintf(c->error + length, RULE_ERROR_BYTES - (size_t)length, form, arguments);
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

/* Units, and how many of the figure's own unit one of them is. */
struct unit {
	const char *name;
	double times;
};

static const struct unit time_units[] = {{"ns", 1},  {"us", 1e3},   {"ms", 1e6},
					 {"s", 1e9}, {"min", 60e9}, {NULL, 0}};
static const struct unit share_units[] = {{"%", 0.01}, {"us/s", 1e-6}, {"ms/s", 1e-3}, {NULL, 0}};
static const struct unit rate_units[] = {
	{"/s", 1}, {"/min", 1.0 / 60}, {"/h", 1.0 / 3600}, {NULL, 0}};
static const struct unit count_units[] = {{"", 1}, {NULL, 0}};

static const struct {
	const char *name;
	const struct unit *units;
	const char *example;
	bool relative; /* a change of it has an interval */
} figures[RULE_FIGURES] = {
	[RULE_BLOCKED] = {"blocked", share_units, "1% or 10ms/s", true},
	[RULE_RATE] = {"rate", rate_units, "5/s", true},
	[RULE_COUNT] = {"count", count_units, "3", false},
	[RULE_TOTAL] = {"total", time_units, "200ms", false},
	[RULE_P50] = {"p50", time_units, "10ms", true},
	[RULE_P99] = {"p99", time_units, "10ms", true},
	[RULE_MAX] = {"max", time_units, "100ms", false},
};

const char *rule_figure_name(enum rule_figure figure)
{
	return figures[figure].name;
}

static bool read_figure(struct cursor *c, struct rule *out)
{
	for (int i = 0; i < RULE_FIGURES; i++) {
		if (take_word(c, figures[i].name)) {
			out->figure = (enum rule_figure)i;
			return true;
		}
	}
	return refuse(c, "one of blocked, rate, count, total, p50, p99 or max is expected");
}

static bool read_string(struct cursor *c, char *out, size_t size)
{
	size_t length;

	if (!take(c, "\""))
		return refuse(c, "a name in double quotes is expected");
	length = strcspn(c->at, "\"");
	if (!c->at[length])
		return refuse(c, "the closing quote is missing");
	if (length == 0 || length >= size)
		return refuse(c, length ? "the name is too long" : "the name is empty");
	memcpy(out, c->at, length);
	out[length] = '\0';
	c->at += length + 1;
	return true;
}

/* ("PATTERN") or ("PATTERN", "CAUSE"), then the figure after a dot */
static bool read_selection(struct cursor *c, struct rule *out)
{
	bool site = strcmp(out->kind, "site") == 0;

	if (!take(c, "("))
		return refuse(c, "( is expected after %s", out->kind);
	if (!read_string(c, out->pattern, sizeof(out->pattern)))
		return false;
	if (site && take(c, ",") && !read_string(c, out->cause, sizeof(out->cause)))
		return false;
	if (!take(c, ")"))
		return refuse(c, ") is expected");
	if (!take(c, "."))
		return refuse(c, ". and a figure are expected");
	return read_figure(c, out);
}

static bool read_subject(struct cursor *c, struct rule *out)
{
	static const char *const kinds[] = {"site", "task"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		out->kind = kinds[i];
		if (take_word(c, kinds[i]))
			return read_selection(c, out);
	}
	out->kind = "all";
	out->figure = RULE_BLOCKED;
	if (take_word(c, "blocked"))
		return true;
	if (!take(c, "blocked_"))
		return refuse(c, "blocked, blocked_FIGURE, site(\"...\").FIGURE or "
				 "task(\"...\").FIGURE is expected");
	return read_figure(c, out);
}

static bool read_comparison(struct cursor *c, struct rule *out)
{
	if (!take(c, ">"))
		return refuse(c, "> or >= is expected");
	if (*c->at == '=') {
		out->or_equal = true;
		c->at++;
	}
	skip_space(c);
	return true;
}

static bool read_unit(struct cursor *c, struct rule *out)
{
	size_t length;

	skip_space(c);
	length = strcspn(c->at, " \t");
	for (const struct unit *u = figures[out->figure].units; u->name; u++) {
		if (strlen(u->name) == length && strncmp(c->at, u->name, length) == 0) {
			out->limit *= u->times;
			c->at += length;
			return true;
		}
	}
	return refuse(c, "%s is given like %s", figures[out->figure].name,
		      figures[out->figure].example);
}

static bool read_limit(struct cursor *c, struct rule *out)
{
	char *end;

	if (*c->at == '-')
		return refuse(c, "a limit below nothing is broken by all that is no better");
	out->relative = *c->at == '+';
	if (out->relative && !figures[out->figure].relative)
		return refuse(c, "a change is told of blocked, rate, p50 and p99 only");
	c->at += out->relative;
	if (*c->at < '0' || *c->at > '9')
		return refuse(c, "a number is expected");
	out->limit = strtod(c->at, &end);
	if (!isfinite(out->limit) || c->at[strspn(c->at, "0123456789.eE+-")] == 'x')
		return refuse(c, "not a usable number");
	c->at = end;
	if (!out->relative)
		return read_unit(c, out);
	out->limit /= 100;
	return take(c, "%") || refuse(c, "%% is expected: a change is given like +20%%");
}

bool rule_read(const char *text, struct rule *out, char error[RULE_ERROR_BYTES])
{
	struct cursor c = {text, text, error};

	*out = (struct rule) {.text = text};
	if (!read_subject(&c, out) || !read_comparison(&c, out) || !read_limit(&c, out))
		return false;
	skip_space(&c);
	return !*c.at || refuse(&c, "the rule is complete before `%.40s`", c.at);
}
