/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_UPROBES_H
#define HUD_RECORDER_KERNEL_UPROBES_H

#include "format/plan/plan.h"

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <sys/types.h>

/* One BPF program on many functions of an executable. */
struct uprobes {
	int multi;              /* descriptor of one link for all; -1 */
	struct bpf_link **link; /* … or one for each function */
	uint32_t links;
};

/*
 * Probes all processes that run the file at `path`, since before Linux 6.10 a link's pid means one
 * thread only: the BPF program ignores those that are not watched. `multi`: the kernel has
 * links of many uprobes (6.6). `offset`: in the file. 0 or a negative errno.
 */
int uprobes_attach(struct uprobes *u, const struct bpf_program *program, bool multi,
		   const char *path, const unsigned long *offset, uint32_t count);
void uprobes_detach(struct uprobes *u);

/* Sorts; keeps each offset once, since the linker may have folded functions. How many are left. */
uint32_t uprobes_unite(unsigned long *offset, uint32_t count);

#endif
