/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/definitions.h"
#include "format/wire/kinds.h"

enum { FIRST = HUD_SESSION };

static const struct record_field session_fields[] = {
	ONE(hud_session, start_ns, FIELD_NUMBER),
	ONE(hud_session, start_realtime_ns, FIELD_NUMBER),
	ONE(hud_session, threshold_ns, FIELD_NUMBER),
	ONE(hud_session, sample_hz, FIELD_NUMBER),
	ONE(hud_session, profile_hz, FIELD_NUMBER),
	ONE(hud_session, cpus, FIELD_NUMBER),
	ONE(hud_session, machine, FIELD_NUMBER),
	ONE(hud_session, source, FIELD_NUMBER),
	ONE(hud_session, page_bytes, FIELD_NUMBER),
	ONE(hud_session, kernel, FIELD_NUMBER),
	ONE(hud_session, recorder, FIELD_NUMBER),
	ONE(hud_session, command, FIELD_NUMBER),
	ONE(hud_session, features, FIELD_HEX),
	ONE(hud_session, workers_prefix, FIELD_NUMBER),
	ONE(hud_session, window_ms, FIELD_NUMBER),
	{0},
};

static const struct record_field string_fields[] = {
	ONE(hud_string, id, FIELD_NUMBER),
	ONE(hud_string, bytes, FIELD_NUMBER),
	ARRAY(hud_string, text, FIELD_TEXT),
	{0},
};

static const struct record_field process_fields[] = {
	ONE(hud_process, id, FIELD_NUMBER),       ONE(hud_process, pid, FIELD_NUMBER),
	ONE(hud_process, start_ns, FIELD_NUMBER), ONE(hud_process, name, FIELD_NUMBER),
	ONE(hud_process, exe, FIELD_NUMBER),      {0},
};

static const struct record_field mapping_fields[] = {
	ONE(hud_mapping, process, FIELD_NUMBER),
	ONE(hud_mapping, id, FIELD_NUMBER),
	ONE(hud_mapping, start, FIELD_HEX),
	ONE(hud_mapping, end, FIELD_HEX),
	ONE(hud_mapping, offset, FIELD_HEX),
	ONE(hud_mapping, from_ns, FIELD_NUMBER),
	ONE(hud_mapping, path, FIELD_NUMBER),
	ONE(hud_mapping, build_id_bytes, FIELD_NUMBER),
	ONE(hud_mapping, mapping_flags, FIELD_HEX),
	ARRAY(hud_mapping, build_id, FIELD_BYTES),
	{0},
};

static const struct record_field thread_fields[] = {
	ONE(hud_thread, tid, FIELD_NUMBER),
	ONE(hud_thread, process, FIELD_NUMBER),
	ONE(hud_thread, from_ns, FIELD_NUMBER),
	ONE(hud_thread, comm, FIELD_NUMBER),
	{0},
};

static const struct record_field user_stack_fields[] = {
	ONE(hud_user_stack, id, FIELD_NUMBER),
	ONE(hud_user_stack, process, FIELD_NUMBER),
	ONE(hud_user_stack, frames, FIELD_NUMBER),
	ONE(hud_user_stack, stop, FIELD_NUMBER),
	ONE(hud_user_stack, frame_pointer_from, FIELD_NUMBER),
	ARRAY(hud_user_stack, address, FIELD_ADDRESSES),
	{0},
};

static const struct record_field kernel_stack_fields[] = {
	ONE(hud_kernel_stack, id, FIELD_NUMBER),
	ONE(hud_kernel_stack, frames, FIELD_NUMBER),
	ONE(hud_kernel_stack, stop, FIELD_NUMBER),
	ARRAY(hud_kernel_stack, function, FIELD_NUMBERS),
	{0},
};

/* clang-format off */
static const struct record_kind kinds[] = {
	[HUD_SESSION - FIRST] = {
		.name = "session", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_session),
		.fields = session_fields,
		.reference = {
			ID(STRING, hud_session, kernel),
			ID(STRING, hud_session, recorder),
			ID(STRING, hud_session, command),
			ID(STRING, hud_session, workers_prefix),
		},
	},
	[HUD_STRING - FIRST] = {
		.name = "string", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_string),
		.fields = string_fields,
		.count = {AT(hud_string, bytes), 4, 1, HUD_STRING_BYTES_MAX},
	},
	[HUD_PROCESS - FIRST] = {
		.name = "process", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_process),
		.fields = process_fields,
		.reference = {
			ID(STRING, hud_process, name),
			ID(STRING, hud_process, exe),
		},
	},
	[HUD_MAPPING - FIRST] = {
		.name = "mapping", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_mapping),
		.fields = mapping_fields,
		.count = {AT(hud_mapping, build_id_bytes), 2, 0, HUD_BUILD_ID_BYTES_MAX},
		.reference = {
			ID(PROCESS, hud_mapping, process),
			ID(STRING, hud_mapping, path),
		},
	},
	[HUD_THREAD - FIRST] = {
		.name = "thread", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_thread),
		.fields = thread_fields,
		.reference = {
			ID(PROCESS, hud_thread, process),
			ID(STRING, hud_thread, comm),
		},
	},
	[HUD_USER_STACK - FIRST] = {
		.name = "user-stack", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_user_stack),
		.fields = user_stack_fields,
		.count = {AT(hud_user_stack, frames), 2, 8, HUD_STACK_FRAMES_MAX},
		.reference = {
			ID(PROCESS, hud_user_stack, process),
			{.kind = REFERENCE_MAPPING, .offset = AT(hud_user_stack, address),
			 .process = AT(hud_user_stack, process), .each = true},
		},
	},
	[HUD_KERNEL_STACK - FIRST] = {
		.name = "kernel-stack", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_kernel_stack),
		.fields = kernel_stack_fields,
		.count = {AT(hud_kernel_stack, frames), 2, 4, HUD_STACK_FRAMES_MAX},
		.reference = {
			{.kind = REFERENCE_STRING, .offset = AT(hud_kernel_stack, function),
			 .each = true},
		},
	},
};
/* clang-format on */

const struct record_kinds definitions_kinds = {FIRST, sizeof(kinds) / sizeof(kinds[0]), kinds};
