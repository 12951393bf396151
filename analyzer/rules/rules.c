// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/rules/rules.h"
#include "analyzer/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/embedded.h"
#include "analyzer/names/fold.h"

static const char *const role_names[] = {
	[ROLE_NONE] = "",
	[ROLE_POLL] = "poll",
	[ROLE_BLOCKING_TASK] = "blocking-task",
	[ROLE_LAUNCH] = "launch",
	[ROLE_WORKER] = "worker",
	[ROLE_CURRENT_THREAD] = "current-thread",
	[ROLE_PARK] = "park",
	[ROLE_BETWEEN] = "between",
	[ROLE_BLOCK_IN_PLACE] = "block-in-place",
	[ROLE_POOL] = "pool",
	[ROLE_ROOT] = "root",
	[ROLE_BLOCK_ON] = "block-on",
	[ROLE_LOCAL_SET] = "local-set",
	[ROLE_THREAD_ROOT] = "thread-root",
	[ROLE_POLL_END] = "poll-end",
	[ROLE_AROUND] = "around",
	[ROLE_WRAPPER] = "wrapper",
	[ROLE_MARKER] = "marker",
};
enum { ROLE_COUNT = sizeof(role_names) / sizeof(role_names[0]) };

/* Wrappers around wrappers: as many as a hostile type name may cost us. */
enum { WRAPPERS = 16 };

bool pattern_matches(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static struct rule line_cut(char *line)
{
	struct rule rule = {.words = {"", "", "", ""}};
	char *rest = NULL;
	char *word = strtok_r(line, " \t", &rest);

	for (size_t i = 0; word && i < RULE_WORDS; i++) {
		rule.words[i] = word;
		word = strtok_r(NULL, " \t", &rest);
	}
	return rule;
}

int rule_file_open(struct rule_file *f, const char *text)
{
	size_t room = 0;
	char *rest = NULL;

	memset(f, 0, sizeof(*f));
	f->text = text ? strdup(text) : NULL;
	if (!f->text)
		return text ? -ENOMEM : -ENOENT;
	for (char *line = f->text; (line = strtok_r(line, "\n", &rest)); line = NULL) {
		struct rule rule;

		line[strcspn(line, "#")] = '\0';
		rule = line_cut(line);
		if (!*rule.words[0])
			continue;
		if (!array_grow(&f->rules, f->count, &room, sizeof(*f->rules))) {
			rule_file_close(f);
			return -ENOMEM;
		}
		f->rules[f->count++] = rule;
	}
	return 0;
}

void rule_file_close(struct rule_file *f)
{
	free(f->rules);
	free(f->text);
	memset(f, 0, sizeof(*f));
}

static enum role role_of_word(const char *word)
{
	for (int i = 1; i < ROLE_COUNT; i++)
		if (!strcmp(role_names[i], word))
			return (enum role)i;
	return ROLE_NONE;
}

/* The last part of a pattern's path; NULL: none, or one that may be anything. */
static const char *last_word(const char *pattern)
{
	const char *last = NULL;

	for (const char *at = pattern; (at = strstr(at, "::")); at += 2)
		last = at + 2;
	return last && !strchr(last, '*') ? last : NULL;
}

/* A word that is no role is a mistake in our own file: it must not pass unseen. */
static int roles_read(struct rules *r)
{
	r->roles = calloc(r->tokio.count + 1, sizeof(*r->roles));
	if (!r->roles)
		return -ENOMEM;
	for (size_t i = 0; i < r->tokio.count; i++) {
		struct role_rule *out = &r->roles[r->role_count++];

		out->role = role_of_word(r->tokio.rules[i].words[0]);
		out->pattern = r->tokio.rules[i].words[2];
		out->last = last_word(out->pattern);
		if (out->role == ROLE_NONE || !*out->pattern)
			return -EINVAL;
	}
	return 0;
}

int rules_open(struct rules **out)
{
	struct rules *r = calloc(1, sizeof(*r));
	int error;

	if (!r)
		return -ENOMEM;
	error = rule_file_open(&r->tokio, embedded_text("rules/tokio.rules"));
	if (!error)
		error = rule_file_open(&r->origin, embedded_text("rules/origin.rules"));
	if (!error)
		error = rule_file_open(&r->causes, embedded_text("rules/causes.rules"));
	if (!error)
		error = roles_read(r);
	if (error) {
		rules_close(r);
		return error;
	}
	*out = r;
	return 0;
}

void rules_close(struct rules *r)
{
	if (!r)
		return;
	free(r->roles);
	rule_file_close(&r->tokio);
	rule_file_close(&r->origin);
	rule_file_close(&r->causes);
	free(r);
}

enum role rules_role(const struct rules *r, const char *site)
{
	for (size_t i = 0; i < r->role_count; i++)
		if (r->roles[i].role != ROLE_WRAPPER && r->roles[i].role != ROLE_MARKER &&
		    r->roles[i].role != ROLE_LAUNCH && pattern_matches(r->roles[i].pattern, site))
			return r->roles[i].role;
	return ROLE_NONE;
}

bool rules_has_role(const struct rules *r, enum role role, const char *name)
{
	for (size_t i = 0; i < r->role_count; i++)
		if (r->roles[i].role == role && pattern_matches(r->roles[i].pattern, name))
			return true;
	return false;
}

/* The last part of a path stands in the linker's name as it is, however that is mangled. */
bool rules_may_have_role(const struct rules *r, enum role role, const char *linkage)
{
	const char *shortest = NULL;

	for (size_t i = 0; i < r->role_count; i++) {
		const char *last;

		if (r->roles[i].role != role)
			continue;
		last = r->roles[i].last;
		if (!last)
			return true;
		/* What lacks a part of a word lacks the word. */
		if (shortest && strstr(last, shortest))
			continue;
		if (strstr(linkage, last))
			return true;
		shortest = last;
	}
	return false;
}

/* Types that are the same for many a task. */
static bool says_nothing(const char *type)
{
	static const char *const starts[] = {"dyn ", "fn(", "unsafe ", "extern ", "for<"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(type, starts[i], strlen(starts[i])))
			return true;
	return false;
}

void rules_fold_task(const struct rules *r, struct text *out, const char *type)
{
	char *name = strdup(type);

	for (int i = 0; name && i < WRAPPERS; i++) {
		struct text folded = {0};
		size_t length = 0;
		const char *inner = fold_first_argument(name, &length);
		bool wrapper;

		fold_name(&folded, name);
		wrapper = length && folded.bytes && rules_has_role(r, ROLE_WRAPPER, folded.bytes);
		if (!wrapper && folded.bytes && !says_nothing(name))
			text_add(out, folded.bytes, folded.length);
		text_close(&folded);
		if (!wrapper)
			break;
		inner = strndup(inner, length);
		free(name);
		name = (char *)inner;
	}
	if (!name)
		out->failed = true;
	free(name);
}
