/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_IMAGE_IMAGE_H
#define HUD_ANALYZER_IMAGE_IMAGE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An object as it is in memory once it is loaded, at the addresses that it is linked for. */
struct plan_image_part {
	uint64_t address;
	uint64_t bytes;
	bool code;
	/* Owned, and relocations that add the load address are applied; or, of code, the file's. */
	uint8_t *data;
};

/* Instructions. Linkers may put constants beside them into one executable segment. */
struct plan_image_text {
	uint64_t start;
	uint64_t end;
};

enum { PLAN_IMAGE_TEXTS_MAX = 64 };

struct plan_image {
	uint32_t machine;
	struct plan_image_part *part;
	size_t parts;
	/* The executable sections; without a table of sections, the segments. Ascending. */
	struct plan_image_text text[PLAN_IMAGE_TEXTS_MAX];
	size_t texts;
};

/*
 * Reads all that is loaded; damaged parts are left out. It refers to `elf`, which must stay: code,
 * most of a large program, is not copied. 0 or -ENOMEM.
 */
int plan_image_read(struct plan_image *image, Elf *elf);
void plan_image_close(struct plan_image *image);

/* The bytes at an address, of which there are `*left`. NULL: none. */
const uint8_t *plan_image_at(const struct plan_image *image, uint64_t address, size_t *left);

/* The instructions that hold an address. NULL: there are none. */
const struct plan_image_text *plan_image_text(const struct plan_image *image, uint64_t address);
bool plan_image_is_code(const struct plan_image *image, uint64_t address);

/* The 8 bytes at an address. False: they are not there. */
bool plan_image_word(const struct plan_image *image, uint64_t address, uint64_t *word);

#endif
