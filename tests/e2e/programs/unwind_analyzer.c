/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A hostile hud-analyze, to be installed beside hud-record. Prints `key value` lines: its
 * arguments, environment, descriptors and limits, and the result of each system call that it
 * tries. Descriptor 3, the file that it is to make a plan of, has lines with what else to try:
 *   victim PID   write to this process's memory, and signal it
 *   file PATH    open this file for writing, truncate it, remove it
 *   hang         never end
 * Compiled with -DFAIL, -DGARBAGE or -DHANG it only fails, prints random bytes or hangs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void limit_print(const char *name, int resource)
{
	struct rlimit limit = {0};

	getrlimit((__rlimit_resource_t)resource, &limit);
	printf("limit %s %llu %llu\n", name, (unsigned long long)limit.rlim_cur,
	       (unsigned long long)limit.rlim_max);
}

/* Prints the result of a call that must fail. */
static void result_print(const char *what, long result)
{
	printf("try %s %s\n", what, result < 0 ? strerror(errno) : "DONE");
}

static void descriptors_print(void)
{
	for (int fd = 0; fd < 4096; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			printf("fd %d\n", fd);
	}
}

static int started(void)
{
	int child = fork();

	if (!child)
		_exit(0);
	return child;
}

static void *nothing_done(void *context)
{
	return context;
}

static void try_calls(void)
{
	struct perf_event_attr perf = {.size = sizeof(perf)};
	union bpf_attr bpf = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	struct iovec nothing = {(void *)"x", 1};
	struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
	pthread_t thread;

	result_print("socket-inet", socket(AF_INET, SOCK_STREAM, 0));
	result_print("socket-unix", socket(AF_UNIX, SOCK_STREAM, 0));
	result_print("ptrace", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
	result_print("process_vm_writev",
		     process_vm_writev(getppid(), &nothing, 1, &nothing, 1, 0));
	result_print("setuid-0", setuid(0));
	result_print("setresuid-0", setresuid(0, 0, 0));
	result_print("kill-parent", kill(getppid(), 0));
	result_print("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &bpf, sizeof(bpf)));
	result_print("perf_event_open", syscall(SYS_perf_event_open, &perf, 0, -1, -1, 0));
	result_print("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
	result_print("unshare-user", syscall(SYS_unshare, 0x10000000));
	result_print("mkdir", mkdir("/tmp/hud-unwind-try", 0777));
	result_print("prctl", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	result_print("more-memory", setrlimit(RLIMIT_AS, &more));
	result_print("file-size", setrlimit(RLIMIT_FSIZE, &more));
	result_print("fork", started());
	errno = pthread_create(&thread, NULL, nothing_done, NULL);
	result_print("thread", errno ? -1 : 0);
	result_print("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
	result_print("create", open("/tmp/hud-unwind-try", O_WRONLY | O_CREAT | O_EXCL, 0666));
	unlink("/tmp/hud-unwind-try");
	result_print("open-null-for-writing", open("/dev/null", O_WRONLY));
}

static void try_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY);

	result_print("terminal", fd);
	if (fd >= 0)
		result_print("terminal-input", ioctl(fd, TIOCSTI, "#"));
}

static void try_victim(int pid)
{
	char path[64];
	struct rlimit seen;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	result_print("victim-memory", open(path, O_RDWR));
	result_print("victim-signal", kill(pid, SIGTERM));
	result_print("victim-limits", syscall(SYS_prlimit64, pid, RLIMIT_NOFILE, NULL, &seen));
}

static void try_file(const char *path)
{
	result_print("file-write", open(path, O_WRONLY));
	result_print("file-truncate", open(path, O_WRONLY | O_TRUNC));
	result_print("file-remove", unlink(path));
	result_print("file-read-truncate", open(path, O_RDONLY | O_TRUNC));
}

int main(int argc, char **argv)
{
	char line[512], *end;
	int environment = 0;
	FILE *orders;

#if defined(FAIL)
	return 1;
#elif defined(GARBAGE)
	for (unsigned i = 0; i < 100000; i++)
		putchar((int)(i * 2654435761u >> 24));
	return 0;
#elif defined(HANG)
	for (;;)
		nanosleep(&(struct timespec) {1, 0}, NULL);
#endif
	/* The driver reads this process's state in /proc first. */
	nanosleep(&(struct timespec) {.tv_nsec = 500000000}, NULL);
	while (environ[environment])
		environment++;
	for (int i = 0; i < argc; i++)
		printf("argument %s\n", argv[i]);
	printf("environment %d\n", environment);
	printf("pid %d\n", getpid());
	descriptors_print();
	limit_print("cpu", RLIMIT_CPU);
	limit_print("as", RLIMIT_AS);
	limit_print("fsize", RLIMIT_FSIZE);
	limit_print("core", RLIMIT_CORE);
	limit_print("nofile", RLIMIT_NOFILE);
	limit_print("nproc", RLIMIT_NPROC);
	try_calls();
	try_terminal();
	orders = fdopen(3, "r");
	while (orders && fgets(line, sizeof(line), orders)) {
		line[strcspn(line, "\n")] = 0;
		end = strchr(line, ' ');
		if (!strncmp(line, "victim ", 7))
			try_victim(atoi(end));
		else if (!strncmp(line, "file ", 5))
			try_file(end + 1);
		else if (!strcmp(line, "hang"))
			for (fflush(stdout);;)
				nanosleep(&(struct timespec) {1, 0}, NULL);
	}
	puts("end");
	return 0;
}
