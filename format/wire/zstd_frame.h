/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_ZSTD_FRAME_H
#define HUD_FORMAT_WIRE_ZSTD_FRAME_H

/* Bits of the descriptor of a zstd frame, the byte after its magic number: RFC 8878, 3.1.1.1.1. */

#define FRAME_DICTIONARY 0x03u
#define FRAME_CHECKSUM 0x04u
#define FRAME_RESERVED 0x08u
#define FRAME_SINGLE_SEGMENT 0x20u

#endif
