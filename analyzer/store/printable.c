/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/printable.h"
#include "analyzer/base/text_clean.h"
#include "analyzer/base/text_pool.h"
#include "format/base/text_sequence.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * SQLite keeps no memory of ours for a connection but what belongs to a function. So the pool of
 * cleaned texts belongs to one, which is called with a pointer: no SQL of anybody can give that.
 */
#define KEEP "hud_printable_text"

struct keeping {
	const char *text, *kept;
};

static bool is_printable(const char *text, size_t bytes)
{
	size_t length = 1;

	for (size_t i = 0; length && i < bytes; i += length)
		length = text_sequence(text + i, bytes - i);
	return length != 0;
}

static const char *cleaned_intern(struct text_pool *pool, const char *text)
{
	char *one_line = strdup(text), *clean = NULL;
	const char *kept = NULL;

	for (char *c = one_line; c && *(c += strcspn(c, "\n\r\t"));)
		*c = ' ';
	if (one_line)
		clean = text_clean(one_line, strlen(one_line));
	if (clean)
		kept = text_pool_intern(pool, clean, strlen(clean));
	free(clean);
	free(one_line);
	return kept;
}

static void keep(sqlite3_context *context, int count, sqlite3_value **value)
{
	struct keeping *k = count ? sqlite3_value_pointer(value[0], KEEP) : NULL;

	if (k)
		k->kept = cleaned_intern(sqlite3_user_data(context), k->text);
}

static void pool_free(void *context)
{
	struct text_pool *pool = context;

	text_pool_close(pool);
	free(pool);
}

int printable_open(sqlite3 *db)
{
	struct text_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return -ENOMEM;
	/* After an error SQLite has freed the pool. */
	return sqlite3_create_function_v2(db, KEEP, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, pool, keep,
					  NULL, NULL, pool_free)
		       ? -ENOMEM
		       : 0;
}

const char *printable_text(sqlite3 *db, const char *text)
{
	struct keeping k = {.text = text};
	sqlite3_stmt *q = NULL;

	if (!text || is_printable(text, strlen(text)))
		return text;
	if (sqlite3_prepare_v2(db, "SELECT " KEEP "(?1)", -1, &q, NULL) == SQLITE_OK) {
		sqlite3_bind_pointer(q, 1, &k, KEEP, NULL);
		sqlite3_step(q);
	}
	sqlite3_finalize(q);
	return k.kept ? k.kept : "\xef\xbf\xbd";
}
