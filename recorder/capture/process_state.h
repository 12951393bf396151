/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_PROCESS_STATE_H
#define HUD_RECORDER_CAPTURE_PROCESS_STATE_H

#include "recorder/capture/process_table.h"

/* What is behind process_table.h: the table itself, and the runtimes in its processes. */

/* An executable mapping, as the unwinder needs it. */
struct process_mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint32_t object;
};

/* An object of a process that has a runtime: its executable, or a library. */
struct process_runtime {
	uint32_t object;
	uint32_t module;   /* of the library */
	char *library;     /* its path, NULL: the runtime is in the executable */
	bool identified;   /* the BPF programs know where its runtime keeps its state */
	bool layout_known; /* the capture says from where that is known */
	bool described;    /* … and which object this is */
};

struct process {
	struct process_entry entry;
	struct process_mapping *mapping; /* by start, not overlapping */
	uint32_t mappings;
	size_t mapping_room;
	char *executable;                /* its path as the process sees it */
	uint32_t object;                 /* … what is mapped from there, OBJECT_NONE */
	struct process_runtime *runtime; /* in the order in which they were found */
	size_t runtimes, runtime_room;
	bool executable_reported; /* process_table_executables() has given its plan */
	int64_t space;            /* slot in the store; negative: none */
	uint32_t version;         /* of what was written there */
	uint64_t refreshed_ns;
	int perf_map; /* names of its generated code; negative: none */
	int pidfd;    /* -1: none; readable once all of its threads are gone */
};

struct process_table {
	struct capture_writer *writer;
	struct object_table *objects;
	struct unwind_store *store;
	struct identity_store *identities;
	struct process *process;
	size_t processes, room;
};

struct process *process_find(const struct process_table *t, pid_t pid);
/* A path by which the file of a mapping can be opened. */
void process_mapping_link(const struct process *p, const struct process_mapping *m, char *path,
			  size_t room);

/* Tells the BPF programs where the runtimes keep their state, if their objects' plans are there. */
void process_runtimes_write(struct process_table *t, struct process *p);
/* Do they know it of one of its runtimes? */
bool process_runtimes_identified(const struct process *p);
/* It runs another image, or is gone. */
void process_runtimes_forget(struct process *p);

#endif
