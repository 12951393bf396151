/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "format/base/clock.h"
#include "format/wire/recording.h"
#include "recorder/capture/process_state.h"
#include "recorder/target/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REFRESH_NS NS_PER_S /* /proc/PID/maps is read again no more often than this */

int process_table_open(struct capture_writer *w, struct object_table *objects,
		       struct process_table **out)
{
	struct process_table *t = calloc(1, sizeof(*t));

	*out = t;
	if (!t)
		return -ENOMEM;
	t->writer = w;
	t->objects = objects;
	return 0;
}

void process_table_close(struct process_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->processes; i++) {
		free(t->process[i].mapping);
		free(t->process[i].executable);
		process_runtimes_forget(&t->process[i]);
		free(t->process[i].runtime);
		if (t->process[i].perf_map >= 0)
			close(t->process[i].perf_map);
		if (t->process[i].pidfd >= 0)
			close(t->process[i].pidfd);
	}
	free(t->process);
	free(t);
}

struct process *process_find(const struct process_table *t, pid_t pid)
{
	for (size_t i = 0; i < t->processes; i++)
		if (t->process[i].entry.pid == pid)
			return &t->process[i];
	return NULL;
}

struct process_entry *process_table_find(const struct process_table *t, pid_t pid)
{
	struct process *p = process_find(t, pid);

	return p ? &p->entry : NULL;
}

uint32_t process_table_object(const struct process_table *t, pid_t pid, uint64_t address)
{
	const struct process *p = process_find(t, pid);

	for (uint32_t i = 0; p && i < p->mappings; i++)
		if (address >= p->mapping[i].start && address < p->mapping[i].end)
			return p->mapping[i].object;
	return OBJECT_NONE;
}

size_t process_table_unplanned(const struct process_table *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->processes; i++)
		if (t->process[i].mappings > UNWIND_RANGES_MAX)
			count += t->process[i].mappings - UNWIND_RANGES_MAX;
	return count;
}

void process_table_living(const struct process_table *t,
			  void (*each)(void *context, uint32_t id, pid_t pid), void *context)
{
	for (size_t i = 0; i < t->processes; i++) {
		const struct process *p = &t->process[i];

		if (p->entry.alive && p->entry.id)
			each(context, p->entry.id, p->entry.pid);
	}
}

size_t process_table_alive(const struct process_table *t)
{
	size_t alive = 0;

	for (size_t i = 0; i < t->processes; i++)
		alive += t->process[i].entry.alive;
	return alive;
}

/* Writes a process's mappings into the unwinder's maps. */
static void space_write(struct process_table *t, struct process *p)
{
	struct unwind_range *range;

	if (!t->store)
		return;
	if (p->space < 0)
		p->space = unwind_store_space(t->store);
	range = p->space >= 0 ? calloc(p->mappings + 1, sizeof(*range)) : NULL;
	if (!range)
		return; /* its stacks end with HUD_STOP_NO_MAPPING, and say so */
	for (uint32_t i = 0; i < p->mappings; i++) {
		const struct process_mapping *m = &p->mapping[i];

		range[i] = (struct unwind_range) {
			.start = m->start, .end = m->end, .object = UNWIND_NO_OBJECT};
		object_placed(t->objects, m->object, m->start, m->offset, &range[i].object,
			      (uint64_t *)&range[i].bias);
	}
	unwind_store_ranges(t->store, (uint32_t)p->space, p->version++, p->entry.pid, range,
			    p->mappings);
	free(range);
}

static void image_write(struct process_table *t, struct process *p)
{
	space_write(t, p);
	process_runtimes_write(t, p);
}

void process_table_replace(struct process_table *t)
{
	for (size_t i = 0; i < t->processes; i++)
		if (t->process[i].entry.alive)
			image_write(t, &t->process[i]);
}

void process_table_executables(const struct process_table *t, bool only_new,
			       void (*each)(void *context, pid_t pid, const struct plan *plan),
			       void *context)
{
	for (size_t i = 0; i < t->processes; i++) {
		struct process *p = &t->process[i];
		const struct plan *plan = object_plan(t->objects, p->object);

		if (!p->entry.alive || !plan ||
		    (only_new && (p->executable_reported || !process_runtimes_identified(p))))
			continue;
		p->executable_reported |= only_new;
		each(context, p->entry.pid, plan);
	}
}

void process_mapping_link(const struct process *p, const struct process_mapping *m, char *path,
			  size_t room)
{
	snprintf(path, room, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)p->entry.pid, m->start,
		 m->end);
}

/* By the link to what it runs, which is there where the file has no path any longer. */
static int executable_open(const struct process_table *t, const struct process *p)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)p->entry.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (!object_is_file(t->objects, p->object, fd)) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

int process_table_object_open(const struct process_table *t, pid_t pid, uint32_t object)
{
	const struct process *p = process_find(t, pid);
	int fd = -ENOENT;

	for (uint32_t i = 0; p && i < p->mappings; i++) {
		const struct process_mapping *m = &p->mapping[i];

		if (m->object != object)
			continue;
		fd = object_open(t->objects, object, pid, m->start, m->end);
		return fd < 0 && object == p->object ? executable_open(t, p) : fd;
	}
	return fd;
}

int process_table_executable_open(const struct process_table *t, pid_t pid)
{
	const struct process *p = process_find(t, pid);

	return p ? process_table_object_open(t, pid, p->object) : -ENOENT;
}

bool process_table_program(const struct process_table *t, pid_t pid, struct process_program *out)
{
	const struct process *p = process_find(t, pid);

	for (uint32_t i = 0; p && i < p->mappings; i++) {
		const struct process_mapping *m = &p->mapping[i];

		if (m->object != p->object || p->object == OBJECT_NONE)
			continue;
		*out = (struct process_program) {.process = p->entry.id,
						 .plan = object_plan(t->objects, p->object)};
		return !out->plan || plan_bias(out->plan, m->start, m->offset, &out->bias);
	}
	return false;
}

void process_table_code(const struct process_table *t, pid_t pid,
			void (*each)(void *context, const struct process_code *code), void *context)
{
	const struct process *p = process_find(t, pid);

	for (uint32_t i = 0; p && i < p->mappings; i++) {
		const struct process_mapping *m = &p->mapping[i];
		struct process_code code = {.start = m->start,
					    .end = m->end,
					    .plan = object_plan(t->objects, m->object)};

		if (code.plan && !plan_bias(code.plan, m->start, m->offset, &code.bias))
			code.plan = NULL;
		each(context, &code);
	}
}

void process_table_store(struct process_table *t, struct unwind_store *store,
			 struct identity_store *identities)
{
	t->store = store;
	t->identities = identities;
	process_table_replace(t);
}

/*
 * Puts a mapping in its place by start; those it overlaps are gone. Without memory it is left out:
 * stacks through it end with HUD_STOP_NO_MAPPING.
 */
static void mapping_insert(struct process *p, const struct process_mapping *m)
{
	struct process_mapping *all;
	uint32_t kept = 0, at;

	if (!array_reserve(&p->mapping, p->mappings, 1, &p->mapping_room, sizeof(*p->mapping)))
		return;
	all = p->mapping;
	for (uint32_t i = 0; i < p->mappings; i++)
		if (all[i].end <= m->start || all[i].start >= m->end)
			all[kept++] = all[i];
	for (at = kept; at > 0 && all[at - 1].start > m->start; at--)
		all[at] = all[at - 1];
	all[at] = *m;
	p->mappings = kept + 1;
}

static void mapping_define(struct process_table *t, struct process *p, const struct proc_mapping *m,
			   const struct build_id *known_id, uint64_t now_ns)
{
	bool vdso = !strcmp(m->path, "[vdso]");
	struct process_mapping mapping = {m->start, m->end, m->offset, OBJECT_NONE};
	struct hud_mapping wire = {
		.process = p->entry.id,
		.start = m->start,
		.end = m->end,
		.offset = m->offset,
		.from_ns = now_ns,
		.mapping_flags = vdso                ? HUD_MAPPING_VDSO
				 : m->path[0] == '/' ? 0
						     : HUD_MAPPING_ANONYMOUS,
	};
	int64_t path = capture_writer_string(t->writer, m->path);
	const struct build_id *id = known_id;

	if (path < 0)
		return; /* the writer keeps its error */
	if (vdso)
		mapping.object = object_table_vdso(t->objects);
	else if (m->path[0] == '/')
		mapping.object = object_table_file(t->objects, p->entry.pid, m, known_id);
	if (p->executable && !strcmp(m->path, p->executable))
		p->object = mapping.object;
	if (!id || !id->bytes)
		id = object_build_id(t->objects, mapping.object);
	wire.path = (uint32_t)path;
	wire.build_id_bytes = (uint16_t)id->bytes;
	memcpy(wire.build_id, id->byte, id->bytes);
	capture_writer_mapping(t->writer, &wire);
	mapping_insert(p, &mapping);
}

struct maps_visit {
	struct process_table *table;
	struct process *process;
	uint64_t now_ns;
	bool only_new;
};

static void maps_visit(void *context, const struct proc_mapping *m)
{
	struct maps_visit *v = context;

	if (v->only_new && capture_writer_mapped(v->table->writer, v->process->entry.id, m->start))
		return;
	mapping_define(v->table, v->process, m, NULL, v->now_ns);
}

static struct process *process_make(struct process_table *t, pid_t pid)
{
	struct process *p = process_find(t, pid);

	if (p)
		return p;
	if (!array_reserve(&t->process, t->processes, 1, &t->room, sizeof(*t->process)))
		return NULL;
	t->process[t->processes] = (struct process) {
		.entry = {.pid = pid, .alive = true},
		.object = OBJECT_NONE,
		.space = -1,
		.perf_map = -1,
		.pidfd = (int)syscall(SYS_pidfd_open, pid, 0),
	};
	return &t->process[t->processes++];
}

int process_table_announce(struct process_table *t, pid_t pid)
{
	return process_make(t, pid) ? 0 : -ENOMEM;
}

void process_table_perf_maps(const struct process_table *t,
			     void (*each)(void *context, pid_t pid, int fd), void *context)
{
	for (size_t i = 0; i < t->processes; i++)
		if (t->process[i].perf_map >= 0)
			each(context, t->process[i].entry.pid, t->process[i].perf_map);
}

void process_table_reap(struct process_table *t)
{
	for (size_t i = 0; i < t->processes; i++) {
		struct pollfd gone = {.fd = t->process[i].pidfd, .events = POLLIN};

		if (gone.fd >= 0 && poll(&gone, 1, 0) > 0)
			t->process[i].entry.alive = false;
	}
}

int64_t process_table_describe(struct process_table *t, pid_t pid, uint64_t now_ns)
{
	struct process *p = process_make(t, pid);
	struct hud_process wire = {.pid = (uint32_t)pid, .start_ns = now_ns};
	struct maps_visit visit = {.table = t, .process = p, .now_ns = now_ns};
	struct proc_identity identity = {0};
	int64_t name, exe, id;

	if (!p)
		return -ENOMEM;
	proc_identity_read(pid, &identity);
	name = capture_writer_string(t->writer, identity.comm[0] ? identity.comm : "?");
	exe = capture_writer_string(t->writer, identity.exe[0] ? identity.exe : "?");
	if (name < 0 || exe < 0)
		return name < 0 ? name : exe;
	wire.name = (uint32_t)name;
	wire.exe = (uint32_t)exe;
	id = capture_writer_process(t->writer, &wire);
	if (id < 0)
		return id;
	p->entry.id = (uint32_t)id;
	p->entry.alive = true;
	p->mappings = 0;
	free(p->executable);
	p->executable = strdup(identity.exe);
	if (p->perf_map >= 0)
		close(p->perf_map);
	p->perf_map = proc_perf_map_open(pid);
	p->object = OBJECT_NONE;
	if (t->identities && p->runtimes)
		identity_store_clear(t->identities, pid);
	process_runtimes_forget(p);
	p->executable_reported = false;
	proc_mappings_each(pid, maps_visit, &visit);
	image_write(t, p);
	return id;
}

struct image_visit {
	const struct process *process;
	bool found; /* a mapping of the executable, where it was */
};

static void image_visit(void *context, const struct proc_mapping *m)
{
	struct image_visit *v = context;
	const struct process *p = v->process;

	if (strcmp(m->path, p->executable) != 0)
		return;
	for (uint32_t i = 0; i < p->mappings; i++)
		v->found |= p->mapping[i].object == p->object && p->mapping[i].start == m->start;
}

bool process_table_replaced(const struct process_table *t, pid_t pid)
{
	const struct process *p = process_find(t, pid);
	struct image_visit visit = {.process = p};
	struct proc_identity identity = {0};

	if (!p || !p->entry.id || !p->executable)
		return false;
	proc_identity_read(pid, &identity);
	if (!identity.exe[0])
		return false;
	if (strcmp(identity.exe, p->executable) != 0)
		return true;
	return p->object != OBJECT_NONE && !proc_mappings_each(pid, image_visit, &visit) &&
	       !visit.found;
}

static void mappings_reread(struct process_table *t, struct process *p, uint64_t now_ns)
{
	struct maps_visit visit = {.table = t, .process = p, .now_ns = now_ns, .only_new = true};

	if (!p->entry.id || !p->entry.alive)
		return;
	p->refreshed_ns = now_ns;
	proc_mappings_each(p->entry.pid, maps_visit, &visit);
	space_write(t, p);
}

void process_table_refresh(struct process_table *t, pid_t pid, uint64_t now_ns)
{
	struct process *p = process_find(t, pid);

	/* JIT code is in no file: each of its stacks would read /proc again in vain. */
	if (p && (!p->refreshed_ns || now_ns >= p->refreshed_ns + REFRESH_NS))
		mappings_reread(t, p, now_ns);
}

void process_table_refresh_all(struct process_table *t, uint64_t now_ns)
{
	for (size_t i = 0; i < t->processes; i++)
		mappings_reread(t, &t->process[i], now_ns);
}

/* PERF_RECORD_MMAP2, as the comment in <linux/perf_event.h> lays it out. */
struct mmap2_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t address, length, offset;
	union {
		struct {
			uint32_t major, minor;
			uint64_t inode, generation;
		} file;
		struct {
			uint8_t bytes;
			uint8_t reserved[3];
			uint8_t byte[20];
		} build_id;
	} of;
	uint32_t protection, flags;
	char path[];
};

void process_table_mmap(struct process_table *t, const void *record)
{
	const struct mmap2_record *r = record;
	struct process *p = process_find(t, (pid_t)r->pid);
	struct proc_mapping m = {0};
	struct build_id id = {0};
	uint64_t time_ns;

	/* A process that is not described yet gets all its mappings from /proc when it is. */
	/* One that is gone gets none: its pid may be another's. */
	if (!p || !p->entry.id || !p->entry.alive || !(r->protection & PROT_EXEC))
		return;
	m = (struct proc_mapping) {
		.start = r->address,
		.end = r->address + r->length,
		.offset = r->offset,
		.path = strcmp(r->path, "//anon") ? r->path : "",
	};
	/* sample_id: with PERF_SAMPLE_TIME alone, the time is the record's last word. */
	memcpy(&time_ns, (const uint8_t *)record + r->header.size - sizeof(time_ns),
	       sizeof(time_ns));
	if (r->header.misc & PERF_RECORD_MISC_MMAP_BUILD_ID) {
		id.bytes = r->of.build_id.bytes <= sizeof(r->of.build_id.byte)
				   ? r->of.build_id.bytes
				   : 0;
		memcpy(id.byte, r->of.build_id.byte, id.bytes);
	} else {
		m.inode = r->of.file.inode;
	}
	mapping_define(t, p, &m, &id, time_ns);
	space_write(t, p);
}
