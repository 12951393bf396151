/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_PROBE_H
#define HUD_ANALYZER_PLAN_PROBE_H

#include "analyzer/plan/image.h"

/*
 * Does the kernel emulate the instruction at this address when a probe stands on it? If not it is
 * executed elsewhere in a single step, which costs some twenty times as much.
 */
bool plan_instruction_is_cheap(const struct plan_image *image, uint64_t address);

/*
 * Where a call or jump at `at` leads, of code that lies at `address`: by a distance, on x86-64 also
 * by a word of the linker's. 0: it is none.
 */
uint64_t plan_instruction_target(const struct plan_image *image, const uint8_t *at, size_t left,
				 uint64_t address);

#endif
