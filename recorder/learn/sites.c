/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/learn/sites.h"

bool sites_are_cheap(const struct plan *plan)
{
	for (size_t i = 0; i < plan->poll_sites; i++)
		if (!(plan->poll_site[i].site_flags &
		      (HUD_POLL_SITE_BLOCKING | HUD_POLL_SITE_CHEAP)))
			return false;
	return true;
}

uint32_t sites_choose(const struct plan *plan, bool cheap, uint64_t first, uint32_t most,
		      unsigned long *offset)
{
	uint32_t count = 0;

	for (size_t i = 0; i < plan->poll_sites && count < most; i++) {
		const struct hud_plan_poll_site *s =
			&plan->poll_site[(first + i) % plan->poll_sites];
		bool is_cheap = s->site_flags & HUD_POLL_SITE_CHEAP;

		if (!(s->site_flags & HUD_POLL_SITE_BLOCKING) && is_cheap == cheap &&
		    plan_file_offset(plan, s->address, &offset[count]))
			count++;
	}
	return count;
}
