// SPDX-License-Identifier: MIT OR Apache-2.0
#include <string.h>

#include "analyzer/rules/cause.h"

static const char *const cause_names[] = {
	[CAUSE_CPU] = "cpu",         [CAUSE_LOCK] = "lock",     [CAUSE_SLEEP] = "sleep",
	[CAUSE_FILE_IO] = "file-io", [CAUSE_NET_IO] = "net-io", [CAUSE_PAGE_FAULT] = "page-fault",
	[CAUSE_SYSCALL] = "syscall",
};
enum { CAUSE_COUNT = sizeof(cause_names) / sizeof(cause_names[0]) };

const char *cause_name(enum cause c)
{
	return (size_t)c < CAUSE_COUNT ? cause_names[c] : NULL;
}

bool cause_named(const char *name, size_t length)
{
	for (int c = 0; c < CAUSE_COUNT; c++) {
		if (strlen(cause_names[c]) == length && !strncmp(cause_names[c], name, length))
			return true;
	}
	return false;
}

void cause_list(struct text *out)
{
	for (int c = 0; c < CAUSE_COUNT; c++) {
		text_add_string(out, c ? ", " : "");
		text_add_string(out, cause_names[c]);
	}
}

/* The first line of this kind that fits `name`. */
static const struct rule *find_line(const struct rules *r, const char *keyword, const char *name)
{
	for (size_t i = 0; i < r->causes.count; i++) {
		const struct rule *rule = &r->causes.rules[i];

		if (!strcmp(rule->words[0], keyword) && pattern_matches(rule->words[1], name))
			return rule;
	}
	return NULL;
}

static bool any_frame(const struct rules *r, const char *keyword, const char *const *kernel,
		      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (kernel[i] && find_line(r, keyword, kernel[i]))
			return true;
	return false;
}

static enum cause cause_of_line(const struct rule *rule)
{
	for (int c = 0; c < CAUSE_COUNT; c++)
		if (!strcmp(rule->words[2], cause_names[c]))
			return (enum cause)c;
	return CAUSE_SYSCALL;
}

static enum cause cause_of_call(const struct rules *r, const char *name, const char *const *kernel,
				size_t count)
{
	const struct rule *rule = name ? find_line(r, "call", name) : NULL;

	for (size_t i = 0; i < count && !rule; i++)
		rule = kernel[i] ? find_line(r, "kernel", kernel[i]) : NULL;
	return rule ? cause_of_line(rule) : CAUSE_SYSCALL;
}

/*
 * On CPU in a system call: that call's cause, see DESIGN section 2. Asleep with neither a call nor
 * a fault: taken off the CPU by an interrupt it was computing; anything else that held it there
 * (a stop signal, a debugger, a frozen control group) is the kernel's and goes as `syscall`.
 */
enum cause cause_of(const struct rules *r, uint32_t machine, int32_t syscall,
		    const char *const *kernel, size_t count, bool off_cpu)
{
	if (syscall >= 0)
		return cause_of_call(r, syscall_name(machine, syscall), kernel, count);
	if (any_frame(r, "fault", kernel, count))
		return CAUSE_PAGE_FAULT;
	if (!off_cpu || any_frame(r, "preempt", kernel, count))
		return CAUSE_CPU;
	return CAUSE_SYSCALL;
}
