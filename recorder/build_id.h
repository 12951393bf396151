/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BUILD_ID_H
#define HUD_RECORDER_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

#define BUILD_ID_BYTES_MAX 32

struct build_id {
	uint8_t byte[BUILD_ID_BYTES_MAX];
	size_t bytes; /* 0: none */
};

/*
 * The GNU build-id note of a 64-bit ELF file: all that hud-record reads of an ELF. The file is
 * hostile input. -ENODATA: it has none; -EINVAL: no such ELF; or errno of reading.
 */
int build_id_read(int fd, struct build_id *out);

/* The same from an ELF image in memory of `bytes` bytes (the vdso). */
int build_id_of_image(const uint8_t *image, size_t bytes, struct build_id *out);

#endif
