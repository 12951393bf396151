/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/fixture/analysis_fixture.h"

#include "analyzer/rules/cause.h"
#include "analyzer/rules/classify.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Causes and advice for stacks of real programs: advice_recorded.txt, written by
 * tests/e2e/matrix/advice.py of calls that block in std and well-known crates.
 */

#define RECORDED "tests/unit/load/advice_recorded.txt"
#define CRATE "tokio_advice::"

static const struct {
	const char *function, *cause, *advice; /* how the advice begins; NULL: none */
} expected[] = {
	{"files::FILE", "file-io", "Reads or writes files on the thread"},
	{"files::bufreader_lines", "cpu", "Computes without an .await. Move it"},
	{"files::bufreader_lines", "file-io", "Reads or writes files on the thread"},
	{"files::bufreader_lines", "syscall", "Reads or writes files on the thread"},
	{"files::cold_file_read", "file-io", "Reads or writes files on the thread"},
	{"files::csv_from_path", "cpu", "Computes without an .await. Move it"},
	{"files::csv_from_path", "file-io", "Reads or writes files on the thread"},
	{"files::dlopen_library", "cpu", "Computes without an .await. Move it"},
	{"files::env_logger_info", "pipe", "Writes to standard output or error,"},
	{"files::eprintln_lock", "lock", "Writes to standard output or error,"},
	{"files::fifo_open", "pipe", "Waits for whoever has the other end"},
	{"files::file_open", "cpu", "Reads or writes files on the thread"},
	{"files::file_open", "file-io", "Reads or writes files on the thread"},
	{"files::file_open", "syscall", NULL},
	{"files::file_read_exact", "file-io", "Reads or writes files on the thread"},
	{"files::file_sync_all", "file-io", "Waits until the disk has it. Call"},
	{"files::file_sync_data", "file-io", "Waits until the disk has it. Call"},
	{"files::flock_fs2", "lock", "Waits for a file lock that another"},
	{"files::fs_canonicalize", "file-io", "Reads or writes files on the thread"},
	{"files::fs_canonicalize", "syscall", "Reads or writes files on the thread"},
	{"files::fs_copy", "file-io", "Reads or writes files on the thread"},
	{"files::fs_create_dir_all", "file-io", "Reads or writes files on the thread"},
	{"files::fs_exists", "file-io", "Reads or writes files on the thread"},
	{"files::fs_metadata", "cpu", "Computes without an .await. Move it"},
	{"files::fs_metadata", "file-io", "Reads or writes files on the thread"},
	{"files::fs_read", "file-io", "Reads or writes files on the thread"},
	{"files::fs_read", "page-fault", "The kernel makes and maps memory at"},
	{"files::fs_read_dir", "cpu", "Reads or writes files on the thread"},
	{"files::fs_read_dir", "file-io", "Reads or writes files on the thread"},
	{"files::fs_read_to_string", "file-io", "Reads or writes files on the thread"},
	{"files::fs_read_to_string", "syscall", "The kernel makes and maps memory at"},
	{"files::fs_write", "file-io", "Reads or writes files on the thread"},
	{"files::glob_glob", "cpu", "Computes without an .await. Move it"},
	{"files::glob_glob", "file-io", "Reads or writes files on the thread"},
	{"files::heap_first_touch", "cpu", "Computes without an .await. Move it"},
	{"files::heap_first_touch", "page-fault", "The kernel makes and maps memory at"},
	{"files::heap_first_touch", "syscall", "The kernel makes and maps memory at"},
	{"files::libc_flock", "lock", "Waits for a file lock that another"},
	{"files::mmap_cold", "mapped-file", "Touches a mapped file, whose pages"},
	{"files::mmap_flush", "cpu", "Computes without an .await. Move it"},
	{"files::mmap_flush", "file-io", "File I/O on the thread that polls."},
	{"files::mmap_flush", "mapped-file", "Touches a mapped file, whose pages"},
	{"files::mmap_flush", "page-fault", "The kernel makes and maps memory at"},
	{"files::named_tempfile", "cpu", "Reads or writes files on the thread"},
	{"files::named_tempfile", "file-io", "Reads or writes files on the thread"},
	{"files::pipe_read", "pipe", "Waits for whoever has the other end"},
	{"files::println_lock", "lock", "Writes to standard output or error,"},
	{"files::println_slow", "pipe", "Writes to standard output or error,"},
	{"files::sqlite_busy", "sleep", "SQLite does its I/O in the caller's"},
	{"files::sqlite_insert", "file-io", "SQLite does its I/O in the caller's"},
	{"files::sqlite_query", "cpu", "SQLite does its I/O in the caller's"},
	{"files::stdin_lines", "pipe", "Reads standard input, which blocks"},
	{"files::stdin_read", "pipe", "Reads standard input, which blocks"},
	{"files::stdin_read_line", "pipe", "Reads standard input, which blocks"},
	{"files::stdout_lock_write", "pipe", "Writes to standard output or error,"},
	{"files::tar_append", "file-io", "Reads or writes files on the thread"},
	{"files::tempfile_new", "file-io", "Reads or writes files on the thread"},
	{"files::tempfile_new", "syscall", NULL},
	{"files::tracing_info", "pipe", "Writes to standard output or error,"},
	{"files::unbuffered_json", "cpu", "Computes without an .await. Move it"},
	{"files::unbuffered_json", "file-io", "Reads or writes files on the thread"},
	{"files::unbuffered_json", "syscall", "Reads or writes files on the thread"},
	{"files::walkdir_walk", "cpu", "Reads or writes files on the thread"},
	{"files::walkdir_walk", "file-io", "Reads or writes files on the thread"},
	{"files::zip_write", "cpu", "Computes without an .await. Move it"},
	{"locks::begun", "syscall", "Spins until another thread is done."},
	{"locks::crossbeam_after", "sleep", "Waits at a channel made for"},
	{"locks::crossbeam_recv", "lock", "Waits at a channel made for"},
	{"locks::crossbeam_select", "lock", "Waits at a channel made for"},
	{"locks::crossbeam_send", "lock", "Waits at a channel made for"},
	{"locks::dashmap_get", "lock", "Waits for a part of a DashMap to"},
	{"locks::flume_recv", "lock", "Waits at a channel made for"},
	{"locks::futures_block_on", "lock", "Runs a future to its end inside a"},
	{"locks::lazy_static_deref", "lock", "Waits while another thread"},
	{"locks::libc_usleep", "sleep", "Sleeps on the thread that polls."},
	{"locks::mpsc_iter", "lock", "Waits at a channel made for"},
	{"locks::mpsc_recv", "lock", "Waits at a channel made for"},
	{"locks::mpsc_recv_timeout", "lock", "Waits at a channel made for"},
	{"locks::notify_event", "lock", "Waits at a channel made for"},
	{"locks::once_cell_get", "lock", "Waits while another thread"},
	{"locks::parking_lot_condvar", "lock", "Waits for a condition variable. Use"},
	{"locks::parking_lot_mutex", "lock", "Waits for a mutex that another"},
	{"locks::parking_lot_read", "lock", "Waits for a read-write lock that"},
	{"locks::parking_lot_try_lock_for", "lock", "Waits for a mutex that another"},
	{"locks::parking_lot_write", "lock", "Waits for a read-write lock that"},
	{"locks::r2d2_get", "lock", "Waits for a connection of a pool"},
	{"locks::r2d2_get_timeout", "lock", "Waits for a connection of a pool"},
	{"locks::rayon_install", "lock", "rayon's caller waits until the work"},
	{"locks::rayon_join", "lock", "rayon's caller waits until the work"},
	{"locks::rayon_par_iter", "lock", "rayon's caller waits until the work"},
	{"locks::rayon_scope", "lock", "rayon's caller waits until the work"},
	{"locks::spin_mutex", "cpu", "Spins until another thread is done."},
	{"locks::std_barrier", "lock", "Waits for other threads at a"},
	{"locks::std_condvar_wait", "lock", "Waits for a condition variable. Use"},
	{"locks::std_condvar_wait_timeout", "lock", "Waits for a condition variable. Use"},
	{"locks::std_mutex_lock", "lock", "Waits for a mutex that another"},
	{"locks::std_once", "lock", "Waits while another thread"},
	{"locks::std_rwlock_read", "lock", "Waits for a read-write lock that"},
	{"locks::std_rwlock_write", "lock", "Waits for a read-write lock that"},
	{"locks::sync_channel_send", "lock", "Waits at a channel made for"},
	{"locks::thread_join", "lock", "Waits for a thread to end. Run its"},
	{"locks::thread_park", "lock", "Parks the thread that polls until"},
	{"locks::thread_park_timeout", "lock", "Parks the thread that polls until"},
	{"locks::thread_scope", "lock", "Waits for a thread to end. Run its"},
	{"locks::thread_sleep", "sleep", "Sleeps on the thread that polls."},
	{"locks::tokio_blocking_recv", "lock", "Runs a future to its end inside a"},
	{"net::curl_perform", "net-io", "A blocking HTTP client. Use an"},
	{"net::libc_poll", "event", "Waits until a file descriptor is re"},
	{"net::openssl_connect", "cpu", "Makes a connector for TLS, which re"},
	{"net::openssl_connect", "net-io", "TLS over a blocking socket. Use"},
	{"net::reqwest_blocking", "lock", "A blocking HTTP client. Use an"},
	{"net::resolve_connect", "net-io", "Resolves a name with the C library,"},
	{"net::resolve_name", "net-io", "Resolves a name with the C library,"},
	{"net::tcp_accept", "net-io", "A blocking TCP socket. Use"},
	{"net::tcp_peek", "net-io", "A blocking TCP socket. Use"},
	{"net::tcp_read", "net-io", "A blocking TCP socket. Use"},
	{"net::tcp_write", "net-io", "A blocking TCP socket. Use"},
	{"net::tcp_write", "page-fault", "The kernel makes and maps memory at"},
	{"net::udp_recv_from", "net-io", "A blocking UDP socket. Use"},
	{"net::unix_accept", "net-io", "A blocking Unix socket. Use"},
	{"net::unix_datagram_recv", "net-io", "A blocking Unix socket. Use"},
	{"net::unix_read", "net-io", "A blocking Unix socket. Use"},
	{"net::ureq_get", "net-io", "A blocking HTTP client. Use an"},
	{"process::child_stdout_read", "pipe", "Waits for whoever has the other end"},
	{"process::child_wait", "child", "Waits for another program. Use"},
	{"process::child_wait_with_output", "pipe", "Waits for another program. Use"},
	{"process::command_output", "pipe", "Waits for another program. Use"},
	{"process::command_spawn", "cpu", "Computes without an .await. Move it"},
	{"process::command_spawn", "page-fault", "The kernel makes and maps memory at"},
	{"process::command_spawn", "pipe", "Starts another program, which is"},
	{"process::command_spawn", "syscall", "Starts another program, which is"},
	{"process::command_status", "child", "Waits for another program. Use"},
	{"process::duct_run", "child", "Waits for another program to end."},
	{"process::libc_system", "child", "Waits for another program to end."},
	{"process::subprocess_join", "child", "Waits for another program to end."},
	{"process::tokio_command_spawn", "cpu", "Computes without an .await. Move it"},
	{"process::tokio_command_spawn", "page-fault", "The kernel makes and maps memory at"},
	{"process::tokio_command_spawn", "pipe", "Starts another program, which is"},
	{"process::tokio_command_spawn", "syscall", "Starts another program, which is"},
	{"work::bigint_pow", "cpu", "Computes without an .await. Move it"},
	{"work::bzip2_compress", "cpu", "Computes without an .await. Move it"},
	{"work::flate2_compress", "cpu", "Computes without an .await. Move it"},
	{"work::format_strings", "cpu", "Computes without an .await. Move it"},
	{"work::image_png", "cpu", "Computes without an .await. Move it"},
	{"work::image_resize", "cpu", "Computes without an .await. Move it"},
	{"work::json_parse", "cpu", "Computes without an .await. Move it"},
	{"work::json_write", "cpu", "Computes without an .await. Move it"},
	{"work::openssl_rsa", "cpu", "Computes without an .await. Move it"},
	{"work::pbkdf2_hash", "cpu", "A password hash is slow on purpose."},
	{"work::regex_find", "cpu", "Computes without an .await. Move it"},
	{"work::ring_pbkdf2", "cpu", "A password hash is slow on purpose."},
	{"work::sha2_digest", "cpu", "Computes without an .await. Move it"},
	{"work::sort_strings", "cpu", "Computes without an .await. Move it"},
	{"work::toml_parse", "cpu", "Computes without an .await. Move it"},
	{"work::yaml_parse", "cpu", "Computes without an .await. Move it"},
	{"work::zstd_compress", "page-fault", "The kernel makes and maps memory at"},
	{"work::zstd_compress", "syscall", "The kernel makes and maps memory at"},
};

enum { FRAMES_MAX = 256 };

/* What is recorded, being put into a database. */
struct recorded {
	sqlite3 *db;
	struct rules *rules;
	char cause[16]; /* of the last site */
	int64_t site, stacks, frames;
};

/* Texts are ?1 and ?2, numbers ?3 to ?5. */
static void insert(sqlite3 *db, const char *sql, const char *text, const char *other,
		   const int64_t numbers[3])
{
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	sqlite3_bind_text(statement, 1, text, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(statement, 2, other, -1, SQLITE_TRANSIENT);
	for (int i = 0; i < 3; i++)
		sqlite3_bind_int64(statement, 3 + i, numbers[i]);
	if (sqlite3_step(statement) != SQLITE_DONE)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_finalize(statement);
}

/* `names`: the function at this address, and its aliases. */
static void add_frame(struct recorded *r, char *names, int64_t position)
{
	const int64_t numbers[3] = {++r->frames, r->stacks, position};
	char *state, *alias, *function = strtok_r(names, "=", &state);

	insert(r->db,
	       "INSERT INTO frame (id, capture, inline_depth, function, site, origin, inlined, "
	       "generated) VALUES (?3, 1, 0, ?1, ?1, 'user', 0, 0)",
	       function, NULL, numbers);
	insert(r->db, "INSERT INTO stack_frame VALUES (?4, ?5, ?3)", NULL, NULL, numbers);
	while ((alias = strtok_r(NULL, "=", &state)))
		insert(r->db, "INSERT OR IGNORE INTO frame_alias VALUES (?3, ?1)", alias, NULL,
		       numbers);
}

static void add_stack(struct recorded *r, int64_t blocked_ns, char *user)
{
	int64_t depth = 0;
	char *state;

	r->stacks++;
	for (char *f = strtok_r(user, ";\n", &state); f; f = strtok_r(NULL, ";\n", &state))
		add_frame(r, f, depth++);
	insert(r->db,
	       "INSERT INTO stack (id, capture, kind, depth, stop, site_position, site_frame) "
	       "VALUES (?3, 1, 'user', ?4, 'end', ?4 - 1, ?5)",
	       NULL, NULL, (const int64_t[3]) {r->stacks, depth, r->frames});
	insert(r->db,
	       "INSERT INTO site_time (capture, site, stack, slept, woken, open, count, "
	       "blocked_ns) VALUES (1, ?3, ?4, 0, 0, 0, 1, ?5)",
	       NULL, NULL, (const int64_t[3]) {r->site, r->stacks, blocked_ns});
}

static int32_t syscall_number(const char *name)
{
	for (int32_t i = 0; i < 1024; i++)
		if (syscall_name(EM_X86_64, i) && !strcmp(syscall_name(EM_X86_64, i), name))
			return i;
	return -1;
}

/* The cause that the user's functions tell, or NULL. Their names are left as they were. */
static const char *cause_of_user(const struct recorded *r, const char *user)
{
	struct symbol_frame frame[FRAMES_MAX] = {0};
	const struct symbol_frame *frames[FRAMES_MAX];
	size_t count = 0;
	char *copy = strdup(user), *state;
	const char *cause;

	for (char *f = strtok_r(copy, ";\n", &state); f && count < FRAMES_MAX;
	     f = strtok_r(NULL, ";\n", &state)) {
		f[strcspn(f, "=")] = '\0';
		frame[count].site = f;
		frames[count] = &frame[count];
		count++;
	}
	cause = cause_of_frames(r->rules, frames, count);
	free(copy);
	return cause;
}

/* The rules must find the cause that the stack was recorded with. */
static void check_cause(const struct recorded *r, const char *cpu, const char *call, char *kernel,
			const char *user)
{
	const char *functions[FRAMES_MAX], *cause;
	int32_t number = syscall_number(call);
	size_t count = 0;
	char *state;

	for (char *f = strtok_r(kernel, "; ", &state); f && count < FRAMES_MAX;
	     f = strtok_r(NULL, "; ", &state))
		functions[count++] = f;
	cause = cause_of(r->rules, EM_X86_64, number, functions, count, !strcmp(cpu, "off"));
	if (number >= 0 && cause_is_open(cause) && cause_of_user(r, user))
		cause = cause_of_user(r, user);
	if (strcmp(cause, r->cause) != 0)
		fail_msg("%s %s %s: %s, recorded as %s", cpu, call, count ? functions[0] : "-",
			 cause, r->cause);
}

static void add_line(struct recorded *r, char *line)
{
	char function[128], cpu[4], call[32];
	long long blocked_ns;
	char *kernel, *user;

	if (*line == '#')
		return;
	if (sscanf(line, "site %127s %15s", function, r->cause) == 2) {
		insert(r->db,
		       "INSERT INTO site (id, capture, crate, function, cause, origin, main) "
		       "VALUES (?3, 1, 'tokio_advice', ?1, ?2, 'user', 0)",
		       function, r->cause, (const int64_t[3]) {++r->site});
		return;
	}
	assert_int_equal(sscanf(line, "%lld %3s %31s |", &blocked_ns, cpu, call), 3);
	kernel = strchr(line, '|') + 1;
	user = strchr(kernel, '|');
	assert_non_null(user);
	*user = '\0';
	user += strlen("| ");
	check_cause(r, cpu, call, kernel, user);
	add_stack(r, blocked_ns, user);
}

static int load_recorded(void **state)
{
	struct recorded r = {.db = database_empty()};
	FILE *file = fopen(RECORDED, "r");
	char *line = NULL;
	size_t room = 0;

	assert_non_null(file);
	assert_int_equal(rules_open(&r.rules), 0);
	assert_int_equal(database_run(r.db, "BEGIN; INSERT INTO capture (id, capture_id, start_ns, "
					    "end_ns, threshold_ns, bytes, chunks, repeated_chunks, "
					    "events, truncated) "
					    "VALUES (1, 'c', 0, 1, 1, 0, 0, 0, 0, 0)"),
			 0);
	while (getline(&line, &room, file) > 0)
		add_line(&r, line);
	free(line);
	fclose(file);
	rules_close(r.rules);
	*state = r.db;
	return 0;
}

static int close_recorded(void **state)
{
	sqlite3_close(*state);
	return 0;
}

static void each_recorded_site_has_the_right_advice(void **state)
{
	assert_int_equal(database_run(*state, "CREATE TEMP TABLE advised AS "
					      "SELECT site, advice FROM site_advice"),
			 0);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		const char *advice = expected[i].advice ? expected[i].advice : "none";
		char sql[512], want[256];

		snprintf(sql, sizeof(sql),
			 "SELECT s.function || ' ' || s.cause || ': ' || substr(coalesce("
			 "(SELECT advice FROM advised WHERE site = s.id), 'none'), 1, %zu) "
			 "FROM site AS s WHERE s.function = '" CRATE "%s' AND s.cause = '%s'",
			 strlen(advice), expected[i].function, expected[i].cause);
		snprintf(want, sizeof(want), CRATE "%s %s: %s", expected[i].function,
			 expected[i].cause, advice);
		assert_text(*state, sql, want);
	}
}

/* A site that is recorded anew is judged by a person, and gets its line above. */
static void each_recorded_site_is_expected(void **state)
{
	assert_number(*state, "SELECT count(*) FROM site",
		      (int64_t)(sizeof(expected) / sizeof(*expected)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_recorded_site_has_the_right_advice),
		cmocka_unit_test(each_recorded_site_is_expected),
	};

	return cmocka_run_group_tests(tests, load_recorded, close_recorded);
}
