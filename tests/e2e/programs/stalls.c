/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Finds out when the machine stalled. On each CPU a thread of the highest real-time priority is
 * due to run every millisecond. Where it runs late the CPU did not run, or ran with interrupts
 * off. Prints "ready"; at the end of stdin a line for each stall: when the thread ran last and
 * when it ran again, in ns of CLOCK_MONOTONIC.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 1000000
#define LATE_NS 500000
#define STOPS_MAX 100000

struct watch {
	pthread_t thread;
	int cpu;
	int count;
	struct {
		int64_t seen_ns, again_ns;
	} stop[STOPS_MAX];
};

static atomic_bool over;

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void sleep_until(int64_t due_ns)
{
	struct timespec due = {.tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static void *watch_run(void *argument)
{
	struct watch *w = argument;
	int64_t seen_ns = now_ns();

	while (!over) {
		int64_t due_ns = seen_ns + PERIOD_NS, again_ns;

		sleep_until(due_ns);
		again_ns = now_ns();
		if (again_ns > due_ns + LATE_NS && w->count < STOPS_MAX) {
			w->stop[w->count].seen_ns = seen_ns;
			w->stop[w->count++].again_ns = again_ns;
		}
		seen_ns = again_ns;
	}
	return NULL;
}

static bool watch_start(struct watch *w)
{
	struct sched_param first = {.sched_priority = sched_get_priority_max(SCHED_FIFO)};
	pthread_attr_t attributes;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(w->cpu, &cpu);
	pthread_attr_init(&attributes);
	return !pthread_attr_setaffinity_np(&attributes, sizeof(cpu), &cpu) &&
	       !pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED) &&
	       !pthread_attr_setschedpolicy(&attributes, SCHED_FIFO) &&
	       !pthread_attr_setschedparam(&attributes, &first) &&
	       !pthread_create(&w->thread, &attributes, watch_run, w);
}

int main(void)
{
	struct watch *watch;
	cpu_set_t allowed;
	int count = 0;
	char byte;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return 1;
	watch = calloc((size_t)CPU_COUNT(&allowed), sizeof(*watch));
	if (!watch)
		return 1;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		watch[count].cpu = cpu;
		if (!watch_start(&watch[count++])) {
			fprintf(stderr, "stalls: no real-time thread on CPU %d\n", cpu);
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	over = true;
	for (int i = 0; i < count; i++) {
		pthread_join(watch[i].thread, NULL);
		for (int k = 0; k < watch[i].count; k++)
			printf("%lld %lld\n", (long long)watch[i].stop[k].seen_ns,
			       (long long)watch[i].stop[k].again_ns);
	}
	return 0;
}
