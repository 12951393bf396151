/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TESTS_ANALYSIS_FIXTURE_H
#define HUD_TESTS_ANALYSIS_FIXTURE_H

#include "analyzer/ingest.h"
#include "format/capture_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * A capture made up in memory, with stacks that say of themselves what they are: no binaries.
 *
 * Times are in microseconds since the recording began.
 */

enum fake_stack {
	NO_STACK,
	NAP,       /* poll of task demo::sleepy: site demo::sleepy::nap, src/sleepy.rs:12 */
	NAP_AT_14, /* the same function, line 14 */
	HASH,      /* poll of task demo::hasher: site demo::hasher::hash */
	TINY,      /* poll of task demo::tiny */
	LOCK,      /* poll of task demo::locker: site demo::locker::take */
	NAMELESS,  /* poll whose site could not be told */
	PARK,
	RUNTIME,
	IN_PLACE,
	POOL,
	POOL_IDLE,
	ROOT,
	OTHER, /* a plain thread: demo::holder::hold, src/holder.rs:7 */
	UNKNOWN,
	GAP, /* runtime in a poll, as NAMELESS, but std was left by frame pointer: its caller is missing */
	FAKE_STACKS,
};

enum fake_syscall { NONE = -1, SYS_NANOSLEEP, SYS_FUTEX, SYS_EPOLL_WAIT, SYS_FSYNC };

#define THRESHOLD_US 5000
#define LOOK_US 2500 /* 400 Hz */
#define BEGIN_NS UINT64_C(1000000000000)

struct scene {
	uint8_t *data; /* the capture, when scene_end() was called */
	size_t size, room;
	struct capture_writer *writer;
	uint32_t process;
	uint32_t stack[FAKE_STACKS];
};

/* Opens a capture whose id is full of `id`, with workers 11, 12, 13 and a thread 20. */
void scene_begin(struct scene *s, uint8_t id);

struct span {
	uint32_t tid;
	uint64_t from, to; /* us */
	uint64_t wakeup;   /* us; 0 none */
	enum fake_stack stack;
	enum fake_syscall syscall;
	uint32_t flags;
	uint32_t waker_tid;
	enum fake_stack waker_stack;
};
void scene_span(struct scene *s, struct span span);

/* One look, at a thread that has been awake since then. */
void scene_look(struct scene *s, uint32_t tid, uint64_t at, uint64_t awake, enum fake_stack stack);

/* Looks each LOOK_US from `from` to `to`, both included. */
void scene_looks(struct scene *s, uint32_t tid, uint64_t from, uint64_t to, uint64_t awake,
		 enum fake_stack stack);

void scene_window(struct scene *s, uint32_t tid, uint64_t from, uint64_t to, uint64_t cpu,
		  uint64_t sleep, uint64_t run_queue);
void scene_lost(struct scene *s, enum hud_loss cause, uint64_t count);

/* Any record, as it is; its stack ids are those of `s->stack`. */
void scene_event(struct scene *s, const void *record);

/* The END record, when the capture is `whole`, and the close. */
void scene_end(struct scene *s, uint64_t at, bool whole);
void scene_free(struct scene *s);

extern const struct resolver fake_resolver;

sqlite3 *database_empty(void);
/* Loads; returns what ingest() did. */
int scene_ingest(const struct scene *s, sqlite3 *db);
/* Ends the scene, loads it into a new database, and frees the scene. */
sqlite3 *scene_load(struct scene *s, uint64_t end);

/* The same of a scene that has these spans and nothing else: spans_load(100000, {.tid = 11, …}, …). */
#define spans_load(end, ...)                                                                       \
	spans_load_all(end, (const struct span[]) {__VA_ARGS__},                                   \
		       sizeof((const struct span[]) {__VA_ARGS__}) / sizeof(struct span))
sqlite3 *spans_load_all(uint64_t end, const struct span *spans, size_t count);

#define assert_number(db, sql, expected)                                                           \
	assert_int_equal(database_number(db, sql, INT64_MIN), expected)
void assert_text(sqlite3 *db, const char *sql, const char *expected);

/* The whole of a small world: every kind of thing a report tells of, once. */
void scene_everything(struct scene *s);
/* The same, loaded, 200 ms long. */
sqlite3 *everything_load(void);

/*
 * A service under load, the same for the same seed: eight sites (NAP and LOCK, each with the causes
 * sleep, lock, net-io and file-io), each called by a client that thinks 150 to 350 ms.
 */
struct busy {
	uint64_t seed;
	uint32_t seconds;
	double nap_sleep; /* how many times its usual 15 to 40 ms NAP sleeps; 0: it does not block */
	bool without_lock; /* LOCK with the cause `lock` does not block */
};
void scene_busy(struct scene *s, struct busy busy);

#endif
