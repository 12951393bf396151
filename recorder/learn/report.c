/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/learn/report.h"
#include "format/base/clock.h"
#include "format/wire/names.h"
#include "format/wire/recording.h"
#include "recorder/base/plain.h"

#include <inttypes.h>
#include <stdio.h>

void report_proof(struct hud_layout *layout, const struct plan *answer)
{
	const struct hud_plan_learned *a = answer->learned;

	layout->parks = a->parks;
	layout->polls = a->polls + a->calls;
	layout->cores = a->cores;
	layout->threads = a->threads;
	layout->tasks = a->tasks;
	layout->ticks = a->ticks;
}

static bool has_ticks(const struct hud_plan_identity *identity)
{
	for (uint16_t i = 0; i < identity->schedulers; i++)
		if (identity->scheduler[i].tick == HUD_NO_OFFSET)
			return false;
	return true;
}

struct hud_layout report_layout(const struct hud_layout *last,
				const struct hud_plan_identity *identity, bool recalled)
{
	struct hud_layout layout = *last;
	uint32_t flags = identity ? identity->identity_flags : 0;

	layout.layout_flags = recalled ? HUD_LAYOUT_EARLIER : 0;
	layout.layout_source = HUD_LAYOUT_NONE;
	if (!identity)
		return layout;
	layout.reason = 0;
	layout.layout_source = flags & HUD_IDENTITY_LEARNED ? HUD_LAYOUT_LEARNED
			       : flags & HUD_IDENTITY_KNOWN ? HUD_LAYOUT_DEBUG
							    : HUD_LAYOUT_TABLE;
	if (flags & HUD_IDENTITY_TASK)
		layout.layout_flags |= HUD_LAYOUT_TASK;
	if (has_ticks(identity))
		layout.layout_flags |= HUD_LAYOUT_TICK;
	if (flags & HUD_IDENTITY_PARTIAL)
		layout.layout_flags |= HUD_LAYOUT_PARTIAL;
	return layout;
}

void report_learned(const char *path, const struct hud_layout *layout, bool more)
{
	char plain[PATH_MAX];

	fprintf(stderr,
		"hud-record: learned in %.1f s %swhere %s keeps the state of its workers: %u parks "
		"and %u polls agree\n",
		(double)layout->took_ns / NS_PER_S, more ? "more of " : "", plain_name(path, plain),
		layout->parks, layout->polls);
}

void report_undecided(const char *path, const struct hud_layout *layout)
{
	char plain[PATH_MAX];

	fprintf(stderr,
		"hud-record: where %s keeps the state of its workers could not be learned: %s\n"
		"  %s\n",
		plain_name(path, plain), hud_learn_reason_name(layout->reason),
		hud_learn_remedy(layout->reason));
}

void report_withdrawn(const char *path, uint64_t contradictions)
{
	char plain[PATH_MAX];

	fprintf(stderr,
		"hud-record: what was learned of %s is not believed any longer: %" PRIu64
		" parks or polls contradict it\n"
		"  its polls and parks are distinguished by stack traces only, from the beginning "
		"on\n",
		plain_name(path, plain), contradictions);
}
