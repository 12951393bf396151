/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * unwind_broker FILE: hud-record's plan broker and nothing else of it. Requests a plan of FILE and
 * copies the answer to stdout, after what /proc has on the broker and the analyzer.
 */
#include "recorder/plan/broker.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Prints lines of a file in /proc, each after `key`; the sandboxed process cannot read it. */
static void proc_print(const char *key, int pid, const char *name)
{
	char path[64], line[1024];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		printf("%s %s", key, line);
	if (f)
		fclose(f);
}

static int child_of(int pid)
{
	char path[64];
	int child = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%d", &child) != 1)
		child = 0;
	if (f)
		fclose(f);
	return child;
}

static bool is_analyzer(int pid)
{
	char path[64], name[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "r");
	if (f && !fgets(name, sizeof(name), f))
		name[0] = 0;
	if (f)
		fclose(f);
	return !strcmp(name, "hud-analyze\n");
}

/* The pid of the analyzer as soon as it runs (it sleeps at first); 0 if it does not within 10 s. */
static int analyzer_await(int broker)
{
	for (int tries = 0; tries < 1000; tries++) {
		int child = child_of(broker);

		if (child && is_analyzer(child))
			return child;
		usleep(10000);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct plan_broker broker;
	char data[65536];
	int fd, pipe_fd, error, analyzer;
	ssize_t got;

	if (argc != 2)
		return 98;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	/* Descriptors that the broker and the analyzer must not inherit. */
	for (int i = 0; i < 20; i++)
		open("/etc/hostname", O_RDONLY);
	error = plan_broker_open(&broker);
	if (error) {
		printf("no broker: %s\n", strerror(-error));
		return 1;
	}
	pipe_fd = plan_broker_request(&broker, fd, -1);
	if (pipe_fd < 0) {
		printf("no request: %s\n", strerror(-pipe_fd));
		return 1;
	}
	analyzer = analyzer_await(broker.pid);
	printf("broker-pid %d\n", broker.pid);
	proc_print("broker", broker.pid, "status");
	proc_print("status", analyzer, "status");
	proc_print("stat", analyzer, "stat");
	fflush(stdout);
	while ((got = read(pipe_fd, data, sizeof(data))) > 0)
		if (write(1, data, (size_t)got) != got)
			return 1;
	plan_broker_close(&broker);
	return 0;
}
