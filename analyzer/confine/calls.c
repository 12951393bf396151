/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/confine/calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#define OTHER_TABLE 0x40000000u /* x32: the same calls by other numbers */
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#define OTHER_TABLE 0x80000000u
#endif

#define CALL_FCHMODAT2 452 /* younger than Debian 12's headers; one number everywhere */
#define CLONE_NAMESPACES                                                                           \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
	 CLONE_NEWCGROUP)

static const uint32_t forbidden[] = {
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_pidfd_getfd,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_io_uring_setup, /* makes calls, sockets among them, that no filter sees */
	SYS_unshare,
	SYS_setns,
	SYS_mount,
	SYS_umount2,
	SYS_move_mount,
	SYS_open_tree,
	SYS_fsopen,
	SYS_pivot_root,
	SYS_chroot,
	SYS_open_by_handle_at, /* goes round the rules on paths */
	SYS_mknodat,
	SYS_truncate,
	SYS_fchmodat,
	CALL_FCHMODAT2,
	SYS_fchownat,
	SYS_setxattr,
	SYS_lsetxattr,
	SYS_removexattr,
	SYS_lremovexattr,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_reboot,
	SYS_swapon,
	SYS_swapoff,
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
#if defined(__x86_64__)
	SYS_kexec_file_load,
	SYS_mknod,
	SYS_chmod,
	SYS_chown,
	SYS_lchown,
	SYS_iopl,
	SYS_ioperm,
	SYS_modify_ldt,
#endif
};

/* Each call takes two instructions, five where an argument decides; others begin and end. */
#define INSTRUCTIONS_MAX (2 * (COUNT(forbidden) + 4) + 5 * 4 + 8)

struct program {
	struct sock_filter code[INSTRUCTIONS_MAX];
	unsigned short length;
};

#ifdef FILTER_ARCH
#define ADD(p, ...) ((p)->code[(p)->length++] = (struct sock_filter)__VA_ARGS__)
#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define GIVE(answer) BPF_STMT(BPF_RET | BPF_K, (answer))
#define JUMP(test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), (yes), (no))

static void begin(struct program *p)
{
	ADD(p, LOAD(arch));
	ADD(p, JUMP(BPF_JEQ, FILTER_ARCH, 1, 0));
	ADD(p, GIVE(SECCOMP_RET_KILL_PROCESS));
	ADD(p, LOAD(nr));
	ADD(p, JUMP(BPF_JGE, OTHER_TABLE, 0, 1));
	ADD(p, GIVE(SECCOMP_RET_ERRNO | EPERM));
}

static void deny(struct program *p, uint32_t call, uint32_t error)
{
	ADD(p, JUMP(BPF_JEQ, call, 0, 1));
	ADD(p, GIVE(SECCOMP_RET_ERRNO | error));
}

/* Denies the call where `test` says so of what `load` loads: the low half of an argument. */
static void deny_if(struct program *p, uint32_t call, struct sock_filter load,
		    struct sock_filter test)
{
	ADD(p, JUMP(BPF_JEQ, call, 0, 4));
	p->code[p->length++] = load;
	p->code[p->length++] = test;
	ADD(p, GIVE(SECCOMP_RET_ERRNO | EPERM));
	ADD(p, LOAD(nr));
}

/* What would put text into the terminal's input, as if the user had typed it into the shell. */
static void deny_typing(struct program *p)
{
	static const uint32_t requests[] = {TIOCSTI, TIOCLINUX};

	for (size_t i = 0; i < COUNT(requests); i++)
		deny_if(p, SYS_ioctl, (struct sock_filter)LOAD(args[1]),
			(struct sock_filter)JUMP(BPF_JEQ, requests[i], 0, 1));
}

static void program_make(struct program *p, const struct call_needs *needs)
{
	begin(p);
	for (size_t i = 0; i < COUNT(forbidden); i++)
		deny(p, forbidden[i], EPERM);
	if (!needs->mark) {
		deny(p, SYS_execve, EPERM);
		deny(p, SYS_execveat, EPERM);
	}
	/* Its flags are in memory, which a filter cannot read; libc falls back to clone. */
	deny(p, SYS_clone3, ENOSYS);
	deny_if(p, SYS_clone, (struct sock_filter)LOAD(args[0]),
		(struct sock_filter)JUMP(BPF_JSET, CLONE_NAMESPACES, 0, 1));
	deny_typing(p);
	if (!needs->network && needs->mark)
		deny_if(p, SYS_socket, (struct sock_filter)LOAD(args[0]),
			(struct sock_filter)JUMP(BPF_JEQ, AF_UNIX, 1, 0));
	else if (!needs->network)
		deny(p, SYS_socket, EPERM);
	ADD(p, GIVE(SECCOMP_RET_ALLOW));
}

int calls_confine(const struct call_needs *needs)
{
	struct program program = {0};
	struct sock_fprog filter = {.filter = program.code};

	program_make(&program, needs);
	filter.len = program.length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	/* Kernels before 5.16 slow a filtered process down against Spectre, unless told not to. */
	if (!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter))
		return 0;
	return errno == ENOSYS || errno == EINVAL ? 0 : -errno;
}
#else
int calls_confine(const struct call_needs *needs)
{
	(void)needs;
	return 0;
}
#endif
