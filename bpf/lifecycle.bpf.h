/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_LIFECYCLE_BPF_H
#define HUD_BPF_LIFECYCLE_BPF_H

#include "bpf/account.bpf.h"
#include "bpf/unwind.bpf.h"

/* Threads that start, exec, exit or change their name. Process context; rare. */

static __always_inline void thread_send(struct task_struct *task, const char *comm, bool started,
					__u64 now)
{
	struct event_thread e = {};

	event_begin(&e.head, EVENT_THREAD, task->tgid, task->pid, now);
	e.started = started;
	bpf_probe_read_kernel_str(e.comm, sizeof(e.comm), comm);
	event_send(&e, sizeof(e));
}

static __always_inline struct thread_state *thread_watch(struct task_struct *task)
{
	struct thread_state *st =
		bpf_task_storage_get(&threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!st) {
		loss_count(COUNT_THREAD_STATE);
		return NULL;
	}
	/* Random: else the first tick of each thread would be a sample, and count for several. */
	st->sample_turn = st->profile_turn = bpf_get_prandom_u32();
	return st;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(task_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 tgid = child->tgid;
	struct thread_state *st;
	__u64 now;

	if (!bpf_map_lookup_elem(&targets, &tgid))
		return 0;
	st = thread_watch(child);
	if (!st)
		return 0;
	now = bpf_ktime_get_ns();
	window_restart(st, now);
	st->phase = PHASE_RUNNABLE;
	st->out_ns = st->awake_ns = now;
	thread_send(child, child->comm, true, now);
	return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(task_renamed, struct task_struct *task, const char *comm)
{
	if (thread_find(task))
		thread_send(task, comm, false, bpf_ktime_get_ns());
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(task_exec, struct task_struct *task, int old_pid, struct linux_binprm *program)
{
	struct event_exec e = {};
	struct thread_state *st;
	__u32 tgid = task->tgid;

	if (!bpf_map_lookup_elem(&targets, &tgid))
		return 0;
	/* Of the program before: hud-record writes this one's when it handles the event. */
	bpf_map_delete_elem(&identities_of, &tgid);
	bpf_map_delete_elem(&spaces, &tgid);
	st = thread_watch(task);
	if (st) { /* another program, with another runtime or none */
		poll_flush(&st->poll, tgid, task->pid);
		st->poll = (struct poll_watch) {};
		st->identity_version = 0;
	}
	event_begin(&e.head, EVENT_EXEC, tgid, task->pid, bpf_ktime_get_ns());
	bpf_probe_read_kernel_str(e.comm, sizeof(e.comm), task->comm);
	event_send(&e, sizeof(e));
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(task_exit, struct task_struct *task)
{
	struct thread_state *st = thread_find(task);
	struct event_exit e = {};
	__u32 tgid;
	__u64 now;

	if (!st)
		return 0;
	now = bpf_ktime_get_ns();
	poll_flush(&st->poll, task->tgid, task->pid);
	if (st->phase == PHASE_RUNNING)
		cpu_charge(st, now);
	else if (st->phase != PHASE_UNKNOWN)
		loss_count(COUNT_SWITCH_UNSEEN);
	window_send(st, &(struct window_rest) {}, task->tgid, task->pid, now);
	window_restart(st, now);
	event_begin(&e.head, EVENT_EXIT, task->tgid, task->pid, now);
	/*
	 * The kernel counts live threads down before this tracepoint (do_exit(), 5.15 to 6.18), so
	 * that several may find none: the first of them ends the target. Its pid may be another's
	 * soon, who is none.
	 */
	tgid = task->tgid;
	e.process_gone = BPF_CORE_READ(task, signal, live.counter) == 0 &&
			 !bpf_map_delete_elem(&targets, &tgid);
	e.exit_code = (__u32)task->exit_code;
	event_send(&e, sizeof(e));
	return 0;
}

#endif
