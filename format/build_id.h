/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_BUILD_ID_H
#define HUD_FORMAT_BUILD_ID_H

#include "format/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a file, or the hash that stands in for it. */
struct build_id {
	uint8_t byte[HUD_BUILD_ID_BYTES_MAX];
	size_t bytes; /* 0: none */
};

/*
 * What a 64-bit ELF file is known by: its GNU build-id note, or, where it has none, the hash of its
 * code (format/text_hash.h). It is all that hud-record reads of an ELF file, which is hostile
 * input. -ENODATA: it has neither; -EINVAL: no such ELF; -EFBIG: too much code; or errno of reading.
 */
int build_id_read(int fd, struct build_id *out);

/* The build-id of an ELF image in memory of `bytes` bytes (the vdso). */
int build_id_of_image(const uint8_t *image, size_t bytes, struct build_id *out);

/* The build-id in these notes, of any length; NULL: they have none. */
const uint8_t *build_id_note(const uint8_t *notes, size_t bytes, size_t *id_bytes);

/* Is it a hash of the code? */
bool build_id_is_hash(const struct build_id *id);
/* The same one; none is not equal to none. */
bool build_id_equal(const struct build_id *a, const struct build_id *b);

#endif
