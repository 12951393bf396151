/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_PROCESS_TABLE_H
#define HUD_RECORDER_CAPTURE_PROCESS_TABLE_H

#include "format/capture/writer.h"
#include "format/wire/recording.h"
#include "recorder/kernel/identity_store.h"
#include "recorder/plan/object_table.h"
#include "recorder/target/cgroup.h"

#include <stdbool.h>
#include <sys/types.h>

/* A watched process and the image it runs now. */
struct process_entry {
	pid_t pid;
	uint32_t id; /* in the capture; 0: hud-record's own fork, before it runs the command */
	bool alive;
};

/* Watched processes and what is mapped in them, described to the capture as they change. */
struct process_table;

/* The caller closes `*out`. -ENOMEM. */
int process_table_open(struct capture_writer *w, struct object_table *objects,
		       struct process_table **out);
void process_table_close(struct process_table *t);

/*
 * Describes the image that `pid` runs now: at the start, and after exec. Reads /proc; where that
 * fails the process gets an id nevertheless, and its mappings stay unknown. Its id, or an errno.
 */
int64_t process_table_describe(struct process_table *t, pid_t pid, uint64_t now_ns);

/* Does `pid` run another program than when it was described, or the same one anew? */
bool process_table_replaced(const struct process_table *t, pid_t pid);

/* Adds a command that does not run yet: exec describes it. 0 or a negative errno. */
int process_table_announce(struct process_table *t, pid_t pid);

/* Finds processes that exited without an event: events can be lost. */
void process_table_reap(struct process_table *t);

/* The entry of a watched process, or NULL. */
struct process_entry *process_table_find(const struct process_table *t, pid_t pid);

/* Number of the object that is mapped at an address of a process; OBJECT_NONE: none is known. */
uint32_t process_table_object(const struct process_table *t, pid_t pid, uint64_t address);

/* Reads /proc/PID/maps again, for mappings that perf records missed: at most once a second. */
void process_table_refresh(struct process_table *t, pid_t pid, uint64_t now_ns);

/* The same of all watched processes, at once. */
void process_table_refresh_all(struct process_table *t, uint64_t now_ns);

/*
 * From now on the mappings of all processes are written into `store` too, and where their runtimes
 * keep their state into `identities` (NULL: it is not to be read).
 */
void process_table_store(struct process_table *t, struct unwind_store *store,
			 struct identity_store *identities);
/* Plans became usable: writes the mappings of all processes again. */
void process_table_replace(struct process_table *t);

/* One PERF_RECORD_MMAP2 of any process of the machine. */
void process_table_mmap(struct process_table *t, const void *record);

/* How many executable mappings do not fit into the unwinder's maps. */
size_t process_table_unplanned(const struct process_table *t);

/*
 * enum hud_scheduler_kind of a scheduler of a process's runtimes, by the number that the BPF
 * programs give it; 0: not known.
 */
uint32_t process_table_scheduler(const struct process_table *t, pid_t pid, uint32_t number);

/* The program that a process runs: its executable, where that is mapped, and its plan. */
struct process_program {
	uint32_t process;        /* id in the capture */
	const struct plan *plan; /* NULL: it is not there yet, or there is none */
	uint64_t bias;           /* what is added to the plan's addresses */
};
/* False: no such process, or its executable is not mapped. */
bool process_table_program(const struct process_table *t, pid_t pid, struct process_program *out);

/* Code that is mapped in a process. */
struct process_code {
	uint64_t start, end;
	const struct plan *plan; /* NULL: it is not there yet, or there is none */
	uint64_t bias;
};
/* Calls `each` for all of it, by ascending address. */
void process_table_code(const struct process_table *t, pid_t pid,
			void (*each)(void *context, const struct process_code *code),
			void *context);

/*
 * Calls `each` for every process whose executable's plan is there. `only_new`: once for each
 * process, and only if its runtime's state is read.
 */
void process_table_executables(const struct process_table *t, bool only_new,
			       void (*each)(void *context, pid_t pid, const struct plan *plan),
			       void *context);

/*
 * The executable that has that plan, to be read; the caller closes it. -ENOENT: the process is
 * gone, or runs another by now.
 */
int process_table_executable_open(const struct process_table *t, pid_t pid);
/* The same of any object that is mapped in the process. */
int process_table_object_open(const struct process_table *t, pid_t pid, uint32_t object);

/* An object with a runtime, the executable or a library, in the image of a process. */
struct process_image {
	pid_t pid;
	uint32_t id; /* in the capture */
	bool alive;
	uint32_t object;
	uint32_t number;   /* of those of the process, from 0 */
	uint32_t module;   /* of the library, 0: it is the executable */
	bool identified;   /* its runtime's state is read */
	bool layout_known; /* … and the capture says from where */
	const char *path;
};
/* Of living processes; `ended`: of those too that have ended. */
void process_table_images(const struct process_table *t, bool ended,
			  void (*each)(void *context, const struct process_image *image),
			  void *context);

/* Looks again for runtimes, in libraries that are being loaded too. */
void process_table_find_runtimes(struct process_table *t);

/* The identity of this object is another now, or none: all processes that run it follow. */
void process_table_identify(struct process_table *t, uint32_t object);

/* Writes a HUD_LAYOUT; `layout` has all but the head, the process, the object and the time. */
void process_table_layout(struct process_table *t, const struct process_image *image,
			  const struct hud_layout *layout, uint64_t now_ns);

/* Calls `each` for every living process; `id`: in the capture. */
void process_table_living(const struct process_table *t,
			  void (*each)(void *context, uint32_t id, pid_t pid), void *context);

/*
 * Calls `each` for every process whose runtime names its generated code, with the open file: it was
 * there when the process was described.
 */
void process_table_perf_maps(const struct process_table *t,
			     void (*each)(void *context, pid_t pid, int fd), void *context);

/* How many processes have a runtime whose state can be read. */
size_t process_table_identified(const struct process_table *t);

size_t process_table_alive(const struct process_table *t);

#endif
