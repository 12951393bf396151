// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/embedded.h"

#include <string.h>

const char *embedded_text(const char *name)
{
	for (const struct embedded_file *f = embedded_files; f->name; f++)
		if (!strcmp(f->name, name))
			return f->text;
	return NULL;
}
