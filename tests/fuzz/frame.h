/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TEST_FUZZ_FRAME_H
#define HUD_TEST_FUZZ_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * What all harnesses of libFuzzer share. Each is a file NAME_fuzz.c, linked by tests/fuzz/fuzz.mk
 * with what it names there; tests/fuzz/run.sh runs them.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed);
/* libFuzzer's own mutation of some bytes; returns the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

/* What holds for any input. Where it does not, libFuzzer keeps the input and says where. */
#define MUST(truth)                                                                                \
	do {                                                                                       \
		if (!(truth))                                                                      \
			abort();                                                                   \
	} while (0)

/* What is left of an input. */
struct supply {
	const uint8_t *data;
	size_t size;
	size_t step; /* supply_read() gives so many bytes at once, at most; 0: any */
};

/* As a capture_source (format/capture/reader.h); `context` is the supply. */
int64_t supply_read(void *context, void *data, size_t bytes);
/* The next byte; 0 after the last. */
uint8_t supply_byte(struct supply *s);
/* A copy of what comes before the next zero byte, terminated. The caller's to free(). */
char *supply_text(struct supply *s);
/* A copy of all that is left, in memory of just this size. The caller's to free(). */
uint8_t *supply_rest(struct supply *s, size_t *bytes);

/* One zstd frame with content size and checksum, as format/ writes them. The caller's to free(). */
uint8_t *frame_compress(const void *content, size_t bytes, size_t *frame_bytes);

#endif
