/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * crowd [THREADS [STATUS]]: threads that each nap for 20 ms again and again, until a byte or the
 * end of file comes on stdin. Then ends with STATUS.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_bool over;

__attribute__((noinline)) void nap_in_a_crowd(void)
{
	usleep(20000);
	__asm__ volatile("");
}

static void *member(void *unused)
{
	while (!over)
		nap_in_a_crowd();
	return unused;
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 1;
	int status = argc > 2 ? atoi(argv[2]) : 0;
	pthread_t *thread = calloc((size_t)threads, sizeof(*thread));
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], &small, member, NULL))
			return 99;
	puts("ready");
	fflush(stdout);
	getchar();
	over = true;
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	return status;
}
