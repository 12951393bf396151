/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/poll/poll_find.h"
#include "analyzer/image/instruction.h"
#include "analyzer/names/demangle.h"
#include "analyzer/names/fold.h"
#include "analyzer/poll/hooks.h"
#include "analyzer/poll/poll_calls.h"
#include "analyzer/poll/poll_dwarf.h"

#include <errno.h>
#include <string.h>

static bool is_poll(const struct plan_names *names, const char *demangled)
{
	struct text folded = {0};
	bool is;

	fold_name(&folded, demangled);
	is = folded.bytes && !strcmp(folded.bytes, names->name[NAME_POLL_SITE]);
	text_close(&folded);
	return is;
}

static int symbol_take(struct plan_polls *polls, const struct plan_poll_source *s,
		       const struct elf_symbol *symbol)
{
	struct text name = {0};
	struct plan_poll *last;
	bool rust;
	int err = 0;

	if (!pattern_matches(s->names->name[NAME_POLL_MARK], symbol->name))
		return 0;
	demangle_name(&name, symbol->name, &rust);
	if (name.bytes && is_poll(s->names, name.bytes)) {
		err = plan_polls_add(polls, symbol->start);
		last = polls->count ? &polls->item[polls->count - 1] : NULL;
		/* Another one's, where there is room for no more. */
		if (!err && last && last->site.address == symbol->start && !last->task)
			err = plan_poll_set_types(polls, last, name.bytes);
	}
	if (name.failed)
		err = -ENOMEM;
	text_close(&name);
	return err;
}

static int addresses_find(struct plan_polls *polls, const struct plan_poll_source *s)
{
	int err = 0;

	for (size_t i = 0; !err && i < s->symbols->count; i++)
		err = symbol_take(polls, s, &s->symbols->items[i]);
	if (err || polls->count)
		return err;
	polls->by_shape = true;
	for (size_t i = 0; !err && i < s->vtables; i++)
		err = plan_polls_add(polls, s->vtable[i].function[PLAN_VTABLE_POLL]);
	return err;
}

static void flags_set(struct plan_poll *poll, const struct plan_poll_source *s)
{
	const char *const *names = s->names->name;

	if (plan_instruction_is_cheap(s->image, poll->site.address))
		poll->site.site_flags |= HUD_POLL_SITE_CHEAP;
	if (poll->task && pattern_matches(names[NAME_POLL_BLOCKING], poll->task))
		poll->site.site_flags |= HUD_POLL_SITE_BLOCKING;
	if (poll->scheduler && !poll->site.kind)
		poll->site.kind = plan_names_kind_of(s->names, poll->scheduler);
}

int plan_polls_find(struct plan_polls *out, const struct plan_poll_source *source)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = addresses_find(out, source);
	if (!err && source->debug)
		err = plan_polls_read_dwarf(out, source);
	if (!err)
		err = plan_polls_read_calls(out, source);
	if (!err)
		err = plan_hooks_find(out, source);
	if (err) {
		plan_polls_close(out);
		return err;
	}
	for (size_t i = 0; i < out->count; i++)
		flags_set(&out->item[i], source);
	return 0;
}
