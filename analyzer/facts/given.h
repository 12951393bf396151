/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_FACTS_GIVEN_H
#define HUD_ANALYZER_FACTS_GIVEN_H

#include "analyzer/base/key_map.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/facts/facts.h"
#include "analyzer/facts/writer.h"
#include "format/wire/chunk.h"

/* Facts of one binary in records of symbolized captures. Nothing in them is trusted. */
struct symbol_given {
	struct symbol_given *next;
	struct symbol_binary binary;
	struct key_map facts; /* struct symbol_facts, by file offset */
};

struct symbol_givens {
	struct text_pool *pool; /* of the facts */
	struct symbol_givens_capture *captures;
	struct symbol_given *binaries;
};

/* Takes a record. -EINVAL: it makes no sense and was left out; -ENOMEM. Ignores other types. */
int symbol_givens_add(struct symbol_givens *g, const uint8_t *capture_id,
		      const struct hud_record *record);
/* The facts of a binary, or NULL; of several captures those of the best quality. */
struct symbol_given *symbol_givens_find(const struct symbol_givens *g, const uint8_t *build_id,
					size_t build_id_bytes, const char *path);
void symbol_givens_close(struct symbol_givens *g);

#endif
