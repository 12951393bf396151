/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_KNOWN_CODE_H
#define HUD_ANALYZER_LOAD_KNOWN_CODE_H

#include "analyzer/base/text_pool.h"
#include "analyzer/rules/frame.h"
#include "format/wire/recording.h"

/*
 * What a capture says of functions that may have no name (HUD_CODE), binary by binary. Used for
 * those that the symbols do not name.
 */
struct known_code;

struct known_codes {
	struct known_code *first; /* all zeros: none */
};

/* Takes a record. 0, -ENOMEM, or -EINVAL: it makes no sense. */
int known_code_add(struct known_codes *all, const struct hud_code *record);
void known_codes_close(struct known_codes *all);

/* What is known of the binary with this build-id, once all records were taken; NULL: nothing. */
struct known_code *known_code_of(struct known_codes *all, const uint8_t *build_id, size_t bytes);

/*
 * Where the frame at an offset of the binary has no name, is at the entry of a poll function, or in
 * a function of the blocking pool, replaces `*frames` by a copy in `pool` that has what is known of
 * the function. 0 or -ENOMEM.
 */
int known_code_apply(const struct known_code *code, struct text_pool *pool, uint64_t offset,
		     const struct symbol_frame **frames, size_t count);

#endif
