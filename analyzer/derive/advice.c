/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/advice.h"
#include "analyzer/base/text.h"
#include "analyzer/store/row.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Reads advice.rules into the table advice_rule, which the view site_advice matches with sites. */

#define CONDITIONS_MAX 32 /* of one rule */

struct rule_draft {
	struct {
		const char *cause, *function;
	} when[CONDITIONS_MAX];
	size_t conditions;
	const char *condition; /* NULL: none */
	struct text say;
	const char *see; /* the line that ends a rule */
	int64_t number;
};

static int write_condition(sqlite3_stmt *insert, const struct rule_draft *d, size_t i)
{
	struct row row = row_begin(insert);

	row_number(&row, d->number);
	row_text(&row, d->when[i].cause);
	row_text(&row, d->when[i].function);
	row_text(&row, d->condition);
	row_text(&row, d->say.bytes);
	row_text(&row, d->see);
	return row_insert(&row);
}

/* Writes the rule that a `see` line ended, and begins the next. */
static int write_rule(sqlite3_stmt *insert, struct rule_draft *d)
{
	int err = d->conditions && d->say.length ? 0 : -EINVAL;

	for (size_t i = 0; !err && i < d->conditions; i++)
		err = write_condition(insert, d, i);
	d->conditions = 0;
	d->condition = d->see = NULL;
	text_close(&d->say);
	d->say = (struct text) {0};
	d->number++;
	return err;
}

static int read_when(struct rule_draft *d, char *rest)
{
	char *state = NULL, *cause = strtok_r(rest, " \t", &state);
	char *function = strtok_r(NULL, " \t", &state);

	if (!cause || !function || strtok_r(NULL, " \t", &state) || d->say.length ||
	    d->conditions == CONDITIONS_MAX)
		return -EINVAL;
	d->when[d->conditions].cause = cause;
	d->when[d->conditions++].function = function;
	return 0;
}

/* The conditions that there are; the view site_advice evaluates them. */
static int read_if(struct rule_draft *d, const char *condition)
{
	bool known = !strcmp(condition, "holder-suspended") || !strcmp(condition, "within-library");

	if (!d->conditions || d->condition || d->say.length || !known)
		return -EINVAL;
	d->condition = condition;
	return 0;
}

static int read_line(sqlite3_stmt *insert, struct rule_draft *d, char *line)
{
	size_t length = strcspn(line, " \t");
	char *rest = line + length + strspn(line + length, " \t");

	if (*line == '#' || !*line)
		return 0;
	line[length] = '\0';
	if (strcmp(line, "when") == 0)
		return read_when(d, rest);
	if (!*rest)
		return -EINVAL;
	if (strcmp(line, "if") == 0)
		return read_if(d, rest);
	if (strcmp(line, "see") == 0) {
		d->see = rest;
		return write_rule(insert, d);
	}
	if (strcmp(line, "say") != 0)
		return -EINVAL;
	if (d->say.length)
		text_add(&d->say, " ", 1);
	text_add(&d->say, rest, strlen(rest));
	return d->say.failed ? -ENOMEM : 0;
}

int advice_write(sqlite3 *db, const char *rules)
{
	struct rule_draft draft = {.number = 1};
	sqlite3_stmt *insert = NULL;
	char *text = strdup(rules), *state = NULL;
	int err = text ? 0 : -ENOMEM;

	if (!err && sqlite3_prepare_v2(db,
				       "INSERT INTO advice_rule (rule, cause, function, condition, "
				       "advice, documentation) VALUES (?, ?, ?, ?, ?, ?)",
				       -1, &insert, NULL) != SQLITE_OK)
		err = -EIO;
	for (char *line = err ? NULL : strtok_r(text, "\n", &state); line && !err;
	     line = strtok_r(NULL, "\n", &state))
		err = read_line(insert, &draft, line);
	if (!err && (draft.conditions || draft.say.length))
		err = -EINVAL;
	text_close(&draft.say);
	sqlite3_finalize(insert);
	free(text);
	return err;
}
