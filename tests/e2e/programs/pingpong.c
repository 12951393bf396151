/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * pingpong [PAIRS [SECONDS]]: pairs of threads that pass a byte back and forth through pipes, for
 * SECONDS after a byte on stdin. All threads exist before that, so that a recorder sees them from
 * their first switch on. At the end prints on one line how often they went to sleep (ru_nvcsw), and
 * how many ns this took.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PAIRS_MAX 64

struct pair {
	int there[2], back[2];
	pthread_t thread[2];
};

static pthread_barrier_t begun;
static atomic_bool over;
static atomic_long sleeps;

static long own_sleeps(void)
{
	struct rusage used;

	getrusage(RUSAGE_THREAD, &used);
	return used.ru_nvcsw;
}

static void *ping(void *argument)
{
	struct pair *p = argument;
	char byte = 0;
	long before;

	pthread_barrier_wait(&begun);
	before = own_sleeps();
	do {
		byte = over;
		if (write(p->there[1], &byte, 1) != 1 || read(p->back[0], &byte, 1) != 1)
			abort();
	} while (!byte);
	sleeps += own_sleeps() - before;
	return NULL;
}

static void *pong(void *argument)
{
	struct pair *p = argument;
	char byte = 0;
	long before;

	pthread_barrier_wait(&begun);
	before = own_sleeps();
	do {
		if (read(p->there[0], &byte, 1) != 1 || write(p->back[1], &byte, 1) != 1)
			abort();
	} while (!byte);
	sleeps += own_sleeps() - before;
	return NULL;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int main(int argc, char **argv)
{
	static struct pair pair[PAIRS_MAX];
	int pairs = argc > 1 ? atoi(argv[1]) : 1;
	double seconds = argc > 2 ? atof(argv[2]) : 1;
	uint64_t start;

	if (pairs > PAIRS_MAX)
		return 98;
	pthread_barrier_init(&begun, NULL, (unsigned)(2 * pairs + 1));
	for (int i = 0; i < pairs; i++)
		if (pipe(pair[i].there) || pipe(pair[i].back) ||
		    pthread_create(&pair[i].thread[0], NULL, ping, &pair[i]) ||
		    pthread_create(&pair[i].thread[1], NULL, pong, &pair[i]))
			return 99;
	puts("ready");
	fflush(stdout);
	getchar();
	pthread_barrier_wait(&begun);
	start = now_ns();
	usleep((useconds_t)(seconds * 1e6));
	over = true;
	for (int i = 0; i < pairs; i++) {
		pthread_join(pair[i].thread[0], NULL);
		pthread_join(pair[i].thread[1], NULL);
	}
	printf("%ld %llu\n", (long)sleeps, (unsigned long long)(now_ns() - start));
	fflush(stdout);
	getchar();
	return 0;
}
