/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_FACTS_WRITER_H
#define HUD_ANALYZER_FACTS_WRITER_H

#include "analyzer/facts/facts.h"
#include "format/capture/writer.h"

/*
 * Writes facts as chunks of symbols (docs/FORMAT.md), after a capture. Each chunk defines every
 * text and function that it uses, once.
 */
struct symbol_writer;

struct symbol_writer_options {
	capture_sink sink;
	void *sink_context;
	uint8_t capture_id[16];
	uint64_t sequence; /* of the first chunk */
	uint64_t time_ns;  /* of all of them: when the recording ended */
	int level;         /* zstd */
};

/* The caller closes `*out`. -ENOMEM. */
int symbol_writer_open(const struct symbol_writer_options *options, struct symbol_writer **out);

/* A binary: the addresses that follow are in it. */
struct symbol_binary {
	const uint8_t *build_id;
	size_t build_id_bytes;
	uint16_t quality;
	bool symtab;
	const char *path, *file, *problem, *marker, *main_crates; /* NULL: none */
};
/*
 * A binary, and what is known of an address in the last one. 0 or a negative errno, of the sink for
 * instance, which every later call and symbol_writer_close() return too.
 */
int symbol_writer_binary(struct symbol_writer *w, const struct symbol_binary *binary);
int symbol_writer_address(struct symbol_writer *w, uint64_t offset,
			  const struct symbol_facts *facts);

/* Writes what is left, and frees. 0, or the first error there was. */
int symbol_writer_close(struct symbol_writer *w);

#endif
