/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/rules/origin.h"
#include "analyzer/base/text.h"
#include "analyzer/names/fold.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const origin_names[] = {
	[ORIGIN_UNKNOWN] = "unknown",         [ORIGIN_USER] = "user", [ORIGIN_RUNTIME] = "runtime",
	[ORIGIN_THIRD_PARTY] = "third-party", [ORIGIN_STD] = "std",   [ORIGIN_LIBC] = "libc",
	[ORIGIN_KERNEL] = "kernel",
};

bool frame_has_name(const struct symbol_frame *frame)
{
	return !strstr(frame->function, "+0x");
}

const char *frame_origin_name(const struct symbol_frame *frame)
{
	const char *name = origin_names[frame->origin];

	return frame->runtime ? frame->runtime : name ? name : origin_names[ORIGIN_UNKNOWN];
}

enum { CRATE_BYTES = 128 };

static bool any_matches(const struct rules *r, const char *keyword, const char *text)
{
	for (size_t i = 0; i < r->origin.count; i++)
		if (!strcmp(r->origin.lines[i].words[0], keyword) &&
		    pattern_matches(r->origin.lines[i].words[1], text))
			return true;
	return false;
}

/* Name of the runtime that is this crate, or NULL. */
static const char *runtime_of_crate(const struct rules *r, const char *crate)
{
	for (size_t i = 0; i < r->runtime_count; i++)
		if (!strcmp(r->runtimes[i].crate, crate))
			return r->runtimes[i].name;
	return NULL;
}

static enum frame_origin crate_origin(const struct rules *r, const char *crate)
{
	static const enum frame_origin known[] = {ORIGIN_STD, ORIGIN_RUNTIME};

	if (runtime_of_crate(r, crate))
		return ORIGIN_RUNTIME_ITSELF;
	for (size_t i = 0; i < r->origin.count; i++) {
		const struct rules_line *line = &r->origin.lines[i];

		if (strcmp(line->words[0], "crate") != 0 || !pattern_matches(line->words[1], crate))
			continue;
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (!strcmp(line->words[2], origin_names[known[k]]))
				return known[k];
	}
	return ORIGIN_UNKNOWN;
}

static bool is_main_crate(const struct origin_query *q, const char *crate)
{
	for (size_t i = 0; i < q->main_crate_count; i++)
		if (!strcmp(q->main_crates[i], crate))
			return true;
	return false;
}

/* Name of a crate by its directory: "some-util-0.7.8" or "crates__some-util-0.7.8". */
static void crate_of_directory(const char *at, char *out, size_t room)
{
	size_t length = strcspn(at, "/");
	size_t used = 0;

	for (size_t i = 0; i + 2 < length; i++)
		if (!memcmp(at + i, "__", 2) && isalpha((unsigned char)at[i + 2])) {
			at += i + 2;
			length -= i + 2;
			break;
		}
	for (size_t i = 0; i < length && used + 1 < room; i++) {
		bool version = i + 1 < length && (at[i] == '-' || !strncmp(at + i, "__", 2)) &&
			       isdigit((unsigned char)at[i + (at[i] == '-' ? 1 : 2)]);

		if (version)
			break;
		out[used++] = at[i] == '-' ? '_' : at[i];
	}
	out[used] = '\0';
}

static const char *skip_directories(const char *at, long count)
{
	for (; count > 0 && at; count--) {
		at = strchr(at, '/');
		at += at ? 1 : 0;
	}
	return at;
}

/*
 * The part of a path in which a directory src/ is of the user's project: what follows the unit's
 * directory, or the src/ that is a place for projects (/usr/src/app, /src).
 */
static const char *path_inside_project(const char *path, const char *comp_dir)
{
	size_t length = comp_dir ? strlen(comp_dir) : 0;

	if (length && !strncmp(path, comp_dir, length) && path[length] == '/')
		return path + length;
	if (!strncmp(path, "/usr/src/", 9))
		return path + 8;
	return !strncmp(path, "/src/", 5) ? path + 4 : path;
}

static bool below_src(const char *path, const char *end, const char *comp_dir)
{
	const char *src = strstr(path_inside_project(path, comp_dir), "/src/");

	return src && src < end;
}

/* The directory of a vendored crate in `path`: vendor/CRATE/src/, external/CRATE/. */
static const char *vendored(const char *path, const char *needle, const char *comp_dir,
			    bool wants_src)
{
	for (const char *at = strstr(path, needle); at; at = strstr(at + 1, needle)) {
		const char *crate = at + strlen(needle);
		const char *next = strchr(crate, '/');

		if (!next || below_src(path, at + 1, comp_dir))
			continue;
		/* A crate with the name "external" has its src/ there. */
		if (wants_src ? !strncmp(next, "/src/", 5) : strncmp(crate, "src/", 4) != 0)
			return crate;
	}
	return NULL;
}

/* Is this directory called NAME-1.2.3? */
static bool has_version(const char *at)
{
	size_t length = strcspn(at, "/");

	for (size_t i = 0; at[length] && i < length; i++) {
		size_t digits = at[i] == '-' ? strspn(at + i + 1, "0123456789") : 0;

		if (digits && at[i + 1 + digits] == '.' &&
		    isdigit((unsigned char)at[i + 2 + digits]))
			return true;
	}
	return false;
}

/* End of a rule's piece in the path; "." is the start of a relative path. NULL: not in it. */
static const char *piece_end(const char *path, const char *piece)
{
	const char *found;

	if (!strcmp(piece, "."))
		return *path == '/' ? NULL : path + (strncmp(path, "./", 2) ? 0 : 2);
	found = strstr(path, piece);
	return found ? found + strlen(piece) : NULL;
}

/* Is the file in a crate that is not the user's? `crate`: its name, "" where the path has none. */
static bool path_is_foreign(const struct rules *r, const struct origin_query *q, char *crate,
			    size_t room)
{
	for (size_t i = 0; i < r->origin.count; i++) {
		const struct rules_line *line = &r->origin.lines[i];
		const char *found = piece_end(q->decl_file, line->words[1]);
		const char *at = NULL;

		crate[0] = '\0';
		if (!found)
			continue;
		if (!strcmp(line->words[0], "repository"))
			return true;
		if (!strcmp(line->words[0], "built") && !q->crate && strstr(found, line->words[2]))
			return true;
		if (!strcmp(line->words[0], "registry"))
			at = skip_directories(found, strtol(line->words[2], NULL, 10));
		else if (!strcmp(line->words[0], "vendor"))
			at = vendored(q->decl_file, line->words[1], q->comp_dir, true);
		else if (!strcmp(line->words[0], "external"))
			at = vendored(q->decl_file, line->words[1], q->comp_dir, false);
		if (at && (!*line->words[3] || has_version(at))) {
			crate_of_directory(at, crate, room);
			return true;
		}
	}
	return false;
}

static enum frame_origin origin_by_path(const struct rules *r, const struct origin_query *q,
					const char *crate, const char **runtime)
{
	char directory[CRATE_BYTES];
	const char *name;
	enum frame_origin known;

	if (any_matches(r, "std", q->decl_file))
		return ORIGIN_STD;
	if (any_matches(r, "libc-path", q->decl_file))
		return ORIGIN_LIBC;
	if (!path_is_foreign(r, q, directory, sizeof(directory)))
		return ORIGIN_USER;
	name = *directory || q->by_trait ? directory : crate;
	if (is_main_crate(q, name))
		return ORIGIN_USER;
	known = crate_origin(r, name);
	*runtime = runtime_of_crate(r, name);
	return known == ORIGIN_UNKNOWN || known == ORIGIN_STD ? ORIGIN_THIRD_PARTY : known;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Packages have - in their names where crates have _. */
static bool same_crate(const char *option, const char *crate)
{
	for (; *option && *crate; option++, crate++)
		if ((*option == '-' ? '_' : *option) != *crate)
			return false;
	return !*option && !*crate;
}

static bool named_by_user(const struct origin_query *q, const char *crate)
{
	for (size_t i = 0; q->decl_file && i < q->user_prefix_count; i++) {
		size_t length = strlen(q->user_prefixes[i]);

		while (length > 1 && q->user_prefixes[i][length - 1] == '/')
			length--;
		if (!strncmp(q->decl_file, q->user_prefixes[i], length) &&
		    (q->decl_file[length] == '/' || !q->decl_file[length]))
			return true;
	}
	for (size_t i = 0; *crate && i < q->user_crate_count; i++)
		if (same_crate(q->user_crates[i], crate))
			return true;
	return false;
}

enum frame_origin origin_of(const struct rules *r, const struct origin_query *q,
			    const char **runtime)
{
	char crate[CRATE_BYTES] = "";
	enum frame_origin known;

	*runtime = NULL;
	if (q->crate && q->crate_length < sizeof(crate))
		memcpy(crate, q->crate, q->crate_length);
	if (named_by_user(q, crate))
		return ORIGIN_USER;
	if (q->module_path && any_matches(r, "libc", base_name(q->module_path)))
		return ORIGIN_LIBC;
	if (q->module_path && !*crate && any_matches(r, "system", q->module_path))
		return ORIGIN_THIRD_PARTY;
	known = crate_origin(r, crate);
	if (*crate && !q->by_trait) {
		if (is_main_crate(q, crate))
			return ORIGIN_USER;
		if (known ==
		    ORIGIN_RUNTIME_ITSELF) { /* wherever its source lies: a path dependency too */
			*runtime = runtime_of_crate(r, crate);
			return known;
		}
	}
	if (q->decl_file)
		return origin_by_path(r, q, crate, runtime);
	if (*crate && is_main_crate(q, crate))
		return ORIGIN_USER;
	if (!*crate && q->function && any_matches(r, "libc-name", q->function))
		return ORIGIN_LIBC;
	*runtime = runtime_of_crate(r, crate);
	return known;
}

bool origin_derived(const struct rules *r, const char *function, bool sign)
{
	struct text method = {0};
	bool derived = any_matches(r, "derived", function);

	if (!derived && sign) {
		fold_trait_method(&method, function);
		derived = method.bytes && any_matches(r, "derive", method.bytes);
	}
	text_close(&method);
	return derived;
}
