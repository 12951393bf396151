/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/preflight.h"
#include "recorder/target/procfs.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define BTF_FILE "/sys/kernel/btf/vmlinux"
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCu /* PROC_PID_INIT_INO, include/linux/proc_ns.h */

#define CAP_BIT(cap) (1ull << (cap))

/* Effective capabilities of this process, or 0. */
static uint64_t capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &header, data))
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

int privileges_drop(const struct privileged_work *work)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	uint64_t have = capabilities();
	/* Before Linux 6.4 an iterator begins only with it, or with what stands for it. */
	uint64_t iterate = CAP_BIT(have & CAP_BIT(CAP_BPF) ? CAP_BPF : CAP_SYS_ADMIN);
	uint64_t used =
		CAP_BIT(CAP_SYS_PTRACE) | CAP_BIT(CAP_DAC_READ_SEARCH) |
		CAP_BIT(CAP_CHECKPOINT_RESTORE) |
		(work->foreign_directory ? CAP_BIT(CAP_DAC_OVERRIDE) : 0) |
		(work->copies_given ? CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) : 0) |
		(work->iterates ? iterate : 0) |
		(work->probes ? CAP_BIT(CAP_BPF) | CAP_BIT(CAP_PERFMON) | CAP_BIT(CAP_SYS_ADMIN)
			      : 0);
	uint64_t keep = have & used;
	struct __user_cap_data_struct data[2] = {
		{.effective = (uint32_t)keep, .permitted = (uint32_t)keep},
		{.effective = (uint32_t)(keep >> 32), .permitted = (uint32_t)(keep >> 32)},
	};

	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static enum exit_code kernel_check(bool quiet)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	if (uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return EXIT_RECORDED; /* loading the BPF programs decides */
	if (major < 5 || (major == 5 && minor < 15)) {
		fprintf(stderr,
			"hud-record: Linux %s is too old\n"
			"  hud-record needs 5.15 or newer (bpf_task_pt_regs); the oldest version "
			"tested is 6.1\n",
			name.release);
		return EXIT_NOT_ABLE;
	}
	if ((major < 6 || (major == 6 && minor < 1)) && !quiet)
		fprintf(stderr,
			"hud-record: Linux %s is untested; the oldest version tested is 6.1\n",
			name.release);
	return EXIT_RECORDED;
}

static enum exit_code btf_check(void)
{
	if (!access(BTF_FILE, R_OK))
		return EXIT_RECORDED;
	fprintf(stderr, "hud-record: cannot read the BPF type information %s: %s\n", BTF_FILE,
		strerror(errno));
	fputs(errno == ENOENT
		      ? "  this kernel was built without CONFIG_DEBUG_INFO_BTF; hud-record needs "
			"it (see Requirements in the README)\n"
		      : "  run it as root, or mount sysfs at /sys\n",
	      stderr);
	return EXIT_NOT_ABLE;
}

/* BPF reports pids of the initial namespace. */
static enum exit_code namespace_check(void)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino == INITIAL_PID_NAMESPACE)
		return EXIT_RECORDED;
	fputs("hud-record: running in a container's pid namespace, where pids differ from those of "
	      "the kernel\n"
	      "  run it on the host, or start the container with --pid=host\n",
	      stderr);
	return EXIT_NOT_ABLE;
}

static enum exit_code capability_check(bool quiet)
{
	static const struct {
		unsigned cap;
		const char *name;
		const char *use;
	} needed[] = {
		{CAP_BPF, "CAP_BPF", "load BPF programs"},
		{CAP_PERFMON, "CAP_PERFMON", "trace the scheduler and read stacks"},
	};
	uint64_t have = capabilities();
	enum exit_code code = EXIT_RECORDED;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (have & (CAP_BIT(needed[i].cap) | CAP_BIT(CAP_SYS_ADMIN)))
			continue;
		fprintf(stderr, "hud-record: %s is missing: it is needed to %s\n", needed[i].name,
			needed[i].use);
		code = EXIT_NOT_ABLE;
	}
	if (code != EXIT_RECORDED)
		fputs("  run it with sudo, or grant its capabilities to a group once: sudo make "
		      "install-caps GROUP=NAME\n",
		      stderr);
	else if (!(have & CAP_BIT(CAP_SYSLOG)) && !quiet)
		fputs("hud-record: CAP_SYSLOG is missing: kernel functions will have no names\n",
		      stderr);
	return code;
}

enum exit_code preflight_check(bool quiet)
{
	enum exit_code code = kernel_check(quiet);

	if (code == EXIT_RECORDED)
		code = namespace_check();
	if (code == EXIT_RECORDED)
		code = capability_check(quiet);
	if (code == EXIT_RECORDED)
		code = btf_check();
	return code;
}

static void mapping_ignore(void *context, const struct proc_mapping *m)
{
	(void)context;
	(void)m;
}

enum exit_code preflight_check_targets(const struct target_set *t)
{
	for (size_t i = 0; i < t->count; i++) {
		int error = proc_mappings_each(t->pid[i], mapping_ignore, NULL);

		if (error == -ENOENT || error == -ESRCH) {
			fprintf(stderr,
				"hud-record: process %d has exited\n"
				"  start it again, or record it with -- CMD\n",
				(int)t->pid[i]);
			return EXIT_NO_TARGET;
		}
		if (error) {
			fprintf(stderr,
				"hud-record: cannot read the memory map of process %d: %s\n%s",
				(int)t->pid[i], strerror(-error),
				error == -EACCES || error == -EPERM
					? "  it belongs to another user: run with sudo, or give "
					  "hud-record CAP_SYS_PTRACE\n"
					: "");
			return EXIT_NOT_ABLE;
		}
	}
	return EXIT_RECORDED;
}
