/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_IMAGE_INSTRUCTION_H
#define HUD_ANALYZER_IMAGE_INSTRUCTION_H

#include "analyzer/image/image.h"

/*
 * Does the kernel emulate the instruction at this address when a uprobe is set on it? Otherwise it
 * is single-stepped out of line, which costs about twenty times as much.
 */
bool plan_instruction_is_cheap(const struct plan_image *image, uint64_t address);

/*
 * The target of the call or jump at `at`, whose address is `address`: relative ones, on x86-64 also
 * those through a word in the object (GOT). 0: it is no such instruction.
 */
uint64_t plan_instruction_target(const struct plan_image *image, const uint8_t *at, size_t left,
				 uint64_t address);

/* A call whose first argument is the address of something in the caller's frame. */
struct plan_frame_call {
	uint64_t target;
	int64_t offset; /* of that from the register, in bytes */
	bool by_fp;     /* the register: the frame pointer, else the stack pointer */
};

/*
 * Two instructions, of which the first is at `at`, whose address is `address`: the address of a
 * place in the frame becomes the first argument, and the call. False: they are others.
 */
bool plan_instruction_frame_call(const struct plan_image *image, const uint8_t *at, size_t left,
				 uint64_t address, struct plan_frame_call *out);

#endif
