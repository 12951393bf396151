/* SPDX-License-Identifier: MIT OR Apache-2.0 */

/*
 * A program with known answers for the test in a virtual machine: each thread is named for the one
 * thing it does, and does it for ever. Built static, not as PIE, and with frame pointers, so that
 * its stacks need no plan.
 */

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS 1000000l

static pthread_mutex_t fought_over = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t never_given = PTHREAD_MUTEX_INITIALIZER;

/* Out of line, and not left by a tail call: it must stand in the stack. */
#define IN_STACK __attribute__((noinline, noclone))
#define STAY() __asm__ volatile("" ::: "memory")

static IN_STACK void sleep_ms(long ms)
{
	struct timespec time = {0, ms * NS_PER_MS};

	nanosleep(&time, NULL);
	STAY();
}

static IN_STACK void *sleeper_thread(void *unused)
{
	for (;;) {
		sleep_ms(20);
		STAY();
	}
	return unused;
}

static IN_STACK void take_the_lock(void)
{
	pthread_mutex_lock(&fought_over);
	STAY();
}

static IN_STACK void give_the_lock(void)
{
	pthread_mutex_unlock(&fought_over);
	STAY();
}

static IN_STACK void *holder_thread(void *unused)
{
	for (;;) {
		take_the_lock();
		sleep_ms(20);
		give_the_lock();
		sleep_ms(10);
		STAY();
	}
	return unused;
}

/* Comes back while the holder has it: its waits are of one futex, and the holder ends each. */
static IN_STACK void *waiter_thread(void *unused)
{
	for (;;) {
		take_the_lock();
		give_the_lock();
		sleep_ms(3);
		STAY();
	}
	return unused;
}

static long cpu_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1000 + time.tv_nsec / NS_PER_MS;
}

static IN_STACK void burn_ms(long ms)
{
	long end = cpu_ms() + ms;

	do {
		for (volatile int i = 0; i < 20000; i++)
			;
	} while (cpu_ms() < end);
	STAY();
}

static IN_STACK void *burner_thread(void *unused)
{
	for (;;) {
		burn_ms(30);
		sleep_ms(10);
		STAY();
	}
	return unused;
}

static IN_STACK void lock_again(void)
{
	pthread_mutex_lock(&never_given);
	STAY();
}

static IN_STACK void *stuck_thread(void *unused)
{
	pthread_mutex_lock(&never_given);
	lock_again(); /* a normal mutex: never comes back */
	STAY();
	return unused;
}

/*
 * Burns CPU and refers to nothing outside, so it runs at any address: it is mapped once more below,
 * and begins a page of its own.
 */
static IN_STACK __attribute__((aligned(4096))) void spin_in_a_copy(unsigned long rounds)
{
	for (volatile unsigned long i = 0; i < rounds; i++)
		;
}

/* How many rounds of the above are some 20 ms here. */
static unsigned long rounds_of_20_ms(void)
{
	unsigned long rounds = 10000;
	long begin;

	do {
		rounds *= 2;
		begin = cpu_ms();
		spin_in_a_copy(rounds);
	} while (cpu_ms() - begin < 20);
	return rounds;
}

extern const char __executable_start[]; /* by the linker: where offset 0 of the file is mapped */

/* Maps the function's page of the file anew, runs it there, and lets it stay. */
static void run_a_copy(int file, unsigned long rounds)
{
	off_t offset = (const char *)spin_in_a_copy - __executable_start;
	void *copy = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, offset);

	if (copy == MAP_FAILED)
		perror("blocker: mmap");
	else
		((void (*)(unsigned long))copy)(rounds);
}

static bool thread_begin(void *(*body)(void *), const char *name)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, NULL)) {
		fprintf(stderr, "blocker: no thread %s\n", name);
		return false;
	}
	pthread_setname_np(thread, name);
	return true;
}

int main(void)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	unsigned long rounds = rounds_of_20_ms();

	if (!thread_begin(sleeper_thread, "sleeper") || !thread_begin(holder_thread, "holder") ||
	    !thread_begin(waiter_thread, "waiter") || !thread_begin(burner_thread, "burner") ||
	    !thread_begin(stuck_thread, "stuck"))
		return 1;
	for (;;) {
		sleep(1);
		run_a_copy(file, rounds);
	}
}
