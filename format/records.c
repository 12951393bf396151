/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/records.h"

#include <string.h>

#define AT(type, field) ((uint16_t)offsetof(struct type, field))
#define ID(what, type, field)                                                                      \
	{                                                                                          \
		.kind = REFERENCE_##what, .offset = AT(type, field)                                \
	}
#define THREAD(type, tid_field, process_field)                                                     \
	{                                                                                          \
		.kind = REFERENCE_THREAD, .offset = AT(type, tid_field),                           \
		.process = AT(type, process_field)                                                 \
	}

/* clang-format off */
static const struct record_kind kinds[] = {
	[HUD_SESSION] = {
		.name = "session", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_session),
		.reference = {
			ID(STRING, hud_session, kernel),
			ID(STRING, hud_session, recorder),
			ID(STRING, hud_session, command),
			ID(STRING, hud_session, workers_prefix),
		},
	},
	[HUD_STRING] = {
		.name = "string", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_string),
		.count = {AT(hud_string, bytes), 4, 1, HUD_STRING_BYTES_MAX},
	},
	[HUD_PROCESS] = {
		.name = "process", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_process),
		.reference = {
			ID(STRING, hud_process, name),
			ID(STRING, hud_process, exe),
		},
	},
	[HUD_MAPPING] = {
		.name = "mapping", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_mapping),
		.count = {AT(hud_mapping, build_id_bytes), 2, 0, HUD_BUILD_ID_BYTES_MAX},
		.reference = {
			ID(PROCESS, hud_mapping, process),
			ID(STRING, hud_mapping, path),
		},
	},
	[HUD_THREAD] = {
		.name = "thread", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_thread),
		.reference = {
			ID(PROCESS, hud_thread, process),
			ID(STRING, hud_thread, comm),
		},
	},
	[HUD_USER_STACK] = {
		.name = "user-stack", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_user_stack),
		.count = {AT(hud_user_stack, frames), 2, 8, HUD_STACK_FRAMES_MAX},
		.reference = {
			ID(PROCESS, hud_user_stack, process),
			{.kind = REFERENCE_MAPPING, .offset = AT(hud_user_stack, address),
			 .process = AT(hud_user_stack, process), .each = true},
		},
	},
	[HUD_KERNEL_STACK] = {
		.name = "kernel-stack", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_kernel_stack),
		.count = {AT(hud_kernel_stack, frames), 2, 4, HUD_STACK_FRAMES_MAX},
		.reference = {
			{.kind = REFERENCE_STRING, .offset = AT(hud_kernel_stack, function),
			 .each = true},
		},
	},
	[HUD_OFFCPU] = {
		.name = "offcpu", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_offcpu),
		.reference = {
			ID(PROCESS, hud_offcpu, process),
			THREAD(hud_offcpu, tid, process),
			ID(USER_STACK, hud_offcpu, user_stack),
			ID(KERNEL_STACK, hud_offcpu, kernel_stack),
			ID(PROCESS, hud_offcpu, waker_process),
			THREAD(hud_offcpu, waker_tid, waker_process),
			ID(USER_STACK, hud_offcpu, waker_stack),
		},
	},
	[HUD_SAMPLE] = {
		.name = "sample", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_sample),
		.reference = {
			ID(PROCESS, hud_sample, process),
			THREAD(hud_sample, tid, process),
			ID(USER_STACK, hud_sample, user_stack),
			ID(KERNEL_STACK, hud_sample, kernel_stack),
		},
	},
	[HUD_WINDOW] = {
		.name = "window", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_window),
		.reference = {
			ID(PROCESS, hud_window, process),
			THREAD(hud_window, tid, process),
		},
	},
	[HUD_LIFECYCLE] = {
		.name = "lifecycle", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_lifecycle),
		.reference = {
			ID(PROCESS, hud_lifecycle, process),
			THREAD(hud_lifecycle, tid, process),
			{.kind = REFERENCE_PROCESS, .offset = AT(hud_lifecycle, detail),
			 .when = AT(hud_lifecycle, kind), .equals = HUD_PROCESS_EXEC},
		},
	},
	[HUD_POLL] = {
		.name = "poll", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_poll),
		.reference = {
			ID(PROCESS, hud_poll, process),
			THREAD(hud_poll, tid, process),
			ID(USER_STACK, hud_poll, site),
		},
	},
	[HUD_HISTOGRAM] = {
		.name = "histogram", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_histogram),
		.count = {AT(hud_histogram, buckets), 4, 8, HUD_HISTOGRAM_BUCKETS},
		.reference = {
			ID(PROCESS, hud_histogram, process),
			ID(USER_STACK, hud_histogram, site),
		},
	},
	[HUD_PROBES] = {
		.name = "probes", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_probes),
	},
	[HUD_LOST] = {
		.name = "lost", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_lost),
	},
	[HUD_COST] = {
		.name = "cost", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_cost),
	},
	[HUD_CLOCK] = {
		.name = "clock", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_clock),
	},
	[HUD_END] = {
		.name = "end", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_end),
	},
	[HUD_MARK] = {
		.name = "mark", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_mark),
		.reference = {
			ID(STRING, hud_mark, text),
		},
	},
	[HUD_SYMBOL_TEXT] = {
		.name = "symbol-text", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_text),
		.count = {AT(hud_symbol_text, bytes), 4, 1, HUD_SYMBOL_TEXT_BYTES_MAX},
	},
	[HUD_SYMBOL_BINARY] = {
		.name = "symbol-binary", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_binary),
		.count = {AT(hud_symbol_binary, build_id_bytes), 2, 0, HUD_BUILD_ID_BYTES_MAX},
	},
	[HUD_SYMBOL_FUNCTION] = {
		.name = "symbol-function", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_function),
	},
	[HUD_SYMBOL_ADDRESS] = {
		.name = "symbol-address", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_address),
		.count = {AT(hud_symbol_address, calls), 2, 4 * HUD_SYMBOL_CALL_WORDS,
			  HUD_SYMBOL_CALLS_MAX},
	},
};
/* clang-format on */

const struct record_kind *record_kind(uint16_t type)
{
	if (type >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[type].bytes)
		return NULL;
	return &kinds[type];
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
