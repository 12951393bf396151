/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534
#define CPU_SECONDS 120
#define MEMORY_BYTES (8ull << 30)

static long sudo_number(const char *name)
{
	const char *text = getenv(name);
	long number = text ? strtol(text, NULL, 10) : 0;

	return number > 0 && number < NOBODY ? number : NOBODY;
}

static int user_drop(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (geteuid() == 0) {
		uid = (uid_t)sudo_number("SUDO_UID");
		gid = (gid_t)sudo_number("SUDO_GID");
		if (setgroups(0, NULL))
			return -errno;
	}
	/* Leaving uid 0 empties the capability sets; the ambient set is emptied by hand. */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

static int limits_set(void)
{
	static const struct {
		int resource;
		rlim_t most;
	} limits[] = {
		{RLIMIT_CPU, CPU_SECONDS}, {RLIMIT_AS, MEMORY_BYTES}, {RLIMIT_FSIZE, 0},
		{RLIMIT_CORE, 0},          {RLIMIT_NOFILE, 64},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = {limits[i].most, limits[i].most};

		if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit))
			return -errno;
	}
	return setpriority(PRIO_PROCESS, 0, 10) ? -errno : 0;
}

#if defined(__x86_64__)
#define SANDBOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCH AUDIT_ARCH_AARCH64
#endif

/* What the dynamic loader, stdio, malloc, threads and the broker's own loop need. */
static const uint32_t allowed_calls[] = {
	SYS_read,
	SYS_pread64,
	SYS_readv,
	SYS_write,
	SYS_writev,
	SYS_close,
	SYS_close_range,
	SYS_fstat,
	SYS_newfstatat,
	SYS_statx,
	SYS_lseek,
	SYS_openat,
	SYS_faccessat,
	SYS_faccessat2,
	SYS_mmap,
	SYS_mprotect,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_brk,
	SYS_fcntl,
	SYS_dup,
	SYS_dup3,
	SYS_exit,
	SYS_exit_group,
	SYS_futex,
	SYS_set_tid_address,
	SYS_set_robust_list,
	SYS_rseq,
	SYS_prlimit64,
	SYS_getrandom,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_sched_yield,
	SYS_sched_getaffinity,
	SYS_gettid,
	SYS_getpid,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	SYS_clone,
	SYS_clone3,
	SYS_execve,
	SYS_execveat,
	SYS_recvmsg,
	SYS_ioctl,
	SYS_uname,
	SYS_readlinkat,
	SYS_sysinfo,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
#if defined(__x86_64__)
	SYS_open,
	SYS_stat,
	SYS_access,
	SYS_readlink,
	SYS_dup2,
	SYS_fork,
	SYS_vfork,
	SYS_arch_prctl,
#endif
};
#define ALLOWED_CALLS (sizeof(allowed_calls) / sizeof(allowed_calls[0]))

/*
 * Anything else fails with EPERM; another architecture's calls end the process. Opening a file for
 * writing is left to the user's own rights: nobody's reach no further than /tmp, and no file can be
 * written to (RLIMIT_FSIZE 0).
 */
static int filter_set(void)
{
#ifdef SANDBOX_ARCH
	struct sock_filter code[ALLOWED_CALLS + 6];
	struct sock_fprog program = {.filter = code};
	unsigned n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCH, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < ALLOWED_CALLS; i++)
		code[n++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed_calls[i],
						     (uint8_t)(ALLOWED_CALLS - i), 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = (unsigned short)n;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
#else
	return 0;
#endif
}

int sandbox_enter(void)
{
	int error = user_drop();

	if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		error = -errno;
	if (!error)
		error = limits_set();
	return error ? error : filter_set();
}
