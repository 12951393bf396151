/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/target/set.h"
#include "recorder/base/plain.h"
#include "recorder/target/procfs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LISTED_MAX 20
#define ANCESTORS_MAX 64

/* How well a name matches, best first. Only the best level that any process reaches counts. */
enum match_level { MATCH_EXE, MATCH_COMM, MATCH_EXE_PART, MATCH_COMM_PART, MATCH_LEVELS };

struct name_search {
	const char *name;
	/* hud-record and its ancestors: a shell that runs it is no target */
	pid_t excluded[ANCESTORS_MAX];
	size_t excluded_count;
	size_t found[MATCH_LEVELS];
	pid_t pid[MATCH_LEVELS][LISTED_MAX];
};

static void ancestors_exclude(struct name_search *s)
{
	pid_t pid = getpid();

	while (pid > 0 && s->excluded_count < ANCESTORS_MAX) {
		struct proc_identity p;

		s->excluded[s->excluded_count++] = pid;
		if (proc_identity_read(pid, &p))
			break;
		pid = p.parent;
	}
}

static enum match_level match_level(const char *name, const struct proc_identity *p)
{
	const char *program = proc_program(p);

	if (p->exe[0] && !strcmp(program, name))
		return MATCH_EXE;
	if (!strcmp(p->comm, name))
		return MATCH_COMM;
	if (p->exe[0] && strstr(program, name))
		return MATCH_EXE_PART;
	if (strstr(p->comm, name))
		return MATCH_COMM_PART;
	return MATCH_LEVELS;
}

static int name_visit(void *context, pid_t pid)
{
	struct name_search *s = context;
	struct proc_identity p;
	enum match_level level;

	for (size_t i = 0; i < s->excluded_count; i++)
		if (s->excluded[i] == pid)
			return 0;
	if (proc_identity_read(pid, &p) || p.kernel_thread)
		return 0;
	level = match_level(s->name, &p);
	if (level == MATCH_LEVELS)
		return 0;
	if (s->found[level] < LISTED_MAX)
		s->pid[level][s->found[level]] = pid;
	s->found[level]++;
	return 0;
}

static void matches_print(const struct name_search *s, enum match_level level)
{
	fprintf(stderr, "hud-record: %zu processes match %s\n  choose one with --pid:\n",
		s->found[level], s->name);
	for (size_t i = 0; i < s->found[level] && i < LISTED_MAX; i++) {
		char comm[PATH_MAX], exe[PATH_MAX];
		struct proc_identity p;

		if (!proc_identity_read(s->pid[level][i], &p))
			fprintf(stderr, "  %8d  %-16s %s\n", (int)p.pid, plain_name(p.comm, comm),
				plain_name(p.exe, exe));
	}
	if (s->found[level] > LISTED_MAX)
		fprintf(stderr, "  and %zu more\n", s->found[level] - LISTED_MAX);
}

static pid_t name_find(const char *name)
{
	struct name_search search = {.name = name};

	ancestors_exclude(&search);
	proc_each(name_visit, &search);
	for (enum match_level level = 0; level < MATCH_LEVELS; level++) {
		if (search.found[level] == 1)
			return search.pid[level][0];
		if (search.found[level] > 1) {
			matches_print(&search, level);
			return 0;
		}
	}
	fprintf(stderr,
		"hud-record: no process matches %s\n"
		"  names of executables were compared, then comm; ps -eo pid,comm lists "
		"processes\n",
		name);
	return 0;
}

static pid_t pid_find(const char *text)
{
	struct proc_identity p;
	char *end;
	long pid = strtol(text, &end, 10);

	if (pid <= 0 || pid > INT32_MAX || *end || proc_identity_read((pid_t)pid, &p)) {
		fprintf(stderr,
			"hud-record: no process has the pid %s\n"
			"  it may have exited; ps -eo pid,comm lists processes\n",
			text);
		return 0;
	}
	if (p.kernel_thread) {
		fprintf(stderr,
			"hud-record: pid %s (%s) is a kernel thread\n  give the pid of a program\n",
			text, p.comm);
		return 0;
	}
	if (pid == getpid()) {
		fprintf(stderr,
			"hud-record: pid %s is hud-record itself\n  give the pid of a program\n",
			text);
		return 0;
	}
	return (pid_t)pid;
}

static void target_add(struct target_set *t, pid_t pid)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->pid[i] == pid)
			return;
	t->pid[t->count++] = pid;
}

static void label_set(struct target_set *t, const char *text)
{
	snprintf(t->label, sizeof(t->label), "%s", basename(text));
}

enum exit_code target_set_find(const struct target_request *request, size_t count,
			       struct target_set *out)
{
	*out = (struct target_set) {.start_fd = -1};
	for (size_t i = 0; i < count; i++) {
		const struct target_request *r = &request[i];
		bool number = strspn(r->text, "0123456789") == strlen(r->text);
		bool by_pid = r->kind == TARGET_PID || (r->kind == TARGET_ANY && number);
		pid_t pid = by_pid ? pid_find(r->text) : name_find(r->text);

		if (!pid)
			return EXIT_NO_TARGET;
		/* The id of any thread may be given. */
		target_add(out, proc_status_pid(pid, "Tgid:"));
	}
	label_set(out, request[0].text);
	return EXIT_RECORDED;
}

/* `start_fd` is close-on-exec: to hud-record, end of file means that the command runs. */
static _Noreturn void command_exec(char **command, int start_fd)
{
	char byte;
	int error;

	/* End of file instead of a byte: hud-record gave up. */
	if (read(start_fd, &byte, 1) != 1)
		_exit(127);
	execvp(command[0], command);
	error = errno;
	_exit(write(start_fd, &error, sizeof(error)) == (ssize_t)sizeof(error) ? 127 : 126);
}

enum exit_code target_set_spawn(char **command, struct target_set *out)
{
	int pair[2];
	pid_t child;

	*out = (struct target_set) {.start_fd = -1};
	label_set(out, command[0]);
	out->command = command[0];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		goto failed;
	child = fork();
	if (child < 0) {
		close(pair[0]);
		close(pair[1]);
		goto failed;
	}
	if (child == 0) {
		close(pair[0]);
		command_exec(command, pair[1]);
	}
	close(pair[1]);
	out->start_fd = pair[0];
	out->child = child;
	target_add(out, child);
	return EXIT_RECORDED;
failed:
	fprintf(stderr, "hud-record: cannot start %s: %s\n", command[0], strerror(errno));
	return EXIT_FAILED;
}

enum exit_code target_set_start(struct target_set *t)
{
	int error = 0;
	ssize_t got;

	if (t->start_fd < 0)
		return EXIT_RECORDED;
	if (send(t->start_fd, "", 1, MSG_NOSIGNAL) != 1)
		error = errno;
	do
		got = error ? 0 : read(t->start_fd, &error, sizeof(error));
	while (got < 0 && errno == EINTR);
	close(t->start_fd);
	t->start_fd = -1;
	if (!error)
		return EXIT_RECORDED;
	waitpid(t->child, NULL, 0);
	fprintf(stderr,
		"hud-record: cannot run %s: %s\n"
		"  give the path of a program that can be executed\n",
		t->command, strerror(error));
	return EXIT_NO_TARGET;
}

bool target_set_exited(const struct target_set *t, bool wait, int *status)
{
	return t->child && t->start_fd < 0 &&
	       waitpid(t->child, status, wait ? 0 : WNOHANG) == t->child;
}

void target_set_close(struct target_set *t)
{
	if (t->start_fd < 0)
		return;
	close(t->start_fd);
	t->start_fd = -1;
	waitpid(t->child, NULL, 0);
}
