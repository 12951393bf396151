/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_ADVICE_H
#define HUD_ANALYZER_DERIVE_ADVICE_H

#include <sqlite3.h>

/*
 * Fills the table advice_rule from `rules`, the text of advice.rules. 0, -EINVAL (a rule that is
 * incomplete: a mistake in our own file), -ENOMEM or -EIO.
 */
int advice_write(sqlite3 *db, const char *rules);

#endif
