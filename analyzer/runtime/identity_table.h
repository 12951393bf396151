/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RUNTIME_IDENTITY_TABLE_H
#define HUD_ANALYZER_RUNTIME_IDENTITY_TABLE_H

#include "analyzer/elf/symbols.h"
#include "analyzer/runtime/runtime_names.h"
#include "analyzer/runtime/tls.h"
#include "analyzer/runtime/version.h"
#include "format/plan/plan.h"

/*
 * Where the runtime keeps the state of a thread, for programs without debug information: from a
 * table of layouts that were seen with the same versions of the runtime and of rustc. Symbols say
 * where its thread-locals are. This is an assumption, so HUD_IDENTITY_KNOWN is not set.
 */
struct plan_table_source {
	const struct plan_names *names;
	const struct plan_tls *tls;
	const struct elf_symbols *symbols;
	struct plan_version version;  /* of the runtime */
	struct plan_version compiler; /* of rustc */
};

/*
 * Fills in all but the version. 0, -ENOMEM or -EINVAL. Without a scheduler in `out` `*problem` says
 * why.
 */
int plan_identity_read_table(struct hud_plan_identity *out, const struct plan_table_source *source,
			     const char **problem);

#endif
