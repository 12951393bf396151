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

static bool is_wrong(const struct process *p)
{
	sqlite3_stmt *q = database_statement(
		p->db, "SELECT 100 * :contradicting > guess_contradicting_percent_max * :agreeing "
		       "FROM constant");

	statement_number(q, ":contradicting", p->contradicting);
	statement_number(q, ":agreeing", p->agreeing);
	return statement_answer(q, 0) != 0;
}

/* Puts the process into guess_replaced if its guess was wrong. */
static int process_judge(void *context, sqlite3_stmt *q)
{
	struct process *p = context;
	int64_t process = sqlite3_column_int64(q, 0);
	sqlite3_stmt *insert;
	int err;

	p->agreeing = p->contradicting = 0;
	err = database_rows(p->db, threads_sql, process, thread_count, p);
	if (err || !is_wrong(p))
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
	int err;

	statement_number(q, ":capture", capture);
	if (statement_answer(q, 0) == 0)
		return 0;
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
