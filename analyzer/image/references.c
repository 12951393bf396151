/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/image/references.h"
#include "analyzer/image/instruction.h"
#include "analyzer/rules/rules.h"

#include <elf.h>
#include <string.h>

enum { PATH_BYTES_MAX = 1024, LINES_MAX = 1000000, COLUMNS_MAX = 100000, TEXT_BYTES = 96 };

/* lea distance(%rip),%r64 */
static void x86_each(const uint8_t *code, size_t bytes, uint64_t address, plan_reference each,
		     void *context)
{
	enum { LENGTH = 7, OPCODE = 1 };
	const uint8_t *at = code + OPCODE, *end = code + bytes;

	while (at < end && (at = memchr(at, 0x8d, (size_t)(end - at)))) {
		const uint8_t *begin = at++ - OPCODE;
		uint64_t from = address + (uint64_t)(begin - code);
		int32_t distance;

		if ((begin[0] & 0xfb) != 0x48 || end - begin < LENGTH || (begin[2] & 0xc7) != 5)
			continue;
		memcpy(&distance, begin + LENGTH - sizeof(distance), sizeof(distance));
		each(context, from, from + LENGTH + (uint64_t)(int64_t)distance);
	}
}

/* adrp xN, page; add xM, xN, #offset */
static void arm_each(const uint8_t *code, size_t bytes, uint64_t address, plan_reference each,
		     void *context)
{
	for (size_t i = 0; i + 8 <= bytes; i += 4) {
		uint32_t adrp, add;
		int64_t pages;

		memcpy(&adrp, code + i, sizeof(adrp));
		memcpy(&add, code + i + 4, sizeof(add));
		if ((adrp & 0x9f000000) != 0x90000000 || (add & 0xffc00000) != 0x91000000 ||
		    (add >> 5 & 31) != (adrp & 31))
			continue;
		pages = (int32_t)((adrp >> 5 & 0x7ffff) << 13) >> 11 | (int32_t)(adrp >> 29 & 3);
		each(context, address + i,
		     ((address + i) & ~(uint64_t)4095) + (uint64_t)(pages * 4096) +
			     (add >> 10 & 0xfff));
	}
}

void plan_references_each(const struct plan_image *image, uint64_t start, uint64_t end,
			  plan_reference each, void *context)
{
	size_t left;
	const uint8_t *code = plan_image_at(image, start, &left);

	if (!code || end <= start)
		return;
	left = end - start < left ? (size_t)(end - start) : left;
	if (image->machine == EM_X86_64)
		x86_each(code, left, start, each, context);
	else
		arm_each(code, left, start, each, context);
}

static bool is_among(const uint64_t *items, size_t count, uint64_t item)
{
	size_t low = 0, high = count;

	if (item < items[0] || item > items[count - 1])
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (items[middle] < item)
			low = middle + 1;
		else
			high = middle;
	}
	return items[low] == item;
}

struct calls {
	const struct plan_image *image;
	const uint64_t *targets;
	size_t count;
	plan_reference each;
	void *context;
};

static void call_take(const struct calls *c, const uint8_t *at, size_t left, uint64_t address)
{
	uint64_t target = plan_instruction_target(c->image, at, left, address);

	if (is_among(c->targets, c->count, target))
		c->each(c->context, address, target);
}

/* All that begin with this byte. */
static void calls_beginning(const struct calls *c, const uint8_t *code, size_t bytes,
			    uint64_t address, uint8_t opcode)
{
	const uint8_t *at = code, *end = code + bytes;

	for (; at < end && (at = memchr(at, opcode, (size_t)(end - at))); at++)
		call_take(c, at, (size_t)(end - at), address + (uint64_t)(at - code));
}

void plan_calls_each(const struct plan_image *image, const uint64_t *targets, size_t count,
		     plan_reference each, void *context)
{
	static const uint8_t opcodes[] = {0xe8, 0xe9, 0xff};
	struct calls c = {image, targets, count, each, context};

	for (size_t t = 0; count && t < image->texts; t++) {
		uint64_t start = image->text[t].start, bytes = image->text[t].end - start;
		size_t left = 0;
		const uint8_t *code = plan_image_at(image, start, &left);

		left = code && bytes < left ? (size_t)bytes : left;
		for (size_t i = 0; i < sizeof(opcodes) && image->machine == EM_X86_64; i++)
			calls_beginning(&c, code, code ? left : 0, start, opcodes[i]);
		for (size_t i = 0; image->machine != EM_X86_64 && i + 4 <= left; i += 4)
			call_take(&c, code + i, left - i, start + i);
	}
}

bool plan_location_at(const struct plan_image *image, uint64_t address, struct plan_location *out)
{
	uint64_t path, bytes, place;
	size_t left;
	const uint8_t *text;

	if (address % 8 || plan_image_is_code(image, address) ||
	    !plan_image_word(image, address, &path) ||
	    !plan_image_word(image, address + 8, &bytes) || bytes < 4 || bytes > PATH_BYTES_MAX ||
	    !plan_image_word(image, address + 16, &place))
		return false;
	text = plan_image_at(image, path, &left);
	if (!text || left < bytes)
		return false;
	bytes -= text[bytes - 1] == 0; /* newer compilers count the end of the text */
	*out = (struct plan_location) {(const char *)text, (size_t)bytes, (uint32_t)place,
				       (uint32_t)(place >> 32)};
	return out->line && out->line <= LINES_MAX && out->column && out->column <= COLUMNS_MAX &&
	       !memcmp(text + bytes - 3, ".rs", 3) && !memchr(text, 0, (size_t)bytes) &&
	       !memchr(text, '\n', (size_t)bytes);
}

static bool text_at(const struct plan_image *image, uint64_t address, const char *pattern)
{
	char copy[TEXT_BYTES + 1] = "";
	size_t left;
	const uint8_t *text = plan_image_at(image, address, &left);

	if (!text || text[0] != (uint8_t)pattern[0])
		return false;
	left = left < TEXT_BYTES ? left : TEXT_BYTES;
	memcpy(copy, text, left);
	return pattern_matches(pattern, copy);
}

bool plan_text_matches(const struct plan_image *image, uint64_t address, const char *pattern)
{
	uint64_t word;

	return text_at(image, address, pattern) ||
	       (address % 8 == 0 && plan_image_word(image, address, &word) &&
		text_at(image, word, pattern));
}
