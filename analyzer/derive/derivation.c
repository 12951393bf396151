/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/derivation.h"
#include "analyzer/derive/blocking_parts.h"
#include "analyzer/derive/guess.h"
#include "analyzer/derive/long_sleep.h"
#include "analyzer/derive/observation_class.h"
#include "analyzer/derive/poll_task.h"
#include "analyzer/derive/pool_peak.h"
#include "analyzer/derive/site_sums.h"
#include "analyzer/derive/state_agreement.h"
#include "analyzer/derive/thread_summary.h"
#include "analyzer/derive/thread_totals.h"
#include "analyzer/derive/worker_time.h"
#include "analyzer/store/database.h"

#include <errno.h>
#include <stddef.h>

static const struct row_source *const sources[] = {
	&state_agreement, &observation_rows, &thread_summary_rows, &pool_peak_rows,
	&poll_task,       &long_sleep,       &thread_totals_rows,
};

static const struct row_pair *const pairs[] = {&blocking_parts, &worker_time, &site_sums};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

int derivation_begin(struct derivation *d, sqlite3 *db)
{
	int err = SQLITE_OK;

	*d = (struct derivation) {.db = db};
	for (size_t i = 0; !err && i < COUNT(sources); i++)
		err = row_source_provide(db, sources[i], &d->observations, NULL);
	for (size_t i = 0; !err && i < COUNT(pairs); i++)
		err = row_pair_provide(db, pairs[i], &d->observations);
	return err ? -ENOMEM : 0;
}

void derivation_end(struct derivation *d)
{
	for (size_t i = 0; i < COUNT(pairs); i++)
		row_pair_withdraw(d->db, pairs[i]);
	for (size_t i = 0; i < COUNT(sources); i++)
		row_source_withdraw(d->db, sources[i]->name);
	observations_free(&d->observations);
}

int derivation_run(sqlite3 *db, int64_t capture, struct observations *given)
{
	struct derivation derivation;
	int err = derivation_begin(&derivation, db);

	if (given) {
		derivation.observations = *given;
		derivation.observations.capture = capture;
		derivation.observations.given = true;
		*given = (struct observations) {0};
	}
	if (!err)
		err = guess_forget(&derivation.observations, db, capture);
	if (!err)
		err = database_run_folder(db, "sql/derive/", capture);
	derivation_end(&derivation);
	return err;
}
