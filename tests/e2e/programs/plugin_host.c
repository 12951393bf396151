/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* After a byte on stdin: loads library argv[1] and calls its nap_in_a_plugin in a new thread. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void (*nap)(void);

static void *newcomer(void *unused)
{
	pthread_setname_np(pthread_self(), "newcomer");
	for (int i = 0; i < 40; i++)
		nap();
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	void *library;

	if (argc != 2)
		return 98;
	puts("ready");
	fflush(stdout);
	getchar();
	library = dlopen(argv[1], RTLD_NOW);
	if (!library)
		return 99;
	*(void **)&nap = dlsym(library, "nap_in_a_plugin");
	if (!nap || pthread_create(&thread, NULL, newcomer, NULL))
		return 99;
	pthread_join(thread, NULL);
	puts("done");
	fflush(stdout);
	getchar();
	return 0;
}
