/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/image/functions.h"
#include "analyzer/base/sorted.h"
#include "format/base/array.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* push %rbp; mov %rsp,%rbp */
static const uint8_t frame_setup[] = {0x55, 0x48, 0x89, 0xe5};

static int function_order(const void *a, const void *b)
{
	const struct plan_function *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

/* .debug_frame and .eh_frame may both describe a function; a damaged one may overlap others. */
static void overlaps_cut(struct plan_functions *f)
{
	size_t kept = 0;

	if (f->count)
		qsort(f->item, f->count, sizeof(*f->item), function_order);
	for (size_t i = 0; i < f->count; i++) {
		struct plan_function *last = kept ? &f->item[kept - 1] : NULL;

		if (f->item[i].end <= f->item[i].start)
			continue;
		if (last && last->start == f->item[i].start) {
			last->end = f->item[i].end;
			continue;
		}
		if (last && last->end > f->item[i].start)
			last->end = f->item[i].start;
		f->item[kept++] = f->item[i];
	}
	f->count = kept;
}

static int by_unwind_information(struct plan_functions *out, const struct unwind_object *object)
{
	size_t room = 0;

	for (size_t i = 0; i < object->frames; i++)
		room += object->frame[i].fdes;
	if (!room)
		return 0;
	out->item = calloc(room, sizeof(*out->item));
	if (!out->item)
		return -ENOMEM;
	for (size_t i = 0; i < object->frames; i++)
		for (size_t k = 0; k < object->frame[i].fdes; k++)
			out->item[out->count++] = (struct plan_function) {
				object->frame[i].fde[k].start, object->frame[i].fde[k].end};
	overlaps_cut(out);
	return 0;
}

/*
 * Where the function that begins at `at` ends: at the padding before the next one, which need not
 * set up a frame, or where the next one does.
 */
static const uint8_t *frame_end(const uint8_t *at, const uint8_t *end, uint64_t address)
{
	enum { PADDING = 0xcc, ALIGNMENT = 16 };
	const uint8_t *begin = at, *next = at;

	while ((at = memchr(next, PADDING, (size_t)(end - next)))) {
		next = at;
		while (next < end && *next == PADDING)
			next++;
		if ((address + (uint64_t)(next - begin)) % ALIGNMENT == 0)
			return at;
	}
	return end;
}

static int by_frame_setup(struct plan_functions *out, const struct plan_image *image,
			  const struct plan_image_text *text)
{
	size_t room = out->count, left = 0;
	const uint8_t *begin = plan_image_at(image, text->start, &left), *at, *next, *end;

	if (!begin)
		return 0;
	left = text->end - text->start < left ? (size_t)(text->end - text->start) : left;
	end = begin + left;
	for (at = memmem(begin, left, frame_setup, sizeof(frame_setup)); at; at = next) {
		const uint8_t *rest = at + sizeof(frame_setup);
		uint64_t start = text->start + (uint64_t)(at - begin);

		next = memmem(rest, (size_t)(end - rest), frame_setup, sizeof(frame_setup));
		if (!array_grow(&out->item, out->count, &room, sizeof(*out->item)))
			return -ENOMEM;
		out->item[out->count++] = (struct plan_function) {
			start, start + (uint64_t)(frame_end(at, next ? next : end, start) - at)};
	}
	out->by_frame_setup = true;
	return 0;
}

int plan_functions_read(struct plan_functions *out, const struct unwind_object *object,
			const struct plan_image *image)
{
	bool none;
	int err;

	memset(out, 0, sizeof(*out));
	err = by_unwind_information(out, object);
	none = !err && !out->count && image->machine == EM_X86_64;
	for (size_t i = 0; none && !err && i < image->texts; i++)
		err = by_frame_setup(out, image, &image->text[i]);
	if (err)
		plan_functions_close(out);
	return err;
}

void plan_functions_close(struct plan_functions *functions)
{
	free(functions->item);
	memset(functions, 0, sizeof(*functions));
}

const struct plan_function *plan_functions_from(const struct plan_functions *f, uint64_t address)
{
	size_t at = SORTED_BELOW(f->item, f->count, start, address);

	return at < f->count && f->item[at].start == address ? &f->item[at] : NULL;
}

const struct plan_function *plan_functions_at(const struct plan_functions *f, uint64_t address)
{
	size_t at = SORTED_BELOW(f->item, f->count, start, address);

	if (at < f->count && f->item[at].start == address)
		return &f->item[at];
	return at && address < f->item[at - 1].end ? &f->item[at - 1] : NULL;
}
