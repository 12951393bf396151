/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"

#include <string.h>

#define VERB_ADDRESS(name) &verb_##name,

const struct verb *const verbs[] = {VERBS(VERB_ADDRESS) NULL};

const struct verb *verb_named(const char *name)
{
	for (const struct verb *const *v = verbs; *v; v++) {
		if (strcmp((*v)->name, name) == 0)
			return *v;
	}
	return NULL;
}
