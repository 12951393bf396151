/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
/*
 * Snapshots of the memory of one process's threads, for hud-analyze to find out where its runtime
 * keeps its state (format/plan/snapshot.h). Loaded and attached only while there is something to
 * learn. Bounded: `left` snapshots in all, of each thread some of each kind and few in a while.
 */
#include "bpf/calls.bpf.h"
#include "bpf/kernel_types.h"
#include "bpf/learn.h"
#include "bpf/own_stack.bpf.h"
#include "bpf/registers.bpf.h"
#include "bpf/thread_pointer.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* BPF helpers that read current's memory are for GPL-compatible programs only. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct learn_config config;
__s64 left[HUD_SNAPSHOT_KINDS]; /* snapshots that may still be taken, by kind - 1 */
__s64 rounds_left;              /* … of polls one right after another */
__u64 probe_hits;
__u64 sleeps_seen; /* in the driver, or of a thread that polls in a futex */

#define BURST 3          /* snapshots of one kind, one right after the other … */
#define PAUSE_NS 2000000 /* … and then none for this long: a poll costs no more than 1 in 20 */
#define TAKEN_MAX 160    /* of one kind, of one thread */
#define ROUNDS_MAX 40    /* … of them polls one right after another */

/*
 * Twice what hud-record lets be taken between two drains. If there is no room, others follow: a
 * snapshot that is missing costs nothing but time.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} learn_ring SEC(".maps");

struct learn_thread {
	__u32 generation;
	__u32 rounds; /* taken */
	__u64 polls;
	__u64 poll_taken; /* `polls` at the last poll that a snapshot was taken of */
	__u64 slept;      /* not 0: the last snapshot is of a sleep */
	struct {
		__u64 since_ns;
		__u32 burst;
		__u32 taken;
	} kind[HUD_SNAPSHOT_KINDS];
};

/* Threads of one process; those that do not fit are not learned from. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct learn_thread);
} learn_threads SEC(".maps");

#if defined(__TARGET_ARCH_x86)
#define ARGUMENT_1(r) ((r)->di)
#define CALL_ARGUMENT_1(r) BPF_CORE_READ(r, di)
#define USER_IP(r) ((r)->ip)
#else
#define ARGUMENT_1(r) ((r)->regs[0])
#define CALL_ARGUMENT_1(r) BPF_CORE_READ(r, orig_x0)
#define USER_IP(r) ((r)->pc)
#endif

/* The thread's entry; a new one for each process that is learned from. */
static __always_inline struct learn_thread *thread_get(__u32 tid)
{
	struct learn_thread fresh = {.generation = config.generation}, *t;

	t = bpf_map_lookup_elem(&learn_threads, &tid);
	if (t && t->generation == config.generation)
		return t;
	bpf_map_update_elem(&learn_threads, &tid, &fresh, BPF_ANY);
	return bpf_map_lookup_elem(&learn_threads, &tid);
}

static __always_inline bool snapshot_allowed(struct learn_thread *t, __u32 kind, __u64 now)
{
	__u32 i = (kind - 1) & (HUD_SNAPSHOT_KINDS - 1);

	if (left[i] <= 0 || t->kind[i].taken >= TAKEN_MAX)
		return false;
	if (now - t->kind[i].since_ns > PAUSE_NS) {
		t->kind[i].since_ns = now;
		t->kind[i].burst = 0;
	}
	if (t->kind[i].burst >= BURST)
		return false;
	t->kind[i].burst++;
	t->kind[i].taken++;
	__sync_fetch_and_add(&left[i], -1);
	return true;
}

static __always_inline void snapshot_give_back(struct learn_thread *t, __u32 kind)
{
	__u32 i = (kind - 1) & (HUD_SNAPSHOT_KINDS - 1);

	t->kind[i].taken--;
	__sync_fetch_and_add(&left[i], 1);
}

/* True: read. Else, as at address 0, the bytes are 0. */
static __always_inline bool user_read(void *to, __u64 bytes, __u64 address)
{
	return !bpf_probe_read_user(to, bytes, (const void *)address);
}

static __always_inline __u64 user_u64(__u64 address)
{
	__u64 value = 0;

	user_read(&value, sizeof(value), address);
	return value;
}

static __always_inline void head_fill(struct hud_snapshot *h, struct task_struct *task,
				      struct pt_regs *regs, const struct learn_thread *t,
				      __u32 kind, __s32 call, __u64 now)
{
	__u64 stack = BPF_CORE_READ(task, mm, start_stack);

	*h = (struct hud_snapshot) {
		.time_ns = now,
		.thread_pointer = thread_pointer(task),
		.sp = BPF_CORE_READ(regs, sp),
		.polls = t->polls,
		.sleeps = BPF_CORE_READ(task, nvcsw),
		.tid = BPF_CORE_READ(task, pid),
		.kind = kind,
		.syscall = call,
	};
	if (h->tid == config.tgid)
		h->stack_end = stack;
}

/* A task is its header first, with the address of the table of its functions. */
static __always_inline void poll_fill(struct hud_snapshot *h, __u64 header)
{
	__u64 table = user_u64(header + HUD_LEARN_HEADER_VTABLE);

	h->poll = user_u64(table);
	h->id_offset = user_u64(table + HUD_LEARN_VTABLE_ID);
	h->id = user_u64(header + h->id_offset);
}

/* What thread-locals count from. 0: the thread has none of them. */
static __always_inline __u64 base_of(const struct hud_snapshot *head)
{
	return config.module ? module_block(NULL, head->thread_pointer, config.module)
			     : head->thread_pointer;
}

/* Does a chain lead to a context, which lies on the stack of a thread that is in a runtime? */
static __always_inline bool context_is_there(const struct hud_snapshot *h, __u64 base)
{
	__u64 end = h->stack_end                ? h->stack_end
		    : h->thread_pointer > h->sp ? h->thread_pointer
						: ~0ull;

	for (__u32 i = 0; i < HUD_LEARN_CHAINS; i++) {
		__u64 at = 0;

		if (i < config.request.chains)
			at = user_u64(base + config.request.chain[i].word);
		if (at >= h->sp && at < end && at - h->sp < HUD_LEARN_STACK_BYTES)
			return true;
	}
	return false;
}

/*
 * Can the snapshot show anything? Not where the thread never called into the library. And at last
 * not what other threads do, which is much where they read files, or wait in an epoll of theirs: of
 * the room that there is they would leave none.
 */
static __always_inline bool snapshot_shows(const struct hud_snapshot *head,
					   const struct learn_thread *t, __u64 base)
{
	if (!base)
		return false;
	return config.request.step != HUD_LEARN_CORE || head->kind == HUD_SNAPSHOT_POLL ||
	       t->polls || context_is_there(head, base);
}

static __always_inline void block_send(const struct hud_snapshot *head, __u64 base)
{
	for (__u32 part = 0; part < HUD_LEARN_BLOCKS_MAX; part++) {
		__u64 at = (__u64)part * HUD_LEARN_BLOCK_BYTES, bytes = config.bytes - at;
		struct hud_block_snapshot *s;

		if (at >= config.bytes)
			return;
		if (bytes > HUD_LEARN_BLOCK_BYTES)
			bytes = HUD_LEARN_BLOCK_BYTES;
		s = bpf_ringbuf_reserve(&learn_ring, sizeof(*s), 0);
		if (!s)
			return;
		s->head = *head;
		s->head.part = part;
		user_read(s->word, sizeof(s->word), 0);
		user_read(s->word, bytes, base + config.first + at);
		bpf_ringbuf_submit(s, BPF_RB_NO_WAKEUP);
	}
}

static __always_inline void context_send(const struct hud_snapshot *head, __u64 base)
{
	struct hud_context_snapshot *s = bpf_ringbuf_reserve(&learn_ring, sizeof(*s), 0);

	if (!s)
		return;
	s->head = *head;
	for (__u32 i = 0; i < HUD_LEARN_WORDS; i++) {
		struct hud_context_words *c = &s->context[i];

		c->address = 0;
		if (i < config.request.words)
			c->address = user_u64(base + config.request.word[i]);
		if (!user_read(c->word, sizeof(c->word), c->address))
			c->address = 0;
	}
	bpf_ringbuf_submit(s, BPF_RB_NO_WAKEUP);
}

#define PIECE 256 /* a core may end close to the end of what is mapped */

/* Could something of the program's be there? */
static __always_inline bool is_address(__u64 value)
{
	return !(value % sizeof(value)) && value >= 1ull << 16 && value < 1ull << 47;
}

/*
 * A page may be absent for a moment. That is no sign that a thread has no core: such a snapshot
 * says nothing of the chain, whose context is 0 in it. What cannot be read behind the first piece
 * of a core is 0, as it is behind the end of what is mapped.
 */
static __always_inline void chain_fill(struct hud_core_words *w, __u64 base,
				       const struct hud_learn_chain *chain, bool used)
{
	w->core = 0;
	w->context = used ? user_u64(base + chain->word) : 0;
	if (!user_read(w->context_word, sizeof(w->context_word), w->context))
		w->context = 0;
	if (w->context && !user_read(&w->core, sizeof(w->core), w->context + chain->core))
		w->context = 0;
	for (__u32 at = 0; at < HUD_LEARN_CORE_BYTES; at += PIECE) {
		if (user_read((__u8 *)w->word + at, PIECE, w->core ? w->core + at : 0) || at)
			continue;
		if (is_address(w->core))
			w->context = 0;
		w->core = 0;
	}
}

static __always_inline void core_send(const struct hud_snapshot *head, __u64 base)
{
	struct hud_core_snapshot *s = bpf_ringbuf_reserve(&learn_ring, sizeof(*s), 0);
	__u32 bytes = config.request.window_bytes;

	if (!s)
		return;
	s->head = *head;
	user_read(s->window, sizeof(s->window), 0);
	if (bytes <= sizeof(s->window))
		user_read(s->window, bytes, base + config.request.window);
	for (__u32 i = 0; i < HUD_LEARN_CHAINS; i++)
		chain_fill(&s->chain[i], base, &config.request.chain[i], i < config.request.chains);
	bpf_ringbuf_submit(s, BPF_RB_NO_WAKEUP);
}

/*
 * While a thread is busy its polls come by the hundred, one right after another, and one shows what
 * the next does. Half of the snapshots are kept for polls after a sleep, which may come late.
 */
static __always_inline bool poll_wanted(const struct learn_thread *t)
{
	return t->slept || (rounds_left > 0 && t->rounds < ROUNDS_MAX);
}

static __always_inline void poll_count(struct learn_thread *t)
{
	t->poll_taken = t->polls;
	if (!t->slept) {
		t->rounds++;
		__sync_fetch_and_add(&rounds_left, -1);
	}
	t->slept = 0;
}

/*
 * As the thread itself, whose memory is mapped: at a switch, a system call, a probe. `place`: the
 * function that polls, or the futex.
 */
static __always_inline void snapshot_take(struct task_struct *task, struct pt_regs *regs,
					  struct learn_thread *t, __u32 kind, __s32 call,
					  __u64 place, __u64 header)
{
	__u64 now = bpf_ktime_get_ns();
	struct hud_snapshot head;
	__u64 base;

	if (!snapshot_allowed(t, kind, now))
		return;
	head_fill(&head, task, regs, t, kind, call, now);
	base = base_of(&head);
	if (!snapshot_shows(&head, t, base)) {
		snapshot_give_back(t, kind);
		return;
	}
	head.site = place;
	if (kind == HUD_SNAPSHOT_POLL) {
		poll_fill(&head, header);
		poll_count(t);
	} else if (kind != HUD_SNAPSHOT_SLEEP) {
		t->poll_taken = 0;
	}
	if (kind == HUD_SNAPSHOT_SLEEP || kind == HUD_SNAPSHOT_PARK)
		t->slept = 1;
	if (config.request.step == HUD_LEARN_BLOCK)
		block_send(&head, base);
	else if (config.request.step == HUD_LEARN_CONTEXT)
		context_send(&head, base);
	else if (config.request.step == HUD_LEARN_CORE)
		core_send(&head, base);
}

/*
 * One call in a poll shows the id of its task. Others show nothing but that it is a poll, which is
 * of use on threads that hit no probe.
 */
static __always_inline bool call_wanted(const struct learn_thread *t)
{
	return config.request.step != HUD_LEARN_CORE || !t->polls ||
	       (t->poll_taken && t->poll_taken == t->polls);
}

static __always_inline void on_sleep(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct learn_thread *t = thread_get(BPF_CORE_READ(task, pid));
	__s32 call = registers_syscall(regs);
	__u32 kind = HUD_SNAPSHOT_SLEEP;
	__u64 place = 0;

	if (call_is_epoll(call)) {
		kind = HUD_SNAPSHOT_PARK;
	} else if (call_is_of_poll(call)) {
		kind = HUD_SNAPSHOT_CALL;
	} else if (config.request.step == HUD_LEARN_CORE) {
		/* Of those that poll: they may park there. */
		if (!call_is_futex(call) || !t || !t->polls)
			return;
		place = CALL_ARGUMENT_1(regs);
	}
	if (kind != HUD_SNAPSHOT_CALL)
		__sync_fetch_and_add(&sleeps_seen, 1);
	if (t && (kind != HUD_SNAPSHOT_CALL || call_wanted(t)))
		snapshot_take(task, regs, t, kind, call, place, 0);
}

/* In the scheduler, as the outgoing thread. Of threads of other processes it reads the tgid. */
SEC("tp_btf/sched_switch")
int BPF_PROG(learn_switch, bool preempt, struct task_struct *prev)
{
	if (!config.tgid || preempt || prev->tgid != (int)config.tgid ||
	    !(prev->__state & TASK_SLEEPS))
		return 0;
	on_sleep(prev);
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(learn_call, struct pt_regs *regs, long call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct learn_thread *t;

	if (!config.tgid || task->tgid != (int)config.tgid || !call_is_of_poll(call))
		return 0;
	t = thread_get(task->pid);
	if (t && call_wanted(t))
		snapshot_take(task, regs, t, HUD_SNAPSHOT_CALL, call, 0, 0);
	return 0;
}

/* At the first instruction of a function that polls tasks: the task is its argument. */
SEC("uprobe")
int learn_poll(struct pt_regs *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct learn_thread *t;

	stay_on_own_stack(ctx, task);
	if (!config.tgid || task->tgid != (int)config.tgid)
		return 0;
	__sync_fetch_and_add(&probe_hits, 1);
	t = thread_get(task->pid);
	if (!t)
		return 0;
	t->polls++;
	if (poll_wanted(t))
		snapshot_take(task, regs, t, HUD_SNAPSHOT_POLL, -1, USER_IP(ctx), ARGUMENT_1(ctx));
	return 0;
}
