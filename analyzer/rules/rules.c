/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/rules/rules.h"
#include "analyzer/base/embedded.h"
#include "analyzer/names/fold.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const role_names[] = {
	[ROLE_NONE] = "",
	[ROLE_POLL] = "poll",
	[ROLE_BLOCKING_TASK] = "blocking-task",
	[ROLE_LAUNCH] = "launch",
	[ROLE_WORKER] = "worker",
	[ROLE_CURRENT_THREAD] = "current-thread",
	[ROLE_PARK] = "park",
	[ROLE_WORKER_PARK] = "worker-park",
	[ROLE_BETWEEN] = "between",
	[ROLE_BLOCK_IN_PLACE] = "block-in-place",
	[ROLE_POOL] = "pool",
	[ROLE_ROOT] = "root",
	[ROLE_BLOCK_ON] = "block-on",
	[ROLE_LOCAL_SET] = "local-set",
	[ROLE_THREAD_ROOT] = "thread-root",
	[ROLE_POLL_END] = "poll-end",
	[ROLE_AROUND] = "around",
	[ROLE_JOB] = "job",
	[ROLE_WRAPPER] = "wrapper",
	[ROLE_GUARD] = "guard",
	[ROLE_MARKER] = "marker",
};
enum { ROLE_COUNT = sizeof(role_names) / sizeof(role_names[0]) };

static const char park_call[] = "park-call", worker_name[] = "worker-name";
static const char channel_send[] = "channel-send";

/* Wrappers within wrappers: a limit for hostile type names. */
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

static struct rules_line line_cut(char *text)
{
	struct rules_line line = {.words = {"", "", "", ""}};
	char *rest = NULL;
	char *word = strtok_r(text, " \t", &rest);

	for (size_t i = 0; word && i < RULES_WORDS; i++) {
		line.words[i] = word;
		word = strtok_r(NULL, " \t", &rest);
	}
	return line;
}

int rules_file_open(struct rules_file *f, const char *text)
{
	size_t room = 0;
	char *rest = NULL;

	memset(f, 0, sizeof(*f));
	f->text = text ? strdup(text) : NULL;
	if (!f->text)
		return text ? -ENOMEM : -ENOENT;
	for (char *at = f->text; (at = strtok_r(at, "\n", &rest)); at = NULL) {
		struct rules_line line;

		at[strcspn(at, "#")] = '\0';
		line = line_cut(at);
		if (!*line.words[0])
			continue;
		if (!array_grow(&f->lines, f->count, &room, sizeof(*f->lines))) {
			rules_file_close(f);
			return -ENOMEM;
		}
		f->lines[f->count++] = line;
	}
	return 0;
}

void rules_file_close(struct rules_file *f)
{
	free(f->lines);
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

/* The last word of a pattern's path; NULL: none, or one with a `*`. */
static const char *last_word(const char *pattern)
{
	const char *last = NULL;

	for (const char *at = pattern; (at = strstr(at, "::")); at += 2)
		last = at + 2;
	return last && !strchr(last, '*') ? last : NULL;
}

/* Takes a line about the runtime itself. False: it is about a function's role. */
static bool runtime_take(struct runtime *runtime, const struct rules_line *line)
{
	const char *keyword = line->words[0];

	if (!strcmp(keyword, "runtime")) {
		runtime->name = line->words[1];
		runtime->title = line->words[2];
	} else if (!strcmp(keyword, "crate")) {
		runtime->crate = line->words[2];
	} else if (!strcmp(keyword, "multi-threaded")) {
		runtime->multi_threaded = line->words[2];
	} else if (!strcmp(keyword, "single-threaded")) {
		runtime->single_threaded = line->words[2];
	} else {
		return !strcmp(keyword, park_call) || !strcmp(keyword, worker_name) ||
		       !strcmp(keyword, channel_send);
	}
	return true;
}

/* -EINVAL: the word is no role, a mistake in a rules file. */
static int role_take(struct rules *r, const struct runtime *runtime, const struct rules_line *line)
{
	struct role_rule rule = {
		.role = role_of_word(line->words[0]),
		.runtime = runtime,
		.pattern = line->words[2],
		.last = last_word(line->words[2]),
	};

	if (rule.role == ROLE_NONE || !*rule.pattern)
		return -EINVAL;
	if (!array_grow(&r->roles, r->role_count, &r->role_room, sizeof(*r->roles)))
		return -ENOMEM;
	r->roles[r->role_count++] = rule;
	return 0;
}

static int runtime_open(struct rules *r, const char *text)
{
	struct runtime *runtime = &r->runtimes[r->runtime_count];
	int error;

	if (r->runtime_count == RUNTIMES_MAX)
		return -E2BIG;
	error = rules_file_open(&runtime->file, text);
	if (error)
		return error;
	r->runtime_count++;
	for (size_t i = 0; i < runtime->file.count && !error; i++)
		if (!runtime_take(runtime, &runtime->file.lines[i]))
			error = role_take(r, runtime, &runtime->file.lines[i]);
	if (!error && (!runtime->name || !runtime->title || !runtime->crate ||
		       !runtime->multi_threaded || !runtime->single_threaded))
		error = -EINVAL;
	return error;
}

static int runtimes_open(struct rules *r)
{
	int error = 0;

	for (const struct embedded_file *f = embedded_files; f->name && !error; f++)
		if (embedded_within(f, "rules/") && strstr(f->text, "\nruntime "))
			error = runtime_open(r, f->text);
	return error;
}

/* The third word of the line with this index among those of a keyword. */
static const char *runtime_word(const struct runtime *runtime, const char *keyword, size_t index)
{
	for (size_t i = 0; i < runtime->file.count; i++)
		if (!strcmp(runtime->file.lines[i].words[0], keyword) && !index--)
			return runtime->file.lines[i].words[2];
	return NULL;
}

const char *runtime_park_call(const struct runtime *runtime, size_t index)
{
	return runtime_word(runtime, park_call, index);
}

const char *runtime_worker_name(const struct runtime *runtime, size_t index)
{
	return runtime_word(runtime, worker_name, index);
}

const char *runtime_channel_send(const struct runtime *runtime, size_t index)
{
	return runtime_word(runtime, channel_send, index);
}

const char *runtime_local_set(const struct runtime *runtime, size_t index)
{
	return runtime_word(runtime, role_names[ROLE_LOCAL_SET], index);
}

int rules_open(struct rules **out)
{
	struct rules *r = calloc(1, sizeof(*r));
	int error;

	if (!r)
		return -ENOMEM;
	error = runtimes_open(r);
	if (!error)
		error = rules_file_open(&r->origin, embedded_text("rules/origin.rules"));
	if (!error)
		error = rules_file_open(&r->causes, embedded_text("rules/causes.rules"));
	if (error) {
		rules_close(r);
		return error;
	}
	*out = r;
	return 0;
}

enum stack_park rules_parks_in(const struct rules *r, const char *syscall)
{
	for (size_t i = 0; i < r->runtime_count; i++) {
		const struct rules_file *file = &r->runtimes[i].file;

		for (size_t k = 0; k < file->count; k++) {
			const struct rules_line *line = &file->lines[k];

			if (!strcmp(line->words[0], park_call) && !strcmp(line->words[2], syscall))
				return !strcmp(line->words[3], "driver") ? STACK_PARKS_IN_DRIVER
									 : STACK_PARKS_IN_ANY;
		}
	}
	return STACK_PARKS_NOT;
}

void rules_close(struct rules *r)
{
	if (!r)
		return;
	free(r->roles);
	for (size_t i = 0; i < r->runtime_count; i++)
		rules_file_close(&r->runtimes[i].file);
	rules_file_close(&r->origin);
	rules_file_close(&r->causes);
	free(r);
}

const struct role_rule *rules_find(const struct rules *r, const char *site)
{
	for (size_t i = 0; i < r->role_count; i++)
		if (r->roles[i].role != ROLE_WRAPPER && r->roles[i].role != ROLE_GUARD &&
		    r->roles[i].role != ROLE_MARKER && r->roles[i].role != ROLE_LAUNCH &&
		    pattern_matches(r->roles[i].pattern, site))
			return &r->roles[i];
	return NULL;
}

enum role rules_role(const struct rules *r, const char *site)
{
	const struct role_rule *rule = rules_find(r, site);

	return rule ? rule->role : ROLE_NONE;
}

bool rules_has_role(const struct rules *r, enum role role, const char *name)
{
	for (size_t i = 0; i < r->role_count; i++)
		if (r->roles[i].role == role && pattern_matches(r->roles[i].pattern, name))
			return true;
	return false;
}

/* Every mangling keeps the last word of a path as it is. */
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
		/* Without this part of the word it has not the word. */
		if (shortest && strstr(last, shortest))
			continue;
		if (strstr(linkage, last))
			return true;
		shortest = last;
	}
	return false;
}

/* Types that many different tasks share. */
static bool names_no_task(const char *type)
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
		if (!wrapper && folded.bytes && !names_no_task(name))
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
