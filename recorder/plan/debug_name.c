/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/plan/debug_name.h"
#include "format/elf/text_hash.h"

#include <stdio.h>

void debug_name(const struct build_id *id, char out[DEBUG_NAME_BYTES])
{
	size_t first = build_id_is_hash(id) ? HUD_TEXT_HASH_MARK_BYTES : 0;
	char text[HEX_TEXT_BYTES(HUD_BUILD_ID_BYTES_MAX)];

	hex_text(id->byte + first, id->bytes - first, text);
	snprintf(out, DEBUG_NAME_BYTES, "%.2s/%s.debug", text, text + 2);
}
