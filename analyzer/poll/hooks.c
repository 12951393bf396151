/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/poll/hooks.h"
#include "analyzer/image/instruction.h"
#include "analyzer/names/demangle.h"
#include "analyzer/names/fold.h"

#include <errno.h>
#include <string.h>

static const struct {
	enum plan_name name;
	enum hud_task_hook hook;
} kinds[] = {
	{NAME_HOOK_SPAWN, HUD_HOOK_SPAWN},       {NAME_HOOK_BIND, HUD_HOOK_BIND},
	{NAME_HOOK_WAKE, HUD_HOOK_WAKE},         {NAME_HOOK_END, HUD_HOOK_END},
	{NAME_HOOK_SCHEDULE, HUD_HOOK_SCHEDULE},
};

/* Which hook a function is, by its demangled name; 0: none. */
static uint32_t hook_of(const struct plan_names *names, const char *demangled)
{
	struct text folded = {0};
	uint32_t hook = 0;

	/* A closure inside of it is called with other arguments, and folds to the same name. */
	if (strstr(demangled, "{closure"))
		return 0;
	fold_name(&folded, demangled);
	for (size_t i = 0; folded.bytes && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (pattern_matches(names->name[kinds[i].name], folded.bytes))
			hook = kinds[i].hook;
	text_close(&folded);
	return hook;
}

/* Symbols come by address; the linker may have folded functions, which then have several. */
static void hook_add(struct plan_polls *polls, const struct plan_poll_source *s, uint64_t address,
		     uint32_t hook)
{
	bool cheap = plan_instruction_is_cheap(s->image, address);

	if (polls->hooks == HUD_PLAN_TASK_HOOKS_MAX ||
	    (polls->hooks && polls->hook[polls->hooks - 1].address == address))
		return;
	polls->hook[polls->hooks++] = (struct hud_plan_task_hook) {
		.address = address, .hook = hook, .hook_flags = cheap ? HUD_HOOK_CHEAP : 0};
}

int plan_hooks_find(struct plan_polls *polls, const struct plan_poll_source *s)
{
	for (size_t i = 0; i < s->symbols->count; i++) {
		const struct elf_symbol *symbol = &s->symbols->items[i];
		struct text name = {0};
		uint32_t hook;
		bool rust;

		if (!pattern_matches(s->names->name[NAME_HOOK_MARK], symbol->name))
			continue;
		demangle_name(&name, symbol->name, &rust);
		if (name.failed) {
			text_close(&name);
			return -ENOMEM;
		}
		hook = name.bytes ? hook_of(s->names, name.bytes) : 0;
		if (hook)
			hook_add(polls, s, symbol->start, hook);
		text_close(&name);
	}
	return 0;
}
