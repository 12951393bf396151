/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text_clean.h"
#include "analyzer/load/state.h"
#include "format/wire/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Stacks: each distinct address becomes its chain of frames once, each stack is classified once.
 */

/* A stack being resolved: all frames, inlined ones included, innermost first. */
struct whole_stack {
	LIST(const struct symbol_frame *) frame;
	LIST(int64_t) row; /* of each frame, in the frame table */
	size_t whole;      /* the innermost frames between which no caller is missing */
	bool has_tail;     /* one frame, at `tail`, is of a function that left it: inferred */
	size_t tail;
};

static int write_aliases(struct ingest *in, int64_t frame, const char *aliases)
{
	int err = 0;

	while (!err && aliases && *aliases) {
		size_t length = strcspn(aliases, "\n");
		char *name = text_clean(aliases, length);
		struct row row = ingest_row(in, ROW_FRAME_ALIAS);

		if (!name)
			return -ENOMEM;
		row_number(&row, frame);
		row_text(&row, name);
		err = row_insert(&row);
		free(name);
		aliases += length + (aliases[length] == '\n');
	}
	return err;
}

/* `runs`: row of the closure that it runs; 0: none is known. */
static int write_frame(struct ingest *in, const struct capture_state *c, int64_t binary,
		       uint64_t offset, size_t depth, const struct symbol_frame *f, int64_t runs)
{
	struct row row = ingest_row(in, ROW_FRAME);
	const char *source[] = {f->function ? f->function : f->site,
				f->site ? f->site : f->function,
				f->crate,
				f->file,
				f->decl_file,
				f->task_type};
	char *text[sizeof(source) / sizeof(*source)] = {NULL};
	int err = 0;

	for (size_t i = 0; i < sizeof(source) / sizeof(*source); i++) {
		if (source[i] && !(text[i] = text_clean(source[i], strlen(source[i]))))
			err = -ENOMEM;
	}
	row_number(&row, c->row);
	row_id(&row, binary);
	row_number_if(&row, binary != 0, (int64_t)offset);
	row_number(&row, (int64_t)depth);
	row_text(&row, text[0] ? text[0] : "unknown");
	row_text(&row, text[1] ? text[1] : "unknown");
	row_text(&row, text[2]);
	row_text(&row, text[3]);
	row_id(&row, f->line);
	row_id(&row, f->column);
	row_text(&row, text[4]);
	row_id(&row, f->decl_line);
	row_text(&row, text[5]);
	row_text(&row, frame_origin_name(f));
	row_number(&row, f->inlined);
	row_number(&row, f->generated);
	row_id(&row, runs);
	row_number(&row, ingest_row_id(in, ROW_FRAME));
	if (!err)
		err = row_insert(&row);
	for (size_t i = 0; i < sizeof(source) / sizeof(*source); i++)
		free(text[i]);
	return err ? err : write_aliases(in, in->inserts.last[ROW_FRAME], f->aliases);
}

static int64_t chain_of(struct ingest *in, struct capture_state *c, size_t binary, uint64_t offset,
			const struct symbol_frame *single);

/* Closures that functions of the chain run have frames of their own, written before theirs. */
static int closures_write(struct ingest *in, struct capture_state *c,
			  const struct frame_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct symbol_frame *runs = chain->frames[i].runs;
		int64_t index = runs ? chain_of(in, c, 0, (uintptr_t)runs, runs) : 0;

		if (index < 0)
			return (int)index;
	}
	return 0;
}

static int64_t closure_row(const struct capture_state *c, const struct symbol_frame *frame)
{
	uint64_t index = frame->runs ? id_map_get(&c->chains, 0, (uintptr_t)frame->runs) : 0;

	return index ? c->chain.at[index - 1].first_row : 0;
}

/*
 * Index in c->chain of the frames at an offset of a binary (index + 1), or a negative errno.
 * Without a binary (0) it is the frame `single`, of which there are two, at offsets of their own.
 */
static int64_t chain_of(struct ingest *in, struct capture_state *c, size_t binary, uint64_t offset,
			const struct symbol_frame *single)
{
	const struct resolver *resolver = in->options->resolver;
	uint64_t known = id_map_get(&c->chains, binary, offset);
	struct frame_chain chain = {.frames = single, .count = 1};
	int64_t row = binary ? c->binary.at[binary - 1].row : 0;
	int err = 0;

	if (known)
		return (int64_t)known - 1;
	if (binary)
		err = resolver->frames(resolver->context, c->binary.at[binary - 1].resolved.module,
				       offset, &chain.frames, &chain.count);
	if (err == -ENOMEM)
		return err;
	if (err || !chain.count)
		chain = (struct frame_chain) {.frames = &in->unmapped, .count = 1};
	err = closures_write(in, c, &chain);
	chain.first_row = in->inserts.last[ROW_FRAME] + 1;
	if (!err && binary && c->binary.at[binary - 1].code)
		err = known_code_apply(c->binary.at[binary - 1].code, &c->defined.pool, offset,
				       &chain.frames, chain.count);
	for (size_t i = 0; !err && i < chain.count; i++)
		err = write_frame(in, c, row, offset, i, &chain.frames[i],
				  closure_row(c, &chain.frames[i]));
	if (!err)
		err = LIST_ADD(c->chain);
	if (err)
		return err;
	c->chain.at[c->chain.count - 1] = chain;
	err = id_map_set(&c->chains, binary, offset, c->chain.count);
	return err ? err : (int64_t)c->chain.count - 1;
}

/* The same for code that is in no file: by the name that its runtime gave it, if it did. */
static int64_t generated_chain(struct ingest *in, struct capture_state *c,
			       const struct defined_user_stack *s, size_t index)
{
	const struct resolver *resolver = in->options->resolver;
	uint64_t process = id_map_get(&c->defined.processes, s->process, 0);
	const struct symbol_frame *frame = NULL;
	int err = 0;

	if (process && resolver->generated)
		err = resolver->generated(resolver->context, c->defined.process.at[process - 1].pid,
					  s->address[index] - (index > 0), &frame);
	if (err)
		return err;
	return frame ? chain_of(in, c, 0, (uintptr_t)frame, frame)
		     : chain_of(in, c, 0, 1, &in->anonymous);
}

/* Index in c->chain of the frames at one address of a stack, or a negative errno. */
static int64_t address_chain(struct ingest *in, struct capture_state *c,
			     const struct defined_user_stack *s, size_t index)
{
	uint64_t offset;
	const struct defined_mapping *m = defined_frame(&c->defined, s, index, &offset);

	if (m && m->binary)
		return chain_of(in, c, m->binary, offset, NULL);
	return m ? generated_chain(in, c, s, index) : chain_of(in, c, 0, 0, &in->unmapped);
}

/* The frames of the chain from `first` on. */
static int stack_push(struct whole_stack *stack, const struct frame_chain *chain, size_t first)
{
	for (size_t i = first; i < chain->count; i++) {
		int err = LIST_ADD(stack->frame);

		if (!err)
			err = LIST_ADD(stack->row);
		if (err)
			return err;
		stack->frame.at[stack->frame.count - 1] = &chain->frames[i];
		stack->row.at[stack->row.count - 1] = chain->first_row + (int64_t)i;
	}
	return 0;
}

static int write_stack_frames(struct ingest *in, int64_t stack, const int64_t *frame, size_t count)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		struct row row = ingest_row(in, ROW_STACK_FRAME);

		row_number(&row, stack);
		row_number(&row, (int64_t)i);
		row_number(&row, frame[i]);
		err = row_insert(&row);
	}
	return err;
}

static int write_tail_call(struct ingest *in, int64_t stack, const struct whole_stack *s)
{
	struct row row = ingest_row(in, ROW_TAIL_CALL);

	row_number(&row, stack);
	row_number(&row, (int64_t)s->tail);
	return row_insert(&row);
}

static int64_t frame_at(const struct whole_stack *stack, int index)
{
	return index >= 0 && (size_t)index < stack->row.count ? stack->row.at[index] : 0;
}

static int write_user_stack(struct ingest *in, const struct capture_state *c,
			    const struct defined_user_stack *s, const struct whole_stack *stack)
{
	const struct resolver *resolver = in->options->resolver;
	/* One address is a function alone, such as that of a task's type: no walk led to it. */
	bool at_root = s->stop == HUD_STOP_ROOT && s->frames > 1;
	struct stack_verdict v =
		resolver->classify(resolver->context, stack->frame.at, stack->frame.count, at_root);
	char *task = v.task ? text_clean(v.task, strlen(v.task)) : NULL;
	struct row row = ingest_row(in, ROW_STACK);
	int err;

	if (v.park && s->parks_in >= v.park)
		v.class = STACK_PARK;
	if (v.site >= 0 && (size_t)v.site >= stack->whole)
		v.site = v.boundary = -1;
	/* No frame of the user's inside the poll; but a caller is missing there: it may be one. */
	if (v.class == STACK_RUNTIME && v.poll >= 0 && (size_t)v.poll >= stack->whole)
		v.class = STACK_UNKNOWN;
	row_number(&row, c->row);
	row_text(&row, "user");
	row_number(&row, defined_process_row(&c->defined, s->process));
	row_number(&row, (int64_t)stack->frame.count);
	row_text(&row, hud_stack_stop_name(s->stop) ? hud_stack_stop_name(s->stop) : "unknown");
	row_number_if(&row, stack->whole != SIZE_MAX, (int64_t)stack->whole);
	row_text(&row, stack_class_name(v.class));
	row_number(&row, v.complete || s->stop == HUD_STOP_ROOT);
	row_number(&row, v.pool_idle);
	row_number_if(&row, frame_at(stack, v.site) != 0, v.site);
	row_number_if(&row, frame_at(stack, v.entry) != 0, v.entry);
	row_number_if(&row, frame_at(stack, v.boundary) != 0, v.boundary);
	row_number_if(&row, frame_at(stack, v.poll) != 0, v.poll);
	row_number(&row, v.callback);
	row_id(&row, frame_at(stack, v.site));
	row_id(&row, frame_at(stack, v.entry));
	row_id(&row, frame_at(stack, v.boundary));
	row_id(&row, frame_at(stack, v.poll));
	row_text(&row, task);
	row_text(&row, v.scheduler);
	row_text(&row, v.waits_for);
	row_number(&row, s->row);
	err = row_insert(&row);
	free(task);
	if (!err)
		err = write_stack_frames(in, s->row, stack->row.at, stack->row.count);
	return err || !stack->has_tail ? err : write_tail_call(in, s->row, stack);
}

/*
 * Functions of std and of C libraries keep no frame pointer. To unwind out of one by frame pointer
 * skips its caller, which is the function that waits. The frames further out are real, but none of
 * them needs to be the caller of the innermost ones.
 */
static bool caller_missing(const struct frame_chain *left)
{
	const struct symbol_frame *frame = left->count ? &left->frames[left->count - 1] : NULL;
	enum frame_origin origin = frame ? frame->origin : ORIGIN_UNKNOWN;

	if (frame && frame->keeps_frame_pointer)
		return false;
	return origin == ORIGIN_STD || origin == ORIGIN_LIBC || origin == ORIGIN_UNKNOWN;
}

static bool chain_has_user(const struct frame_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		if (chain->frames[i].origin == ORIGIN_USER)
			return true;
	}
	return false;
}

/*
 * A function whose last act is a call may leave its frame to that: a jump takes the place of the
 * call. It is missing, where the call at `index` names it, but the frames further in are of another
 * function (`inner`, an index in c->chain); then it is put back.
 */
static int tail_call_push(struct ingest *in, struct capture_state *c,
			  const struct defined_user_stack *s, size_t index, int64_t inner,
			  struct whole_stack *stack)
{
	const struct resolver *resolver = in->options->resolver;
	const struct frame_chain *called, *reached;
	uint64_t offset, target;
	const struct defined_mapping *m = defined_frame(&c->defined, s, index, &offset);
	const struct symbol_frame *function;
	const char *inside;
	int64_t chain;

	if (!resolver->call_target || !m || !m->binary ||
	    !resolver->call_target(resolver->context, c->binary.at[m->binary - 1].resolved.module,
				   offset, &target))
		return 0;
	chain = chain_of(in, c, m->binary, target, NULL);
	if (chain < 0)
		return (int)chain;
	called = &c->chain.at[chain];
	reached = &c->chain.at[inner];
	if (!called->count || !reached->count)
		return 0;
	function = &called->frames[called->count - 1];
	inside = reached->frames[reached->count - 1].function;
	if (function->origin != ORIGIN_USER || !function->function || !inside ||
	    !strcmp(function->function, inside))
		return 0;
	stack->has_tail = true;
	stack->tail = stack->frame.count;
	return stack_push(stack, called, called->count - 1);
}

static int resolve_user_stack(struct ingest *in, struct capture_state *c,
			      const struct defined_user_stack *s, struct whole_stack *stack)
{
	int64_t inner = -1; /* the chain before, as long as none was the user's */
	int err = 0;

	stack->frame.count = 0;
	stack->row.count = 0;
	stack->whole = SIZE_MAX;
	stack->has_tail = false;
	for (size_t i = 0; !err && i < s->frames; i++) {
		int64_t chain = address_chain(in, c, s, i);
		bool user;

		if (chain < 0)
			return (int)chain;
		user = chain_has_user(&c->chain.at[chain]);
		if (user && inner >= 0)
			err = tail_call_push(in, c, s, i, inner, stack);
		inner = !user && (i == 0 || inner >= 0) ? chain : -1;
		if (!err)
			err = stack_push(stack, &c->chain.at[chain], 0);
		if (!err && i + 1 == s->frame_pointer_from && caller_missing(&c->chain.at[chain]))
			stack->whole = stack->frame.count;
	}
	return err ? err : write_user_stack(in, c, s, stack);
}

/* Row of a kernel function in the frame table, one for each name; or a negative errno. */
static int64_t kernel_frame(struct ingest *in, struct capture_state *c, const char *name)
{
	struct symbol_frame frame = {.function = name, .site = name, .origin = ORIGIN_KERNEL};
	uint64_t known = id_map_get(&c->kernel_frames, (uintptr_t)name, 0);
	int err;

	if (known)
		return (int64_t)known;
	if (!*name)
		frame.function = frame.site = "unknown";
	err = write_frame(in, c, 0, 0, 0, &frame, 0);
	if (!err)
		err = id_map_set(&c->kernel_frames, (uintptr_t)name, 0,
				 (uint64_t)in->inserts.last[ROW_FRAME]);
	return err ? err : in->inserts.last[ROW_FRAME];
}

static int write_kernel_stack(struct ingest *in, struct capture_state *c,
			      const struct defined_kernel_stack *s)
{
	struct row row = ingest_row(in, ROW_STACK);
	int64_t frame[HUD_STACK_FRAMES_MAX];
	int err;

	row_number(&row, c->row);
	row_text(&row, "kernel");
	row_id(&row, 0);
	row_number(&row, s->frames);
	row_text(&row, hud_stack_stop_name(s->stop) ? hud_stack_stop_name(s->stop) : "unknown");
	for (int i = 0; i < 16; i++) /* whole_frames to waits_for are for user stacks only */
		row_id(&row, 0);
	row_number(&row, s->row);
	err = row_insert(&row);
	for (size_t i = 0; !err && i < s->frames; i++) {
		frame[i] = kernel_frame(in, c, s->function[i]);
		err = frame[i] < 0 ? (int)frame[i] : 0;
	}
	return err ? err : write_stack_frames(in, s->row, frame, s->frames);
}

/*
 * The addresses of all stacks go to the resolver at once, binary by binary: it orders the work by
 * compilation unit and does it on all processors.
 */
static int resolve_ahead(struct ingest *in, struct capture_state *c)
{
	const struct resolver *resolver = in->options->resolver;
	struct offsets *of_binary;
	int err;

	if (!resolver->prepare)
		return 0;
	of_binary = calloc(c->binary.count + 1, sizeof(*of_binary));
	if (!of_binary)
		return -ENOMEM;
	err = defined_offsets(&c->defined, c->written.user_stacks, of_binary);
	for (size_t i = 0; i < c->binary.count; i++) {
		if (!err && of_binary[i].list.count)
			err = resolver->prepare(resolver->context, c->binary.at[i].resolved.module,
						of_binary[i].list.at, of_binary[i].list.count);
		free(of_binary[i].list.at);
	}
	free(of_binary);
	return err == -ENOMEM ? err : 0;
}

int ingest_stacks(struct ingest *in, struct capture_state *c)
{
	const struct ingest_options *o = in->options;
	struct whole_stack stack = {0};
	int err = resolve_ahead(in, c);

	for (size_t i = c->written.user_stacks; !err && i < c->defined.user_stack.count; i++) {
		if (o->progress)
			o->progress(o->progress_context, INGEST_SYMBOLIZING, i,
				    c->defined.user_stack.count);
		err = resolve_user_stack(in, c, &c->defined.user_stack.at[i], &stack);
	}
	for (size_t i = c->written.kernel_stacks; !err && i < c->defined.kernel_stack.count; i++)
		err = write_kernel_stack(in, c, &c->defined.kernel_stack.at[i]);
	c->written.user_stacks = c->defined.user_stack.count;
	c->written.kernel_stacks = c->defined.kernel_stack.count;
	free(stack.frame.at);
	free(stack.row.at);
	return err;
}
