/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/symbols/module.h"
#include "analyzer/symbols/nameless.h"

#include <errno.h>
#include <string.h>

static int frame_fill(struct symbol_module *m, struct symbol_frame *frame,
		      const struct symbol_call *call)
{
	const struct symbol_function *function;
	const char *file;
	int error = symbol_function_of(m, call->definition, &function);

	if (error)
		return error;
	file = symbol_path_full(m, call->file, call->comp_dir);
	*frame = function->frame;
	if (frame->origin == ORIGIN_USER)
		file = symbol_path_short(file, function->comp_dir);
	frame->file = file ? text_pool_intern(&m->owner->pool, file, strlen(file)) : NULL;
	frame->line = call->line;
	frame->column = call->column;
	if (call->line && call->line == frame->decl_line)
		frame->generated = origin_derived(m->owner->rules, frame->function, true);
	return file && !frame->file ? -ENOMEM : 0;
}

static int chain_from_facts(struct symbol_module *m, const struct symbol_facts *facts,
			    struct symbol_chain *chain)
{
	struct symbol_frame *outer;

	chain->frames = text_pool_alloc(&m->owner->pool, facts->count * sizeof(*chain->frames));
	if (!chain->frames)
		return -ENOMEM;
	for (uint32_t i = 0; i < facts->count; i++) {
		int error = frame_fill(m, &chain->frames[i], &facts->calls[i]);

		if (error)
			return error;
		chain->frames[i].inlined = i + 1 < facts->count;
	}
	chain->count = facts->count;
	outer = &chain->frames[chain->count - 1];
	outer->aliases = symbol_aliases(m, facts->aliases, outer->site);
	return 0;
}

static int chain_from_offset(struct symbol_module *m, uint64_t offset, struct symbol_chain *chain)
{
	chain->frames = text_pool_alloc(&m->owner->pool, sizeof(*chain->frames));
	if (!chain->frames)
		return -ENOMEM;
	chain->count = 1;
	return symbol_nameless_frame(m, offset, chain->frames);
}

static int chain_make(struct symbol_module *m, uint64_t offset, struct symbol_chain *chain)
{
	const struct symbol_facts *facts;
	int error = symbol_module_facts(m, offset, &facts);

	if (error)
		return error;
	return facts->count ? chain_from_facts(m, facts, chain)
			    : chain_from_offset(m, offset, chain);
}

int symbol_module_resolve(struct symbol_module *m, uint64_t file_offset,
			  const struct symbol_frame **frames, size_t *count)
{
	struct symbol_chain *chain = key_map_find(&m->chains, file_offset);
	int error = 0;

	if (!chain) {
		chain = text_pool_alloc(&m->owner->pool, sizeof(*chain));
		error = chain ? chain_make(m, file_offset, chain) : -ENOMEM;
		if (!error)
			error = key_map_put(&m->chains, file_offset, chain);
	}
	if (error)
		return error;
	*frames = chain->frames;
	*count = chain->count;
	return 0;
}
