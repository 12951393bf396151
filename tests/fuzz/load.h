/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TEST_FUZZ_LOAD_H
#define HUD_TEST_FUZZ_LOAD_H

#include "analyzer/open/input.h"
#include "tests/fuzz/records.h"

/*
 * A database as it is, for copies of it in memory: to make one anew takes longer than all that most
 * inputs do with it.
 */
struct database_image {
	unsigned char *data; /* NULL: none yet */
	sqlite3_int64 bytes;
};

/* Closes the database. The image is never freed. */
void image_take(struct database_image *out, sqlite3 *db);
sqlite3 *image_copy(const struct database_image *image);

/* Who says what a function is: the rules and symbols of hud-analyze, or a made-up world. */
enum load_names { LOAD_BY_RULES, LOAD_MADE_UP };

/*
 * Loads records (tests/fuzz/records.h) into a temporary database. False: they were refused, and
 * there is nothing to close.
 */
bool load_open(struct input *out, const uint8_t *data, size_t size, enum load_names names);
void load_close(struct input *input);

#endif
