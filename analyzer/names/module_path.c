/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/names/module_path.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* A part of a text. */
struct part {
	const char *start;
	size_t length;
};

static bool part_is(struct part p, const char *word)
{
	return p.length == strlen(word) && !memcmp(p.start, word, p.length);
}

/* Up to the next `end`, or the whole text. */
static struct part part_until(const char *start, char end)
{
	const char *at = strchr(start, end);

	return (struct part) {start, at ? (size_t)(at - start) : strlen(start)};
}

/* Packages have - where crates have _. */
static void word_add(struct text *out, struct part p)
{
	for (size_t i = 0; i < p.length; i++)
		text_add(out, p.start[i] == '-' ? "_" : &p.start[i], 1);
	text_add_string(out, "::");
}

/* What follows the last src/ of the path; NULL: it has none. */
static const char *after_src(const char *path)
{
	const char *after = strncmp(path, "src/", 4) ? NULL : path + 4;

	for (const char *at = path; (at = strstr(at, "/src/")); at += 4)
		after = at + 5;
	return after;
}

/* The folder that has the src/, without a version: NAME-1.2.3. */
static struct part package_before(const char *path, const char *after)
{
	const char *end = after - strlen("/src/"), *start = end;
	struct part p;

	if (after <= path + strlen("/src/"))
		return (struct part) {path, 0};
	while (start > path && start[-1] != '/')
		start--;
	p = (struct part) {start, (size_t)(end - start)};
	for (size_t i = 0; i + 1 < p.length; i++)
		if (start[i] == '-' && isdigit((unsigned char)start[i + 1]))
			p.length = i;
	return p;
}

static struct part crate_of_unit(const char *unit)
{
	const char *at = unit ? strstr(unit, "/@/") : NULL;

	return at ? part_until(at + 3, '.') : (struct part) {"", 0};
}

/* The file's own part of the path: none of main.rs, lib.rs and mod.rs. */
static void file_add(struct text *out, const char *name)
{
	struct part stem = part_until(name, '.');

	if (stem.length && !part_is(stem, "main") && !part_is(stem, "lib") && !part_is(stem, "mod"))
		word_add(out, stem);
}

void module_path_add(struct text *out, const char *path, const char *unit)
{
	const char *at = after_src(path), *slash;
	struct part crate = at ? package_before(path, at) : (struct part) {path, 0};

	if (at && !strncmp(at, "bin/", 4)) { /* a program of its own */
		at += 4;
		crate = part_until(at, strchr(at, '/') ? '/' : '.');
		at += crate.length;
		at = *at == '/' ? at + 1 : NULL;
	}
	if (!crate.length)
		crate = crate_of_unit(unit);
	if (!crate.length)
		return;
	word_add(out, crate);
	for (; at && (slash = strchr(at, '/')); at = slash + 1)
		word_add(out, (struct part) {at, (size_t)(slash - at)});
	if (at)
		file_add(out, at);
}
