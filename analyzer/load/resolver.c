/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/resolver.h"
#include "analyzer/rules/cause.h"
#include "analyzer/symbols/symbols.h"

#include <errno.h>
#include <stdlib.h>

struct real_resolver {
	struct resolver resolver; /* its context is this struct */
	struct symbolizer *symbolizer;
	struct rules *rules;
};

static int real_binary(void *context, const uint8_t *build_id, size_t build_id_bytes,
		       const char *path, struct resolved_binary *out)
{
	struct real_resolver *real = context;
	struct symbol_module *module;
	int has_runtime;

	module = symbolizer_module(real->symbolizer, build_id, build_id_bytes, path);
	if (!module)
		return -ENOMEM;
	has_runtime = symbol_module_has_runtime(
		module); /* opens the file: only then is the quality known */
	*out = (struct resolved_binary) {
		.module = module,
		.symbols = symbol_quality_name(symbol_module_quality(module)),
		.symbol_file = symbol_module_file(module),
		.problem = symbol_module_problem(module),
		.has_runtime = has_runtime,
	};
	return 0;
}

static int real_frames(void *context, void *module, uint64_t file_offset,
		       const struct symbol_frame **frames, size_t *count)
{
	(void)context;
	return symbol_module_resolve(module, file_offset, frames, count);
}

static struct stack_verdict real_classify(void *context, const struct symbol_frame *const *frames,
					  size_t count, bool at_root)
{
	const struct real_resolver *real = context;
	struct stack_verdict v = stack_classify(real->rules, frames, count, at_root);

	v.waits_for = cause_of_frames(real->rules, frames, v.site < 0 ? count : (size_t)v.site);
	return v;
}

static const char *real_cause(void *context, uint32_t machine, int32_t syscall,
			      const char *const *kernel, size_t count, bool off_cpu)
{
	const struct real_resolver *real = context;

	return cause_of(real->rules, machine, syscall, kernel, count, off_cpu);
}

static const char *real_syscall(void *context, uint32_t machine, int32_t number)
{
	(void)context;
	return syscall_name(machine, number);
}

static int real_generated(void *context, uint32_t pid, uint64_t address,
			  const struct symbol_frame **frame)
{
	const struct real_resolver *real = context;

	return symbolizer_generated(real->symbolizer, pid, address, frame);
}

static enum stack_park real_parks_in(void *context, const char *syscall)
{
	const struct real_resolver *real = context;

	return syscall ? rules_parks_in(real->rules, syscall) : STACK_PARKS_NOT;
}

static int real_symbols(void *context, const uint8_t *capture_id, const struct hud_record *record)
{
	const struct real_resolver *real = context;

	return symbolizer_add_record(real->symbolizer, capture_id, record);
}

static int real_task_type(void *context, void *module, const struct symbol_task_key *key,
			  struct symbol_task_type *out)
{
	(void)context;
	return symbol_module_task_type(module, key, out);
}

static const char *real_split_missing(void *context, void *module)
{
	(void)context;
	return symbol_module_split_missing(module);
}

static bool real_call_target(void *context, const void *module, uint64_t last, uint64_t *target)
{
	(void)context;
	return symbol_module_call_target(module, last, target);
}

static int real_prepare(void *context, void *module, const uint64_t *offsets, size_t count)
{
	(void)context;
	return symbol_module_prepare(module, offsets, count);
}

int resolver_open(const struct symbolizer_options *options, struct resolver **out)
{
	struct real_resolver *real = calloc(1, sizeof(*real));
	int err;

	if (!real)
		return -ENOMEM;
	real->resolver = (struct resolver) {
		.context = real,
		.binary = real_binary,
		.frames = real_frames,
		.classify = real_classify,
		.cause = real_cause,
		.syscall = real_syscall,
		.parks_in = real_parks_in,
		.generated = real_generated,
		.symbols = real_symbols,
		.prepare = real_prepare,
		.split_missing = real_split_missing,
		.call_target = real_call_target,
		.task_type = real_task_type,
	};
	err = rules_open(&real->rules);
	if (!err)
		err = symbolizer_open(options, &real->symbolizer);
	if (err) {
		resolver_close(&real->resolver);
		return err;
	}
	*out = &real->resolver;
	return 0;
}

int resolver_look_beside(const struct resolver *resolver, const char *capture)
{
	const struct real_resolver *real = resolver->context;

	return symbolizer_look_beside(real->symbolizer, capture);
}

void resolver_close(struct resolver *resolver)
{
	struct real_resolver *real = resolver ? resolver->context : NULL;

	if (!real)
		return;
	if (real->symbolizer)
		symbolizer_close(real->symbolizer);
	if (real->rules)
		rules_close(real->rules);
	free(real);
}

bool resolver_binary_used(const struct resolver *resolver, size_t index)
{
	const struct real_resolver *real = resolver->context;

	return symbolizer_binary_used(real->symbolizer, index);
}

const char *resolver_unused_binary(const struct resolver *resolver)
{
	const struct real_resolver *real = resolver->context;

	return symbolizer_unused_binary(real->symbolizer, 0);
}
