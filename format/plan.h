/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_PLAN_H
#define HUD_FORMAT_PLAN_H

#include "format/wire.h"

#include <stdbool.h>

/*
 * What stands in a .plan: all that hud-record needs to know of one ELF object, made by hud-analyze.
 * docs/FORMAT.md is the normative text.
 *
 * One zstd frame with content size and checksum; its content is a struct hud_plan followed by
 * records, each a struct hud_record header and an array. Unknown records are skipped by size. To
 * hud-record a plan is hostile input: plan_parse() checks every bound, and no row can make the
 * walker do more than give a wrong address of this process's own memory.
 */

#define HUD_PLAN_MAGIC "HUDPLAN1"
#define HUD_PLAN_CONTENT_MAX (256u << 20)
#define HUD_PLAN_SEGMENTS_MAX 64u
#define HUD_PLAN_RULES_MAX 65535u

struct hud_plan {
	uint8_t magic[8];
	uint32_t version;        /* HUD_FORMAT_VERSION */
	uint32_t machine;        /* ELF e_machine */
	uint16_t build_id_bytes; /* 0: none, known by `identity` alone */
	uint16_t reserved0;
	uint32_t reserved1;
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
	uint64_t bytes;          /* of the records that follow */
};
HUD_ASSERT_SIZE(struct hud_plan, 64);

enum hud_plan_record_type {
	HUD_PLAN_SEGMENTS = 1, /* struct hud_plan_segment[] */
	HUD_PLAN_PAGES = 2,    /* struct hud_plan_page[], of consecutive 64 KiB of addresses */
	HUD_PLAN_ROWS = 3,     /* struct hud_plan_row[], by page, then by delta */
	HUD_PLAN_RULES = 4,    /* struct hud_plan_rule[], distinct */
	HUD_PLAN_NUMBERS = 5,  /* struct hud_plan_numbers */
};

/* An executable PT_LOAD: from file offsets to the addresses that rows speak of. */
struct hud_plan_segment {
	uint64_t offset;
	uint64_t address; /* p_vaddr */
	uint64_t bytes;   /* p_filesz */
};
HUD_ASSERT_SIZE(struct hud_plan_segment, 24);

#define HUD_PLAN_PAGE_BITS 16 /* a page covers 64 KiB, so that a row's place in it fits 16 bits */

/*
 * Head of the PAGES array: page i covers [first + i * 64 KiB, …). Its first row, if it has any, is
 * at delta 0: what holds at the start of the page is said there again. A page without rows says
 * nothing (as if all of it were HUD_RULE_NONE). Pages share the ROWS array out among them in order:
 * first_row is the sum of the rows before; where their sum is odd a row of zeroes pads the record.
 */
struct hud_plan_pages {
	struct hud_record head;
	uint64_t first;   /* address, a multiple of 64 KiB */
	uint32_t count;
	uint32_t reserved;
	struct hud_plan_page {
		uint32_t first_row;
		uint32_t rows;
	} page[];
};
HUD_ASSERT_SIZE(struct hud_plan_pages, 24);

/* From this place in its page on, up to the next row, this rule holds. */
struct hud_plan_row {
	uint16_t delta;
	uint16_t rule;
};
HUD_ASSERT_SIZE(struct hud_plan_row, 4);

/* How to find the caller's registers. CFA: the caller's stack pointer after the return. */
enum hud_plan_rule_type {
	HUD_RULE_NONE = 0,      /* no unwind information here: try the frame pointer */
	HUD_RULE_CFA_SP = 1,    /* CFA = sp + cfa_offset */
	HUD_RULE_CFA_FP = 2,    /* CFA = fp + cfa_offset */
	HUD_RULE_PLT = 3,       /* x86-64 PLT: CFA = sp + 8 + ((pc & 15) >= cfa_offset ? 8 : 0) */
	HUD_RULE_SIGNAL = 4,    /* the kernel's signal frame lies at sp */
	HUD_RULE_ROOT = 5,      /* return address undefined: outermost frame */
	HUD_RULE_UNSUPPORTED = 6, /* described, but by an expression hud does not follow */
	/*
	 * Realigned stacks: CFA = *(fp + cfa_offset). The only type whose fp_offset counts from
	 * fp, not from the CFA: the caller's frame pointer was saved at fp + fp_offset.
	 */
	HUD_RULE_CFA_FP_DEREF = 7,
	/* CFA = sp + 8 * (uint16_t)cfa_offset: frames of 32 KiB and more, as async code has them */
	HUD_RULE_CFA_SP_FAR = 8,
	/* CFA = *(sp + cfa_offset) + 8: the assembly of OpenSSL, ring and their kin */
	HUD_RULE_CFA_SP_DEREF = 9,
};
#define HUD_RULE_LAST HUD_RULE_CFA_SP_DEREF

#define HUD_RULE_UNCHANGED INT16_MIN /* fp_offset, ra_offset: still in its register */

struct hud_plan_rule {
	uint8_t type;       /* enum hud_plan_rule_type */
	uint8_t reserved;
	int16_t cfa_offset; /* bytes */
	int16_t fp_offset;  /* the caller's frame pointer was saved at CFA + this */
	int16_t ra_offset;  /* the return address lies at CFA + this; x86-64: always -8 */
};
HUD_ASSERT_SIZE(struct hud_plan_rule, 8);

/* Numbers for people; nothing depends on them. */
struct hud_plan_numbers {
	struct hud_record head;
	uint64_t build_ns;    /* making this plan took (wall) */
	uint64_t text_bytes;
	uint64_t fdes;
	uint64_t unsupported_bytes; /* of text under HUD_RULE_UNSUPPORTED */
	uint64_t gap_bytes;         /* of text under HUD_RULE_NONE */
};
HUD_ASSERT_SIZE(struct hud_plan_numbers, 48);

/* A plan in memory. Arrays point into one block that plan_free() frees. */
struct plan {
	struct hud_plan head;
	const struct hud_plan_segment *segment;
	size_t segments;
	uint64_t first; /* address of page 0 */
	const struct hud_plan_page *page;
	size_t pages;
	const struct hud_plan_row *row;
	size_t rows;
	const struct hud_plan_rule *rule;
	size_t rules;
	struct hud_plan_numbers numbers;
	void *block;
};

/*
 * Reads a plan from `bytes` of a compressed file. Everything is checked: counts and sizes, pages
 * within rows, rows ascending within their page and beginning at 0, rule indexes, segment sizes.
 * -EBADMSG: damaged or no plan; -EPROTO: of a newer version; -ENOMEM.
 */
int plan_parse(const void *data, size_t bytes, struct plan *out);
void plan_free(struct plan *p);

/* Serializes and compresses; `*out` is malloc'ed. 0 or a negative errno. */
int plan_serialize(const struct plan *p, void **out, size_t *bytes);

/* The rule that holds at an address, by the same search that BPF does; NULL: the plan says nothing. */
const struct hud_plan_rule *plan_find(const struct plan *p, uint64_t address);

#endif
