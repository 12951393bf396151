/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derivation.h"
#include "analyzer/blocking_part.h"
#include "analyzer/evidence.h"
#include "analyzer/long_sleep.h"
#include "analyzer/poll_task.h"
#include "analyzer/site_sums.h"
#include "analyzer/state_agreement.h"
#include "analyzer/thread_told.h"
#include "analyzer/worker_time.h"

#include <errno.h>
#include <stddef.h>

static const struct row_source *const over_sightings[] = {
	&state_agreement, &evidence_told, &thread_told, &poll_task, &long_sleep,
};

#define SOURCES (sizeof(over_sightings) / sizeof(*over_sightings))

int derivation_begin(struct derivation *d, sqlite3 *db)
{
	int err = SQLITE_OK;

	*d = (struct derivation) {.db = db};
	for (size_t i = 0; !err && i < SOURCES; i++)
		err = row_source_provide(db, over_sightings[i], &d->sightings, NULL);
	if (err)
		return -ENOMEM;
	err = blocking_part_provide(db, &d->sightings);
	if (!err)
		err = worker_time_provide(db, &d->sightings);
	return err ? err : site_sums_provide(db);
}

void derivation_end(struct derivation *d)
{
	site_sums_withdraw(d->db);
	worker_time_withdraw(d->db);
	blocking_part_withdraw(d->db);
	for (size_t i = 0; i < SOURCES; i++)
		row_source_withdraw(d->db, over_sightings[i]);
	sightings_free(&d->sightings);
}
