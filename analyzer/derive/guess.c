/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/guess.h"
#include "analyzer/derive/state_agreement.h"
#include "analyzer/store/database.h"
#include "format/wire/events.h"

/* Processes of which a layout was guessed first, and learned later. */
static const char processes_sql[] =
	"SELECT process FROM layout WHERE capture = ?1 AND source = 'learned' AND NOT withdrawn "
	"INTERSECT SELECT process FROM layout WHERE capture = ?1 AND source = 'table'";

static const char threads_sql[] = "SELECT id FROM thread WHERE process = ?1";

struct process {
	struct observations *all;
	sqlite3 *db;
	int64_t agreeing, contradicting;
	bool any; /* what was said of one is forgotten */
};

static int thread_count(void *context, sqlite3_stmt *q)
{
	struct process *p = context;
	struct thread_observations *t = observations_of_thread(p->all, sqlite3_column_int64(q, 0));

	for (size_t i = 0; t && i < t->list.count; i++) {
		const struct observation *s = observation_at(&t->list, i);

		p->agreeing += s->unsure && state_agrees(s);
		p->contradicting += s->unsure && state_contradicts(s);
	}
	return SQLITE_OK;
}

static int thread_forget(void *context, sqlite3_stmt *q)
{
	struct process *p = context;
	struct thread_observations *t = observations_of_thread(p->all, sqlite3_column_int64(q, 0));

	for (size_t i = 0; t && i < t->list.count; i++) {
		struct observation *s = observation_at(&t->list, i);

		if (!s->unsure)
			continue;
		s->where = HUD_WHERE_UNKNOWN;
		s->poll_ns = 0;
		s->unsure = false;
	}
	return SQLITE_OK;
}

/* `*wrong`: not 0 if it is. */
static int guess_is_wrong(const struct process *p, int64_t *wrong)
{
	sqlite3_stmt *q = database_statement(
		p->db, "SELECT 100 * :contradicting > guess_contradicting_percent_max * :agreeing "
		       "FROM constant");

	statement_number(q, ":contradicting", p->contradicting);
	statement_number(q, ":agreeing", p->agreeing);
	return statement_read(q, 0, wrong) ? SQLITE_ERROR : SQLITE_OK;
}

/* Puts the process into guess_replaced if its guess was wrong. */
static int process_judge(void *context, sqlite3_stmt *q)
{
	struct process *p = context;
	int64_t process = sqlite3_column_int64(q, 0), wrong;
	sqlite3_stmt *insert;
	int err;

	p->agreeing = p->contradicting = 0;
	err = database_rows(p->db, threads_sql, process, thread_count, p);
	if (!err)
		err = guess_is_wrong(p, &wrong);
	if (err || !wrong)
		return err;
	p->any = true;
	insert = database_statement(p->db, "INSERT INTO guess_replaced VALUES (:process)");
	statement_number(insert, ":process", process);
	if (insert)
		sqlite3_step(insert);
	err = insert ? sqlite3_finalize(insert) : SQLITE_ERROR;
	return err ? err : database_rows(p->db, threads_sql, process, thread_forget, p);
}

int guess_forget(struct observations *all, sqlite3 *db, int64_t capture)
{
	struct process p = {.all = all, .db = db};
	sqlite3_stmt *q = database_statement(
		db, "SELECT count(*) FROM layout WHERE capture = :capture AND source = 'table'");
	int64_t guessed;
	int err;

	statement_number(q, ":capture", capture);
	err = statement_read(q, 0, &guessed);
	if (err || !guessed)
		return err;
	err = database_errno(observations_load_raw(all, db, capture));
	if (!err)
		err = database_run(db, "CREATE TEMP TABLE guess_replaced (process INTEGER)");
	if (!err)
		err = database_errno(database_rows(db, processes_sql, capture, process_judge, &p));
	if (!err && p.any)
		err = database_run_file(db, "sql/early/guess_replaced.sql", capture);
	if (!err)
		err = database_run(db, "DROP TABLE guess_replaced");
	return err;
}
