/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_KERNEL_TYPES_H
#define HUD_BPF_KERNEL_TYPES_H

/*
 * The few kernel types that hud reads, with only the fields that it reads. CO-RE relocates each
 * field to where the running kernel has it: order and size do not matter, and no vmlinux.h is
 * needed.
 */

#include <linux/bpf.h>
#include <stdbool.h>

/* Of task_struct's __state and flags. */
#define TASK_SLEEPS 0x3      /* TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE */
#define TASK_STATE_MASK 0xff /* sleep states; above are flags such as TASK_FREEZABLE */
#define PF_EXITING 0x00000004
#define PF_KTHREAD 0x00200000

/* Of signal_struct's flags: all threads of the process are about to end. */
#define SIGNAL_GROUP_EXIT 0x00000004

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long bp;
	unsigned long di;
	unsigned long si;
	unsigned long orig_ax; /* number of the system call; -1 in interrupts and exceptions */
	unsigned long ip;
	unsigned long sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
	__u64 orig_x0;   /* first argument of the system call */
	__s32 syscallno; /* -1 (NO_SYSCALL) in interrupts and exceptions */
};
#endif

/* A CPU's run queue; reachable from a task with CONFIG_FAIR_GROUP_SCHED only. */
struct rq {
	__u64 prev_steal_time_rq; /* CONFIG_PARAVIRT_TIME_ACCOUNTING */
};

struct cfs_rq {
	struct rq *rq;
};

struct sched_entity {
	__u64 sum_exec_runtime; /* ns of CPU time, as of the task's last tick or switch */
	struct cfs_rq *cfs_rq;  /* CONFIG_FAIR_GROUP_SCHED */
};

struct signal_struct {
	struct {
		int counter;
	} live;
	int group_exit_code;
	unsigned int flags;
};

/* A uretprobe (of any tool) on a function: it replaced the return address, and this keeps it. */
struct return_instance {
	struct return_instance *next;
	unsigned long orig_ret_vaddr;
	bool chained; /* the next instance belongs to the same frame */
};

struct uprobe_task {
	struct return_instance *return_instances;
};

struct xol_area {
	unsigned long vaddr; /* the trampoline lies at its start */
};

struct uprobes_state {
	struct xol_area *xol_area;
};

struct super_block {
	unsigned long s_magic; /* which filesystem it is: linux/magic.h */
};

struct inode {
	struct super_block *i_sb;
};

struct file {
	struct inode *f_inode;
};

struct vm_area_struct {
	unsigned long vm_end;
	struct file *vm_file;
};

struct mm_struct {
	struct uprobes_state uprobes_state;
	unsigned long start_stack; /* of the main thread, at exec */
};

struct thread_struct {
#if defined(__TARGET_ARCH_x86)
	unsigned long fsbase;
#elif defined(__TARGET_ARCH_arm64)
	struct {
		unsigned long tp_value;
	} uw;
#endif
};

struct task_struct {
	unsigned int __state;
	unsigned int flags;
	int on_cpu;
	int on_rq;
	int pid;
	int tgid;
	int exit_code;
	char comm[16];
	struct task_struct *group_leader;
	struct signal_struct *signal;
	struct mm_struct *mm;
	struct uprobe_task *utask;
	struct bpf_local_storage
		*bpf_storage; /* NULL: no BPF program keeps anything of this task */
	unsigned long nvcsw;  /* how often it went to sleep */
	struct thread_struct thread;
	struct sched_entity se;
};

struct hrtimer {
	__s64 _softexpires; /* ns */
	void *function;
};

struct linux_binprm {
	const char *filename;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

#endif
