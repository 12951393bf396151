/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/live/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void recorder_program(char out[RECORDER_BYTES])
{
	char own[RECORDER_BYTES - 16];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;

	snprintf(out, RECORDER_BYTES, "hud-record");
	if (length <= 0)
		return;
	own[length] = '\0';
	slash = strrchr(own, '/');
	if (!slash)
		return;
	*slash = '\0';
	snprintf(out, RECORDER_BYTES, "%s/hud-record", own);
	if (access(out, X_OK))
		snprintf(out, RECORDER_BYTES, "hud-record");
}

/* Runs a command on the terminal and waits. Its exit status, 1 of a signal; or a negative errno. */
static int run(char *const command[])
{
	int status, err;
	pid_t child;

	err = posix_spawnp(&child, command[0], NULL, NULL, command, environ);
	if (err)
		return -err;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static enum exit_status password_ask(void)
{
	char *const command[] = {"sudo", "-v", NULL};
	int status = run(command);

	if (status == 0)
		return STATUS_DONE;
	if (status < 0)
		return message(STATUS_INPUT,
			       "as root: hud-record … -o - | hud-analyze live -, or install sudo",
			       "cannot run sudo: %s", strerror(-status));
	return message(STATUS_INPUT,
		       "record on your own: sudo hud-record … -o - | hud-analyze live -",
		       "sudo does not let hud-record run");
}

static int spawn(struct recorder *r, char *const command[], int write_end)
{
	posix_spawn_file_actions_t files;
	int err;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, write_end, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, r->errors, STDERR_FILENO);
	err = posix_spawnp(&r->process, command[0], &files, NULL, command, environ);
	posix_spawn_file_actions_destroy(&files);
	return err;
}

static enum exit_status start(struct recorder *r, const char *target)
{
	char program[RECORDER_BYTES];
	char *command[8];
	size_t count = 0;
	int ends[2], err;

	recorder_program(program);
	if (geteuid() != 0)
		command[count++] = "sudo";
	command[count++] = program;
	command[count++] = "-q";
	command[count++] = "-o";
	command[count++] = "-";
	command[count++] = (char *)target;
	command[count] = NULL;
	if (pipe2(ends, O_CLOEXEC))
		return message(STATUS_SYSTEM, NULL, "cannot make a pipe: %s", strerror(errno));
	err = spawn(r, command, ends[1]);
	close(ends[1]);
	if (err) {
		close(ends[0]);
		return message(STATUS_SYSTEM,
			       command[0] == program ? "it is installed with hud-analyze" : NULL,
			       "cannot run %s: %s", command[0], strerror(err));
	}
	r->output = ends[0];
	return STATUS_DONE;
}

enum exit_status recorder_start(const char *target, struct recorder *out)
{
	enum exit_status status = geteuid() == 0 ? STATUS_DONE : password_ask();

	*out = (struct recorder) {.output = -1, .errors = -1};
	if (status != STATUS_DONE)
		return status;
	out->errors = memfd_create("hud-record-messages", MFD_CLOEXEC);
	if (out->errors < 0)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	status = start(out, target);
	if (status != STATUS_DONE)
		recorder_end(out, false);
	return status;
}

bool recorder_writes(const struct recorder *r)
{
	struct pollfd ready = {.fd = r->output, .events = POLLIN};

	while (poll(&ready, 1, -1) < 0 && errno == EINTR)
		;
	return ready.revents & POLLIN;
}

static void errors_print(int file)
{
	char part[4096];
	ssize_t got;

	for (off_t at = 0; (got = pread(file, part, sizeof(part), at)) > 0; at += got)
		fwrite(part, 1, (size_t)got, stderr);
}

void recorder_end(struct recorder *r, bool print_errors)
{
	int status;

	if (r->output >= 0) {
		close(r->output);
		while (waitpid(r->process, &status, 0) < 0 && errno == EINTR)
			;
	}
	if (r->errors >= 0) {
		if (print_errors)
			errors_print(r->errors);
		close(r->errors);
	}
	*r = (struct recorder) {.output = -1, .errors = -1};
}
