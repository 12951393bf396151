/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/state.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Addresses are looked up all at once, binary by binary, so that the work is ordered by compilation
 * unit and done on all processors; what is asked for afterwards is known then.
 */
struct offsets {
	GROWING(uint64_t) list;
};

static int address_note(const struct capture_state *c, const struct user_stack_seen *s,
			size_t index, struct offsets *of_binary)
{
	uint64_t address = s->address[index];
	const struct mapping_seen *m;
	struct offsets *o;
	int err;

	if (index && address)
		address--;
	m = mapping_of(c, s->process, address, s->seen_ns);
	if (!m || !m->binary)
		return 0;
	o = &of_binary[m->binary - 1];
	err = LIST_ADD(o->list);
	if (!err)
		o->list.at[o->list.count - 1] = address - m->start + m->offset;
	return err;
}

int prepare_addresses(struct ingest *in, struct capture_state *c)
{
	const struct resolver *resolver = in->options->resolver;
	struct offsets *of_binary;
	int err = 0;

	if (!resolver->prepare)
		return 0;
	of_binary = calloc(c->binary.count + 1, sizeof(*of_binary));
	if (!of_binary)
		return -ENOMEM;
	for (size_t i = 0; !err && i < c->user_stack.count; i++)
		for (size_t k = 0; !err && k < c->user_stack.at[i].frames; k++)
			err = address_note(c, &c->user_stack.at[i], k, of_binary);
	for (size_t i = 0; i < c->binary.count; i++) {
		if (!err && of_binary[i].list.count)
			err = resolver->prepare(resolver->context, c->binary.at[i].resolved.module,
						of_binary[i].list.at, of_binary[i].list.count);
		free(of_binary[i].list.at);
	}
	free(of_binary);
	return err == -ENOMEM ? err : 0;
}
