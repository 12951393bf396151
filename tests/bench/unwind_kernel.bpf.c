/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
/* The kernel's own walk by frame pointers, and nothing else, to compare hud's walk with. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

const volatile __u32 wanted = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[127]);
} stack SEC(".maps");

long stacks = 0, frames = 0;

SEC("perf_event")
int kernel_walk(void *ctx)
{
	__u32 key = 0;
	__u64 *to = bpf_map_lookup_elem(&stack, &key);
	long bytes;

	if (!to || bpf_get_current_pid_tgid() >> 32 != wanted)
		return 0;
	bytes = bpf_get_stack(ctx, to, 127 * 8, BPF_F_USER_STACK);
	if (bytes > 0) {
		__sync_fetch_and_add(&stacks, 1);
		frames = bytes / 8;
	}
	return 0;
}
