/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Definitions: remembered when they come for the first time; a chunk repeats what it uses.
 */

int list_grow(void *list, size_t element)
{
	GROWING(char) *l = list;

	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 16;
		char *larger = reallocarray(l->at, room, element);

		if (!larger)
			return -ENOMEM;
		l->at = larger;
		l->room = room;
	}
	memset(l->at + l->count * element, 0, element);
	l->count++;
	return 0;
}

/* Length of the valid UTF-8 sequence at `s`, or 0. */
static size_t utf8_length(const unsigned char *s, size_t bytes)
{
	static const struct {
		unsigned char first, last, low, high; /* of the first byte, of the second */
		size_t length;
	} forms[] = {
		{0x20, 0x7e, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last || forms[i].length > bytes)
			continue;
		if (forms[i].length > 1 && (s[1] < forms[i].low || s[1] > forms[i].high))
			continue;
		if (s[0] == 0xc2 && s[1] < 0xa0)
			return 0; /* the control characters of Latin-1 */
		for (size_t k = 2; k < forms[i].length; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		}
		return forms[i].length;
	}
	return 0;
}

char *text_clean(const char *text, size_t bytes)
{
	static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
	char *clean = malloc(bytes * 3 + 1);
	size_t out = 0;

	if (!clean)
		return NULL;
	for (size_t i = 0; i < bytes;) {
		size_t length = utf8_length((const unsigned char *)text + i, bytes - i);

		memcpy(clean + out, length ? text + i : replacement, length ? length : 3);
		out += length ? length : 3;
		i += length ? length : 1;
	}
	clean[out] = '\0';
	return clean;
}

const char *string_of(const struct capture_state *c, uint32_t id)
{
	uint64_t index = id_map_get(&c->strings, id, 0);

	return index ? c->string.at[index - 1] : NULL;
}

static int define_string(struct capture_state *c, const struct hud_string *s)
{
	int err;

	if (!s->id)
		return -EINVAL;
	if (id_map_get(&c->strings, s->id, 0))
		return 0;
	err = LIST_ADD(c->string);
	if (err)
		return err;
	c->string.at[c->string.count - 1] = text_clean(s->text, s->bytes);
	if (!c->string.at[c->string.count - 1])
		return -ENOMEM;
	return id_map_set(&c->strings, s->id, 0, c->string.count);
}

static int define_process(struct ingest *in, struct capture_state *c, const struct hud_process *p)
{
	int err;

	if (!p->id)
		return -EINVAL;
	if (id_map_get(&c->processes, p->id, 0))
		return 0;
	err = LIST_ADD(c->process);
	if (err)
		return err;
	c->process.at[c->process.count - 1] = (struct process_seen) {
		.id = p->id,
		.row = ++in->row[TABLE_PROCESS],
		.pid = p->pid,
		.start_ns = p->start_ns,
		.name = string_of(c, p->name),
		.exe = string_of(c, p->exe),
	};
	return id_map_set(&c->processes, p->id, 0, c->process.count);
}

static int define_mapping(struct capture_state *c, const struct hud_mapping *m)
{
	struct mapping_seen *seen;
	int err;

	if (!m->id || m->end <= m->start || m->build_id_bytes > HUD_BUILD_ID_BYTES_MAX ||
	    !id_map_get(&c->processes, m->process, 0))
		return -EINVAL;
	if (id_map_get(&c->mappings, m->id, 0))
		return 0;
	err = LIST_ADD(c->mapping);
	if (err)
		return err;
	seen = &c->mapping.at[c->mapping.count - 1];
	*seen = (struct mapping_seen) {
		.process = m->process,
		.start = m->start,
		.end = m->end,
		.offset = m->offset,
		.from_ns = m->from_ns,
		.path = string_of(c, m->path),
		.flags = m->mapping_flags,
		.build_id_bytes = m->build_id_bytes,
	};
	memcpy(seen->build_id, m->build_id, m->build_id_bytes);
	return id_map_set(&c->mappings, m->id, 0, c->mapping.count);
}

static int define_thread(struct ingest *in, struct capture_state *c, const struct hud_thread *t)
{
	uint64_t process = id_map_get(&c->processes, t->process, 0);
	uint64_t known = id_map_get(&c->threads, t->process, t->tid);
	struct thread_seen *seen;

	if (!process)
		return -EINVAL;
	if (!known) {
		int err = LIST_ADD(c->thread);

		if (!err)
			err = id_map_set(&c->threads, t->process, t->tid, c->thread.count);
		if (err)
			return err;
		known = c->thread.count;
		c->thread.at[known - 1].row = ++in->row[TABLE_THREAD];
		c->thread.at[known - 1].process = c->process.at[process - 1].row;
		c->thread.at[known - 1].tid = t->tid;
	}
	seen = &c->thread.at[known - 1];
	if (!seen->comm || t->from_ns >= seen->comm_ns) {
		seen->comm = string_of(c, t->comm);
		seen->comm_ns = t->from_ns;
	}
	return 0;
}

static int define_user_stack(struct ingest *in, struct capture_state *c,
			     const struct hud_user_stack *s, uint64_t now_ns)
{
	struct user_stack_seen *seen;
	int err;

	if (!s->id || s->frames > HUD_STACK_FRAMES_MAX || !id_map_get(&c->processes, s->process, 0))
		return -EINVAL;
	if (id_map_get(&c->user_stacks, s->id, 0))
		return 0;
	err = LIST_ADD(c->user_stack);
	if (err)
		return err;
	seen = &c->user_stack.at[c->user_stack.count - 1];
	seen->row = ++in->row[TABLE_STACK];
	seen->process = s->process;
	seen->frames = s->frames;
	seen->stop = s->stop;
	seen->frame_pointer_from = s->frame_pointer_from;
	seen->seen_ns = now_ns;
	seen->address = calloc((size_t)s->frames + 1, sizeof(*seen->address));
	if (!seen->address)
		return -ENOMEM;
	memcpy(seen->address, s->address, s->frames * sizeof(*seen->address));
	return id_map_set(&c->user_stacks, s->id, 0, c->user_stack.count);
}

static int define_kernel_stack(struct ingest *in, struct capture_state *c,
			       const struct hud_kernel_stack *s)
{
	struct kernel_stack_seen *seen;
	int err;

	if (!s->id || s->frames > HUD_STACK_FRAMES_MAX)
		return -EINVAL;
	if (id_map_get(&c->kernel_stacks, s->id, 0))
		return 0;
	err = LIST_ADD(c->kernel_stack);
	if (err)
		return err;
	seen = &c->kernel_stack.at[c->kernel_stack.count - 1];
	seen->row = ++in->row[TABLE_STACK];
	seen->frames = s->frames;
	seen->stop = s->stop;
	seen->function = calloc((size_t)s->frames + 1, sizeof(*seen->function));
	if (!seen->function)
		return -ENOMEM;
	for (size_t i = 0; i < s->frames; i++) {
		const char *name = string_of(c, s->function[i]);

		seen->function[i] = name ? name : "";
	}
	return id_map_set(&c->kernel_stacks, s->id, 0, c->kernel_stack.count);
}

static int define_session(struct capture_state *c, const struct hud_session *s)
{
	if (c->session_known)
		return 0;
	/* Everything else is measured against these. */
	if (s->start_ns > INT64_MAX / 4 || s->threshold_ns > INT64_MAX / 4 ||
	    s->start_realtime_ns > INT64_MAX || s->sample_hz > 1000000)
		return -EINVAL;
	c->session = *s;
	c->session_known = true;
	return 0;
}

int define(struct ingest *in, struct capture_state *c, const struct hud_record *r,
	   const struct hud_chunk *chunk)
{
	switch (r->type) {
	case HUD_SESSION:
		return define_session(c, (const void *)r);
	case HUD_STRING:
		return define_string(c, (const void *)r);
	case HUD_PROCESS:
		return define_process(in, c, (const void *)r);
	case HUD_MAPPING:
		return define_mapping(c, (const void *)r);
	case HUD_THREAD:
		return define_thread(in, c, (const void *)r);
	case HUD_USER_STACK:
		return define_user_stack(in, c, (const void *)r, chunk->end_ns);
	default:
		return define_kernel_stack(in, c, (const void *)r);
	}
}
