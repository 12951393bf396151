/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_CACHE_FILE_H
#define HUD_ANALYZER_SYMBOLS_CACHE_FILE_H

#include "analyzer/symbols/facts.h"
#include "analyzer/symbols/writer.h"
#include "analyzer/base/text_pool.h"

/*
 * A file of the cache: the facts of one binary, laid out to be searched where it is mapped. It is
 * of this machine only and of one version of this program, so it has no format that lasts.
 *
 * In this order, without gaps: header, addresses, definitions, calls, links, buckets, texts. Things
 * are referred to by their number, texts by their place among the texts, of which the first is
 * empty and means none. The texts end with a zero, so that each of them ends.
 */
#define KEPT_MAGIC "hudkept\n"

/* What is kept is of this shape: a new one has another number. */
enum { KEPT_VERSION = 2 };

struct kept_header {
	char magic[8];
	uint64_t checksum; /* XXH3 of all that follows it */
	uint32_t version;
	uint32_t addresses;
	uint32_t definitions;
	uint32_t calls;
	uint32_t links;
	uint32_t buckets; /* 0: there are no addresses; else one more than there are */
	uint32_t text_bytes;
	uint32_t shift; /* an address is in bucket (offset - that of the first address) >> shift */
	uint32_t file, problem, marker, main_crates; /* texts: what is said of the binary */
	uint16_t quality;
	uint16_t symtab;
	uint32_t zero;
};
_Static_assert(sizeof(struct kept_header) == 72, "no padding");

/* By offset. */
struct kept_address {
	uint64_t offset; /* in the binary */
	uint32_t link;   /* the first of its links: its chain of calls, innermost first */
	uint32_t count;
	uint32_t discriminator;
	uint32_t aliases, symbol_file;
	uint32_t zero;
};
_Static_assert(sizeof(struct kept_address) == 32, "no padding");

struct kept_definition {
	uint32_t name, task_type, decl_file, comp_dir, rust;
	uint32_t decl_line, flags, own;
};

struct kept_call {
	uint32_t definition, file, comp_dir, line, column;
};

/* A file that is open. Texts that come from it live as long as it is. */
struct symbol_kept {
	const uint8_t *image;
	size_t bytes;
	const struct kept_header *header;
	const struct kept_address *addresses;
	const struct kept_definition *definitions;
	const struct kept_call *calls;
	const uint32_t *links;   /* numbers of calls */
	const uint32_t *buckets; /* the first address of each */
	const char *texts;
	struct symbol_binary binary;
	struct symbol_definition **made; /* of each definition, once it was asked for */
};

/* Maps the file. -EBADMSG: damaged or of another version. Nothing to close on error. */
int symbol_kept_open(struct symbol_kept *k, int fd, size_t bytes);
void symbol_kept_close(struct symbol_kept *k);

/* What is kept of an address, its links being within the file's; NULL: nothing. */
const struct kept_address *symbol_kept_find(const struct symbol_kept *k, uint64_t offset);
/* The call of a link, with a definition that is the caller's. False: it makes no sense. */
bool symbol_kept_call(const struct symbol_kept *k, uint32_t link, struct symbol_call *call,
		      struct symbol_definition *definition);
/* The text at this place, or NULL. */
const char *symbol_kept_text(const struct symbol_kept *k, uint32_t place);
/* All that is kept of an address, in the pool. -EBADMSG: it makes no sense; -ENOMEM. */
int symbol_kept_facts(struct symbol_kept *k, const struct kept_address *from,
		      struct text_pool *pool, const struct symbol_facts **out);

/* Facts of one binary, to be written. */
struct symbol_keep_item {
	uint64_t offset;
	const struct symbol_facts *facts;
};
/* Sorts the items, and writes them to `fd` in that form. Each offset is there once. */
int symbol_keep_write(const struct symbol_binary *binary, struct symbol_keep_item *items,
		      size_t count, int fd);

#endif
