/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int64_t text_set_index(struct text_set *set, const char *text)
{
	char **grown;

	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->text[i], text) == 0)
			return (int64_t)i;
	}
	if (set->count == set->room) {
		grown = reallocarray(set->text, set->room + 16, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		set->text = grown;
		set->room += 16;
	}
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
