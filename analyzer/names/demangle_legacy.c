/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/names/demangle_legacy.h"

#include <string.h>

/* Longer names are left to libiberty. The output is never twice as long as the name. */
enum { NAME_BYTES = 2048, HASH_BYTES = 17, HASH_DIGITS = 5 };

struct part {
	const char *text;
	size_t bytes;
};

/* "17h0123456789abcdef": a part after its length. */
static bool part_read(const char **at, const char *end, struct part *out)
{
	size_t bytes = 0;

	while (*at < end && **at >= '0' && **at <= '9' && bytes < NAME_BYTES)
		bytes = bytes * 10 + (size_t)(*(*at)++ - '0');
	if (!bytes || bytes > (size_t)(end - *at))
		return false;
	*out = (struct part) {*at, bytes};
	*at += bytes;
	return true;
}

/* C++ names may have this form too, but hardly end in 16 digits that look random. */
static bool is_hash(const struct part *p)
{
	unsigned int seen = 0;

	if (p->bytes != HASH_BYTES || p->text[0] != 'h')
		return false;
	for (size_t i = 1; i < p->bytes; i++) {
		char c = p->text[i];

		if (c >= '0' && c <= '9')
			seen |= 1u << (c - '0');
		else if (c >= 'a' && c <= 'f')
			seen |= 1u << (c - 'a' + 10);
		else
			return false;
	}
	return __builtin_popcount(seen) >= HASH_DIGITS;
}

/* The end of the parts, without the last one, which is the hash. NULL: not a legacy Rust name. */
static const char *parts_end(const char *name, const char *end)
{
	const char *at = name, *before = name;
	struct part last = {0};

	while (at < end && *at != 'E') {
		before = at;
		if (!part_read(&at, end, &last))
			return NULL;
	}
	if (at == end || before == name || !is_hash(&last))
		return NULL;
	return at + 1 == end || !strncmp(at + 1, ".llvm.", 6) ? before : NULL;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char demangle_legacy_escape(const char *text, size_t bytes)
{
	static const struct {
		char text[3];
		char means;
	} escapes[] = {{"SP", '@'}, {"BP", '*'}, {"RF", '&'}, {"LT", '<'},
		       {"GT", '>'}, {"LP", '('}, {"RP", ')'}, {"C", ','}};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (bytes == strlen(escapes[i].text) && !memcmp(text, escapes[i].text, bytes))
			return escapes[i].means;
	if (bytes == 3 && text[0] == 'u' && hex_digit(text[1]) >= 2 && hex_digit(text[1]) < 8 &&
	    hex_digit(text[2]) >= 0)
		return (char)(hex_digit(text[1]) * 16 + hex_digit(text[2]));
	return 0;
}

/* Writes a part and returns the end of the output; NULL: the part has an unknown escape. */
static char *part_write(const struct part *p, char *out)
{
	const char *at = p->text, *end = p->text + p->bytes;

	at += p->bytes > 1 && at[0] == '_' && at[1] == '$';
	while (at < end) {
		const char *close;
		char c = *at++;

		if (c == '.' && at < end && *at == '.') {
			*out++ = ':';
			*out++ = ':';
			at++;
		} else if (c == '$') {
			close = memchr(at, '$', (size_t)(end - at));
			c = close ? demangle_legacy_escape(at, (size_t)(close - at)) : 0;
			if (!c)
				return NULL;
			*out++ = c;
			at = close + 1;
		} else if ((unsigned char)c >= 0x80 || c == '@') {
			return NULL;
		} else {
			*out++ = c;
		}
	}
	return out;
}

bool demangle_legacy(struct text *out, const char *name)
{
	size_t length = strlen(name);
	const char *at = name + 3;
	const char *end;
	char written[2 * NAME_BYTES];
	char *to = written;

	if (length < 3 + 2 + HASH_BYTES + 3 || length > NAME_BYTES || strncmp(name, "_ZN", 3) != 0)
		return false;
	end = parts_end(at, name + length);
	while (end && at < end) {
		struct part p;

		if (to != written) {
			*to++ = ':';
			*to++ = ':';
		}
		part_read(&at, end, &p);
		to = part_write(&p, to);
		if (!to)
			return false;
	}
	if (end)
		text_add(out, written, (size_t)(to - written));
	return end != NULL;
}
