/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TEST_FUZZ_RECORDS_H
#define HUD_TEST_FUZZ_RECORDS_H

#include "format/wire/chunk.h"
#include "tests/fuzz/frame.h"

/*
 * Captures as a fuzzer can change them: records one after another, without the zstd frames whose
 * checksums it would never find. A record of type 0 is the header of the chunk that follows.
 */
struct records_chunk {
	struct hud_record head; /* type = 0 */
	struct hud_chunk chunk; /* its magic, version, count and bytes are made right */
};

/* The capture of such an input. The caller's to free(). */
uint8_t *records_pack(const uint8_t *data, size_t size, size_t *bytes);
/* Such an input of a capture, which must be whole. The caller's to free(). */
uint8_t *records_unpack(const uint8_t *capture, size_t bytes, size_t *size);

/* Changes one thing, by what record_kind() knows of fields. As LLVMFuzzerCustomMutator(). */
size_t records_mutate(uint8_t *data, size_t size, size_t room, unsigned int seed);

#endif
