/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/rules.h"
#include "analyzer/base/embedded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[WORDS] = {
	[WORD_SLEEP] = "sleep",
	[WORD_ACQUIRE] = "acquire",
	[WORD_NOTIFIED] = "notified",
	[WORD_ONESHOT] = "oneshot",
	[WORD_CHANNEL] = "channel",
	[WORD_BROADCAST] = "broadcast",
	[WORD_JOIN] = "join",
	[WORD_READY] = "ready",
	[WORD_FD] = "fd",
	[WORD_SET] = "set",
	[WORD_LIST] = "list",
	[WORD_LISTS] = "lists",
	[WORD_TASKS] = "tasks",
	[WORD_GUARD] = "guard",
	[WORD_HOLDER] = "holder",
	[WORD_TRANSPARENT] = "transparent",
	[WORD_STOP] = "stop",
	[WORD_COROUTINE] = "coroutine",
	[WORD_STARTED] = "started",
	[WORD_SUSPENDED] = "suspended",
	[WORD_AWAITED] = "awaited",
	[WORD_DYN] = "dyn",
	[WORD_VTABLE] = "vtable",
	[WORD_DATA] = "data",
	[WORD_TABLE] = "table",
	[WORD_SHARED] = "shared",
	[WORD_PERMITS] = "permits",
	[WORD_SECONDS] = "seconds",
	[WORD_NANOSECONDS] = "nanoseconds",
	[WORD_SEVERAL] = "several",
	[WORD_NEXT] = "next",
	[WORD_PREVIOUS] = "previous",
	[WORD_NUMBER] = "number",
	[WORD_SLICE] = "slice",
	[WORD_OWNED] = "owned",
	[WORD_FIRST] = "first",
	[WORD_LAST] = "last",
	[WORD_ID] = "id",
	[WORD_MAIN] = "main",
	[WORD_DROP] = "drop",
};

/* How rustc writes trait objects and implementations; and a bound for a trait's path. */
#define DYN "dyn "
#define AS " as "
enum { TRAIT_BYTES = 256 };

static enum descent_word word_of(const char *text)
{
	for (int i = WORD_NONE + 1; i < WORDS; i++)
		if (!strcmp(words[i], text))
			return (enum descent_word)i;
	return WORD_NONE;
}

/* A scan asks for the lines of a word at each of a million entries. */
static int lines_index(struct descent_rules *r)
{
	size_t used = 0;

	r->line = calloc(r->file.count + 1, sizeof(*r->line));
	if (!r->line)
		return -ENOMEM;
	for (int word = 0; word < WORDS; word++) {
		r->first[word] = used;
		for (size_t i = 0; i < r->file.count; i++)
			if (r->word[i] == (enum descent_word)word)
				r->line[used++] = i;
	}
	r->first[WORDS] = used;
	return 0;
}

/* Of what has no member a second word is the rest of a name with a space, which nothing fits. */
static bool is_whole(enum descent_word word, const struct rules_line *line)
{
	bool alone = word == WORD_TRANSPARENT || word == WORD_STOP || word == WORD_HOLDER ||
		     word == WORD_COROUTINE || word == WORD_DYN || word == WORD_VTABLE;

	return *line->words[1] && (!alone || !*line->words[2]);
}

int descent_rules_open(struct descent_rules *r, const char *file)
{
	int err;

	memset(r, 0, sizeof(*r));
	err = rules_file_open(&r->file, embedded_text(file));
	if (err)
		return err;
	r->word = calloc(r->file.count + 1, sizeof(*r->word));
	err = r->word ? 0 : -ENOMEM;
	for (size_t i = 0; !err && i < r->file.count; i++) {
		r->word[i] = word_of(r->file.lines[i].words[0]);
		if (r->word[i] == WORD_NONE || !is_whole(r->word[i], &r->file.lines[i]))
			err = -EINVAL;
	}
	if (!err)
		err = lines_index(r);
	if (err)
		descent_rules_close(r);
	return err;
}

void descent_rules_close(struct descent_rules *r)
{
	free(r->word);
	free(r->line);
	rules_file_close(&r->file);
	memset(r, 0, sizeof(*r));
}

const struct rules_line *descent_rules_type(const struct descent_rules *r, const char *path,
					    enum descent_word *word)
{
	for (size_t i = 0; i < r->file.count; i++) {
		if (r->word[i] >= WORD_TYPES || !pattern_matches(r->file.lines[i].words[1], path))
			continue;
		*word = r->word[i];
		return &r->file.lines[i];
	}
	*word = WORD_NONE;
	return NULL;
}

const struct rules_line *descent_rules_nth(const struct descent_rules *r, enum descent_word word,
					   size_t index)
{
	size_t at = r->first[word] + index;

	return at < r->first[word + 1] ? &r->file.lines[r->line[at]] : NULL;
}

const struct rules_line *descent_rules_line(const struct descent_rules *r, enum descent_word word,
					    const char *name)
{
	const struct rules_line *line;

	for (size_t i = 0; (line = descent_rules_nth(r, word, i)); i++)
		if (pattern_matches(line->words[1], name))
			return line;
	return NULL;
}

bool descent_rules_match(const struct descent_rules *r, enum descent_word word, const char *name)
{
	return descent_rules_line(r, word, name) != NULL;
}

const char *descent_rules_name(const struct descent_rules *r, enum descent_word word)
{
	const struct rules_line *line = descent_rules_nth(r, word, 0);

	return line ? line->words[1] : "";
}

/* Is the path at the start of this text that of a trait of futures? */
static bool is_trait(const struct descent_rules *r, const char *text)
{
	size_t length = strcspn(text, "<>+), ");
	char path[TRAIT_BYTES];

	if (!length || length >= sizeof(path))
		return false;
	memcpy(path, text, length);
	path[length] = 0;
	return descent_rules_match(r, WORD_DYN, path);
}

bool descent_rules_dyn(const struct descent_rules *r, const char *name)
{
	const char *object = strstr(name, DYN);

	return object && is_trait(r, object + strlen(DYN));
}

bool descent_rules_vtable(const struct descent_rules *r, const char *name)
{
	int depth = 0;

	if (!descent_rules_match(r, WORD_VTABLE, name))
		return false;
	for (const char *at = name; *at; at++) {
		if (*at == '<')
			depth++;
		else if (*at == '>' && at > name && at[-1] != '-') /* no part of "->" */
			depth--;
		else if (depth == 1 && !strncmp(at, AS, strlen(AS)))
			return is_trait(r, at + strlen(AS));
	}
	return false;
}
