/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_STACKS_BPF_H
#define HUD_BPF_STACKS_BPF_H

#include "bpf/unwind.bpf.h"
#include "format/wire/definitions.h"

/*
 * Events with stacks are built in a per-CPU scratch. Each context that may interrupt another has
 * its own: a sample may interrupt a switch-in hook, but not another sample.
 */
enum scratch_slot { SCRATCH_SWITCH, SCRATCH_WAKE, SCRATCH_SAMPLE, SCRATCH_WALK, SCRATCH_SLOTS };

/* The longest fixed part of an event, in words of eight bytes. */
#define SCRATCH_HEAD_WORDS 20
/* Two full stacks are 4080 bytes. */
#define STACK_BYTES_MASK 0xfffu
_Static_assert((EVENT_FRAMES_MAX & (EVENT_FRAMES_MAX + 1)) == 0, "used as a mask");
_Static_assert(2 * EVENT_FRAMES_MAX * sizeof(__u64) <= STACK_BYTES_MASK, "both stacks must fit");

struct scratch {
	__u64 word[SCRATCH_HEAD_WORDS + (STACK_BYTES_MASK + 1) / sizeof(__u64)];
};
_Static_assert(sizeof(struct event_offcpu) <= SCRATCH_HEAD_WORDS * 8, "event outgrew its scratch");
_Static_assert(sizeof(struct event_sample) <= SCRATCH_HEAD_WORDS * 8, "event outgrew its scratch");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_get(enum scratch_slot slot)
{
	__u32 key = slot;

	return bpf_map_lookup_elem(&scratches, &key);
}

/*
 * Frames in what a stack helper returned. The mask repeats the bound in the form that the verifier
 * follows; the barrier keeps the compiler from removing it.
 */
static __always_inline __u32 frames_of(long bytes)
{
	__u32 frames = bytes > 0 ? (__u32)bytes / sizeof(__u64) : 0;

	barrier_var(frames);
	return frames & EVENT_FRAMES_MAX;
}

/* Appends the kernel stack of current after `user` user frames. Returns its frames. */
static __always_inline __u32 kernel_stack_take(void *ctx, __u64 *address, __u32 user)
{
	return frames_of(bpf_get_stack(ctx, &address[user], EVENT_FRAMES_MAX * sizeof(__u64), 0));
}

/* The user stack of current by the kernel's frame-pointer walk. Returns its frames. */
static __always_inline __u32 user_stack_by_kernel(void *ctx, struct event_stacks *out,
						  __u64 *address)
{
	__u32 frames = frames_of(
		bpf_get_stack(ctx, address, EVENT_FRAMES_MAX * sizeof(__u64), BPF_F_USER_STACK));

	out->stop = frames == EVENT_FRAMES_MAX ? HUD_STOP_DEPTH : HUD_STOP_END;
	out->frame_pointer_from = 1;
	return frames;
}

struct user_frames {
	__u64 address[EVENT_FRAMES_MAX + 1];
};

/*
 * The user stack of current, unwound. Returns its frames. Global to the verifier: it checks the
 * walk once in each program, and not on each path that leads to it.
 */
__noinline __u32 user_stack_by_plan(struct event_stacks *out, struct user_frames *to)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct unwind_walk w = {};
	struct unwind_work work = {.walk = &w};

	if (!out || !to || !unwind_begin(&w, task, tgid))
		return 0;
	work.address = to->address;
	bpf_loop(EVENT_FRAMES_MAX, unwind_own_frame, &work, 0);
	out->stop = (__u8)w.stop;
	out->frame_pointer_from = (__u8)w.frame_pointer_from;
	barrier_var(w.frames);
	return w.frames & EVENT_FRAMES_MAX;
}

/* The stacks of current, in `out` and `address`. Returns the bytes of their frames. */
static __always_inline __u64 stacks_take(void *ctx, struct event_stacks *out, __u64 *address,
					 bool kernel_too)
{
	__u32 user = 0, kernel = 0;

	if (own_walk)
		user = user_stack_by_plan(out, (struct user_frames *)address) & EVENT_FRAMES_MAX;
	if (!user)
		user = user_stack_by_kernel(ctx, out, address);
	if (!user) {
		out->stack_flags |= EVENT_STACK_FAILED;
		loss_count(COUNT_STACK_FAILED);
	}
	if (kernel_too)
		kernel = kernel_stack_take(ctx, address, user);
	out->user_frames = (__u16)user;
	out->kernel_frames = (__u16)kernel;
	return (__u64)(user + kernel) * sizeof(__u64);
}

static __always_inline __u64 kernel_stack_only(void *ctx, struct event_stacks *out, __u64 *address)
{
	__u32 kernel = kernel_stack_take(ctx, address, 0);

	out->kernel_frames = (__u16)kernel;
	return (__u64)kernel * sizeof(__u64);
}

/* Sends the event in the scratch, with the stack bytes that follow it. */
static __always_inline bool scratch_send(struct scratch *s, __u64 event_bytes, __u64 stack_bytes,
					 enum loss_counter loss)
{
	barrier_var(stack_bytes);
	return event_send_or(s, event_bytes + (stack_bytes & STACK_BYTES_MASK), loss);
}

#endif
