/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * storm WHAT COUNT [LIBRARY]: does something COUNT times, after a byte on stdin, and prints how
 * often it did; ends after another byte. WHAT: `threads` that start, nap and end, at most 64 at
 * once; `churn`: the same, one every 10 ms; `forks` of children that end at once; `execs` of
 * /bin/true in children; `loads` of LIBRARY, which is unloaded again; `naps` of 3 ms in each of 50
 * threads, COUNT in all.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 64
#define NAPPERS 50

static sem_t room;
static atomic_long done;

static void nap(long us)
{
	struct timespec t = {.tv_nsec = us * 1000};

	nanosleep(&t, NULL);
}

static void *short_life(void *unused)
{
	nap(200);
	done++;
	sem_post(&room);
	return unused;
}

static void threads(long count, long apart_us)
{
	pthread_attr_t small;

	sem_init(&room, 0, AT_ONCE);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
	for (long i = 0; i < count; i++) {
		pthread_t thread;

		sem_wait(&room);
		if (pthread_create(&thread, &small, short_life, NULL))
			exit(99);
		if (apart_us)
			nap(apart_us);
	}
	for (int i = 0; i < AT_ONCE; i++)
		sem_wait(&room);
}

static void children(long count, const char *program)
{
	for (long i = 0; i < count; i++) {
		pid_t child = fork();

		if (child == 0 && program)
			execl(program, program, NULL);
		if (child == 0)
			_exit(0);
		if (child < 0 || waitpid(child, NULL, 0) != child)
			exit(99);
		done++;
	}
}

static void loads(long count, const char *library)
{
	for (long i = 0; i < count; i++) {
		void *handle = dlopen(library, RTLD_NOW);

		if (!handle || dlclose(handle))
			exit(99);
		done++;
	}
}

static void *napper(void *share)
{
	for (long i = 0; i < *(long *)share; i++) {
		nap(3000);
		done++;
	}
	return NULL;
}

static pthread_barrier_t begun;

static void *napper_begin(void *share)
{
	pthread_barrier_wait(&begun);
	return napper(share);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	long count = argc > 2 ? atol(argv[2]) : 0, share = count / NAPPERS;
	pthread_t thread[NAPPERS];

	pthread_barrier_init(&begun, NULL, NAPPERS + 1);
	for (int i = 0; !strcmp(what, "naps") && i < NAPPERS; i++)
		pthread_create(&thread[i], NULL, napper_begin, &share);
	puts("ready");
	fflush(stdout);
	getchar();
	if (!strcmp(what, "threads"))
		threads(count, 0);
	else if (!strcmp(what, "churn"))
		threads(count, 10000);
	else if (!strcmp(what, "forks"))
		children(count, NULL);
	else if (!strcmp(what, "execs"))
		children(count, "/bin/true");
	else if (!strcmp(what, "loads"))
		loads(count, argv[3]);
	else if (!strcmp(what, "naps"))
		pthread_barrier_wait(&begun);
	for (int i = 0; !strcmp(what, "naps") && i < NAPPERS; i++)
		pthread_join(thread[i], NULL);
	printf("%ld\n", (long)done);
	fflush(stdout);
	getchar();
	return 0;
}
