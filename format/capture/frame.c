/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/frame.h"
#include "format/wire/zstd_frame.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <zstd.h>

#define CHECKSUM_BYTES 4u
#define BLOCK_HEADER_BYTES 3u

enum block_type { BLOCK_RAW, BLOCK_RLE, BLOCK_COMPRESSED, BLOCK_RESERVED };

const struct naming_frame naming_frame = {
	.magic = HUD_NAMING_MAGIC,
	.bytes = HUD_NAMING_TEXT_BYTES,
	.text = HUD_NAMING_TEXT,
};

/* Reads header size and content size; 1, 0 (more bytes needed) or -EBADMSG. */
static int measure_header(struct frame_measure *m, const uint8_t *data, size_t bytes)
{
	static const uint32_t magic = ZSTD_MAGICNUMBER;
	size_t descriptor_at = sizeof(magic), content_at, content_bytes;
	uint8_t descriptor;

	if (memcmp(data, &magic, bytes < sizeof(magic) ? bytes : sizeof(magic)) != 0)
		return -EBADMSG;
	if (bytes <= descriptor_at)
		return 0;
	descriptor = data[descriptor_at];
	if (!(descriptor & FRAME_CHECKSUM) || (descriptor & (FRAME_RESERVED | FRAME_DICTIONARY)))
		return -EBADMSG;
	content_bytes = (size_t)1 << (descriptor >> 6);
	content_at = descriptor_at + 1;
	if (!(descriptor & FRAME_SINGLE_SEGMENT)) {
		content_at++; /* the window descriptor */
		if (content_bytes == 1)
			return -EBADMSG; /* no content size */
	}
	if (bytes < content_at + content_bytes)
		return 0;
	memcpy(&m->content, data + content_at, content_bytes);
	if (content_bytes == 2)
		m->content += 256;
	if (m->content > HUD_CHUNK_CONTENT_MAX)
		return -EBADMSG;
	m->bytes = content_at + content_bytes;
	return 1;
}

int frame_measure(struct frame_measure *m, const uint8_t *data, size_t bytes)
{
	if (!m->bytes) {
		int whole = measure_header(m, data, bytes);

		if (whole <= 0)
			return whole;
	}
	for (;;) {
		uint32_t header = 0, size;
		bool last;

		if (m->bytes > FRAME_BYTES_MAX)
			return -EBADMSG;
		if (bytes < m->bytes + BLOCK_HEADER_BYTES)
			return 0;
		memcpy(&header, data + m->bytes, BLOCK_HEADER_BYTES);
		last = header & 1;
		size = header >> 3;
		switch ((enum block_type)(header >> 1 & 3)) {
		case BLOCK_RESERVED:
			return -EBADMSG;
		case BLOCK_RLE:
			size = 1;
			break;
		case BLOCK_RAW:
		case BLOCK_COMPRESSED:
			break;
		}
		if (last) {
			size_t end = m->bytes + BLOCK_HEADER_BYTES + size + CHECKSUM_BYTES;

			if (end > FRAME_BYTES_MAX)
				return -EBADMSG;
			if (bytes < end)
				return 0;
			m->bytes = end;
			return 1;
		}
		m->bytes += BLOCK_HEADER_BYTES + size;
	}
}
