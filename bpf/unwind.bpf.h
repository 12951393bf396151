/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_UNWIND_BPF_H
#define HUD_BPF_UNWIND_BPF_H

#include "bpf/state.bpf.h"
#include "bpf/unwind_tables.h"
#include "bpf/user_memory.bpf.h"

/*
 * Walks a user stack by the rows of the plans. Runs as the thread itself, or, in the walk over all
 * tasks, for another thread that sleeps. Each step of a search costs one map lookup; a page of
 * 64 KiB of code has some hundred rows.
 */

/* False before Linux 5.17 (no bpf_loop): then the kernel's frame-pointer walk is used. */
const volatile bool own_walk = true;

#define UNWIND_READ(context, to, address) user_word(context, (__u64 *)(to), address)
#include "bpf/unwind.h"
#include "format/wire/definitions.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192); /* as `targets` */
	__type(key, __u32);
	__type(value, struct unwind_space);
} spaces SEC(".maps");

/* Two slots of UNWIND_RANGES_MAX for each target: one in use, one to write the next state into. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* hud-record sets it */
	__type(key, __u32);
	__type(value, struct unwind_range);
} ranges SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, UNWIND_OBJECTS_MAX);
	__type(key, __u32);
	__type(value, struct unwind_object);
} objects SEC(".maps");

/* hud-record sizes these three for the plans it has, with reserve for objects opened later. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_page);
} pages SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwind_shard);
} shards SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hud_plan_rule);
} rules SEC(".maps");

/* State of a walk. */
struct unwind_walk {
	struct unwind_registers registers;
	struct unwind_space space;
	struct unwind_range range; /* found last */
	__u32 frames;
	__u32 stop;
	__u32 frame_pointer_from;
	__u32 reserved;
	__u64 trampoline; /* a uretprobe replaces return addresses by this one; 0: no uretprobe */
	struct return_instance *instance;
};

/* What a step of a walk works on. */
struct unwind_work {
	struct unwind_walk *walk;
	__u64 *address;              /* the frames found so far */
	struct task_struct *sleeper; /* whose stack it is; NULL: of current */
};

/*
 * The two searches are global functions to the verifier: it checks each once, for any arguments,
 * and not along every path of every caller. Both look up a map element at each step: the verifier
 * would follow an index into one big value along all paths of the search.
 */

/* Index of the last range that starts at or below pc, of `count` > 0 from `first` on. */
__noinline __u32 range_search(__u32 first, __u32 count, __u64 pc)
{
	__u32 low = first, high = first + count, key;
	struct unwind_range *range;

	for (int step = 0; step < UNWIND_RANGE_STEPS && high - low > 1; step++) {
		key = low + (high - low) / 2;
		range = bpf_map_lookup_elem(&ranges, &key);
		if (range && range->start <= pc)
			low = key;
		else
			high = key;
	}
	return low;
}

/* The rule of the last row at or below `delta`, of `count` rows from `first` on. */
__noinline __u32 row_rule(__u32 first, __u32 count, __u32 delta)
{
	__u32 low = first, high = first + count, key;
	struct unwind_shard *shard;

	for (int step = 0; step < UNWIND_ROW_STEPS && high - low > 1; step++) {
		__u32 middle = low + (high - low) / 2;

		key = middle >> UNWIND_SHARD_BITS;
		shard = bpf_map_lookup_elem(&shards, &key);
		if (shard && shard->delta[middle & (UNWIND_SHARD_ROWS - 1)] <= delta)
			low = middle;
		else
			high = middle;
	}
	key = low >> UNWIND_SHARD_BITS;
	shard = bpf_map_lookup_elem(&shards, &key);
	return shard ? shard->rule[low & (UNWIND_SHARD_ROWS - 1)] : 0;
}

/* Sets w->range to the range that holds pc. False: there is none. */
static __always_inline bool range_find(struct unwind_walk *w, __u64 pc)
{
	struct unwind_range *range;
	__u32 key;

	if (pc >= w->range.start && pc < w->range.end)
		return true;
	if (!w->space.ranges)
		return false;
	key = range_search(w->space.first, w->space.ranges, pc);
	range = bpf_map_lookup_elem(&ranges, &key);
	if (!range)
		return false;
	w->range = *range;
	return pc >= w->range.start && pc < w->range.end;
}

/* NULL: the plan has no rows for this pc, or there is no such object. */
static __always_inline const struct hud_plan_rule *rule_find(const struct unwind_range *range,
							     __u64 pc)
{
	__u32 key = range->object;
	struct unwind_object *object;
	struct unwind_page *page;
	__u64 address = pc - range->bias, index;

	object = bpf_map_lookup_elem(&objects, &key);
	if (!object)
		return NULL;
	index = (address - object->first) >> HUD_PLAN_PAGE_BITS;
	if (index >= object->pages)
		return NULL;
	key = object->first_page + (__u32)index;
	page = bpf_map_lookup_elem(&pages, &key);
	if (!page || !page->rows)
		return NULL;
	key = object->first_rule +
	      row_rule(page->first_row, page->rows, address & ((1u << HUD_PLAN_PAGE_BITS) - 1));
	return bpf_map_lookup_elem(&rules, &key);
}

#define CHAINED_INSTANCES_MAX 4

/* For functions with uretprobes: their return addresses lead to a trampoline. */
static __always_inline void trampoline_begin(struct unwind_walk *w, struct task_struct *task)
{
	struct uprobe_task *utask;

	if (!bpf_core_field_exists(task->utask))
		return; /* CONFIG_UPROBES is off */
	utask = BPF_CORE_READ(task, utask);
	if (!utask)
		return;
	w->instance = BPF_CORE_READ(utask, return_instances);
	if (w->instance)
		w->trampoline = BPF_CORE_READ(task, mm, uprobes_state.xol_area, vaddr);
}

/* The kernel keeps the original return address: goes on there. */
static __always_inline void trampoline_cross(struct unwind_walk *w)
{
	struct return_instance *instance = w->instance;
	bool chained = true;

	w->registers.pc = BPF_CORE_READ(instance, orig_ret_vaddr);
	for (int i = 0; i < CHAINED_INSTANCES_MAX && chained && instance; i++) {
		chained = BPF_CORE_READ(instance, chained);
		instance = BPF_CORE_READ(instance, next);
	}
	w->instance = instance;
}

/* unwind_step() in current, which is one function to the verifier too. */
__noinline int unwind_own_step(const struct hud_plan_rule *rule, struct unwind_registers *r)
{
	return rule && r ? (int)unwind_step(NULL, rule, r) : HUD_STOP_UNSUPPORTED;
}

/* One frame: notes its pc, finds its rule, steps to its caller. 1 ends the loop. */
static __always_inline long unwind_frame(struct unwind_walk *w, __u64 *address,
					 struct task_struct *sleeper)
{
	struct hud_plan_rule by_frame_pointer = {.type = HUD_RULE_NONE};
	const struct hud_plan_rule *rule = NULL;
	__u64 pc = w->registers.pc;
	__u32 frames = w->frames & EVENT_FRAMES_MAX;

	address[frames] = pc;
	w->frames = frames + 1;
	/* The call is before the return address, which may already be in the next function. */
	if (!w->registers.exact)
		pc--;
	if (!range_find(w, pc)) {
		w->stop = HUD_STOP_NO_MAPPING;
		return 1;
	}
	if (w->range.object != UNWIND_NO_OBJECT)
		rule = rule_find(&w->range, pc);
	if ((!rule || rule->type == HUD_RULE_NONE) && !w->frame_pointer_from)
		w->frame_pointer_from = w->frames;
	if (!rule)
		rule = &by_frame_pointer;
	w->stop = sleeper ? unwind_step(sleeper, rule, &w->registers)
			  : unwind_own_step(rule, &w->registers);
	if (!w->stop && w->trampoline && w->registers.pc == w->trampoline && w->instance)
		trampoline_cross(w);
	if (!w->stop && w->frames >= EVENT_FRAMES_MAX)
		w->stop = HUD_STOP_DEPTH;
	return w->stop != 0;
}

static long unwind_own_frame(__u32 index, struct unwind_work *work)
{
	return unwind_frame(work->walk, work->address, NULL);
}

static long unwind_sleeper_frame(__u32 index, struct unwind_work *work)
{
	return unwind_frame(work->walk, work->address, work->sleeper);
}

/* Starts at a task's user registers as it entered the kernel. False: its mappings are not known. */
static __always_inline bool unwind_begin(struct unwind_walk *w, struct task_struct *task,
					 __u32 tgid)
{
	struct unwind_space *space = bpf_map_lookup_elem(&spaces, &tgid);

	if (!space)
		return false;
	trampoline_begin(w, task);
	w->space = *space;
	registers_read(task, &w->registers);
	return true;
}

#endif
