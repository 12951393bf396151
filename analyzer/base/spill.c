/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* An array without a budget is on the heap up to this size, … */
#define ALONE_BYTES ((size_t)8 << 20)
/* … and one with a budget up to this even if that is used up: there may be hundreds of threads. */
#define SMALL_BYTES ((size_t)256 << 10)
#define FIRST_ELEMENTS 64u

/* A descriptor of a new file that is deleted already; -1: none can be made in this directory. */
static int nameless_file(const char *directory)
{
	char path[4096];
	int length = directory ? snprintf(path, sizeof(path), "%s/hud-XXXXXX", directory) : -1;
	int fd;

	if (length < 0 || (size_t)length >= sizeof(path))
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* A mapped file of this size; `mapped` is false if none can be made in this directory. */
static struct spill map_in(const char *directory, size_t bytes)
{
	struct spill s = {.fd = nameless_file(directory)};
	void *at = MAP_FAILED;

	if (s.fd < 0)
		return s;
	if (!fallocate(s.fd, 0, 0, (off_t)bytes))
		at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s.fd, 0);
	if (at == MAP_FAILED)
		close(s.fd);
	else
		s = (struct spill) {.at = at, .bytes = bytes, .mapped = true, .fd = s.fd};
	return s;
}

static struct spill map_somewhere(size_t bytes)
{
	const char *const directory[] = {getenv("SQLITE_TMPDIR"), getenv("TMPDIR"), "/var/tmp",
					 "/tmp"};
	struct spill s = {0};

	for (size_t i = 0; !s.mapped && i < sizeof(directory) / sizeof(*directory); i++)
		s = map_in(directory[i], bytes);
	return s;
}

void spill_leave(struct spill *s, size_t offset)
{
	if (s->mapped)
		madvise(s->at, s->bytes, MADV_DONTNEED);
	s->near = offset - offset % SPILL_NEAR;
}

/* Extends a mapped array. False: it is on the heap, or cannot be extended. */
static bool extend(struct spill *s, size_t bytes)
{
	void *at = s->mapped && !fallocate(s->fd, 0, 0, (off_t)bytes)
			   ? mremap(s->at, s->bytes, bytes, MREMAP_MAYMOVE)
			   : MAP_FAILED;

	if (at == MAP_FAILED)
		return false;
	s->at = at;
	s->bytes = bytes;
	return true;
}

/*
 * Copies the array to a larger place: on the heap, in a file, or on the heap because no file is
 * possible.
 */
static int move(struct spill *s, size_t bytes, size_t heap_bytes)
{
	struct spill larger =
		bytes <= heap_bytes || s->mapped ? (struct spill) {0} : map_somewhere(bytes);

	if (!larger.mapped)
		larger = (struct spill) {.at = malloc(bytes), .bytes = bytes};
	if (!larger.at)
		return -ENOMEM;
	if (s->at)
		memcpy(larger.at, s->at, s->bytes);
	larger.near = s->near;
	spill_free(s);
	*s = larger;
	return 0;
}

static int grow(struct spill *s, size_t count, size_t element, size_t heap_bytes)
{
	size_t room;

	if ((count + 1) * element <= s->bytes)
		return 0;
	if (count > SIZE_MAX / 2 / element)
		return -ENOMEM;
	room = count < FIRST_ELEMENTS ? FIRST_ELEMENTS : 2 * count;
	return extend(s, room * element) ? 0 : move(s, room * element, heap_bytes);
}

int spill_grow(struct spill *s, size_t count, size_t element)
{
	return grow(s, count, element, ALONE_BYTES);
}

static size_t on_heap(const struct spill *s)
{
	return s->mapped ? 0 : s->bytes;
}

int spill_grow_within(struct spill *s, size_t count, size_t element, struct spill_budget *budget)
{
	size_t others = budget->used - on_heap(s);
	size_t left = others < SPILL_TOGETHER ? SPILL_TOGETHER - others : 0;
	int err = grow(s, count, element, left > SMALL_BYTES ? left : SMALL_BYTES);

	budget->used = others + on_heap(s);
	return err;
}

void spill_free_within(struct spill *s, struct spill_budget *budget)
{
	budget->used -= on_heap(s);
	spill_free(s);
}

void spill_free(struct spill *s)
{
	if (s->mapped) {
		munmap(s->at, s->bytes);
		close(s->fd);
	} else {
		free(s->at);
	}
	*s = (struct spill) {0};
}
