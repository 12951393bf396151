/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/learn/snapshots.h"
#include "format/base/array.h"
#include "format/base/new_file.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif

static size_t snapshot_bytes(uint32_t step)
{
	return step == HUD_LEARN_BLOCK     ? sizeof(struct hud_block_snapshot)
	       : step == HUD_LEARN_CONTEXT ? sizeof(struct hud_context_snapshot)
					   : sizeof(struct hud_core_snapshot);
}

void snapshots_begin(struct snapshots *s, const struct hud_plan_block *block,
		     const struct hud_learn_request *request)
{
	memset(s->of_kind, 0, sizeof(s->of_kind));
	s->bytes = 0;
	s->head = (struct hud_snapshots) {
		.version = HUD_FORMAT_VERSION,
		.machine = MACHINE,
		.first = block->first,
		.bytes = block->bytes,
		.request = *request,
	};
	memcpy(s->head.magic, HUD_SNAPSHOTS_MAGIC, sizeof(s->head.magic));
}

void snapshots_add(struct snapshots *s, const struct hud_snapshot *one, size_t bytes)
{
	uint32_t kind = one->kind - 1;

	if (kind >= HUD_SNAPSHOT_KINDS || bytes != snapshot_bytes(s->head.request.step) ||
	    s->of_kind[kind] >= SNAPSHOTS_KIND_MAX || s->head.count >= HUD_SNAPSHOTS_MAX ||
	    !array_reserve(&s->data, s->bytes, bytes, &s->room, 1))
		return;
	memcpy(s->data + s->bytes, one, bytes);
	s->bytes += bytes;
	s->of_kind[kind]++;
	s->head.count++;
}

bool snapshots_show_polls(const struct snapshots *s)
{
	return s->head.request.step == HUD_LEARN_CORE &&
	       (s->of_kind[HUD_SNAPSHOT_POLL - 1] || s->of_kind[HUD_SNAPSHOT_CALL - 1]);
}

uint32_t snapshots_of_polls(const struct snapshots *s)
{
	return s->of_kind[HUD_SNAPSHOT_POLL - 1];
}

void snapshots_allowed(const struct snapshots *s, int64_t most, int64_t allowed[HUD_SNAPSHOT_KINDS])
{
	for (size_t i = 0; i < HUD_SNAPSHOT_KINDS; i++) {
		int64_t room = SNAPSHOTS_KIND_MAX - (int64_t)s->of_kind[i];

		allowed[i] = room < most ? room : most;
	}
}

int snapshots_file(const struct snapshots *s, uint32_t flags)
{
	struct hud_snapshots head = s->head;
	int fd = memfd_create("snapshots", MFD_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	head.snapshots_flags |= flags;
	error = write_whole(fd, &head, sizeof(head));
	if (!error)
		error = write_whole(fd, s->data, s->bytes);
	if (!error)
		return fd;
	close(fd);
	return error;
}

void snapshots_free(struct snapshots *s)
{
	free(s->data);
	s->data = NULL;
	s->bytes = s->room = s->head.count = 0;
}
