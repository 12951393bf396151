/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * pipe FILE [ROUNDS]: two threads pass one byte back and forth through two pipes, which switches
 * threads twice a round when both are confined to one CPU. The number of rounds is in FILE, eight
 * bytes that a reader maps too. ROUNDS limits the rounds a second; without it, as many as it can.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull

struct ends {
	int from, to;
};

static int hand_on(const struct ends *e)
{
	char byte;

	return read(e->from, &byte, 1) == 1 && write(e->to, &byte, 1) == 1 ? 0 : -1;
}

static void *answer(void *context)
{
	const struct ends *e = context;

	while (!hand_on(e))
		;
	perror("pipe");
	exit(1);
}

static void wait_until(uint64_t ns)
{
	struct timespec at = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static int ask_for_ever(const struct ends *e, _Atomic uint64_t *counter, uint64_t pause_ns)
{
	uint64_t next = clock_now();
	char byte = 0;

	for (uint64_t rounds = 1;; rounds++) {
		if (write(e->to, &byte, 1) != 1 || read(e->from, &byte, 1) != 1)
			return -1;
		atomic_store_explicit(counter, rounds, memory_order_relaxed);
		if (pause_ns)
			wait_until(next += pause_ns);
	}
}

int main(int argc, char **argv)
{
	uint64_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	_Atomic uint64_t *counter = MAP_FAILED;
	int there[2], back[2], file;
	struct ends mine, other;
	pthread_t thread;

	if (argc < 2) {
		fputs("usage: pipe FILE [ROUNDS]\n", stderr);
		return 2;
	}
	file = open(argv[1], O_RDWR | O_CLOEXEC);
	if (file >= 0)
		counter = mmap(NULL, sizeof(*counter), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (counter == MAP_FAILED || pipe(there) || pipe(back)) {
		perror(argv[1]);
		return 1;
	}
	mine = (struct ends) {back[0], there[1]};
	other = (struct ends) {there[0], back[1]};
	if (pthread_create(&thread, NULL, answer, &other) ||
	    ask_for_ever(&mine, counter, rounds ? NS_PER_S / rounds : 0))
		perror("pipe");
	return 1;
}
