/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/nameless.h"
#include "analyzer/base/text.h"
#include "analyzer/image/functions.h"
#include "analyzer/image/references.h"
#include "analyzer/symbols/module.h"
#include "format/base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct symbol_nameless {
	struct unwind_object object;
	struct plan_image image;
	struct plan_functions functions;
};

void symbol_nameless_close(struct symbol_nameless *n)
{
	if (!n)
		return;
	plan_functions_close(&n->functions);
	plan_image_close(&n->image);
	unwind_object_close(&n->object);
	free(n);
}

/* Reads the code of the module's file. 0 or -ENOMEM; without a file, or a damaged one: nothing. */
static int code_open(struct symbol_module *m)
{
	struct symbol_nameless *n;
	struct stat st;
	int fd, err;

	if (m->nameless_tried || !m->files.image.path)
		return 0;
	m->nameless_tried = true;
	n = calloc(1, sizeof(*n));
	fd = n ? file_open_regular(m->files.image.path, &st) : -1;
	if (fd < 0) {
		free(n);
		return n ? 0 : -ENOMEM;
	}
	err = unwind_object_open(&n->object, fd);
	if (!err)
		err = plan_image_read(&n->image, n->object.elf[0]);
	if (!err)
		err = plan_functions_read(&n->functions, &n->object, &n->image);
	if (!err)
		m->nameless = n;
	else
		symbol_nameless_close(n);
	close(fd);
	return err == -ENOMEM ? err : 0;
}

/* The source files that one function refers to. */
struct sources {
	struct symbol_module *m;
	struct {
		const char *path; /* NULL: none */
		bool several;
		const char *runtime; /* of ORIGIN_RUNTIME_ITSELF */
	} of[ORIGIN_KERNEL + 1];     /* by origin */
	bool failed;
};

static void source_take(void *context, uint64_t from, uint64_t to)
{
	struct sources *s = context;
	struct origin_query q = {
		.user_prefixes = s->m->owner->options.user_prefixes,
		.user_prefix_count = s->m->owner->options.user_prefix_count,
	};
	struct plan_location at;
	enum frame_origin origin;
	const char *runtime;

	(void)from;
	if (!plan_location_at(&s->m->nameless->image, to, &at))
		return;
	q.decl_file = text_pool_intern(&s->m->owner->pool, at.path, at.bytes);
	s->failed |= !q.decl_file;
	if (s->failed)
		return;
	origin = origin_of(s->m->owner->rules, &q, &runtime);
	s->of[origin].several |= s->of[origin].path && s->of[origin].path != q.decl_file;
	s->of[origin].path = q.decl_file;
	s->of[origin].runtime = runtime;
}

/*
 * Code of others is inlined into the user's functions, hardly ever the other way round; std's into
 * all. So the user's file decides; without one, files of a single origin do.
 */
static void place_by_sources(struct symbol_frame *frame, const struct sources *s)
{
	static const enum frame_origin others[] = {ORIGIN_THIRD_PARTY, ORIGIN_RUNTIME,
						   ORIGIN_RUNTIME_ITSELF};
	enum frame_origin origin = s->of[ORIGIN_USER].path ? ORIGIN_USER : ORIGIN_UNKNOWN;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && origin != ORIGIN_USER; i++) {
		if (!s->of[others[i]].path)
			continue;
		if (origin != ORIGIN_UNKNOWN)
			return;
		origin = others[i];
	}
	if (origin == ORIGIN_UNKNOWN)
		return;
	frame->origin = origin;
	frame->runtime = s->of[origin].runtime;
	if (!s->of[origin].several)
		frame->file = frame->decl_file = s->of[origin].path;
}

static int frame_place(struct symbol_module *m, const struct plan_function *function,
		       struct symbol_frame *frame)
{
	struct origin_query q = {.module_path = m->path};
	struct sources s = {.m = m};

	frame->origin = origin_of(m->owner->rules, &q, &frame->runtime);
	frame->keeps_frame_pointer = function && m->nameless->functions.by_frame_setup;
	if (!function || frame->origin == ORIGIN_LIBC)
		return 0;
	plan_references_each(&m->nameless->image, function->start, function->end, source_take, &s);
	place_by_sources(frame, &s);
	return s.failed ? -ENOMEM : 0;
}

int symbol_nameless_frame(struct symbol_module *m, uint64_t file_offset, struct symbol_frame *out)
{
	const struct plan_function *function = NULL;
	struct text name = {0};
	char digits[24];
	uint64_t vaddr;
	int err = code_open(m);

	if (err)
		return err;
	if (m->nameless && elf_file_vaddr(&m->files.image.elf, file_offset, &vaddr))
		function = plan_functions_at(&m->nameless->functions, vaddr);
	if (function && function->start <= vaddr && vaddr - function->start <= file_offset)
		file_offset -= vaddr - function->start;
	snprintf(digits, sizeof(digits), "+0x%" PRIx64, file_offset);
	text_add_string(&name, m->name);
	text_add_string(&name, digits);
	if (!name.failed)
		out->function = out->site =
			text_pool_intern(&m->owner->pool, name.bytes, name.length);
	text_close(&name);
	return out->function ? frame_place(m, function, out) : -ENOMEM;
}
