/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/names/fold.h"
#include "analyzer/names/demangle_legacy.h"

#include <ctype.h>
#include <string.h>

/* Limits recursion: types nest, and the nesting of a hostile name is unlimited. */
enum { FOLD_DEPTH = 32 };

/* A piece of a name. */
struct span {
	const char *at;
	size_t length;
};

static bool span_starts(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.length >= n && !memcmp(s.at, with, n);
}

static struct span span_from(struct span s, size_t from)
{
	return (struct span) {s.at + from, s.length - from};
}

/* Index of the bracket that closes the one at the start; the last index where none does. */
static size_t span_closing(struct span s)
{
	char open = s.at[0];
	char close = open == '<' ? '>' : open == '{' ? '}' : open == '[' ? ']' : ')';
	size_t depth = 0;

	for (size_t i = 0; i < s.length; i++) {
		if (s.at[i] == open)
			depth++;
		else if (s.at[i] == close && !(close == '>' && i && s.at[i - 1] == '-'))
			if (--depth == 0)
				return i;
	}
	return s.length - 1;
}

/* Index of the first `word` outside of all brackets, or the length. */
static size_t span_find(struct span s, const char *word)
{
	for (size_t i = 0; i < s.length; i++) {
		if (strchr("<{[(", s.at[i]))
			i += span_closing(span_from(s, i));
		else if (span_starts(span_from(s, i), word))
			return i;
	}
	return s.length;
}

static bool span_is_path(struct span s)
{
	return span_find(s, "::") < s.length;
}

/* Without the references, pointers and keywords in front of a type. */
static struct span type_bare(struct span s)
{
	static const char *const before[] = {"&", "mut ", "*const ", "*mut ", "dyn ", " "};

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (span_starts(s, before[i])) {
			s = span_from(s, strlen(before[i]));
			i = (size_t)-1; /* start over */
		}
	return s;
}

/* The text between the bracket at the start and the one that closes it. */
static struct span span_inside(struct span s)
{
	size_t close = span_closing(s);

	return (struct span) {s.at + (close ? 1 : 0), close ? close - 1 : 0};
}

/* The parts of a `<..>` in a path: `T`, `T as Trait`, `impl Trait for T`, `impl T`. */
struct qualified {
	struct span type;
	struct span trait; /* length 0: none */
};

static struct qualified qualified_read(struct span inner)
{
	struct qualified q = {.type = inner};
	size_t as;

	if (span_starts(inner, "impl ")) {
		inner = span_from(inner, 5);
		as = span_find(inner, " for ");
		q.type = as < inner.length ? span_from(inner, as + 5) : inner;
		q.trait = (struct span) {inner.at, as < inner.length ? as : 0};
	} else {
		as = span_find(inner, " as ");
		q.type = (struct span) {inner.at, as};
		if (as < inner.length)
			q.trait = span_from(inner, as + 4);
	}
	q.type = type_bare(q.type);
	return q;
}

static void fold_path(struct text *out, struct span s, int depth);

static void component_add(struct text *out, size_t start, struct span s)
{
	if (!s.length)
		return;
	if (out->length > start)
		text_add(out, "::", 2);
	text_add(out, s.at, s.length);
}

static struct span path_crate(struct span path)
{
	path = type_bare(path);
	while (path.length && path.at[0] == '<')
		path = qualified_read(span_inside(path)).type;
	if (!span_is_path(path))
		return (struct span) {path.at, 0};
	path.length = span_find(path, "::");
	for (size_t i = 0; i < path.length; i++)
		if (!isalnum((unsigned char)path.at[i]) && path.at[i] != '_')
			return (struct span) {path.at, 0};
	return path;
}

static bool is_std_crate(struct span c)
{
	return (c.length == 3 && !memcmp(c.at, "std", 3)) ||
	       (c.length == 4 && !memcmp(c.at, "core", 4)) ||
	       (c.length == 5 && !memcmp(c.at, "alloc", 5));
}

/*
 * Appends a `<..>` that is a component of a path. The function is named by the type; but where the
 * type is of the standard library and the trait is not, the trait says whose code it is.
 */
static void qualified_add(struct text *out, size_t start, struct span inner, int depth)
{
	struct qualified q = qualified_read(inner);
	struct span trait_crate = path_crate(q.trait);
	bool first = out->length == start;
	bool foreign = is_std_crate(path_crate(q.type)) && trait_crate.length &&
		       !is_std_crate(trait_crate);

	if (!foreign && q.type.length && (span_is_path(q.type) || q.type.at[0] == '<')) {
		/* the type's own path replaces that of the module with the impl */
		out->length = start;
		fold_path(out, q.type, depth + 1);
	} else if ((first || foreign) && q.trait.length) {
		out->length = start;
		fold_path(out, q.trait, depth + 1);
	} else if (first && q.type.length && q.type.at[0] == '[') {
		component_add(out, start, (struct span) {"slice", 5});
	} else if (first) {
		component_add(out, start, q.type);
	}
}

static bool is_hash(struct span s)
{
	if (s.length != 17 || s.at[0] != 'h')
		return false;
	for (size_t i = 1; i < s.length; i++)
		if (!isxdigit((unsigned char)s.at[i]) || isupper((unsigned char)s.at[i]))
			return false;
	return true;
}

/* The end of the component at the start, at `::`. */
static size_t component_end(struct span s)
{
	if (span_starts(s, "operator") && s.length > 8 && !isalnum((unsigned char)s.at[8]) &&
	    s.at[8] != '_')
		return s.length;
	return span_find(s, "::");
}

static void component_fold(struct text *out, size_t start, struct span c, int depth)
{
	size_t named = 0;

	if (c.at[0] == '<') {
		struct span inner = span_inside(c);

		if (out->length == start || span_starts(inner, "impl "))
			qualified_add(out, start, inner, depth);
		return;
	}
	if (c.at[0] == '(' || span_starts(c, "operator"))
		named = c.length;
	while (named < c.length && !strchr("<{([", c.at[named]))
		named++;
	c.length = named;
	if (!is_hash(c))
		component_add(out, start, c);
}

static void fold_path(struct text *out, struct span s, int depth)
{
	size_t start = out->length;

	if (depth > FOLD_DEPTH) {
		text_add(out, s.at, s.length);
		return;
	}
	while (s.length) {
		size_t end = component_end(s);

		if (end)
			component_fold(out, start, (struct span) {s.at, end}, depth);
		s = end + 2 <= s.length ? span_from(s, end + 2) : (struct span) {s.at, 0};
	}
	if (out->bytes && !out->failed)
		out->bytes[out->length] = '\0';
}

/*
 * Length without the suffixes of compilers: " [clone .cold]", ".llvm.123", ".part.0",
 * "@GLIBC_2.2.5".
 */
static size_t name_length(const char *name)
{
	static const char *const tails[] = {" [clone", ".llvm.",      ".cold",
					    ".part.",  ".constprop.", ".isra.",
					    "@GLIBC",  "@@GLIBC",     " (.llvm."};
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		const char *tail = strstr(name, tails[i]);

		if (tail && tail != name && (size_t)(tail - name) < length)
			length = (size_t)(tail - name);
	}
	return length;
}

/* The character that an escape $..$ at the start stands for, and its length; 0: none. */
static char escape_read(struct span s, size_t *used)
{
	const char *end = s.length && s.at[0] == '$' ? memchr(s.at + 1, '$', s.length - 1) : NULL;

	*used = end ? (size_t)(end - s.at) + 1 : 0;
	return end ? demangle_legacy_escape(s.at + 1, *used - 2) : 0;
}

static void unescape(struct text *out, struct span s)
{
	if (span_starts(s, "_$"))
		s = span_from(s, 1);
	for (size_t i = 0, used; i < s.length; i += used) {
		char letter = escape_read(span_from(s, i), &used);

		if (letter) {
			text_add(out, &letter, 1);
		} else if (span_starts(span_from(s, i), "..")) {
			text_add(out, "::", 2);
			used = 2;
		} else if (span_starts(span_from(s, i), "::_$LT$")) {
			text_add(out, "::", 2);
			used = 3;
		} else {
			text_add(out, s.at + i, 1);
			used = 1;
		}
	}
}

void fold_name(struct text *out, const char *name)
{
	struct span s = {name, name_length(name)};
	struct text plain = {0};
	size_t before = out->length;

	if (memchr(name, '$', s.length)) {
		unescape(&plain, s);
		if (!plain.failed && plain.bytes)
			s = (struct span) {plain.bytes, plain.length};
	}
	s = type_bare(s);
	fold_path(out, s, 0);
	if (out->length == before)
		text_add_string(out, name);
	text_close(&plain);
}

/* Finds the first `<..>` of a name, and what comes after it. False: it has none. */
static bool name_qualified(const char *name, struct qualified *q, struct span *rest)
{
	struct span s = {name, name_length(name)};
	size_t at = 0;

	while (at < s.length && s.at[at] != '<') {
		size_t end = span_find(span_from(s, at), "::");

		at += end + 2;
		if (at < s.length && s.at[at] == '<' && !span_starts(span_from(s, at), "<impl "))
			return false;
	}
	if (at >= s.length)
		return false;
	s = span_from(s, at);
	*q = qualified_read(span_inside(s));
	*rest = span_from(s, span_closing(s) + 1);
	return true;
}

const char *fold_crate(const char *name, size_t *length, bool *by_trait)
{
	struct span crate = {name, 0};
	struct qualified q = {0};
	struct span rest;

	*by_trait = false;
	if (name_qualified(name, &q, &rest)) {
		*by_trait = q.trait.length > 0;
		crate = path_crate(q.type);
		if (q.trait.length && (!crate.length || is_std_crate(crate)))
			crate = path_crate(q.trait);
		if (!crate.length && name[0] != '<')
			crate = path_crate((struct span) {name, strlen(name)});
	} else {
		crate = path_crate((struct span) {name, strlen(name)});
	}
	if (!crate.length && !strncmp(name, "__rust_", 7))
		crate.length = strlen("__rust");
	*length = crate.length;
	return crate.at;
}

void fold_trait_method(struct text *out, const char *name)
{
	struct qualified q = {0};
	struct span rest;

	if (!name_qualified(name, &q, &rest) || !q.trait.length || !span_starts(rest, "::"))
		return;
	fold_path(out, q.trait, 0);
	text_add(out, "::", 2);
	rest = span_from(rest, 2);
	fold_path(out, (struct span) {rest.at, span_find(rest, "::")}, 0);
}

const char *fold_first_argument(const char *name, size_t *length)
{
	struct span s = {name, strlen(name)};
	struct span last = {name, 0};

	for (size_t i = 0; i < s.length; i++) {
		if (s.at[i] == '<') {
			last = span_inside(span_from(s, i));
			i += span_closing(span_from(s, i));
		} else if (strchr("{[(", s.at[i])) {
			i += span_closing(span_from(s, i));
		}
	}
	*length = last.length ? span_find(last, ",") : 0;
	return last.at;
}
