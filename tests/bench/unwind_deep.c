/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Computes for ever at a stack depth of argv[1] frames, with frame pointers or without. */
#include <stdio.h>
#include <stdlib.h>

#define NOINLINE __attribute__((noinline, noclone))

static volatile unsigned long turns;

static NOINLINE void compute(void)
{
	for (;;)
		turns = turns * 6364136223846793005ul + 1442695040888963407ul;
}

static NOINLINE int below(int depth)
{
	volatile int kept = depth;

	if (depth > 0)
		below(depth - 1);
	else
		compute();
	return kept;
}

int main(int argc, char **argv)
{
	int depth = argc > 1 ? atoi(argv[1]) : 15;

	/* _start, __libc_start_main, __libc_start_call_main, main, …, compute */
	return below(depth - 6);
}
