/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/copies/debug_name.h"

#include <stdio.h>

void debug_name(const struct build_id *id, char out[DEBUG_NAME_BYTES])
{
	char text[BUILD_ID_TEXT_BYTES];

	build_id_text(id->byte, id->bytes, text);
	snprintf(out, DEBUG_NAME_BYTES, "%.2s/%s.debug", text, text + 2);
}
