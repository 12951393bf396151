/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/*
 * gaps SECONDS: reads the clock all the time, so that an interruption of the thread shows as a gap
 * between two readings. Prints every SECONDS: gaps a second, and ns a second lost in them. Runs
 * until it is killed.
 *
 * In a gap of a millisecond or more another program ran; it is left out.
 */

#define GAP_NS 400
#define TURN_NS 1000000
#define NS_PER_S 1000000000ull

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void gaps_count(double seconds)
{
	uint64_t begin = now_ns(), before = begin, now, gaps = 0, lost_ns = 0;

	do {
		now = now_ns();
		if (now - before > GAP_NS && now - before < TURN_NS) {
			gaps++;
			lost_ns += now - before;
		}
		before = now;
	} while ((double)(now - begin) < seconds * 1e9);
	printf("%.0f %.0f\n", (double)gaps / seconds, (double)lost_ns / seconds);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	double seconds = argc == 2 ? strtod(argv[1], NULL) : 0;

	if (seconds <= 0) {
		fputs("usage: gaps SECONDS\n", stderr);
		return 2;
	}
	for (;;)
		gaps_count(seconds);
}
