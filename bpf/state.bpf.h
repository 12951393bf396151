/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_STATE_BPF_H
#define HUD_BPF_STATE_BPF_H

#include "bpf/events.h"
#include "bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* Set by hud-record before it loads. */
const volatile __u64 threshold_ns = 5000000;
const volatile __u64 window_ns = 100000000;
const volatile __u32 samples_per_profile_sample = 4;
const volatile __u32 ticks_per_sample = 1; /* 0: looks are timers' */
const volatile __u64 tick_function = 0;    /* of the kernel's timer for the scheduler's tick */
const volatile __u64 sample_period_ns = 4000000; /* from look to look */
/* From a CPU's run queue to the pointer to the registers that its interrupt met; 0: not known. */
const volatile __s64 irq_regs_distance = 0;
const volatile __u32 stacks_per_window = 200; /* per thread; the threshold allows no more than 20 */
/* A poll that has lasted so long is watched with stacks; set to an eighth of the threshold. */
const volatile __u64 watch_ns = 625000;
/* In it, sleeps under this are only counted: their stacks would cost more than they tell. */
const volatile __u64 short_sleep_ns = 20000;

const volatile bool sleeper_stacks = true; /* the walk may sleep and copy (Linux 5.18) */

enum walk_mode walk_mode = WALK_ATTACH; /* set by hud-record between walks */
bool stack_at_switch_in = false;        /* a hook that runs as the incoming thread is attached */
bool probing = false;                   /* --polls: each poll's beginning is seen, for now */

/* tgids that are watched. 8192: more processes than one host's service has. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps");

/* All events. hud-record sets the size; 16 MiB hold what the drain interval can bring. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

/* Executable mappings as the kernel reports them; perf's own records, no BPF program writes here. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} mmap_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNT_LOSSES);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

static __always_inline void loss_count(enum loss_counter counter)
{
	__u32 key = counter;
	__u64 *count = bpf_map_lookup_elem(&losses, &key);

	if (count)
		(*count)++;
}

static __always_inline void event_send(void *event, __u64 bytes)
{
	/* No wakeup: hud-record drains by the clock, or it would preempt what it measures. */
	if (bpf_ringbuf_output(&ring, event, bytes, BPF_RB_NO_WAKEUP))
		loss_count(COUNT_RING_FULL);
}

#define TASK_SLEEPS 0x3 /* TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE */

enum thread_phase {
	PHASE_UNKNOWN, /* as it was at attach: the first switch tells */
	PHASE_RUNNING,
	PHASE_RUNNABLE, /* preempted, or new: wants a CPU */
	PHASE_SLEEPING,
};

/* What the runtime's state says of a thread: see bpf/identity.bpf.h. */
struct poll_key {
	__u64 core;
	__u64 task; /* 0: none */
	__u32 tick;
	__u32 where;     /* enum hud_where */
	__u32 scheduler; /* index in the identity */
	__u32 trusted;   /* it is known, not learned from a like build */
};

/* A poll as far as it was seen: struct hud_poll. */
struct poll_span {
	__u64 start_min_ns;
	__u64 start_max_ns; /* 0: there is none */
	__u64 end_min_ns;
	__u64 end_max_ns;
	__u64 task;
	__u64 sleep_ns;
	__u64 run_queue_ns;
	__u64 stolen_ns; /* poll_watch.stolen_ns at the last look */
	__u64 site;
	__u32 flags;     /* enum hud_poll_flags */
	__u32 scheduler; /* 1 + index in the identity */
	__u32 samples;
	__u32 ready_samples;
	__u32 ready_sum;
	__u32 ready_max;
	__u32 trusted;
	__u32 reserved;
};

#define POLLED_NONE (~0ull)
#define READY_MAX 1000000u

/* Tasks that were read to stand in the worker's queue behind the poll under way. */
struct poll_queue {
	__u64 since_ns; /* all of them, at the latest */
	__u32 tasks;    /* 0: none were read */
	__u32 ring;     /* struct queue_state, then */
	__u32 tail;
	__u32 reserved;
};

/* Those that were left behind a long poll, and the polls that came after it. */
struct poll_queue_wait {
	__u64 queued_since_ns;
	__u64 next_sum_ns; /* from its end to the beginnings of those polls */
	__u64 next_max_ns;
	__u32 queued; /* of them, surely there since then */
	__u32 left;
	__u32 next_polls;
	__u32 to_follow; /* polls that are still to come */
};

struct poll_watch {
	struct poll_key key;           /* at the last look */
	__u64 sample_ns;               /* of the last look; 0: none yet */
	__u64 stolen_ns;               /* from the thread, since it is watched */
	struct poll_span span;         /* the poll under way */
	struct poll_span kept;         /* a long one that has ended, in the round that may go on */
	struct poll_queue queued;      /* behind the poll under way */
	struct poll_queue_wait behind; /* … and behind the one that is kept */
	__u64 core;                    /* the round: core and tick of the last poll */
	__u64 polled[2];               /* the last two tasks in it */
	__u64 task_before; /* noted as polled when the poll under way began, if that was seen */
	__u32 tick;
	__u32 came_back; /* a task was polled again in the round */
	__u32 entering;  /* poll_entry is at work on this */
	__u32 reserved;
};

enum sample_flags {
	SAMPLE_DUE = 1u << 0,
	SAMPLE_PROFILE = 1u << 1,   /* it counts in the CPU profile */
	SAMPLE_IN_KERNEL = 1u << 2, /* the thread was interrupted there */
};

/* A watched thread. That a task has one is what "watched" means. */
struct thread_state {
	__u64 since_ns;    /* watched since then; 0: from its birth, or its exec */
	__u64 change_ns;   /* PHASE_RUNNING: CPU time is charged up to here */
	__u64 out_ns;      /* not running: since when */
	__u64 out_exec_ns; /* its CPU time then, by the scheduler's count */
	__u64 wakeup_ns;   /* 0: not woken in this sleep */
	__u64 awake_ns;    /* when it last woke */
	__u64 waited_ns;   /* for a CPU since then */
	__u64 window_start_ns;
	__u64 cpu_ns;
	__u64 sleep_ns;
	__u64 run_queue_ns;
	__u64 parked_ns;
	__u64 maybe_parked_ns; /* of sleep_ns, by a layout that is a guess */
	__u64 unsampled_ns;    /* CPU time since a look met it */
	__u64 stolen_ns;       /* of run_queue_ns */
	__u64 uncharged_ns;    /* … and not charged to it yet */
	__u64 steal_ns;        /* PHASE_RUNNING: steal_read() at the last look */
	__u64 late_ns; /* PHASE_RUNNING: of stolen_ns, what the hypervisor has yet to tell */
	__u64 poll_sleep_ns;
	__u64 sample_gap_ns;
	__u64 limit_start_ns;
	__u64 short_poll_ns;
	__u64 span_start_ns; /* a span that is to be written by the switch-in hook; 0 none */
	__u64 span_end_ns;
	__u64 span_wakeup_ns;
	__u64 open_start_ns; /* the open span whose stack was sent */
	__u32 sleeps;
	__u32 preemptions;
	__u32 sample_turn; /* ticks that met it, from some number on */
	__u32 profile_turn;
	__u32 samples;
	__u32 poll_samples;
	__u32 polls;
	__u32 identity; /* index of the process's, IDENTITY_NONE */
	__u32 identity_version;
	__u32 short_sleeps; /* in the long poll that began at short_poll_ns, since limit_start_ns */
	__u32 stacks;       /* since limit_start_ns */
	__u32 phase;        /* enum thread_phase */
	__u32 out_state;
	__u32 out_cpu;
	__s32 syscall; /* of that span */
	__u32 span_flags;
	__u32 sample_due; /* enum sample_flags; to be taken by the switch-in hook; 0: none */
	__u32 reserved;
	struct poll_watch poll;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_state);
} threads SEC(".maps");

/* Most tasks of a machine are not watched: for those without any storage this is one load, no call. */
static __always_inline struct thread_state *thread_find(struct task_struct *task)
{
	if (!task->bpf_storage)
		return NULL;
	return bpf_task_storage_get(&threads, task, 0, 0);
}

static __always_inline void event_begin(struct event *e, enum event_type type, __u32 tgid,
					__u32 tid, __u64 now)
{
	e->type = type;
	e->tgid = tgid;
	e->tid = tid;
	e->cpu = bpf_get_smp_processor_id();
	e->time_ns = now;
}

/* The system call a task is in. Exceptions and interrupts leave -1 there. */
static __always_inline __s32 task_syscall(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

#if defined(__TARGET_ARCH_x86)
	return (__s32)BPF_CORE_READ(regs, orig_ax);
#else
	return BPF_CORE_READ(regs, syscallno);
#endif
}

/* Does this kernel keep a way from a task to a run queue? */
static __always_inline bool task_rq_known(void)
{
	return bpf_core_field_exists(struct cfs_rq, rq) &&
	       bpf_core_field_exists(struct sched_entity, cfs_rq);
}

/* That of the CPU which a running task has. */
static __always_inline struct rq *task_rq(struct task_struct *task)
{
	return task->se.cfs_rq->rq;
}

/*
 * In an interrupt: did it meet current in the kernel? One that met it in user mode keeps the registers where
 * every entry from there does. Where it is not known, it did.
 */
static __always_inline bool interrupted_kernel(struct task_struct *task)
{
	long met = 0;

	if (irq_regs_distance && task_rq_known())
		bpf_probe_read_kernel(&met, sizeof(met), (char *)task_rq(task) + irq_regs_distance);
	return met != bpf_task_pt_regs(task);
}

#endif
