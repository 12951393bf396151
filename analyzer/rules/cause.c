/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/rules/cause.h"
#include "analyzer/base/embedded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What code decides by itself; all other causes are named by lines of causes.rules only. */
static const char cpu[] = "cpu";
static const char any_file[] = "event";
static const char other_syscall[] = "syscall";

int cause_each(int (*take)(void *context, const struct cause *cause), void *context)
{
	char *text = strdup(embedded_text("rules/causes.rules"));
	char *rest = text;
	char *line;
	int result = text ? 0 : -ENOMEM;

	while (!result && (line = strsep(&rest, "\n"))) {
		const char *keyword = strsep(&line, " \t");
		struct cause cause = {.work = !strcmp(keyword, "work")};

		if ((!cause.work && strcmp(keyword, "cause") != 0) || !line)
			continue;
		line += strspn(line, " \t");
		cause.name = strsep(&line, " \t");
		cause.about = line ? line + strspn(line, " \t") : "";
		result = take(context, &cause);
	}
	free(text);
	return result;
}

struct wanted {
	const char *name;
	size_t length;
};

static int is_wanted(void *context, const struct cause *cause)
{
	const struct wanted *wanted = context;

	return strlen(cause->name) == wanted->length &&
	       !strncmp(cause->name, wanted->name, wanted->length);
}

bool cause_named(const char *name, size_t length)
{
	struct wanted wanted = {name, length};

	return cause_each(is_wanted, &wanted) > 0;
}

struct list {
	struct text *out;
	bool any;
};

static int append(void *context, const struct cause *cause)
{
	struct list *list = context;

	text_add_string(list->out, list->any ? ", " : "");
	text_add_string(list->out, cause->name);
	list->any = true;
	return 0;
}

void cause_list(struct text *out)
{
	struct list list = {.out = out};

	if (cause_each(append, &list))
		out->failed = true;
}

/* The first line of this kind that fits `name`. */
static const struct rules_line *find_line(const struct rules *r, const char *keyword,
					  const char *name)
{
	for (size_t i = 0; i < r->causes.count; i++) {
		const struct rules_line *line = &r->causes.lines[i];

		if (!strcmp(line->words[0], keyword) && pattern_matches(line->words[1], name))
			return line;
	}
	return NULL;
}

/* The line that fits the first function that any fits. */
static const struct rules_line *find_any(const struct rules *r, const char *keyword,
					 const char *const *names, size_t count)
{
	const struct rules_line *line = NULL;

	for (size_t i = 0; i < count && !line; i++)
		line = names[i] ? find_line(r, keyword, names[i]) : NULL;
	return line;
}

/* The cause of the first `trap` line that fits any function of the stack, or NULL. */
static const char *cause_of_trap(const struct rules *r, const char *const *kernel, size_t count)
{
	for (size_t i = 0; i < r->causes.count; i++) {
		const struct rules_line *line = &r->causes.lines[i];

		for (size_t k = 0; !strcmp(line->words[0], "trap") && k < count; k++)
			if (kernel[k] && pattern_matches(line->words[1], kernel[k]))
				return line->words[2];
	}
	return NULL;
}

static const char *cause_of_call(const struct rules *r, const char *name, const char *const *kernel,
				 size_t count)
{
	const struct rules_line *line = find_any(r, "frame", kernel, count);

	if (!line && name)
		line = find_line(r, "call", name);
	if (!line)
		line = find_any(r, "kernel", kernel, count);
	return line ? line->words[2] : other_syscall;
}

const char *cause_of_frames(const struct rules *r, const struct symbol_frame *const *frames,
			    size_t count)
{
	const struct rules_line *line = NULL;

	for (size_t i = 0; i < count && !line; i++)
		line = frames[i]->site ? find_line(r, "user", frames[i]->site) : NULL;
	return line ? line->words[2] : NULL;
}

bool cause_is_open(const char *cause)
{
	return !strcmp(cause, any_file) || !strcmp(cause, other_syscall);
}

/*
 * On CPU in a system call the cause is that call's. What held a thread in the kernel outside of a
 * call for another reason than the rules name (a stop signal, a debugger, a frozen control group)
 * counts as a system call.
 */
const char *cause_of(const struct rules *r, uint32_t machine, int32_t syscall,
		     const char *const *kernel, size_t count, bool off_cpu)
{
	const char *trap;

	if (syscall >= 0)
		return cause_of_call(r, syscall_name(machine, syscall), kernel, count);
	trap = cause_of_trap(r, kernel, count);
	return trap ? trap : off_cpu ? other_syscall : cpu;
}
