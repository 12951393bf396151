/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/poll.h"
#include "analyzer/base/text.h"
#include "analyzer/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/names/demangle.h"
#include "analyzer/names/fold.h"
#include "analyzer/plan/probe.h"

static int poll_add(struct plan_polls *polls, size_t *room, uint64_t address)
{
	if (polls->count && polls->item[polls->count - 1].site.address == address)
		return 0;
	if (polls->count == HUD_PLAN_POLL_SITES_MAX) {
		polls->left_out++;
		return 0;
	}
	if (!array_grow(&polls->item, polls->count, room, sizeof(*polls->item)))
		return -ENOMEM;
	polls->item[polls->count++] = (struct plan_poll) {.site.address = address};
	return 0;
}

int plan_poll_types(struct plan_polls *polls, struct plan_poll *poll, const char *name)
{
	size_t length, rest;
	const char *task = fold_first_argument(name, &length), *scheduler;

	if (!length)
		return 0;
	poll->task = text_pool_intern(&polls->pool, task, length);
	if (!poll->task)
		return -ENOMEM;
	scheduler = task + length;
	if (strncmp(scheduler, ", ", 2) != 0)
		return 0;
	scheduler += 2;
	rest = strlen(scheduler);
	if (rest < 2 || scheduler[rest - 1] != '>')
		return 0;
	poll->scheduler = text_pool_intern(&polls->pool, scheduler, rest - 1);
	return poll->scheduler ? 0 : -ENOMEM;
}

static bool is_poll(const struct plan_names *names, const char *demangled)
{
	struct text folded = {0};
	bool is;

	fold_name(&folded, demangled);
	is = folded.bytes && !strcmp(folded.bytes, names->name[NAME_POLL_SITE]);
	text_close(&folded);
	return is;
}

static int symbol_look(struct plan_polls *polls, const struct plan_poll_source *s,
		       const struct elf_symbol *symbol, size_t *room)
{
	struct text name = {0};
	bool rust;
	int err = 0;

	if (!pattern_matches(s->names->name[NAME_POLL_MARK], symbol->name))
		return 0;
	demangle_name(&name, symbol->name, &rust);
	if (name.bytes && is_poll(s->names, name.bytes)) {
		err = poll_add(polls, room, symbol->start);
		if (!err && polls->count && !polls->item[polls->count - 1].task)
			err = plan_poll_types(polls, &polls->item[polls->count - 1], name.bytes);
	}
	if (name.failed)
		err = -ENOMEM;
	text_close(&name);
	return err;
}

static int addresses_find(struct plan_polls *polls, const struct plan_poll_source *s)
{
	size_t room = 0;
	int err = 0;

	for (size_t i = 0; !err && i < s->symbols->count; i++)
		err = symbol_look(polls, s, &s->symbols->items[i], &room);
	if (err || polls->count)
		return err;
	polls->by_shape = true;
	for (size_t i = 0; !err && i < s->vtables; i++)
		err = poll_add(polls, &room, s->vtable[i].function[PLAN_VTABLE_POLL]);
	return err;
}

static void flags_set(struct plan_poll *poll, const struct plan_poll_source *s)
{
	const char *const *names = s->names->name;

	if (plan_probe_is_cheap(s->image, poll->site.address))
		poll->site.site_flags |= HUD_POLL_SITE_CHEAP;
	if (poll->task && pattern_matches(names[NAME_POLL_BLOCKING], poll->task))
		poll->site.site_flags |= HUD_POLL_SITE_BLOCKING;
	if (poll->scheduler && pattern_matches(names[NAME_POLL_MULTI], poll->scheduler))
		poll->site.kind = HUD_SCHEDULER_MULTI_THREAD;
	else if (poll->scheduler && pattern_matches(names[NAME_POLL_SINGLE], poll->scheduler))
		poll->site.kind = HUD_SCHEDULER_CURRENT_THREAD;
}

int plan_polls_find(struct plan_polls *out, const struct plan_poll_source *source)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = addresses_find(out, source);
	if (!err && source->debug)
		err = plan_polls_debug(out, source);
	if (!err)
		err = plan_polls_symbols(out, source);
	if (err) {
		plan_polls_close(out);
		return err;
	}
	for (size_t i = 0; i < out->count; i++)
		flags_set(&out->item[i], source);
	return 0;
}

void plan_polls_close(struct plan_polls *polls)
{
	free(polls->item);
	text_pool_close(&polls->pool);
	memset(polls, 0, sizeof(*polls));
}
