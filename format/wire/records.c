/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/kinds.h"

#include <string.h>

const struct record_kind *record_kind(uint16_t type)
{
	static const struct record_kinds *const groups[] = {
		&events_kinds, &definitions_kinds, &recording_kinds, &tasks_kinds, &symbols_kinds,
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		unsigned number = (unsigned)type - groups[i]->first;

		if (number < groups[i]->count && groups[i]->kind[number].bytes)
			return &groups[i]->kind[number];
	}
	return NULL;
}

enum record_group record_group(uint16_t type)
{
	const struct record_kind *kind = record_kind(type);

	return kind ? kind->group : RECORD_UNKNOWN;
}

uint32_t record_u32(const struct hud_record *record, uint16_t offset)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)record + offset, sizeof(value));
	return value;
}

uint32_t record_count(const struct record_kind *kind, const struct hud_record *record)
{
	uint16_t narrow;

	if (kind->count.width == 4)
		return record_u32(record, kind->count.offset);
	if (kind->count.width != 2)
		return 0;
	memcpy(&narrow, (const uint8_t *)record + kind->count.offset, sizeof(narrow));
	return narrow;
}

bool record_is_whole(const struct record_kind *kind, const struct hud_record *record)
{
	uint32_t count;

	if (record->size < kind->bytes)
		return false;
	count = record_count(kind, record);
	if (kind->count.width && count > kind->count.max)
		return false;
	return (uint64_t)count * kind->count.element <= record->size - kind->bytes;
}
