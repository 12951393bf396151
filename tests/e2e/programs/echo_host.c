/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Loads the libraries named on its command line, and runs the echo server in each. A digit on
 * standard input is a byte for the server of that number; any other byte is one for the first.
 * After -l it waits for a byte before it loads them.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SERVERS_MAX 8

struct server {
	void (*run)(void);
	int input; /* where bytes for it are written */
	pthread_t thread;
};

static void *symbol_find(void *library, const char *name)
{
	void *symbol = library ? dlsym(library, name) : NULL;

	if (!symbol) {
		fprintf(stderr, "echo_host: %s\n", dlerror());
		exit(1);
	}
	return symbol;
}

static void server_load(struct server *s, const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void (*input)(int) = (void (*)(int))symbol_find(library, "echo_input");
	int ends[2];

	s->run = (void (*)(void))symbol_find(library, "echo_run");
	if (pipe(ends)) {
		perror("echo_host: pipe");
		exit(1);
	}
	s->input = ends[1];
	input(ends[0]);
}

static void *server_run(void *server)
{
	((struct server *)server)->run();
	return NULL;
}

int main(int argc, char **argv)
{
	struct server server[SERVERS_MAX];
	bool late = argc > 1 && !strcmp(argv[1], "-l");
	int count, byte;

	if (late) {
		puts("ready");
		fflush(stdout);
		getchar();
	}
	argc -= late;
	argv += late;
	count = argc - 1 < SERVERS_MAX ? argc - 1 : SERVERS_MAX;
	for (int i = 0; i < count; i++)
		server_load(&server[i], argv[i + 1]);
	for (int i = 0; i < count; i++)
		pthread_create(&server[i].thread, NULL, server_run, &server[i]);
	while (count && (byte = getchar()) != EOF) {
		char one = (char)byte;
		int number = byte - '0';

		if (write(server[number >= 0 && number < count ? number : 0].input, &one, 1) != 1)
			return 1;
	}
	return 0;
}
