/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/poll/poll.h"
#include "analyzer/base/text.h"
#include "analyzer/names/fold.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int plan_polls_add(struct plan_polls *polls, uint64_t address)
{
	if (polls->count && polls->item[polls->count - 1].site.address == address)
		return 0;
	if (polls->count == HUD_PLAN_POLL_SITES_MAX) {
		polls->left_out++;
		return 0;
	}
	if (!array_grow(&polls->item, polls->count, &polls->room, sizeof(*polls->item)))
		return -ENOMEM;
	polls->item[polls->count++] = (struct plan_poll) {.site.address = address};
	return 0;
}

int plan_poll_set_types(struct plan_polls *polls, struct plan_poll *poll, const char *name)
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

void plan_polls_close(struct plan_polls *polls)
{
	free(polls->item);
	text_pool_close(&polls->pool);
	memset(polls, 0, sizeof(*polls));
}
