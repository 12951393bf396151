/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/embedded.h"

#include <string.h>

const char *embedded_text(const char *name)
{
	for (const struct embedded_file *f = embedded_files; f->name; f++)
		if (!strcmp(f->name, name))
			return f->text;
	return NULL;
}

const char *embedded_within(const struct embedded_file *file, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(file->name, folder, length) == 0 ? file->name + length : NULL;
}
