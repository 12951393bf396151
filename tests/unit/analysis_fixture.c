/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/analysis_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BASE UINT64_C(0x400000) /* where the made-up binary is mapped */
#define EACH UINT64_C(0x100)    /* bytes of it for each made-up stack */

#define USER(path, file_, line_)                                                                   \
	{                                                                                          \
		.function = path "::h0123456789abcdef", .site = path, .crate = "demo",             \
		.file = file_, .line = line_, .decl_file = file_, .decl_line = 3,                  \
		.origin = ORIGIN_USER                                                              \
	}
#define TOKIO(path)                                                                                \
	{                                                                                          \
		.function = path, .site = path, .crate = "tokio", .origin = ORIGIN_TOKIO           \
	}
#define STD(path)                                                                                  \
	{                                                                                          \
		.function = path, .site = path, .crate = "std", .origin = ORIGIN_STD               \
	}
#define POLL_FRAME                                                                                 \
	{                                                                                          \
		.function = "tokio::runtime::task::raw::poll",                                     \
		.site = "tokio::runtime::task::raw::poll", .crate = "tokio",                       \
		.origin = ORIGIN_TOKIO                                                             \
	}

static const struct {
	struct symbol_frame frame[4];
	size_t count;
	struct stack_verdict verdict;
	enum fake_stack left_to; /* by frame pointer */
} fakes[FAKE_STACKS] = {
	[NAP] = {{STD("std::thread::sleep"), USER("demo::sleepy::nap", "src/sleepy.rs", 12),
		  USER("demo::sleepy::run", "src/sleepy.rs", 30), POLL_FRAME},
		 4,
		 {STACK_POLL, true, false, 1, 2, 3, "demo::sleepy::run", "multi_thread"}},
	[NAP_AT_14] = {{STD("std::thread::sleep"), USER("demo::sleepy::nap", "src/sleepy.rs", 14),
			USER("demo::sleepy::run", "src/sleepy.rs", 30), POLL_FRAME},
		       4,
		       {STACK_POLL, true, false, 1, 2, 3, "demo::sleepy::run", "multi_thread"}},
	[HASH] = {{USER("demo::hasher::hash", "src/hasher.rs", 9),
		   USER("demo::hasher::run", "src/hasher.rs", 20), POLL_FRAME},
		  3,
		  {STACK_POLL, true, false, 0, 1, 2, "demo::hasher::run", "multi_thread"}},
	[TINY] = {{USER("demo::tiny::run", "src/tiny.rs", 5), POLL_FRAME},
		  2,
		  {STACK_POLL, true, false, 0, 0, 1, "demo::tiny::run", "multi_thread"}},
	[LOCK] = {{STD("std::sys::futex"), USER("demo::locker::take", "src/locker.rs", 8),
		   USER("demo::locker::run", "src/locker.rs", 18), POLL_FRAME},
		  4,
		  {STACK_POLL, true, false, 1, 2, 3, "demo::locker::run", "multi_thread"}},
	[NAMELESS] = {{STD("std::io::read"), POLL_FRAME},
		      2,
		      {STACK_POLL, false, false, -1, -1, 1, NULL, "multi_thread"}},
	[GAP] = {{STD("std::thread::sleep")},
		 1,
		 {STACK_RUNTIME, true, false, -1, -1, 2, NULL, "multi_thread"},
		 NAMELESS},
	[PARK] = {{TOKIO("tokio::park")},
		  1,
		  {STACK_PARK, true, false, -1, -1, -1, NULL, "multi_thread"}},
	[RUNTIME] = {{TOKIO("tokio::schedule")},
		     1,
		     {STACK_RUNTIME, true, false, -1, -1, -1, NULL, "multi_thread"}},
	[IN_PLACE] = {{USER("demo::innocent", "src/innocent.rs", 4),
		       TOKIO("tokio::block_in_place")},
		      2,
		      {STACK_BLOCK_IN_PLACE, true, false, 0, 0, -1, NULL, "multi_thread"}},
	[POOL] = {{USER("demo::closure", "src/closure.rs", 4), TOKIO("tokio::pool")},
		  2,
		  {STACK_POOL, true, false, 0, 0, -1, NULL, NULL}},
	[POOL_IDLE] = {{TOKIO("tokio::pool")}, 1, {STACK_POOL, true, true, -1, -1, -1, NULL, NULL}},
	[ROOT] = {{USER("demo::root", "src/main.rs", 4), TOKIO("tokio::block_on")},
		  2,
		  {STACK_ROOT, true, false, 0, 0, 1, NULL, NULL}},
	[OTHER] = {{STD("std::sys::futex_wake"), USER("demo::holder::hold", "src/holder.rs", 7)},
		   2,
		   {STACK_OTHER, true, false, -1, -1, -1, NULL, NULL}},
	[UNKNOWN] = {{STD("std::lost")}, 1, {STACK_UNKNOWN, false, false, -1, -1, -1, NULL, NULL}},
};

static int fake_binary(void *context, const uint8_t *build_id, size_t bytes, const char *path,
		       struct resolved_binary *out)
{
	(void)context, (void)build_id, (void)bytes, (void)path;
	*out = (struct resolved_binary) {NULL, "dwarf", "/made/up", NULL, 1};
	return 0;
}

static int fake_frames(void *context, void *module, uint64_t offset,
		       const struct symbol_frame **frames, size_t *count)
{
	size_t index = (size_t)(offset / EACH);

	(void)context, (void)module;
	if (index >= FAKE_STACKS || !fakes[index].count)
		return -ENOENT;
	*frames = fakes[index].frame;
	*count = fakes[index].count;
	return 0;
}

static struct stack_verdict fake_classify(void *context, const struct symbol_frame *const *frames,
					  size_t count)
{
	(void)context;
	for (size_t i = 0; count && i < FAKE_STACKS; i++) {
		if (frames[0] == fakes[i].frame)
			return fakes[i].verdict;
	}
	return fakes[UNKNOWN].verdict;
}

static const char *fake_cause(void *context, uint32_t machine, int32_t syscall,
			      const char *const *kernel, size_t count, bool off_cpu)
{
	static const char *const causes[] = {"sleep", "lock", "net-io", "file-io"};

	(void)context, (void)machine, (void)kernel, (void)count;
	if (syscall >= 0 && syscall <= SYS_FSYNC)
		return causes[syscall];
	return off_cpu ? "page-fault" : "cpu";
}

static const char *fake_syscall(void *context, uint32_t machine, int32_t number)
{
	static const char *const names[] = {"nanosleep", "futex", "epoll_wait", "fsync"};

	(void)context, (void)machine;
	return number >= 0 && number <= SYS_FSYNC ? names[number] : NULL;
}

const struct resolver fake_resolver = {
	.binary = fake_binary,
	.frames = fake_frames,
	.classify = fake_classify,
	.cause = fake_cause,
	.syscall = fake_syscall,
};

static int keep(void *context, const void *data, size_t bytes)
{
	struct scene *s = context;

	if (s->size + bytes > s->room) {
		s->room = (s->size + bytes) * 2;
		s->data = realloc(s->data, s->room);
		assert_non_null(s->data);
	}
	memcpy(s->data + s->size, data, bytes);
	s->size += bytes;
	return 0;
}

static uint32_t text(struct scene *s, const char *t)
{
	int64_t id = capture_writer_string(s->writer, t);

	assert_true(id > 0);
	return (uint32_t)id;
}

static uint64_t at_ns(uint64_t us)
{
	return BEGIN_NS + us * 1000;
}

static void define_code(struct scene *s)
{
	struct hud_process process = {.pid = 10, .start_ns = BEGIN_NS};
	struct hud_mapping mapping = {.start = BASE,
				      .end = BASE + FAKE_STACKS * EACH,
				      .from_ns = BEGIN_NS,
				      .build_id_bytes = 4,
				      .build_id = {1, 2, 3, 4}};

	process.name = text(s, "demo");
	process.exe = text(s, "/opt/demo");
	s->process = (uint32_t)capture_writer_process(s->writer, &process);
	mapping.process = s->process;
	mapping.path = text(s, "/opt/demo");
	assert_true(capture_writer_mapping(s->writer, &mapping) > 0);
	for (size_t i = 1; i < FAKE_STACKS; i++) {
		uint64_t address[] = {BASE + i * EACH, BASE + fakes[i].left_to * EACH};
		bool left = fakes[i].left_to != NO_STACK;
		int64_t id = capture_writer_user_stack(s->writer, s->process, address, 1 + left,
						       HUD_STOP_END, left);

		assert_true(id > 0);
		s->stack[i] = (uint32_t)id;
	}
}

void scene_begin(struct scene *s, uint8_t id)
{
	struct capture_writer_options options = {.sink = keep, .sink_context = s};
	struct hud_session session = {
		.head = {HUD_SESSION, 0, sizeof(session)},
		.start_ns = BEGIN_NS,
		.start_realtime_ns = UINT64_C(1700000000000000000) + id,
		.threshold_ns = THRESHOLD_US * 1000,
		.look_hz = 1000000 / LOOK_US,
		.profile_hz = 99,
		.cpus = 2,
		.machine = 62,
		.source = HUD_SOURCE_STACK,
		.page_bytes = 4096,
		.window_ms = 100,
	};
	static const uint32_t tids[] = {11, 12, 13, 20};

	*s = (struct scene) {0};
	memset(options.capture_id, id, sizeof(options.capture_id));
	assert_int_equal(capture_writer_open(&options, &s->writer), 0);
	session.kernel = text(s, "6.18.0");
	session.recorder = text(s, "hud-record 0.1.0");
	session.command = text(s, "demo");
	assert_int_equal(capture_writer_session(s->writer, &session), 0);
	define_code(s);
	for (size_t i = 0; i < sizeof(tids) / sizeof(*tids); i++) {
		struct hud_thread thread = {.tid = tids[i],
					    .process = s->process,
					    .from_ns = BEGIN_NS,
					    .comm = text(s, "tokio-runtime-w")};

		assert_int_equal(capture_writer_thread(s->writer, &thread), 0);
	}
}

void scene_event(struct scene *s, const void *record)
{
	assert_int_equal(capture_writer_event(s->writer, record), 0);
}

void scene_span(struct scene *s, struct span span)
{
	struct hud_offcpu record = {
		.head = {HUD_OFFCPU, 0, sizeof(record)},
		.start_ns = at_ns(span.from),
		.end_ns = at_ns(span.to),
		.wakeup_ns = span.wakeup ? at_ns(span.wakeup) : 0,
		.process = s->process,
		.tid = span.tid,
		.user_stack = s->stack[span.stack],
		.syscall = span.syscall,
		.offcpu_flags = span.flags,
		.waker_pid = span.waker_tid ? 10 : 0,
		.waker_tid = span.waker_tid,
		.waker_process = span.waker_tid ? s->process : 0,
		.waker_stack = s->stack[span.waker_stack],
	};

	scene_event(s, &record);
}

void scene_look(struct scene *s, uint32_t tid, uint64_t at, uint64_t awake, enum fake_stack stack)
{
	struct hud_sample record = {
		.head = {HUD_SAMPLE, 0, sizeof(record)},
		.time_ns = at_ns(at),
		.awake_ns = at_ns(awake),
		.process = s->process,
		.tid = tid,
		.user_stack = s->stack[stack],
		.syscall = HUD_NO_SYSCALL,
	};

	scene_event(s, &record);
}

void scene_looks(struct scene *s, uint32_t tid, uint64_t from, uint64_t to, uint64_t awake,
		 enum fake_stack stack)
{
	for (uint64_t at = from; at <= to; at += LOOK_US)
		scene_look(s, tid, at, awake, stack);
}

void scene_window(struct scene *s, uint32_t tid, uint64_t from, uint64_t to, uint64_t cpu,
		  uint64_t sleep, uint64_t run_queue)
{
	struct hud_window record = {
		.head = {HUD_WINDOW, 0, sizeof(record)},
		.start_ns = at_ns(from),
		.end_ns = at_ns(to),
		.process = s->process,
		.tid = tid,
		.cpu_ns = cpu * 1000,
		.sleep_ns = sleep * 1000,
		.run_queue_ns = run_queue * 1000,
		.sleeps = 3,
	};

	scene_event(s, &record);
}

void scene_lost(struct scene *s, enum hud_loss cause, uint64_t count)
{
	struct hud_lost record = {
		.head = {HUD_LOST, 0, sizeof(record)},
		.cause = cause,
		.count = count,
		.from_ns = at_ns(0),
		.to_ns = at_ns(1000),
	};

	scene_event(s, &record);
}

void scene_end(struct scene *s, uint64_t at, bool whole)
{
	struct hud_end record = {
		.head = {HUD_END, 0, sizeof(record)},
		.time_ns = at_ns(at),
		.events = capture_writer_events(s->writer),
		.reason = HUD_END_DURATION,
	};

	if (whole)
		scene_event(s, &record);
	assert_int_equal(capture_writer_close(s->writer), 0);
	s->writer = NULL;
}

void scene_free(struct scene *s)
{
	free(s->data);
	*s = (struct scene) {0};
}

sqlite3 *database_empty(void)
{
	sqlite3 *db;

	assert_int_equal(database_open(NULL, DATABASE_TEMPORARY, &db), 0);
	return db;
}

struct memory {
	const struct scene *scene;
	size_t at;
};

static int64_t memory_read(void *context, void *data, size_t bytes)
{
	struct memory *m = context;

	if (bytes > m->scene->size - m->at)
		bytes = m->scene->size - m->at;
	if (bytes)
		memcpy(data, m->scene->data + m->at, bytes);
	m->at += bytes;
	return (int64_t)bytes;
}

int scene_ingest(const struct scene *s, sqlite3 *db)
{
	struct ingest_options options = {.resolver = &fake_resolver, .file = "made-up.hud"};
	struct ingest_result result;
	struct memory memory = {s, 0};

	return ingest(db, memory_read, &memory, &options, &result);
}

sqlite3 *scene_load(struct scene *s, uint64_t end)
{
	sqlite3 *db = database_empty();
	int err;

	scene_end(s, end, true);
	err = scene_ingest(s, db);
	if (err)
		print_error("%s\n", sqlite3_errmsg(db));
	assert_int_equal(err, 0);
	scene_free(s);
	return db;
}

sqlite3 *spans_load_all(uint64_t end, const struct span *spans, size_t count)
{
	struct scene s;

	scene_begin(&s, 1);
	for (size_t i = 0; i < count; i++)
		scene_span(&s, spans[i]);
	return scene_load(&s, end);
}

void assert_text(sqlite3 *db, const char *sql, const char *expected)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(statement) != SQLITE_ROW)
		fail_msg("no row: %s", sql);
	if (!expected)
		assert_int_equal(sqlite3_column_type(statement, 0), SQLITE_NULL);
	else
		assert_string_equal((const char *)sqlite3_column_text(statement, 0), expected);
	sqlite3_finalize(statement);
}

static void everything_on_worker_12(struct scene *s)
{
	scene_span(s, (struct span) {12, 0, 60000, 59000, PARK, SYS_EPOLL_WAIT, 0, 0, NO_STACK});
	scene_looks(s, 12, 62500, 82500, 60000, HASH);
	scene_look(s, 12, 85000, 60000, RUNTIME);
	scene_span(s,
		   (struct span) {12, 90000, 110000, 109000, NAP, SYS_NANOSLEEP, 0, 0, NO_STACK});
	scene_span(s, (struct span) {12, 120000, 135000, 134000, NAP_AT_14, SYS_NANOSLEEP, 0, 0,
				     NO_STACK});
	scene_span(s, (struct span) {12, 140000, 150000, 0, RUNTIME, NONE, HUD_OFFCPU_PREEMPTED, 0,
				     NO_STACK});
	scene_span(s, (struct span) {12, 150500, 170000, 0, UNKNOWN, SYS_FSYNC, 0, 0, NO_STACK});
	scene_span(s, (struct span) {12, 171000, 190000, 0, UNKNOWN, SYS_FUTEX, 0, 0, NO_STACK});
	scene_window(s, 12, 0, 200000, 46500, 10000, 0);
}

void scene_everything(struct scene *s)
{
	scene_span(s,
		   (struct span) {11, 1000, 101000, 100000, PARK, SYS_EPOLL_WAIT, 0, 0, NO_STACK});
	scene_span(s, (struct span) {11, 105000, 145000, 144900, LOCK, SYS_FUTEX, 0, 20, OTHER});
	scene_span(s, (struct span) {11, 150000, 190000, 0, LOCK, SYS_FUTEX, HUD_OFFCPU_OPEN, 0,
				     NO_STACK});
	scene_window(s, 11, 0, 150000, 8000, 2000, 0);
	everything_on_worker_12(s);
	scene_span(s, (struct span) {13, 0, 50000, 49000, POOL_IDLE, SYS_FUTEX, 0, 0, NO_STACK});
	scene_span(s, (struct span) {13, 60000, 160000, 0, POOL, SYS_FSYNC, 0, 0, NO_STACK});
	scene_span(s, (struct span) {20, 0, 180000, 0, OTHER, SYS_NANOSLEEP, 0, 0, NO_STACK});
	scene_lost(s, HUD_LOSS_STACK_LIMIT, 3);
}

sqlite3 *everything_load(void)
{
	struct scene s;

	scene_begin(&s, 1);
	scene_everything(&s);
	return scene_load(&s, 200000);
}

static uint64_t between(uint64_t *state, uint64_t low, uint64_t high)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return low + (z ^ (z >> 31)) % (high - low + 1);
}

#define CLIENTS 8

/* How long client i's request blocks, us: the first four call NAP, the others LOCK. */
static uint64_t busy_length(const struct busy *busy, size_t i, uint64_t *state)
{
	uint64_t us =
		i % 4 == SYS_FSYNC ? between(state, 14000, 25000) : between(state, 15000, 40000);

	return i == SYS_NANOSLEEP ? (uint64_t)((double)us * busy->nap_sleep) : us;
}

static size_t least(const uint64_t *of, size_t count)
{
	size_t least = 0;

	for (size_t i = 1; i < count; i++)
		least = of[i] < of[least] ? i : least;
	return least;
}

void scene_busy(struct scene *s, struct busy busy)
{
	uint64_t next[CLIENTS], free_at[3] = {0}, end = busy.seconds * UINT64_C(1000000);
	uint64_t state = busy.seed * 1000003;

	for (uint32_t tid = 11; tid <= 13; tid++)
		scene_window(s, tid, 0, end, 1000, 1000, 0);
	for (size_t i = 0; i < CLIENTS; i++)
		next[i] = between(&state, 0, 250000);
	if (busy.without_lock)
		next[4 + SYS_FUTEX] = UINT64_MAX;
	if (busy.nap_sleep <= 0)
		next[SYS_NANOSLEEP] = UINT64_MAX;
	for (;;) {
		size_t i = least(next, CLIENTS), worker = least(free_at, 3);
		uint64_t from = next[i] > free_at[worker] ? next[i] : free_at[worker];
		uint64_t to = from + busy_length(&busy, i, &state);

		if (to >= end)
			return;
		scene_span(s,
			   (struct span) {(uint32_t)(11 + worker), from, to, 0, i < 4 ? NAP : LOCK,
					  (enum fake_syscall)(i % 4), 0, 0, NO_STACK});
		free_at[worker] = to + 1000;
		next[i] = to + between(&state, 150000, 350000);
	}
}
