/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_CMD_VERBS_H
#define HUD_ANALYZER_CMD_VERBS_H

#include "analyzer/cmd/command.h"

/* What hud-analyze can do, in the order of --help. `verb_NAME` stands in NAME.c. */
#define VERBS(each)                                                                                \
	each(report) each(live) each(tasks) each(info) each(load) each(query) each(export)         \
		each(diff) each(check) each(dump) each(plan) each(symbolize) each(addr2line)

#define VERB_DECLARE(name) extern const struct verb verb_##name;
VERBS(VERB_DECLARE)

/* All of them; the last is NULL. */
extern const struct verb *const verbs[];

/* NULL: there is none of that name. */
const struct verb *verb_named(const char *name);

#endif
