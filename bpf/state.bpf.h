/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_STATE_BPF_H
#define HUD_BPF_STATE_BPF_H

#include "bpf/events.h"
#include "bpf/kernel_types.h"
#include "bpf/registers.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* Set by hud-record before it loads. */
const volatile __u64 threshold_ns = 5000000;
const volatile __u64 window_ns = 100000000;
const volatile __u32 samples_per_profile_sample = 4;
const volatile __u32 ticks_per_sample = 1; /* 0: samples come from timers of hud's own */
const volatile __u64 tick_function = 0; /* callback of the kernel's timer for the scheduler tick */
const volatile __u64 sample_period_ns = 4000000; /* between two samples */
/* From a CPU's struct rq to its pointer to the interrupted registers; 0: not known. */
const volatile __s64 irq_regs_distance = 0;
const volatile __u32 stacks_per_window = 200; /* per thread; the threshold allows no more than 20 */
/* A poll that has lasted this long gets stacks; hud-record sets an eighth of the threshold. */
const volatile __u64 watch_ns = 625000;
/* In such a poll, shorter sleeps are only counted: their stacks would cost more than they show. */
const volatile __u64 short_sleep_ns = 20000;

/* The task walk may sleep, and so read memory of other processes (Linux 5.18). */
const volatile bool sleeper_stacks = true;

enum walk_mode walk_mode = WALK_ATTACH; /* set by hud-record between walks */
__u32 walk_process;                     /* … the process whose threads are walked */
bool stack_at_switch_in = false;        /* the hook that runs as the incoming thread is attached */
bool probing = false;                   /* --polls: the probes at poll entry are attached now */
bool following = false;                 /* … and so are the hooks of tasks: enum hud_task_hook */

/* The watched tgids. 8192: more processes than the services of one host have. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps");

/* All events. hud-record sets the size; 16 MiB hold what arrives between two drains. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

/* Executable mappings, as perf records that the kernel writes; no BPF program writes here. */
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

	/* Atomic: an interrupt on this CPU may count too. */
	if (count)
		__sync_fetch_and_add(count, 1);
}

/* Where there is no room it counts in `loss`. */
/* False: there was no room; it is counted. */
static __always_inline bool event_send_or(void *event, __u64 bytes, enum loss_counter loss)
{
	/* No wakeup: it would preempt what is measured. hud-record drains periodically. */
	if (!bpf_ringbuf_output(&ring, event, bytes, BPF_RB_NO_WAKEUP))
		return true;
	loss_count(loss);
	return false;
}

static __always_inline void event_send(void *event, __u64 bytes)
{
	event_send_or(event, bytes, COUNT_RING_FULL);
}

enum thread_phase {
	PHASE_UNKNOWN, /* no switch seen since attach */
	PHASE_RUNNING,
	PHASE_RUNNABLE, /* preempted, or new: waits for a CPU */
	PHASE_SLEEPING,
};

/* The runtime's state of a thread, as bpf/identity.bpf.h reads it. */
struct poll_key {
	__u64 core;
	__u64 task; /* 0: none */
	__u32 tick;
	__u32 where;     /* enum hud_where */
	__u8 scheduler;  /* its index: IDENTITY_SCHEDULERS for each object of the process */
	__u8 unread;     /* a word could not be read; with HUD_WHERE_UNKNOWN that is why */
	__u8 has_task;   /* the layout says where `task` is */
	__u8 root_alike; /* nothing distinguishes a poll of a task from one of the root future */
	__u32 trusted;   /* enum key_trust */
};

enum key_trust {
	KEY_TRUSTED = 1u << 0, /* else by the layout of a similar build, unconfirmed */
	KEY_LEARNED = 1u << 1, /* the layout was learned: parks and polls go on checking it */
	KEY_NO_TICK = 1u << 2, /* `tick` is not known: one poll after the other looks like one */
};

/* A poll as far as it was observed: see struct hud_poll. */
struct poll_span {
	__u64 start_min_ns;
	__u64 start_max_ns; /* 0: no poll */
	__u64 end_min_ns;
	__u64 end_max_ns;
	__u64 task;
	__u64 sleep_ns;
	__u64 run_queue_ns;
	__u64 stolen_ns; /* poll_watch.stolen_ns when last added to run_queue_ns */
	__u64 site;
	__u64 task_header; /* HUD_POLL_EXACT: of the task; 0: its life is not followed */
	__u64 task_word;   /* struct task_life.word, as this poll's beginning set it */
	__u32 flags;       /* enum hud_poll_flags */
	__u32 scheduler;   /* 1 + poll_key.scheduler; 0: not known */
	__u32 samples;
	__u32 ready_samples;
	__u32 ready_sum;
	__u32 ready_max;
	__u32 trusted;
	__u32 reserved;
};

#define POLLED_NONE (~0ull)
#define READY_MAX 1000000u

/* Tasks found waiting in the worker's run queue during the current poll. */
struct poll_queue {
	__u64 since_ns; /* all had been queued by then */
	__u32 tasks;    /* 0: none were found */
	__u32 ring;     /* this and `tail`: as in struct queue_state at that time */
	__u32 tail;
	__u32 reserved;
};

/* Tasks still queued when a long poll ended, and the polls that followed it. */
struct poll_queue_wait {
	__u64 queued_since_ns;
	__u64 next_sum_ns; /* from its end to the start of each of them, summed */
	__u64 next_max_ns;
	__u32 queued; /* of the tasks left: certainly queued since queued_since_ns */
	__u32 left;
	__u32 next_polls;
	__u32 to_follow; /* polls still to be followed */
};

struct poll_watch {
	struct poll_key key;      /* at the last observation */
	__u64 observed_ns;        /* time of the last observation; 0: none yet */
	__u64 stolen_ns;          /* from the thread, since it is watched */
	struct poll_span span;    /* the current poll */
	struct poll_span kept;    /* a long poll that has ended, in a round that may go on */
	struct poll_queue queued; /* during the current poll */
	struct poll_queue_wait queue_wait; /* after the kept poll */
	__u64 core;                        /* with `tick`: the round of the last poll */
	__u64 polled[2];                   /* the last two tasks polled in it */
	/* The runtime's id of the task being polled when a probe saw the current poll begin. */
	__u64 task_before;
	__u32 tick;
	__u32 repolled; /* a task was polled again in the round */
	__u32 entering; /* poll_entry is changing this struct */
	__u32 unread;   /* see poll_unread(): 1 + the state before; 0: it was read */
	/* Off the CPU since then: of the current poll, if it goes on. */
	__u64 unread_sleep_ns;
	__u64 unread_run_queue_ns;
};

enum sample_flags {
	SAMPLE_DUE = 1u << 0,
	SAMPLE_PROFILE = 1u << 1,   /* counts in the CPU profile */
	SAMPLE_IN_KERNEL = 1u << 2, /* the thread was interrupted there */
};

/*
 * A task is watched if it has one of these. What its waker, on another CPU, reads and writes comes
 * first: the kernel puts 8 bytes before it, and the rest of that cache line is these.
 */
struct thread_state {
	__u64 since_ns;  /* watched since then; 0: from its start, or its exec */
	__u64 change_ns; /* PHASE_RUNNING: CPU time is charged up to this time */
	__u64 out_ns;    /* not running: since when */
	__u64 wakeup_ns; /* 0: not woken in this sleep */
	__u64 awake_ns;  /* when it last woke */
	__u64 waited_ns; /* for a CPU, since awake_ns */
	__u32 phase;     /* enum thread_phase */
	__u32 out_state;
	/* Here the next line begins. */
	__u64 out_exec_ns; /* its CPU time then, by the scheduler's count */
	__u64 out_poll_ns; /* asleep: start_max_ns of the poll that it sleeps in; 0: none */
	__u64 out_task;    /* … and the task of that poll */
	__u64 window_start_ns;
	__u64 cpu_ns;
	__u64 sleep_ns;
	__u64 run_queue_ns;
	__u64 parked_ns;
	__u64 maybe_parked_ns; /* of sleep_ns, by an unconfirmed layout */
	__u64 unsampled_ns;    /* CPU time since its last sample */
	__u64 stolen_ns;       /* of run_queue_ns */
	__u64 uncharged_ns;    /* stolen, and not charged to run_queue_ns yet */
	__u64 steal_ns;        /* PHASE_RUNNING: steal_read() at the last observation */
	__u64 late_ns;         /* PHASE_RUNNING: of stolen_ns, not in steal_read() yet */
	__u64 poll_sleep_ns;
	__u64 sample_gap_ns;
	__u64 limit_start_ns;
	__u64 short_poll_ns;
	__u64 span_start_ns; /* a span for the switch-in hook to write; 0: none */
	__u64 span_end_ns;
	__u64 span_wakeup_ns;
	__u64 open_start_ns;  /* the open span whose stack was sent */
	__u64 open_ns;        /* … and as of when it was sent last */
	__u64 woken_header;   /* of a task that is not followed: woken, or polled, by the thread */
	__u64 lives_start_ns; /* with `lives`: see life_send() */
	__u64 pool_budget_ns; /* reads of its runtime's pool: pool_read_allowed() */
	__u64 pool;           /* of the runtime it was last found in */
	__u32 sleeps;
	__u32 preemptions;
	__u32 sample_turn; /* ticks that interrupted it, counted from a random number */
	__u32 profile_turn;
	__u32 samples;
	__u32 poll_samples;
	__u32 polls;
	__u32 identity; /* index of an identity of its process, or IDENTITY_NONE */
	__u32 identity_version;
	__u32 identities;         /* how many its process has */
	__u32 identities_missing; /* … and has some object with a runtime none? */
	__u32 short_sleeps; /* since limit_start_ns, in the poll that began at short_poll_ns */
	__u32 stacks;       /* since limit_start_ns */
	__u32 lives;        /* EVENT_TASK sent since lives_start_ns */
	__u32 reserved;
	__u32 out_cpu;
	__s32 syscall; /* of the span for the hook */
	__u32 span_flags;
	__u32 sample_due; /* enum sample_flags: the switch-in hook takes it; 0: none */
	__u32 out_where;  /* asleep: enum hud_where then */
	struct poll_watch poll;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_state);
} threads SEC(".maps");

/* Most tasks are not watched: for one without any storage this is a single load, no call. */
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

/* Does this kernel have pointers that lead from a task to its CPU's run queue? */
static __always_inline bool task_rq_known(void)
{
	return bpf_core_field_exists(struct cfs_rq, rq) &&
	       bpf_core_field_exists(struct sched_entity, cfs_rq);
}

/* The run queue of the CPU that a task runs on. */
static __always_inline struct rq *task_rq(struct task_struct *task)
{
	return task->se.cfs_rq->rq;
}

/*
 * In an interrupt: did it interrupt current in the kernel? An interrupt of user mode saves the
 * registers where every entry from user mode does. True where that is not known.
 */
static __always_inline bool interrupted_kernel(struct task_struct *task)
{
	long saved = 0;

	if (irq_regs_distance && task_rq_known())
		bpf_probe_read_kernel(&saved, sizeof(saved),
				      (char *)task_rq(task) + irq_regs_distance);
	return saved != bpf_task_pt_regs(task);
}

#endif
