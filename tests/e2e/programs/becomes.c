/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* After a byte on stdin a thread that is not the leader executes argv[1...]; others sleep. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char **command;

static void *sleeper(void *unused)
{
	for (;;)
		usleep(20000);
	return unused;
}

static void *executes(void *unused)
{
	getchar();
	execv(command[0], command);
	_exit(97);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc < 2)
		return 98;
	command = argv + 1;
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, sleeper, NULL))
			return 99;
	puts("ready");
	fflush(stdout);
	if (pthread_create(&thread, NULL, executes, NULL))
		return 99;
	pthread_join(thread, NULL);
	return 0;
}
