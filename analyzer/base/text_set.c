/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text_set.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int64_t text_set_index(struct text_set *set, const char *text)
{
	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->text[i], text) == 0)
			return (int64_t)i;
	}
	if (!array_grow(&set->text, set->count, &set->room, sizeof(*set->text)))
		return -ENOMEM;
	set->text[set->count] = strdup(text);
	return set->text[set->count] ? (int64_t)set->count++ : -ENOMEM;
}

void text_set_free(struct text_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->text[i]);
	free(set->text);
	*set = (struct text_set) {0};
}
