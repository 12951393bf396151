/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_OBJECT_TABLE_H
#define HUD_RECORDER_PLAN_OBJECT_TABLE_H

#include "format/elf/build_id.h"
#include "format/plan/plan.h"
#include "recorder/copies/copies.h"
#include "recorder/kernel/unwind_store.h"
#include "recorder/plan/broker.h"
#include "recorder/target/procfs.h"

#include <stdbool.h>

#define OBJECT_NONE UINT32_MAX

/*
 * The ELF files that are mapped in the targets, each once: its build-id, and its plan on the way
 * from the broker into the BPF maps.
 */
struct object_table;

struct object_table_options {
	struct copies *saved; /* --save-binaries: all files; NULL: it was not given */
	/* Of files that are no longer where they were mapped from; NULL: they are not copied. */
	struct copies *copies;
	const char *const *plan_files; /* --plan */
	size_t plan_file_count;
	bool plans; /* false: --unwind fp */
};

/*
 * Prints what failed: which --plan file, or directory to save in, cannot be used, or that there is
 * no memory. 0 or a negative errno. `*out` is the caller's.
 */
int object_table_open(const struct object_table_options *options, struct object_table **out);
void object_table_close(struct object_table *t);

/*
 * The object of a mapping of `pid`, identified by device and inode. A new one is opened, its
 * build-id read, its plan requested. `known_id`: the build-id that the kernel gave, which then gave
 * no inode, or NULL. OBJECT_NONE: no file, it cannot be opened, or its path is another file's.
 */
uint32_t object_table_file(struct object_table *t, pid_t pid, const struct proc_mapping *m,
			   const struct build_id *known_id);
/* The vdso, read from this process: it is the same in all. */
uint32_t object_table_vdso(struct object_table *t);

const struct build_id *object_build_id(const struct object_table *t, uint32_t object);

/* Takes finished plans; waits up to `wait_ms` for one. True: some plan became usable. */
bool object_table_poll(struct object_table *t, int wait_ms);
/* How many plans are still being made. */
size_t object_table_waiting(const struct object_table *t);
/* How many objects there are; they are numbered from 0. */
uint32_t object_table_count(const struct object_table *t);

/* Adds the room that the plans known by now need. */
void object_table_sizes(const struct object_table *t, struct unwind_sizes *sizes);
/* From now on plans are written into these maps; those known by now at once. */
void object_table_store(struct object_table *t, struct unwind_store *store);

/*
 * Number of the object in the maps and its bias for a mapping of file offset `offset` at `start`.
 * False: it has no plan (yet), or the mapping lies in no segment of it.
 */
bool object_placed(const struct object_table *t, uint32_t object, uint64_t start, uint64_t offset,
		   uint32_t *number, uint64_t *bias);

/* As object_placed(), of any plan: the bias alone. */
bool plan_bias(const struct plan *plan, uint64_t start, uint64_t offset, uint64_t *bias);

/* The object's plan, or NULL; valid as long as the table. */
const struct plan *object_plan(const struct object_table *t, uint32_t object);
/* Where the object's runtime keeps its state, or NULL; valid as long as the table. */
const struct hud_plan_identity *object_identity(const struct object_table *t, uint32_t object);

/* Is the object's plan still being made? */
bool object_waits(const struct object_table *t, uint32_t object);
/* Path of the object as the first target that has it sees it; valid as long as the table. */
const char *object_path(const struct object_table *t, uint32_t object);
/* Is this the file that the plan was made of, unchanged since? overlayfs shows other devices. */
bool object_is_file(const struct object_table *t, uint32_t object, int fd);
/*
 * Opens that file where it is mapped in a process, [start, end). The descriptor, which the caller
 * closes, or a negative errno; -ENOENT: it is another by now.
 */
int object_open(const struct object_table *t, uint32_t object, pid_t pid, uint64_t start,
		uint64_t end);
/* Bytes of it that are mapped as code. */
uint64_t object_code_bytes(const struct object_table *t, uint32_t object);

/* Calls `each` for every object whose plan became usable since the last call. */
void object_table_each_new(struct object_table *t,
			   void (*each)(void *context, uint32_t object, const struct plan *plan),
			   void *context);

/*
 * Is there something to learn of processes that run this object: where its runtime keeps its state
 * is not known, or guessed, and can be found out?
 */
bool object_learnable(const struct object_table *t, uint32_t object);
/* Was it learned, but not all that can be? */
bool object_half_learned(const struct object_table *t, uint32_t object);
/* An attempt proved no more of it: a few of these, in all recordings of the file, are enough. */
void object_learned_in_vain(struct object_table *t, uint32_t object);
/* Was its identity learned, by an earlier recording? */
bool object_recalled(const struct object_table *t, uint32_t object);

/* Hands snapshots (format/plan/snapshot.h) to hud-analyze. As plan_broker_request(). */
int object_table_ask(const struct object_table *t, int snapshots);

/*
 * Takes the identity in an answer, and keeps it for later recordings. -EBADMSG: it has none; or
 * -ENOMEM. -EEXIST: it says no more than the one that was learned before, which stays. -EUCLEAN: it
 * says another thing of the same words, so that one of the two is wrong.
 */
int object_learn(struct object_table *t, uint32_t object, const struct plan *answer,
		 const uint8_t *data, size_t bytes);
/* It was wrong: forgets it, in the cache too. */
void object_unlearn(struct object_table *t, uint32_t object);

struct object_counts {
	size_t objects;
	size_t usable;      /* they have a plan */
	size_t failed;      /* no plan could be made, or it did not fit */
	int analyzer_error; /* no plan can be made; -ENOENT: there is no hud-analyze on this host */
	size_t unsaved;     /* could not be copied */
	const char *misfit; /* a --plan that matches no mapped file; NULL: all match one */
};
struct object_counts object_table_counts(const struct object_table *t);

#endif
