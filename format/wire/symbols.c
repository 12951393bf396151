/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/symbols.h"
#include "format/wire/kinds.h"

enum { FIRST = HUD_SYMBOL_TEXT };

static const struct record_field symbol_text_fields[] = {
	ONE(hud_symbol_text, id, FIELD_NUMBER),
	ONE(hud_symbol_text, bytes, FIELD_NUMBER),
	ARRAY(hud_symbol_text, text, FIELD_TEXT),
	{0},
};

static const struct record_field symbol_binary_fields[] = {
	ONE(hud_symbol_binary, id, FIELD_NUMBER),
	ONE(hud_symbol_binary, quality, FIELD_NUMBER),
	ONE(hud_symbol_binary, build_id_bytes, FIELD_NUMBER),
	ONE(hud_symbol_binary, path, FIELD_NUMBER),
	ONE(hud_symbol_binary, file, FIELD_NUMBER),
	ONE(hud_symbol_binary, problem, FIELD_NUMBER),
	ONE(hud_symbol_binary, marker, FIELD_NUMBER),
	ONE(hud_symbol_binary, main_crates, FIELD_NUMBER),
	ONE(hud_symbol_binary, symtab, FIELD_NUMBER),
	ARRAY(hud_symbol_binary, build_id, FIELD_BYTES),
	{0},
};

static const struct record_field symbol_function_fields[] = {
	ONE(hud_symbol_function, id, FIELD_NUMBER),
	ONE(hud_symbol_function, symbol_flags, FIELD_HEX),
	ONE(hud_symbol_function, name, FIELD_NUMBER),
	ONE(hud_symbol_function, task_type, FIELD_NUMBER),
	ONE(hud_symbol_function, decl_file, FIELD_NUMBER),
	ONE(hud_symbol_function, decl_line, FIELD_NUMBER),
	ONE(hud_symbol_function, comp_dir, FIELD_NUMBER),
	ONE(hud_symbol_function, own, FIELD_NUMBER),
	{0},
};

static const struct record_field symbol_address_fields[] = {
	ONE(hud_symbol_address, offset, FIELD_HEX),
	ONE(hud_symbol_address, binary, FIELD_NUMBER),
	ONE(hud_symbol_address, aliases, FIELD_NUMBER),
	ONE(hud_symbol_address, calls, FIELD_NUMBER),
	ONE(hud_symbol_address, discriminator, FIELD_NUMBER),
	ONE(hud_symbol_address, source, FIELD_NUMBER),
	ONE(hud_symbol_address, callee, FIELD_SIGNED),
	ARRAY(hud_symbol_address, call, FIELD_NUMBERS),
	{0},
};

/* clang-format off */
static const struct record_kind kinds[] = {
	[HUD_SYMBOL_TEXT - FIRST] = {
		.name = "symbol-text", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_text),
		.fields = symbol_text_fields,
		.count = {AT(hud_symbol_text, bytes), 4, 1, HUD_SYMBOL_TEXT_BYTES_MAX},
	},
	[HUD_SYMBOL_BINARY - FIRST] = {
		.name = "symbol-binary", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_binary),
		.fields = symbol_binary_fields,
		.count = {AT(hud_symbol_binary, build_id_bytes), 2, 0, HUD_BUILD_ID_BYTES_MAX},
	},
	[HUD_SYMBOL_FUNCTION - FIRST] = {
		.name = "symbol-function", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_function),
		.fields = symbol_function_fields,
	},
	[HUD_SYMBOL_ADDRESS - FIRST] = {
		.name = "symbol-address", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_address),
		.fields = symbol_address_fields,
		.count = {AT(hud_symbol_address, calls), 2, 4 * HUD_SYMBOL_CALL_WORDS,
			  HUD_SYMBOL_CALLS_MAX},
	},
};
/* clang-format on */

const struct record_kinds symbols_kinds = {FIRST, sizeof(kinds) / sizeof(kinds[0]), kinds};
