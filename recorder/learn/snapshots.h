/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_LEARN_SNAPSHOTS_H
#define HUD_RECORDER_LEARN_SNAPSHOTS_H

#include "format/plan/plan.h"

#include <stdbool.h>
#include <stddef.h>

#define SNAPSHOTS_KIND_MAX 448 /* of one kind: 2.5 MB; all kinds together fit HUD_SNAPSHOTS_MAX */

/* Snapshots of one step, collected: some MB at most. */
struct snapshots {
	struct hud_snapshots head;
	uint8_t *data;
	size_t bytes, room;
	uint32_t of_kind[HUD_SNAPSHOT_KINDS]; /* enum hud_snapshot_kind - 1 */
};

/* Forgets what there is and begins with this step. */
void snapshots_begin(struct snapshots *s, const struct hud_plan_block *block,
		     const struct hud_learn_request *request);
/* Takes one if it is of this step; what there is no room for is left out. */
void snapshots_add(struct snapshots *s, const struct hud_snapshot *one, size_t bytes);

/* Are there some of polls, or of calls that may be of polls, with cores? */
bool snapshots_show_polls(const struct snapshots *s);
/* How many there are that probes took. */
uint32_t snapshots_of_polls(const struct snapshots *s);

/* How many more of each kind there is room for, `most` at most. */
void snapshots_allowed(const struct snapshots *s, int64_t most,
		       int64_t allowed[HUD_SNAPSHOT_KINDS]);

/* A memfd with all of them, or a negative errno. `flags`: more of enum hud_snapshots_flags. */
int snapshots_file(const struct snapshots *s, uint32_t flags);

void snapshots_free(struct snapshots *s);

#endif
