/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_LAYOUT_H
#define HUD_ANALYZER_PLAN_LAYOUT_H

#include "analyzer/debuginfo/elf_symbols.h"
#include "analyzer/plan/runtime_names.h"
#include "analyzer/plan/tls.h"
#include "analyzer/plan/version.h"
#include "format/plan.h"

/*
 * Where the runtime keeps its state in builds like this one, for programs without debug information:
 * by its version and the compiler's, out of tokio-layout.rules. Symbols say where its thread-locals
 * are. It is a guess of what was seen elsewhere, without HUD_IDENTITY_KNOWN.
 */
struct plan_table_source {
	const struct plan_names *names;
	const struct plan_tls *tls;
	const struct elf_symbols *symbols;
	struct plan_version version;  /* of the runtime */
	struct plan_version compiler; /* of rustc */
};

/* Fills in all but the version. 0, -ENOMEM or -EINVAL; no scheduler: `*problem` says why. */
int plan_identity_read_table(struct hud_plan_identity *out, const struct plan_table_source *source,
			     const char **problem);

#endif
