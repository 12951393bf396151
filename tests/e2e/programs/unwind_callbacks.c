/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * unwind_callbacks [NAPS]: after a byte on stdin, threads that nap in callbacks of C libraries, in
 * signal handlers, in frames of all kinds and in generated code without unwind information. Each
 * thread is named for its situation.
 */
#include <alloca.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <zlib.h>

#define NOINLINE __attribute__((noinline, noclone))
#define KEEP() __asm__ volatile("" ::: "memory")
static int naps_wanted = 40;
static __thread int naps;

NOINLINE void nap(void)
{
	clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec) {.tv_nsec = 12000000}, NULL);
	naps++;
	KEEP();
}

static int compare_and_nap(const void *left, const void *right)
{
	if (naps < naps_wanted)
		nap();
	return *(const int *)left - *(const int *)right;
}

static NOINLINE void in_qsort(void)
{
	int numbers[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};

	qsort(numbers, sizeof(numbers) / sizeof(*numbers), sizeof(*numbers), compare_and_nap);
	KEEP();
}

static void *allocate_and_nap(void *context, unsigned items, unsigned bytes)
{
	(void)context;
	nap();
	return calloc(items, bytes);
}

static void release(void *context, void *memory)
{
	(void)context;
	free(memory);
}

static NOINLINE void in_libz(void)
{
	z_stream stream = {.zalloc = allocate_and_nap, .zfree = release};

	deflateInit(&stream, 1);
	deflateEnd(&stream);
	KEEP();
}

static void handle_and_nap(int number)
{
	(void)number;
	nap();
}

static NOINLINE void in_signal(void)
{
	volatile int here = 1;

	pthread_kill(pthread_self(), SIGUSR1);
	here++;
}

static NOINLINE void in_signal_of_its_own_stack(void)
{
	volatile int here = 1;

	pthread_kill(pthread_self(), SIGUSR2);
	here++;
}

static NOINLINE void in_realigned(void)
{
	_Alignas(64) volatile char aligned[64];
	volatile char *more = alloca(100 + (size_t)naps);

	aligned[0] = more[0] = 1;
	nap();
	naps += !aligned[0];
}

static NOINLINE void in_huge(void)
{
	volatile char room[100000];

	room[0] = 1;
	nap();
	naps += !room[0];
}

static NOINLINE void nested(int depth)
{
	volatile char room[40];

	room[0] = 1;
	if (depth)
		nested(depth - 1);
	else
		nap();
	naps += !room[0];
}

static NOINLINE void in_depth(void)
{
	nested(300);
	KEEP();
}

static void *code_make(const uint8_t *code, size_t bytes)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		exit(99);
	memcpy(page, code, bytes);
	return page;
}

static void (*jit_bare)(void (*)(void)), (*jit_framed)(void (*)(void));

static void jit_make(void)
{
	/* push rbx; mov rbx, rbp; xor ebp, ebp; call rdi; mov rbp, rbx; pop rbx; ret */
	static const uint8_t bare[] = {0x53, 0x48, 0x89, 0xeb, 0x31, 0xed, 0xff,
				       0xd7, 0x48, 0x89, 0xdd, 0x5b, 0xc3};
	/* push rbp; mov rbp, rsp; call rdi; pop rbp; ret */
	static const uint8_t framed[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};

	*(void **)&jit_bare = code_make(bare, sizeof(bare));
	*(void **)&jit_framed = code_make(framed, sizeof(framed));
}

static NOINLINE void in_jit(void)
{
	jit_bare(nap);
	KEEP();
}

static NOINLINE void in_jit_with_frames(void)
{
	jit_framed(nap);
	KEEP();
}

static const struct situation {
	const char *name;
	void (*run)(void);
} situations[] = {
	{"qsort", in_qsort},
	{"libz", in_libz},
	{"signal", in_signal},
	{"altstack", in_signal_of_its_own_stack},
	{"realigned", in_realigned},
	{"huge", in_huge},
	{"depth", in_depth},
	{"jit", in_jit},
	{"jit-frames", in_jit_with_frames},
};
#define SITUATIONS (sizeof(situations) / sizeof(situations[0]))

static void *thread_run(void *context)
{
	const struct situation *s = context;
	stack_t other = {.ss_size = 65536, .ss_sp = malloc(65536)};

	sigaltstack(&other, NULL);
	pthread_setname_np(pthread_self(), s->name);
	while (naps < naps_wanted)
		s->run();
	return NULL;
}

int main(int argc, char **argv)
{
	struct sigaction on_stack = {.sa_handler = handle_and_nap};
	struct sigaction on_its_own = {.sa_handler = handle_and_nap, .sa_flags = SA_ONSTACK};
	pthread_t thread[SITUATIONS];

	sigaction(SIGUSR1, &on_stack, NULL);
	sigaction(SIGUSR2, &on_its_own, NULL);
	if (argc > 1)
		naps_wanted = atoi(argv[1]);
	jit_make();
	puts("ready");
	fflush(stdout);
	getchar();
	for (size_t i = 0; i < SITUATIONS; i++)
		if (pthread_create(&thread[i], NULL, thread_run, (void *)&situations[i]))
			return 99;
	for (size_t i = 0; i < SITUATIONS; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
