/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/runtime.h"
#include "analyzer/base/embedded.h"
#include "analyzer/poll/poll_find.h"
#include "analyzer/runtime/identity_dwarf.h"
#include "analyzer/runtime/identity_table.h"
#include "analyzer/runtime/pool_dwarf.h"
#include "analyzer/runtime/tasks_dwarf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What precedes the version of rustc in .comment, and in std's paths as distributions build it. */
#define COMPILER_MARK "rustc version "
#define COMPILER_PATH "/rustc-"

enum { ELFS = 2 }; /* the object, its separate debug file */

struct reading {
	struct plan_runtime *out;
	const struct unwind_object *object;
	const struct plan_names *names;
	struct rules *rules;
	struct plan_tls tls;
	struct plan_image image;
	struct elf_symbols symbols;
	struct dwarf_index *debug; /* NULL: none */
	struct plan_vtable *vtable;
	size_t vtables;
	struct plan_functions functions;
};

static int debug_open(struct reading *r)
{
	int err = -ENODATA;

	for (size_t i = ELFS; i-- > 0 && err == -ENODATA;) {
		struct dwarf_index_options options = {.elf = r->object->elf[i]};

		if (options.elf)
			err = dwarf_index_open(&options, &r->debug);
	}
	return err == -ENODATA ? 0 : err;
}

static int symbols_open(struct reading *r)
{
	for (size_t i = ELFS; i-- > 0;) {
		int err = r->object->elf[i]
				  ? elf_symbols_open(&r->symbols, r->object->elf[i], SHT_SYMTAB)
				  : 0;

		if (err || r->symbols.count)
			return err;
	}
	return 0;
}

/* Found out before anything that takes long, since most objects have no such runtime. */
static bool runtime_is_present(const struct reading *r)
{
	if (r->out->version.known)
		return true;
	for (size_t i = 0; i < r->symbols.count; i++)
		if (pattern_matches(r->names->name[NAME_POLL_MARK], r->symbols.items[i].name))
			return true;
	/* Programs may be built so that panics have no source file. */
	return plan_text_is_in(r->object->elf[0], r->names->name[NAME_SOURCE]) ||
	       plan_text_is_in(r->object->elf[0], r->names->name[NAME_MESSAGE]);
}

static struct plan_version units_version(const struct dwarf_file *file, const char *mark)
{
	struct plan_version none = {0};

	for (size_t i = 0; i < file->unit_count; i++) {
		const char *name = file->units[i].name;
		const char *at = name ? strstr(name, mark) : NULL;

		if (at) {
			struct plan_version v =
				plan_version_read(at + strlen(mark), at + strlen(at));

			if (v.known)
				return v;
		}
	}
	return none;
}

static int identity_guess(struct reading *r)
{
	struct plan_table_source source = {
		.names = r->names,
		.tls = &r->tls,
		.symbols = &r->symbols,
		.version = r->out->version,
		.compiler = r->out->compiler,
	};

	return plan_identity_read_table(r->out->identity, &source, &r->out->problem);
}

/* The lists of tasks; without them `task_lists` stays NULL. */
static int task_lists_read(struct reading *r, const struct plan_declarations *declared)
{
	const struct dwarf_file *file = dwarf_index_file(r->debug);
	struct hud_plan_tasks *lists = calloc(1, sizeof(*lists));

	if (!lists)
		return -ENOMEM;
	plan_tasks_read_dwarf(lists, declared, r->names, &r->tls);
	lists->debug_bytes = file->sections.view[DWARF_INFO].bytes;
	if (lists->roots)
		r->out->task_lists = lists;
	else
		free(lists);
	return 0;
}

/* From debug information: the state of a thread, the queue of the blocking pool, the tasks. */
static int declared_read(struct reading *r)
{
	struct plan_runtime *out = r->out;
	struct plan_declarations declared;

	plan_declarations_read(&declared, dwarf_index_file(r->debug), r->names, &r->tls);
	plan_identity_read_dwarf(out->identity, &declared, r->names, &r->tls);
	if (!out->identity->schedulers)
		return 0;
	if (task_lists_read(r, &declared))
		return -ENOMEM;
	out->pool = calloc(1, sizeof(*out->pool));
	if (!out->pool)
		return -ENOMEM;
	plan_pool_read_dwarf(out->pool, &declared, r->names, &r->tls);
	if (!out->pool->roots) {
		free(out->pool);
		out->pool = NULL;
	}
	return 0;
}

static int identity_read(struct reading *r)
{
	struct plan_runtime *out = r->out;
	int err = 0;

	out->problem = r->tls.musl
			       ? "this is a library for musl, whose thread-locals are not looked up"
			       : "this is a library, and where its thread-locals are is known in "
				 "processes only";
	if (!r->tls.bytes || !r->tls.executable)
		return 0;
	out->problem = NULL;
	out->identity =
		calloc(1, sizeof(*out->identity) +
				  HUD_PLAN_SCHEDULERS_MAX * sizeof(out->identity->scheduler[0]));
	if (!out->identity)
		return -ENOMEM;
	if (r->debug)
		err = declared_read(r);
	if (!err && !out->identity->schedulers)
		err = identity_guess(r);
	if (!out->identity->schedulers) {
		free(out->identity);
		out->identity = NULL;
	}
	return err;
}

static int polls_read(struct reading *r)
{
	struct plan_poll_source source = {
		.names = r->names,
		.rules = r->rules,
		.image = &r->image,
		.symbols = &r->symbols,
		.debug = r->debug,
	};
	int err = plan_image_read(&r->image, r->object->elf[0]);

	if (!err)
		err = plan_vtables_find(&r->image, &r->vtable, &r->vtables);
	if (err)
		return err;
	source.vtable = r->vtable;
	source.vtables = r->vtables;
	err = plan_polls_find(&r->out->polls, &source);
	if (!err)
		err = plan_functions_read(&r->functions, r->object, &r->image);
	if (!err)
		err = plan_codes_find(&r->out->codes, &r->out->polls, &source, &r->functions);
	return err;
}

/*
 * What is needed to learn where the state is from a running process, unless debug information says
 * it: where thread-locals are, and a function that polls tasks.
 */
static int block_read(struct reading *r)
{
	struct plan_runtime *out = r->out;
	struct hud_plan_block block = {
		.bytes = r->tls.bytes & ~(uint64_t)7,
		.module_slot = r->tls.executable ? 0 : r->tls.module_slot,
	};

	if ((out->identity && out->identity->identity_flags & HUD_IDENTITY_KNOWN) ||
	    !(r->tls.executable || block.module_slot) || !out->polls.count || !block.bytes ||
	    block.bytes > HUD_LEARN_BLOCKS_MAX * HUD_LEARN_BLOCK_BYTES)
		return 0;
	if (r->tls.executable && (!plan_tls_offset(&r->tls, 0, &block.first) || block.first % 8))
		return 0;
	out->block = malloc(sizeof(*out->block));
	if (!out->block)
		return -ENOMEM;
	*out->block = block;
	return 0;
}

/* "<FUTURE, SCHEDULER>", as it stands in names; NULL: not known. To be freed. */
static char *arguments_of(const struct plan_poll *poll)
{
	char *text = NULL;

	if (poll->task && poll->scheduler &&
	    asprintf(&text, "<%s, %s>", poll->task, poll->scheduler) < 0)
		text = NULL;
	return text;
}

/* How to go from a task down to what it waits for. */
static int descent_read(struct reading *r)
{
	const char *const *name = r->names->name;
	struct descent_names names = {
		.rules = name[NAME_TASK_DESCENT],
		.holder = name[NAME_TASK_CELL],
		.stage = name[NAME_TASK_STAGE],
		.running = name[NAME_TASK_RUNNING],
		.trailer = name[NAME_TASK_TRAILER],
	};
	const struct plan_polls *polls = &r->out->polls;
	struct descent_task *task = calloc(polls->count + 1, sizeof(*task));
	int err = task ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < polls->count; i++)
		task[i] = (struct descent_task) {.poll = polls->item[i].site.address,
						 .arguments = arguments_of(&polls->item[i])};
	if (!err)
		err = descent_build(&r->out->descent, dwarf_index_file(r->debug), &r->image, &names,
				    task, polls->count);
	for (size_t i = 0; task && i < polls->count; i++)
		free((void *)(uintptr_t)task[i].arguments);
	free(task);
	return err;
}

/* Without debug information: how a task looks is known, and the lists can be searched. */
static int task_lists_guess(struct reading *r)
{
	struct hud_plan_tasks *lists;

	if (!r->out->polls.count)
		return 0;
	lists = calloc(1, sizeof(*lists));
	if (!lists)
		return -ENOMEM;
	if (plan_tasks_by_layout(lists, r->names, &r->tls))
		r->out->task_lists = lists;
	else
		free(lists);
	return 0;
}

static int runtime_read(struct reading *r)
{
	struct plan_runtime *out = r->out;
	Elf *elf = r->object->elf[0];
	int err;

	out->version = plan_version_of_paths(elf, r->names->name[NAME_PATH]);
	out->present = runtime_is_present(r);
	if (!out->present)
		return 0;
	out->compiler = plan_version_of_comment(elf, COMPILER_MARK);
	if (!out->compiler.known)
		out->compiler = plan_version_of_paths(elf, COMPILER_PATH);
	err = debug_open(r);
	if (!err)
		err = plan_tls_read(&r->tls, elf, r->object->elf[1]);
	if (err)
		return err;
	if (r->debug && !out->version.known)
		out->version = units_version(dwarf_index_file(r->debug), r->names->name[NAME_PATH]);
	err = identity_read(r);
	if (!err)
		err = polls_read(r);
	if (!err)
		err = block_read(r);
	if (!err && out->task_lists)
		err = descent_read(r);
	return err || out->task_lists ? err : task_lists_guess(r);
}

/* Reads the runtime that this rules file names, if the object has it. */
static int runtime_try(struct reading *r, const char *file)
{
	struct plan_runtime *out = r->out;
	int err = plan_names_open(&out->names, file);

	if (err)
		return err;
	r->names = &out->names;
	err = runtime_read(r);
	if (!err && !out->present)
		plan_runtime_free(out);
	return err;
}

int plan_runtime_read(struct plan_runtime *out, const struct unwind_object *object)
{
	struct reading r = {.out = out, .object = object};
	int err;

	memset(out, 0, sizeof(*out));
	err = symbols_open(&r);
	if (!err)
		err = rules_open(&r.rules);
	for (const struct embedded_file *f = embedded_files; !err && !out->present && f->name; f++)
		if (pattern_matches("rules/*-state.rules", f->name))
			err = runtime_try(&r, f->name);
	free(r.vtable);
	plan_functions_close(&r.functions);
	plan_image_close(&r.image);
	plan_tls_close(&r.tls);
	dwarf_index_close(r.debug);
	elf_symbols_close(&r.symbols);
	rules_close(r.rules);
	if (err)
		plan_runtime_free(out);
	return err;
}

void plan_runtime_free(struct plan_runtime *r)
{
	free(r->identity);
	free(r->pool);
	free(r->block);
	free(r->task_lists);
	descent_free(&r->descent);
	plan_polls_close(&r->polls);
	plan_codes_close(&r->codes);
	plan_names_close(&r->names);
	memset(r, 0, sizeof(*r));
}
