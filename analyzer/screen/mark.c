/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/mark.h"
#include "analyzer/live/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The first line that comes through the pipe; the rest is dropped. */
static void first_line(int pipe, char *answer, size_t room)
{
	size_t used = 0;
	ssize_t got;

	while (used + 1 < room && (got = read(pipe, answer + used, room - used - 1)) > 0)
		used += (size_t)got;
	answer[used] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
}

static int start(int64_t pid, const char *text, int in, int out, pid_t *child)
{
	char program[RECORDER_BYTES];
	char target[32];
	char *const command[] = {program, "mark", "-r", target, "--", (char *)text, NULL};
	posix_spawn_file_actions_t files;
	int err;

	recorder_program(program);
	snprintf(target, sizeof(target), "%" PRId64, pid);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
	posix_spawn_file_actions_addclose(&files, in);
	err = posix_spawnp(child, program, &files, NULL, command, environ);
	posix_spawn_file_actions_destroy(&files);
	return err;
}

bool mark_send(int64_t pid, const char *text, char *answer, size_t room)
{
	int ends[2], status = -1, err;
	pid_t child;

	snprintf(answer, room, "out of file descriptors");
	if (pipe2(ends, O_CLOEXEC))
		return false;
	err = start(pid, text, ends[0], ends[1], &child);
	close(ends[1]);
	if (err) {
		snprintf(answer, room, "hud-record: %s", strerror(err));
	} else {
		first_line(ends[0], answer, room);
		waitpid(child, &status, 0);
	}
	close(ends[0]);
	return !err && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
