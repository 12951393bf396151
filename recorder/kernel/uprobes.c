/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/uprobes.h"
#include "recorder/kernel/poll_probes.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/bpf.h of 6.6: struct bpf_attr, link_create.uprobe_multi; older headers lack it. */
struct uprobe_multi_attr {
	uint32_t program, target, attach_type, flags;
	uint64_t path, offsets, counters, cookies;
	uint32_t count, multi_flags, pid, reserved;
};

static int multi_attach(const struct bpf_program *program, const char *path,
			const unsigned long *offset, uint32_t count)
{
	struct uprobe_multi_attr attr = {
		.program = (uint32_t)bpf_program__fd(program),
		.attach_type = ATTACH_UPROBE_MULTI,
		.path = (uintptr_t)path,
		.offsets = (uintptr_t)offset,
		.count = count,
	};
	long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	return fd < 0 ? -errno : (int)fd;
}

void uprobes_detach(struct uprobes *u)
{
	if (u->multi >= 0)
		close(u->multi);
	u->multi = -1;
	for (uint32_t i = 0; u->link && i < u->links; i++)
		bpf_link__destroy(u->link[i]);
	free(u->link);
	u->link = NULL;
	u->links = 0;
}

int uprobes_attach(struct uprobes *u, const struct bpf_program *program, bool multi,
		   const char *path, const unsigned long *offset, uint32_t count)
{
	*u = (struct uprobes) {.multi = -1};
	if (multi) {
		u->multi = multi_attach(program, path, offset, count);
		return u->multi < 0 ? u->multi : 0;
	}
	u->link = calloc(count, sizeof(*u->link));
	if (!u->link)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		u->link[i] = bpf_program__attach_uprobe(program, false, -1, path, offset[i]);
		if (!u->link[i]) {
			int error = -errno;

			uprobes_detach(u);
			return error;
		}
		u->links++;
	}
	return 0;
}

static int compare_offsets(const void *left, const void *right)
{
	const unsigned long *l = left, *r = right;

	return (*l > *r) - (*l < *r);
}

uint32_t uprobes_unite(unsigned long *offset, uint32_t count)
{
	uint32_t kept = 0;

	qsort(offset, count, sizeof(*offset), compare_offsets);
	for (uint32_t i = 0; i < count; i++)
		if (!kept || offset[kept - 1] != offset[i])
			offset[kept++] = offset[i];
	return kept;
}
