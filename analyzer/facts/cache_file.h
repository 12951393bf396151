/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_FACTS_CACHE_FILE_H
#define HUD_ANALYZER_FACTS_CACHE_FILE_H

#include "analyzer/base/text_pool.h"
#include "analyzer/facts/facts.h"
#include "analyzer/facts/writer.h"

/*
 * A file of the cache: the facts of one binary, laid out to be searched in the mapped file. Only
 * this version of this program on this machine reads it, so its format may change at any time.
 *
 * In this order, without gaps: header, addresses, definitions, calls, links, buckets, texts. Other
 * parts refer to items by their index, and to a text by its offset among the texts; the text at 0
 * is empty and means none. The texts end with a zero byte, so that each of them is terminated.
 */
#define CACHE_FILE_MAGIC "hudkept\n"

/* Of this layout; a new layout gets a new number. */
enum { CACHE_FILE_VERSION = 4 };

struct cache_header {
	char magic[8];
	uint64_t checksum; /* XXH3 of everything after it */
	uint32_t version;
	uint32_t addresses;
	uint32_t definitions;
	uint32_t calls;
	uint32_t links;
	uint32_t buckets; /* 0: there are no addresses; else one more than there are */
	uint32_t text_bytes;
	uint32_t shift; /* an address is in bucket (offset - that of the first address) >> shift */
	uint32_t file, problem, marker, main_crates; /* texts, about the binary */
	uint16_t quality;
	uint16_t symtab;
	uint32_t zero;
};
_Static_assert(sizeof(struct cache_header) == 72, "no padding");

/* By offset. */
struct cache_address {
	uint64_t offset; /* in the binary */
	uint32_t link;   /* the first of its links: its chain of calls, innermost first */
	uint32_t count;
	uint32_t discriminator;
	uint32_t aliases, symbol_file;
	uint32_t zero;
};
_Static_assert(sizeof(struct cache_address) == 32, "no padding");

struct cache_definition {
	uint32_t name, task_type, decl_file, comp_dir, rust;
	uint32_t decl_line, flags, own;
};

struct cache_call {
	uint32_t definition, file, comp_dir, line, column;
};

/* A file that is open. Texts that come from it live as long as it is. */
struct cache_file {
	const uint8_t *image;
	size_t bytes;
	const struct cache_header *header;
	const struct cache_address *addresses;
	const struct cache_definition *definitions;
	const struct cache_call *calls;
	const uint32_t *links;   /* numbers of calls */
	const uint32_t *buckets; /* the first address of each */
	const char *texts;
	struct symbol_binary binary;
	struct symbol_definition **made; /* of each definition, once it was asked for */
};

/* Maps the file. -EBADMSG: damaged or of another version. Nothing to close on error. */
int cache_file_open(struct cache_file *k, int fd, size_t bytes);
void cache_file_close(struct cache_file *k);

/* The entry of an address, whose links are within the file; NULL: there is none. */
const struct cache_address *cache_file_find(const struct cache_file *k, uint64_t offset);
/* The call of a link; `definition`: room for its definition. False: the link is damaged. */
bool cache_file_call(const struct cache_file *k, uint32_t link, struct symbol_call *call,
		     struct symbol_definition *definition);
/* The facts of an address, in the pool. -EBADMSG: the entry is damaged; -ENOMEM. */
int cache_file_facts(struct cache_file *k, const struct cache_address *from, struct text_pool *pool,
		     const struct symbol_facts **out);

/* Facts of one binary, to be written. */
struct cache_item {
	uint64_t offset;
	const struct symbol_facts *facts;
};
/*
 * Sorts the items by offset, each of which there is once, and writes the file. 0 or a negative
 * errno.
 */
int cache_file_write(const struct symbol_binary *binary, struct cache_item *items, size_t count,
		     int fd);

#endif
