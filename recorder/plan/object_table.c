/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "format/base/clock.h"
#include "format/base/file.h"
#include "recorder/base/plain.h"
#include "recorder/copies/debug_name.h"
#include "recorder/plan/cache.h"
#include "recorder/plan/learned.h"
#include "recorder/plan/object_state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLAN_FILE_BYTES_MAX (64u << 20)

/*
 * A target maps as many files as it likes. Each that waits for its turn is an open file, of which a
 * process has 1024 by default; of what comes beyond these no plan is made.
 */
#define QUEUE_MAX 256
#define AT_ONCE_LEAST 2
/* What takes longer gives its place to the next: its file may be made to take for ever. */
#define PLAN_NS_MAX (600 * NS_PER_S)

static int given_load(struct object_table *t, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = fd < 0 ? -errno : 0;
	uint8_t *data = NULL;
	size_t bytes;

	if (!error)
		error = file_read(fd, PLAN_FILE_BYTES_MAX, &data, &bytes);
	if (!error)
		error = plan_parse(data, bytes, &t->given[t->given_count]);
	free(data);
	if (fd >= 0)
		close(fd);
	if (error)
		fprintf(stderr,
			"hud-record: cannot use the plan %s: %s\n"
			"  make it with hud-analyze plan BINARY -o FILE\n",
			path,
			error == -EBADMSG  ? "it is no plan, or damaged"
			: error == -EPROTO ? "it was made by a newer version of hud-analyze"
					   : strerror(-error));
	else
		t->given_count++;
	return error;
}

static int saved_check(struct copies *saved)
{
	int error = copies_open(saved);

	if (error)
		fprintf(stderr,
			"hud-record: cannot save binaries in %s: %s\n"
			"  give a directory that is there, or one to make, after --save-binaries\n",
			saved->path, copies_error(error));
	return error;
}

int object_table_open(const struct object_table_options *options, struct object_table **out)
{
	struct object_table *t = calloc(1, sizeof(*t));
	int error = 0;
	long cpus;

	*out = NULL;
	if (t)
		t->given = calloc(options->plan_file_count + 1, sizeof(*t->given));
	if (!t || !t->given) {
		fputs("hud-record: cannot begin: out of memory\n", stderr);
		free(t);
		return -ENOMEM;
	}
	t->options = *options;
	t->vdso = OBJECT_NONE;
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	t->at_once = cpus > AT_ONCE_LEAST ? (size_t)cpus : AT_ONCE_LEAST;
	t->broker.socket = t->cache.directory = -1;
	for (size_t i = 0; !error && i < options->plan_file_count; i++)
		error = given_load(t, options->plan_files[i]);
	if (!error && options->saved)
		error = saved_check(options->saved);
	if (error) {
		object_table_close(t);
		return error;
	}
	if (options->plans)
		plan_cache_open(&t->cache);
	if (options->plans)
		t->analyzer_error = plan_broker_open(&t->broker);
	*out = t;
	return 0;
}

void object_table_close(struct object_table *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; i < t->objects; i++) {
		if (t->object[i].fd >= 0)
			close(t->object[i].fd);
		if (t->object[i].pipe >= 0)
			close(t->object[i].pipe);
		free(t->object[i].text.data);
		free(t->object[i].path);
		free(t->object[i].learned);
		plan_free(&t->object[i].plan);
	}
	for (size_t i = 0; i < t->given_count; i++)
		plan_free(&t->given[i]);
	plan_broker_close(&t->broker);
	plan_cache_close(&t->cache);
	free(t->object);
	free(t->given);
	free(t);
}

static struct object *object_add(struct object_table *t)
{
	if (!array_reserve(&t->object, t->objects, 1, &t->room, sizeof(*t->object)))
		return NULL;
	t->object[t->objects] = (struct object) {.fd = -1, .pipe = -1};
	return &t->object[t->objects++];
}

static void plan_store(struct object_table *t, struct object *o)
{
	if (!t->store || o->state != PLAN_READY)
		return;
	o->state = unwind_store_add(t->store, &o->plan, &o->number) ? PLAN_FAILED : PLAN_STORED;
}

/* The same of a plan that nobody has seen yet: one that does not fit is freed. */
static void plan_store_new(struct object_table *t, struct object *o)
{
	plan_store(t, o);
	if (o->state != PLAN_FAILED)
		return;
	plan_free(&o->plan);
	free(o->learned);
	o->learned = NULL;
	o->guessed = NULL;
	o->recalled = false;
}

struct plan_key object_plan_key(const struct object_table *t, const struct object *o)
{
	return (struct plan_key) {
		.id = &o->id,
		.file = &o->file,
		.debug = o->debug.st_ino ? &o->debug : NULL,
		.tool = &t->broker.tool,
	};
}

/* Takes what an earlier recording learned of a process that ran this object. */
static void learned_recall(struct object_table *t, struct object *o)
{
	struct plan_key key = object_plan_key(t, o);
	struct plan learned;
	uint8_t *data;
	size_t bytes;

	key.learned = true;
	if (!o->plan.thread_block || !plan_cache_get(&t->cache, &key, &data, &bytes))
		return;
	if (!plan_parse(data, bytes, &learned)) {
		if (learned.learned && learned_fits(learned.identity, o->plan.thread_block)) {
			o->recalled = !object_identity_take(o, learned.identity);
			o->vain = learned.learned->vain;
		}
		plan_free(&learned);
	}
	free(data);
}

/* Moves a plan for this build-id that --plan gave into the object. */
static bool given_take(struct object_table *t, struct object *o)
{
	for (size_t i = 0; i < t->given_count; i++) {
		struct plan *p = &t->given[i];

		if (!o->id.bytes || p->head.build_id_bytes != o->id.bytes || !p->block ||
		    memcmp(p->head.build_id, o->id.byte, o->id.bytes) != 0)
			continue;
		o->plan = *p;
		*p = (struct plan) {0};
		o->state = PLAN_READY;
		learned_recall(t, o);
		plan_store_new(t, o);
		return true;
	}
	return false;
}

/* Is the received plan of the file that it was requested for? */
static bool plan_fits(const struct object *o)
{
	return o->plan.head.build_id_bytes == o->id.bytes &&
	       !memcmp(o->plan.head.build_id, o->id.byte, o->id.bytes);
}

/* Takes the same file's plan of an earlier recording. */
static bool cache_take(struct object_table *t, struct object *o)
{
	struct plan_key key = object_plan_key(t, o);
	uint8_t *data;
	size_t bytes;
	bool fits;

	if (!plan_cache_get(&t->cache, &key, &data, &bytes))
		return false;
	fits = !plan_parse(data, bytes, &o->plan) && plan_fits(o);
	free(data);
	if (!fits) {
		plan_free(&o->plan);
		return false;
	}
	o->state = PLAN_READY;
	learned_recall(t, o);
	plan_store_new(t, o);
	return true;
}

/*
 * The separate debug file of a build, where packages install it, or -1: functions whose unwind
 * information was stripped from the object may have it there (.debug_frame).
 */
static int debug_open(const struct build_id *id)
{
	char name[DEBUG_NAME_BYTES], path[sizeof("/usr/lib/debug/.build-id/") + DEBUG_NAME_BYTES];

	if (id->bytes < 2 || build_id_is_hash(id))
		return -1;
	debug_name(id, name);
	snprintf(path, sizeof(path), "/usr/lib/debug/.build-id/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* Its debug file, noted in `o` as it is now; or -1. */
static int object_debug_open(struct object *o)
{
	int debug = debug_open(&o->id);

	if (debug < 0 || fstat(debug, &o->debug))
		o->debug = (struct stat) {0};
	return debug;
}

/* Has the plan made of a file that waits for its turn. */
static void plan_begin(struct object_table *t, struct object *o)
{
	int debug = object_debug_open(o);

	o->pipe = plan_broker_request(&t->broker, o->fd, debug);
	o->asked_ns = clock_ns(CLOCK_MONOTONIC);
	if (o->pipe < 0)
		o->state = PLAN_FAILED;
	else
		fcntl(o->pipe, F_SETFL, O_NONBLOCK);
	if (debug >= 0)
		close(debug);
	close(o->fd);
	o->fd = -1;
}

static size_t plans_under_way(const struct object_table *t)
{
	size_t made = 0;

	for (uint32_t i = 0; i < t->objects; i++)
		made += t->object[i].state == PLAN_WAITING && t->object[i].pipe >= 0;
	return made;
}

/* Begins with as many as may be made at once, in the order in which their files were seen. */
static void plans_begin(struct object_table *t)
{
	size_t made = plans_under_way(t);

	for (uint32_t i = 0; made < t->at_once && i < t->objects; i++) {
		if (t->object[i].state != PLAN_WAITING || t->object[i].fd < 0)
			continue;
		plan_begin(t, &t->object[i]);
		made += t->object[i].state == PLAN_WAITING;
	}
}

static void plan_request(struct object_table *t, struct object *o, int fd)
{
	int debug;

	if (!t->options.plans || given_take(t, o))
		return;
	debug = object_debug_open(o);
	if (debug >= 0)
		close(debug);
	if (cache_take(t, o) || t->analyzer_error) /* without hud-analyze it is PLAN_MISSING */
		return;
	if (object_table_waiting(t) - plans_under_way(t) < QUEUE_MAX)
		o->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	o->state = o->fd >= 0 ? PLAN_WAITING : PLAN_FAILED;
	plans_begin(t);
}

/* False: it failed, which is said, or the same was said before. */
static bool object_save(struct object_table *t, const struct object *o, int fd, const char *path,
			struct copies *copies)
{
	int error = copies_save(copies, fd, path, &o->id);
	char plain[PATH_MAX];

	if (!error)
		return true;
	t->unsaved++;
	if (error != -EALREADY)
		fprintf(stderr, "hud-record: cannot save a copy of %s in %s: %s\n",
			plain_name(path, plain), copies->path, copies_error(error));
	return false;
}

/* Says once of a container's files, and of each other one, where a copy is. */
static void place_report(struct object_table *t, enum file_place place, const char *path, bool kept)
{
	char plain[PATH_MAX];

	if (place == FILE_IN_CONTAINER && t->container_said)
		return;
	t->container_said |= place == FILE_IN_CONTAINER;
	fprintf(stderr, "hud-record: %s %s", plain_name(path, plain),
		place == FILE_GONE ? "was deleted or replaced since it was started"
				   : "and other files are in a container's file system only");
	if (kept)
		fprintf(stderr, ": a copy is kept in %s\n", t->options.copies->path);
	else
		fputs("\n  for its symbols keep that build, or a copy: --save-binaries DIR\n",
		      stderr);
}

/*
 * A file that nobody can read by its path after the process has ended: one that was deleted or
 * replaced, as a deployment does to the program that still runs, or a container's.
 */
static void object_keep(struct object_table *t, const struct object *o, int fd, pid_t pid,
			const struct proc_mapping *m)
{
	enum file_place place = proc_mapping_place(pid, m);
	struct copies *copies = t->options.copies;

	if (place != FILE_HERE && o->id.bytes)
		place_report(t, place, m->path, copies && object_save(t, o, fd, m->path, copies));
}

static uint32_t object_find(const struct object_table *t, const struct stat *file)
{
	uint32_t i = 0;

	while (i < t->objects &&
	       (t->object[i].file.st_dev != file->st_dev || !file_same(&t->object[i].file, file)))
		i++;
	return i < t->objects ? i : OBJECT_NONE;
}

/*
 * Is what was opened the file that is mapped? The kernel names it by its inode, which was compared
 * when it was opened, or by its build-id: what lies at its path may be another build by now.
 */
static bool is_mapped_file(const struct build_id *id, const struct proc_mapping *m,
			   const struct build_id *known)
{
	return known && known->bytes ? build_id_equal(id, known) : m->inode != 0;
}

static uint32_t object_new(struct object_table *t, int fd, const struct stat *file,
			   const struct build_id *id, pid_t pid, const struct proc_mapping *m)
{
	struct proc_mapping opened = *m;
	struct object *o = object_add(t);

	if (!o)
		return OBJECT_NONE;
	opened.inode = file->st_ino; /* where the kernel gave the build-id, it gave none */
	o->file = *file;
	o->path = strdup(m->path);
	o->id = *id;
	if (t->options.saved)
		object_save(t, o, fd, m->path, t->options.saved);
	else
		object_keep(t, o, fd, pid, m->inode ? m : &opened);
	plan_request(t, o, fd);
	return (uint32_t)(o - t->object);
}

uint32_t object_table_file(struct object_table *t, pid_t pid, const struct proc_mapping *m,
			   const struct build_id *known_id)
{
	struct build_id id = {0};
	struct object *o;
	struct stat st;
	uint32_t found;
	int fd = proc_mapping_open(pid, m);

	if (fd < 0)
		return OBJECT_NONE;
	if (fstat(fd, &st)) {
		close(fd);
		return OBJECT_NONE;
	}
	found = object_find(t, &st);
	if (found != OBJECT_NONE)
		id = t->object[found].id;
	else
		build_id_read(fd, &id);
	if (!is_mapped_file(&id, m, known_id))
		found = OBJECT_NONE;
	else if (found == OBJECT_NONE)
		found = object_new(t, fd, &st, &id, pid, m);
	close(fd);
	if (found == OBJECT_NONE)
		return OBJECT_NONE;
	o = &t->object[found];
	if (m->end - m->start > o->code_bytes)
		o->code_bytes = m->end - m->start;
	return found;
}

/* Finds the mapping of the vdso. */
static void vdso_find(void *context, const struct proc_mapping *m)
{
	struct proc_mapping *out = context;

	if (!strcmp(m->path, "[vdso]"))
		*out = *m;
}

uint32_t object_table_vdso(struct object_table *t)
{
	struct proc_mapping m = {0};
	struct object *o;
	size_t bytes;
	int fd;

	if (t->vdso != OBJECT_NONE)
		return t->vdso;
	proc_mappings_each(getpid(), vdso_find, &m);
	bytes = (size_t)(m.end - m.start);
	fd = m.start ? memfd_create("vdso", MFD_CLOEXEC) : -1;
	if (fd < 0)
		return OBJECT_NONE;
	o = object_add(t);
	if (o && write(fd, (const void *)(uintptr_t)m.start, bytes) == (ssize_t)bytes) {
		t->vdso = t->objects - 1;
		build_id_of_image((const uint8_t *)(uintptr_t)m.start, bytes, &o->id);
		plan_request(t, o, fd);
	}
	close(fd);
	return t->vdso;
}

const struct build_id *object_build_id(const struct object_table *t, uint32_t object)
{
	static const struct build_id none;

	return object < t->objects ? &t->object[object].id : &none;
}

static void plan_take(struct object_table *t, struct object *o)
{
	struct plan_key key;
	int more = pipe_collect(o->pipe, PLAN_FILE_BYTES_MAX, &o->text);

	if (more > 0 && clock_ns(CLOCK_MONOTONIC) - o->asked_ns < PLAN_NS_MAX)
		return;
	close(o->pipe);
	o->pipe = -1;
	o->state = PLAN_FAILED;
	if (more == 0 && !plan_parse(o->text.data, o->text.bytes, &o->plan) && plan_fits(o)) {
		o->state = PLAN_READY;
		key = object_plan_key(t, o);
		if (o->file.st_ino)
			plan_cache_put(&t->cache, &key, o->text.data, o->text.bytes);
		learned_recall(t, o);
	}
	free(o->text.data);
	o->text = (struct collected) {0};
	plan_store_new(t, o);
}

size_t object_table_waiting(const struct object_table *t)
{
	size_t waiting = 0;

	for (uint32_t i = 0; i < t->objects; i++)
		waiting += t->object[i].state == PLAN_WAITING;
	return waiting;
}

bool object_table_poll(struct object_table *t, int wait_ms)
{
	size_t waiting = object_table_waiting(t), n = 0;
	struct pollfd *fds = waiting ? calloc(waiting, sizeof(*fds)) : NULL;
	bool changed = false;

	if (!fds)
		return false;
	for (uint32_t i = 0; i < t->objects; i++)
		if (t->object[i].state == PLAN_WAITING && t->object[i].pipe >= 0)
			fds[n++] = (struct pollfd) {.fd = t->object[i].pipe, .events = POLLIN};
	poll(fds, n, wait_ms);
	for (uint32_t i = 0; i < t->objects; i++) {
		if (t->object[i].state != PLAN_WAITING || t->object[i].pipe < 0)
			continue;
		plan_take(t, &t->object[i]);
		changed |= t->object[i].state == PLAN_STORED;
	}
	plans_begin(t);
	free(fds);
	return changed;
}

void object_table_sizes(const struct object_table *t, struct unwind_sizes *sizes)
{
	for (uint32_t i = 0; i < t->objects; i++) {
		if (t->object[i].state == PLAN_READY)
			unwind_sizes_add(sizes, &t->object[i].plan);
		else if (t->object[i].state == PLAN_WAITING)
			unwind_sizes_add_code(sizes, t->object[i].code_bytes);
	}
}

void object_table_store(struct object_table *t, struct unwind_store *store)
{
	t->store = store;
	for (uint32_t i = 0; i < t->objects; i++)
		plan_store(t, &t->object[i]);
}

uint32_t object_table_count(const struct object_table *t)
{
	return t->objects;
}

void object_table_each_new(struct object_table *t,
			   void (*each)(void *context, uint32_t object, const struct plan *plan),
			   void *context)
{
	for (uint32_t i = 0; i < t->objects; i++) {
		const struct plan *plan = t->object[i].reported ? NULL : object_plan(t, i);

		if (!plan)
			continue;
		t->object[i].reported = true;
		each(context, i, plan);
	}
}

int object_table_ask(const struct object_table *t, int snapshots)
{
	return plan_broker_request(&t->broker, snapshots, -1);
}

struct object_counts object_table_counts(const struct object_table *t)
{
	struct object_counts c = {
		.objects = t->objects, .analyzer_error = t->analyzer_error, .unsaved = t->unsaved};

	for (uint32_t i = 0; i < t->objects; i++) {
		c.usable += t->object[i].state == PLAN_STORED || t->object[i].state == PLAN_READY;
		c.failed += t->object[i].state == PLAN_FAILED;
	}
	for (size_t i = 0; i < t->given_count && !c.misfit; i++)
		c.misfit = t->given[i].block ? t->options.plan_files[i] : NULL; /* not used */
	return c;
}
