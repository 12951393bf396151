/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter_row.h"
#include "analyzer/base/text.h"
#include "analyzer/base/words.h"
#include "analyzer/rules/cause.h"
#include "analyzer/store/database.h"
#include "format/base/duration.h"

#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

/*
 * From the filters as given on the command line to one row of the table `filter`.
 */

struct range {
	int64_t start_ns, end_ns; /* of the capture */
	int64_t from_ns, to_ns;   /* of the chosen part */
	int64_t least_ns;         /* before that is only what the rest needs */
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

/*
 * The time of the first mark with this text after `after_ns`, which is said to be the first if
 * there are more; -1: there is none.
 */
static int64_t mark_find(sqlite3 *db, int64_t capture, const struct range *r, const char *option,
			 const char *text, int64_t after_ns)
{
	sqlite3_stmt *q = database_statement(
		db, "SELECT count(*), min(time_ns) FROM mark WHERE capture = :capture "
		    "AND text = :text AND time_ns > :after");
	int64_t marks = 0, first_ns = -1;
	char at[WORD_BYTES];

	statement_number(q, ":capture", capture);
	statement_text(q, ":text", text);
	statement_number(q, ":after", after_ns);
	if (q && sqlite3_step(q) == SQLITE_ROW) {
		marks = sqlite3_column_int64(q, 0);
		first_ns = marks ? sqlite3_column_int64(q, 1) : -1;
	}
	sqlite3_finalize(q);
	if (marks > 1)
		message(STATUS_DONE,
			"query @marks lists them; give the time of another one instead",
			"%s %s: the first of %" PRId64 " marks with this text, at %s", option, text,
			marks, duration_word(at, first_ns - r->start_ns));
	return first_ns;
}

/*
 * "2s" after the start, "-2s" before the end, or the text of a mark after `after_ns`. False: none.
 */
static bool moment_read(sqlite3 *db, int64_t capture, const struct range *r, const char *option,
			const char *text, int64_t after_ns, int64_t *out)
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
	*out = mark_find(db, capture, r, option, text, after_ns);
	return *out >= 0;
}

static enum exit_status range_read(sqlite3 *db, const struct filter *f, int64_t capture,
				   struct range *r)
{
	static const char advice[] =
		"give a time from the start like 2s, from the end like -2s, or the text of a mark";
	char length[WORD_BYTES];

	r->from_ns = r->start_ns;
	r->to_ns = r->end_ns;
	if (f->from && !moment_read(db, capture, r, "--from", f->from, 0, &r->from_ns))
		return message(STATUS_INPUT, advice,
			       "--from %s: not a time, and not a mark of the capture", f->from);
	if (f->to && !moment_read(db, capture, r, "--to", f->to, r->from_ns, &r->to_ns))
		return message(STATUS_INPUT, advice,
			       "--to %s: not a time, and not a mark of the capture%s", f->to,
			       f->from ? " after --from" : "");
	if (r->to_ns > r->end_ns)
		r->to_ns = r->end_ns;
	if (r->from_ns < r->least_ns)
		r->from_ns = r->least_ns;
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
	sqlite3_stmt *q = database_statement(
		db, "SELECT 1 FROM worker AS w JOIN thread AS t ON t.id = w.thread WHERE "
		    "w.capture = :capture "
		    "AND (:worker = CAST(t.tid AS TEXT) OR fits(:worker, t.comm))");

	statement_number(q, ":capture", capture);
	statement_text(q, ":worker", worker);
	if (statement_answer(q, 0))
		return STATUS_DONE;
	return message(
		STATUS_INPUT,
		"a thread id, or a name in which * matches any text; query @workers lists them",
		"--worker %s: no such worker in the capture", worker);
}

static enum exit_status check_site(sqlite3 *db, uint64_t site, int64_t capture)
{
	sqlite3_stmt *q = database_statement(
		db, "SELECT 1 FROM main.site WHERE capture = :capture AND id = :site");

	statement_number(q, ":capture", capture);
	statement_number(q, ":site", (int64_t)site);
	if (statement_answer(q, 0))
		return STATUS_DONE;
	return message(STATUS_INPUT, "the first column of the report's sites, or of query @sites",
		       "--site %" PRIu64 ": no such site in the capture", site);
}

static enum exit_status row_write(sqlite3 *db, const struct filter *f, int64_t capture,
				  const struct range *r)
{
	sqlite3_stmt *q = database_statement(
		db, "INSERT INTO temp.filter VALUES (:capture, :from, :to, :worker, :task, :cause, "
		    ":match, :min, :site)");

	statement_number(q, ":capture", capture);
	if (f->from || r->least_ns > r->start_ns)
		statement_number(q, ":from", r->from_ns);
	if (f->to)
		statement_number(q, ":to", r->to_ns);
	statement_text(q, ":worker", f->worker);
	statement_text(q, ":task", f->task);
	statement_text(q, ":cause", f->cause);
	statement_text(q, ":match", f->match);
	if (f->min_ns)
		statement_number(q, ":min", f->min_ns);
	if (f->site)
		statement_number(q, ":site", (int64_t)f->site);
	if (q)
		sqlite3_step(q);
	if (q && sqlite3_finalize(q) == SQLITE_OK)
		return STATUS_DONE;
	return message(STATUS_SYSTEM, NULL, "cannot apply the filters: %s", sqlite3_errmsg(db));
}

static int range_read_row(void *context, sqlite3_stmt *q)
{
	struct range *r = context;

	r->start_ns = sqlite3_column_int64(q, 0);
	r->end_ns = sqlite3_column_int64(q, 1);
	r->least_ns = sqlite3_column_int64(q, 2);
	return SQLITE_OK;
}

enum exit_status filter_row(sqlite3 *db, const struct filter *f, int64_t capture)
{
	struct range range = {0};
	enum exit_status status = STATUS_DONE;

	if (database_rows(db,
			  "SELECT start_ns, end_ns, min(part_from_ns, end_ns - 1) "
			  "FROM capture WHERE id = ?",
			  capture, range_read_row, &range))
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
