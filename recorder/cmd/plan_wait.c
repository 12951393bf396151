/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/plan_wait.h"
#include "format/base/clock.h"
#include "recorder/base/plain.h"

#include <stdio.h>
#include <time.h>

#define POLL_MS 100
#define SAY_AFTER_NS NS_PER_S
#define WAIT_SECONDS 10

/* "/opt/app (135 MiB of code) and 2 more files": those that are waited for, the largest first. */
static const char *waited_for(const struct object_table *objects, char *out, size_t room)
{
	uint32_t largest = OBJECT_NONE;
	size_t more = object_table_waiting(objects) - 1;
	char plain[PATH_MAX];
	int length;

	for (uint32_t i = 0; i < object_table_count(objects); i++)
		if (object_waits(objects, i) &&
		    (largest == OBJECT_NONE ||
		     object_code_bytes(objects, i) > object_code_bytes(objects, largest)))
			largest = i;
	plain_name(object_path(objects, largest), plain);
	length = snprintf(out, room, "%s (%.1f MiB of code)", plain,
			  (double)object_code_bytes(objects, largest) / (1 << 20));
	if (more && length > 0 && (size_t)length < room)
		snprintf(out + length, room - (size_t)length, " and %zu more file%s", more,
			 more == 1 ? "" : "s");
	return out;
}

void plans_wait(struct object_table *objects, struct status *status, struct signals *signals)
{
	uint64_t began = clock_ns(CLOCK_MONOTONIC), now = began;
	char text[512];
	bool said = false;

	while (object_table_waiting(objects) && now - began < WAIT_SECONDS * NS_PER_S) {
		object_table_poll(objects, POLL_MS);
		if (signals_take(signals))
			return;
		now = clock_ns(CLOCK_MONOTONIC);
		if (said || now - began < SAY_AFTER_NS || !object_table_waiting(objects))
			continue;
		status_say(status,
			   "reading the unwind information of %s; recording begins after that, or "
			   "in %d s",
			   waited_for(objects, text, sizeof(text)),
			   WAIT_SECONDS - (int)((now - began) / NS_PER_S));
		said = true;
	}
	if (object_table_waiting(objects))
		status_say(status,
			   "the unwind rows of %s take longer than %d s: recording begins without "
			   "them, and stacks may be cut until they come",
			   waited_for(objects, text, sizeof(text)), WAIT_SECONDS);
}
