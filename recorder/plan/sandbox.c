/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/plan/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/*
 * A uid and gid that no account has, nor any range that systemd and container managers give out:
 * not nobody's, who runs other services, which could stop this process or read its memory.
 */
#define NOBODY_ELSE 1885893988
#define OPEN_CHANGES (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | O_TMPFILE)
#define CLONE_NAMESPACES                                                                           \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
	 CLONE_NEWCGROUP)
#define CPU_SECONDS 120
#define MEMORY_BYTES (8ull << 30)

/* Root does not become the invoking user, whose files would then be within reach. */
static int user_drop(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};
	uid_t uid = geteuid() == 0 ? NOBODY_ELSE : getuid();
	gid_t gid = geteuid() == 0 ? NOBODY_ELSE : getgid();

	if (geteuid() == 0 && setgroups(0, NULL))
		return -errno;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	/* Leaving uid 0 empties the sets; file capabilities (setcap) stay without this. */
	return syscall(SYS_capset, &header, none) ? -errno : 0;
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

	for (size_t i = 0; i < COUNT(limits); i++) {
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
	SYS_execve,
	SYS_execveat,
	SYS_recvmsg,
	SYS_uname,
	SYS_readlinkat,
	SYS_sysinfo,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
#if defined(__x86_64__)
	SYS_stat,
	SYS_access,
	SYS_readlink,
	SYS_dup2,
	SYS_fork,
	SYS_vfork,
	SYS_arch_prctl,
#endif
};

/* Calls that are allowed only if an argument's bits under `mask` are `value`. */
static const struct checked_call {
	uint32_t number;
	uint32_t argument;
	uint32_t mask;
	uint32_t value;
} checked_calls[] = {
	{SYS_openat, 2, OPEN_CHANGES, 0},
	{SYS_prlimit64, 0, UINT32_MAX, 0},            /* its own limits */
	{SYS_clone, 0, CLONE_NAMESPACES, 0},          /* threads and processes, no namespaces */
	{SYS_prctl, 0, UINT32_MAX, PR_SET_PDEATHSIG}, /* each process dies with its parent */
#if defined(__x86_64__)
	{SYS_open, 1, OPEN_CHANGES, 0},
#endif
};
#define ALLOWED_INSTRUCTIONS 2
#define CHECKED_INSTRUCTIONS 6

#define FILTER(...) ((struct sock_filter)__VA_ARGS__)
#define LOAD(field) FILTER(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(field)))
#define GIVE(answer) FILTER(BPF_STMT(BPF_RET | BPF_K, (answer)))
#define UNLESS(value, skip) FILTER(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip)))

static unsigned call_check(struct sock_filter *code, const struct checked_call *call)
{
	code[0] = UNLESS(call->number, CHECKED_INSTRUCTIONS - 1);
	code[1] = LOAD(offsetof(struct seccomp_data, args) + call->argument * sizeof(uint64_t));
	code[2] = FILTER(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, call->mask));
	code[3] = UNLESS(call->value, 1);
	code[4] = GIVE(SECCOMP_RET_ALLOW);
	code[5] = GIVE(SECCOMP_RET_ERRNO | EPERM);
	return CHECKED_INSTRUCTIONS;
}

/* Anything else fails with EPERM; another architecture's calls end the process. */
static int filter_set(void)
{
#ifdef SANDBOX_ARCH
	struct sock_filter code[COUNT(allowed_calls) * ALLOWED_INSTRUCTIONS +
				COUNT(checked_calls) * CHECKED_INSTRUCTIONS + 8];
	struct sock_fprog program = {.filter = code};
	unsigned n = 0;

	code[n++] = LOAD(offsetof(struct seccomp_data, arch));
	code[n++] = FILTER(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCH, 1, 0));
	code[n++] = GIVE(SECCOMP_RET_KILL_PROCESS);
	code[n++] = LOAD(offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < COUNT(allowed_calls); i++) {
		code[n++] = UNLESS(allowed_calls[i], 1);
		code[n++] = GIVE(SECCOMP_RET_ALLOW);
	}
	for (size_t i = 0; i < COUNT(checked_calls); i++)
		n += call_check(&code[n], &checked_calls[i]);
	/* Its flags are in memory, which a filter cannot read; libc falls back to clone. */
	code[n++] = UNLESS(SYS_clone3, 1);
	code[n++] = GIVE(SECCOMP_RET_ERRNO | ENOSYS);
	code[n++] = GIVE(SECCOMP_RET_ERRNO | EPERM);
	program.len = (unsigned short)n;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
#else
	return 0;
#endif
}

/* Where the dynamic loader finds a program's libraries. */
static const char *const readable_paths[] = {"/usr", "/lib", "/lib64", "/etc/ld.so.cache"};

static int path_allow(int rules, int fd, uint64_t access)
{
	struct landlock_path_beneath_attr beneath = {.allowed_access = access, .parent_fd = fd};

	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0)
		       ? -errno
		       : 0;
}

/*
 * No file can be opened but libraries and the program itself: not /proc, not a home directory.
 * Linux 5.13; where it is missing, the rights of that uid and the filter are what there is.
 */
static int files_restrict(int program)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE |
								  LANDLOCK_ACCESS_FS_READ_DIR |
								  LANDLOCK_ACCESS_FS_WRITE_FILE};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	int error = 0;

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -errno;
	for (size_t i = 0; !error && i < COUNT(readable_paths); i++) {
		int fd = open(readable_paths[i], O_PATH | O_CLOEXEC);

		if (fd < 0)
			continue;
		error = path_allow(rules, fd, LANDLOCK_ACCESS_FS_READ_FILE);
		close(fd);
	}
	if (!error)
		error = path_allow(rules, program, LANDLOCK_ACCESS_FS_READ_FILE);
	if (!error && syscall(SYS_landlock_restrict_self, rules, 0))
		error = -errno;
	close(rules);
	return error;
}

int sandbox_enter(int program)
{
	int error;

	setsid(); /* no terminal to type into */
	error = user_drop();
	/* After the change of user, which undoes it. */
	if (!error && prctl(PR_SET_PDEATHSIG, SIGKILL))
		error = -errno;
	if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		error = -errno;
	if (!error)
		error = limits_set();
	if (!error)
		error = files_restrict(program);
	return error ? error : filter_set();
}
