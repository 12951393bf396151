/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter_row.h"
#include "analyzer/store/database.h"
#include "analyzer/base/duration.h"
#include "analyzer/base/text.h"
#include "analyzer/base/words.h"
#include "analyzer/rules/cause.h"

#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

/*
 * From what was given on the command line to one row of the table filter.
 */

struct range {
	int64_t start_ns, end_ns; /* of the capture */
	int64_t from_ns, to_ns;   /* chosen */
};

static enum exit_status refuse_cause(const char *word, size_t length)
{
	struct text advice = {0};
	enum exit_status status;

	text_add_string(&advice, "causes: ");
	cause_list(&advice);
	text_add_string(&advice, "; several with commas");
	status = message(STATUS_INPUT, advice.bytes, "--cause: there is no cause `%.*s`",
			 (int)length, word);
	text_close(&advice);
	return status;
}

static enum exit_status check_causes(const char *list)
{
	for (const char *word = list; word;
	     word = strchr(word, ',') ? strchr(word, ',') + 1 : NULL) {
		size_t length = strcspn(word, ",");

		if (!cause_named(word, length))
			return refuse_cause(word, length);
	}
	return STATUS_DONE;
}

static enum exit_status check_expression(const char *pattern)
{
	regex_t compiled;
	char why[128];
	int err = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB);

	if (!err) {
		regfree(&compiled);
		return STATUS_DONE;
	}
	regerror(err, &compiled, why, sizeof(why));
	return message(STATUS_INPUT, "POSIX extended regular expressions: see regex(7)",
		       "--match `%s`: %s", pattern, why);
}

/* When the first mark of this name after `after_ns` was set; -1: there is none. */
static int64_t mark_find(sqlite3 *db, int64_t capture, const char *text, int64_t after_ns)
{
	sqlite3_stmt *q;
	int64_t found = -1;

	if (sqlite3_prepare_v2(db,
			       "SELECT min(time_ns) FROM mark "
			       "WHERE capture = ?1 AND text = ?2 AND time_ns > ?3",
			       -1, &q, NULL) != SQLITE_OK)
		return -1; /* no such table: no mark can be there */
	sqlite3_bind_int64(q, 1, capture);
	sqlite3_bind_text(q, 2, text, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, after_ns);
	if (sqlite3_step(q) == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL)
		found = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return found;
}

/* "2s" after the start, "-2s" before the end, or a mark that comes after `after_ns`. */
static bool moment_read(sqlite3 *db, int64_t capture, const struct range *r, const char *text,
			int64_t after_ns, int64_t *out)
{
	int64_t ns;

	if (duration_read(text, &ns)) {
		*out = ns < INT64_MAX - r->start_ns ? r->start_ns + ns : INT64_MAX;
		return true;
	}
	if (*text == '-' && duration_read(text + 1, &ns)) {
		*out = ns < r->end_ns - r->start_ns ? r->end_ns - ns : r->start_ns;
		return true;
	}
	*out = mark_find(db, capture, text, after_ns);
	return *out >= 0;
}

static enum exit_status range_read(sqlite3 *db, const struct filter *f, int64_t capture,
				   struct range *r)
{
	static const char advice[] =
		"a time since the start like 2s or 1m30s, before the end like -2s, or the text of a mark";
	char length[WORD_BYTES];

	r->from_ns = r->start_ns;
	r->to_ns = r->end_ns;
	if (f->from && !moment_read(db, capture, r, f->from, 0, &r->from_ns))
		return message(STATUS_INPUT, advice,
			       "--from %s: no time, and no mark of the capture", f->from);
	if (f->to && !moment_read(db, capture, r, f->to, r->from_ns, &r->to_ns))
		return message(STATUS_INPUT, advice,
			       "--to %s: no time, and no mark of the capture%s", f->to,
			       f->from ? " after --from" : "");
	if (r->to_ns > r->end_ns)
		r->to_ns = r->end_ns;
	if (r->from_ns < r->to_ns)
		return STATUS_DONE;
	duration_word(length, r->end_ns - r->start_ns);
	if (r->from_ns >= r->end_ns)
		return message(STATUS_INPUT, NULL, "--from %s: the capture is %s long", f->from,
			       length);
	return message(STATUS_INPUT, NULL, "--to %s is not after --from", f->to);
}

static enum exit_status check_worker(sqlite3 *db, const char *worker, int64_t capture)
{
	sqlite3_stmt *q;
	bool there = false;

	if (sqlite3_prepare_v2(
		    db,
		    "SELECT 1 FROM worker AS w JOIN thread AS t ON t.id = w.thread "
		    "WHERE w.capture = ?1 AND (?2 = CAST(t.tid AS TEXT) OR fits(?2, t.comm))",
		    -1, &q, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(q, 1, capture);
		sqlite3_bind_text(q, 2, worker, -1, SQLITE_STATIC);
		there = sqlite3_step(q) == SQLITE_ROW;
	}
	sqlite3_finalize(q);
	if (there)
		return STATUS_DONE;
	return message(STATUS_INPUT,
		       "a thread id, or a name in which * is any text; query @workers lists them",
		       "--worker %s: no worker of the capture", worker);
}

static enum exit_status check_site(sqlite3 *db, uint64_t site, int64_t capture)
{
	sqlite3_stmt *q;
	bool there = false;

	if (sqlite3_prepare_v2(db, "SELECT 1 FROM main.site WHERE capture = ? AND id = ?", -1, &q,
			       NULL) == SQLITE_OK) {
		sqlite3_bind_int64(q, 1, capture);
		sqlite3_bind_int64(q, 2, (int64_t)site);
		there = sqlite3_step(q) == SQLITE_ROW;
	}
	sqlite3_finalize(q);
	if (there)
		return STATUS_DONE;
	return message(STATUS_INPUT, "the first column of the report's sites, or of query @sites",
		       "--site %" PRIu64 ": no site of the capture", site);
}

static void bind_words(sqlite3_stmt *q, const struct filter *f)
{
	const char *const words[] = {f->worker, f->task, f->cause, f->match};

	for (int i = 0; i < 4; i++)
		sqlite3_bind_text(q, 4 + i, words[i], -1, SQLITE_STATIC);
	if (f->min_ns)
		sqlite3_bind_int64(q, 8, f->min_ns);
	if (f->site)
		sqlite3_bind_int64(q, 9, (int64_t)f->site);
}

static enum exit_status row_write(sqlite3 *db, const struct filter *f, int64_t capture,
				  const struct range *r)
{
	sqlite3_stmt *q;
	int err = sqlite3_prepare_v2(
		db, "INSERT INTO temp.filter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &q, NULL);

	if (err == SQLITE_OK) {
		sqlite3_bind_int64(q, 1, capture);
		if (f->from)
			sqlite3_bind_int64(q, 2, r->from_ns);
		if (f->to)
			sqlite3_bind_int64(q, 3, r->to_ns);
		bind_words(q, f);
		err = sqlite3_step(q);
		sqlite3_finalize(q);
	}
	if (err == SQLITE_DONE)
		return STATUS_DONE;
	return message(STATUS_SYSTEM, NULL, "cannot apply the filters: %s", sqlite3_errmsg(db));
}

static bool range_of_capture(sqlite3 *db, int64_t capture, struct range *r)
{
	sqlite3_stmt *q;
	bool there = false;

	if (sqlite3_prepare_v2(db, "SELECT start_ns, end_ns FROM capture WHERE id = ?", -1, &q,
			       NULL) != SQLITE_OK)
		return false;
	sqlite3_bind_int64(q, 1, capture);
	if (sqlite3_step(q) == SQLITE_ROW) {
		r->start_ns = sqlite3_column_int64(q, 0);
		r->end_ns = sqlite3_column_int64(q, 1);
		there = true;
	}
	sqlite3_finalize(q);
	return there;
}

enum exit_status filter_row(sqlite3 *db, const struct filter *f, int64_t capture)
{
	struct range range = {0};
	enum exit_status status = STATUS_DONE;

	if (!range_of_capture(db, capture, &range))
		return message(STATUS_SYSTEM, NULL, "cannot read the capture: %s",
			       sqlite3_errmsg(db));
	if (f->cause)
		status = check_causes(f->cause);
	if (status == STATUS_DONE && f->match)
		status = check_expression(f->match);
	if (status == STATUS_DONE)
		status = range_read(db, f, capture, &range);
	if (status == STATUS_DONE && f->worker)
		status = check_worker(db, f->worker, capture);
	if (status == STATUS_DONE && f->site)
		status = check_site(db, f->site, capture);
	return status == STATUS_DONE ? row_write(db, f, capture, &range) : status;
}
