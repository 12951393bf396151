/* SPDX-License-Identifier: (MIT OR Apache-2.0) */

/*
 * Lists the threads of a process with their thread pointers and registers, which the kernel shows
 * nowhere else without stopping them. Runs in the context of the reader, once for each thread of
 * the machine.
 */

#include "bpf/kernel_types.h"

#include <bpf/bpf_helpers.h>

#include "bpf/registers.bpf.h"
#include "bpf/thread_pointer.bpf.h"
#include "bpf/threads.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

int process; /* whose threads: set before each reading */

SEC("iter/task")
int threads_of_process(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct thread_of_process t = {0};

	if (!task || task->tgid != process)
		return 0;
	t.pointer = thread_pointer(task);
	t.tid = (__u32)task->pid;
	t.switches = task->nvcsw;
	t.syscall = task_syscall(task);
	t.asleep = !task->on_cpu && task->__state & TASK_SLEEPS;
	t.ending = task->signal->flags & SIGNAL_GROUP_EXIT;
	registers_read(task, &t.registers);
	bpf_probe_read_kernel(t.comm, sizeof(t.comm), task->comm);
	bpf_seq_write(context->meta->seq, &t, sizeof(t));
	return 0;
}
