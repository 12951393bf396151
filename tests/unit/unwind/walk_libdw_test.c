/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The stack of a stopped process, walked with plans, is the one that libdw finds. The process is
 * this program itself, as a child that gets into the situation of the test and stops. Its registers
 * and its memory are copied, and the copy is walked after the child has ended.
 */
#include "tests/unit/fixture/stopped_fixture.h"

#include <alloca.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>
#include <zlib.h>

#define NOINLINE __attribute__((noinline))
/* also keeps the call before it from becoming a tail call */
#define KEEP() __asm__ volatile("" ::: "memory")

static volatile int sink;

static NOINLINE void stop_here(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	tgkill(getpid(), gettid(), SIGSTOP);
	KEEP();
}

static NOINLINE int nested(int depth)
{
	char room[64 + 16 * (depth & 7)]; /* of variable size: some of these keep a frame pointer */

	memset(room, depth, sizeof(room));
	if (depth)
		sink += nested(depth - 1);
	else
		stop_here();
	KEEP();
	return sink + room[depth];
}

static void child_nested(void)
{
	sink += nested(20);
}

static int compare(const void *left, const void *right)
{
	if (++sink == 20)
		stop_here();
	return *(const int *)left - *(const int *)right;
}

static void child_qsort(void)
{
	int numbers[100];

	for (int i = 0; i < 100; i++)
		numbers[i] = i * 7919 % 101;
	qsort(numbers, 100, sizeof(*numbers), compare);
	sink += numbers[3];
}

static void on_signal(int number)
{
	sink += number;
	stop_here();
}

static NOINLINE void interrupted(int depth)
{
	char room[100];

	memset(room, depth, sizeof(room));
	if (depth)
		interrupted(depth - 1);
	else
		raise(SIGUSR1);
	KEEP();
	sink += room[7];
}

static void child_signal(void)
{
	signal(SIGUSR1, on_signal);
	interrupted(5);
}

static void child_signal_on_its_own_stack(void)
{
	stack_t other = {.ss_size = 65536, .ss_sp = malloc(65536)};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

	sigaltstack(&other, NULL);
	sigaction(SIGUSR1, &action, NULL);
	interrupted(5);
}

/*
 * Its first instruction faults. The address before it, which is what a return address is looked up
 * by, is not in this function.
 */
static NOINLINE void faults(void)
{
	__builtin_trap();
}

static void child_fault(void)
{
	signal(SIGILL, on_signal);
	sink++;
	faults();
	KEEP();
}

static NOINLINE void realigned(int bytes)
{
	_Alignas(64) volatile char aligned[64];
	char *more = alloca((size_t)bytes);

	aligned[0] = 1;
	memset(more, aligned[0], (size_t)bytes);
	stop_here();
	sink += aligned[0] + more[1];
}

static void child_realigned(void)
{
	realigned(1000 + sink);
	KEEP();
}

static NOINLINE void huge(void)
{
	volatile char room[100000];

	room[0] = 1;
	stop_here();
	sink += room[0];
}

static void child_huge(void)
{
	huge();
	KEEP();
}

static void *in_thread(void *context)
{
	sink += nested(3);
	return context;
}

static void child_thread(void)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, in_thread, NULL))
		pthread_join(thread, NULL);
}

/* libz is loaded, since libelf needs it: only its header is needed here. */
static void *z_alloc(void *context, unsigned items, unsigned bytes)
{
	if (++sink == 2)
		stop_here();
	(void)context;
	return calloc(items, bytes);
}

static void z_free(void *context, void *memory)
{
	(void)context;
	free(memory);
}

static void child_libz(void)
{
	void *z = dlopen("libz.so.1", RTLD_NOW);
	int (*open)(z_stream *, int, const char *, int);
	z_stream stream = {.zalloc = z_alloc, .zfree = z_free};

	*(void **)&open = z ? dlsym(z, "deflateInit_") : NULL;
	if (open)
		sink += open(&stream, 9, ZLIB_VERSION, (int)sizeof(stream));
}

/* Single-stepped: lazy binding, PLT, IFUNC, the vdso, prologues, epilogues, callbacks. */
static void child_steps(void)
{
	struct timespec now;
	int numbers[12];

	stop_here();
	clock_gettime(CLOCK_MONOTONIC, &now);
	sink += (int)now.tv_nsec + (int)strtol("42", NULL, 10);
	for (int i = 0; i < 12; i++)
		numbers[i] = i * 7 % 12;
	qsort(numbers, 12, sizeof(*numbers), compare);
	free(calloc(3, 300));
	sink += nested(2);
}

/* Code without call frame information, which sets rbp to 0 and calls the function that stops. */
static void child_jit(void)
{
	static const uint8_t code[] = {
		0x41, 0x54,       /* push r12 */
		0x49, 0x89, 0xec, /* mov r12, rbp */
		0x31, 0xed,       /* xor ebp, ebp */
		0xff, 0xd7,       /* call rdi */
		0x4c, 0x89, 0xe5, /* mov rbp, r12 */
		0x41, 0x5c,       /* pop r12 */
		0xc3,
	};
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void (*enter)(void (*)(void));

	memcpy(page, code, sizeof(code));
	*(void **)&enter = page;
	enter(stop_here);
	KEEP();
}

static const struct child {
	const char *name;
	void (*run)(void);
} children[] = {
	{"nested", child_nested}, {"qsort", child_qsort},
	{"signal", child_signal}, {"altstack", child_signal_on_its_own_stack},
	{"fault", child_fault},   {"realigned", child_realigned},
	{"huge", child_huge},     {"thread", child_thread},
	{"libz", child_libz},     {"steps", child_steps},
	{"jit", child_jit},
};

static int child_main(const char *name)
{
	alarm(60);
	for (size_t i = 0; i < sizeof(children) / sizeof(*children); i++) {
		if (!strcmp(children[i].name, name))
			children[i].run();
	}
	return 0;
}

/* Both have the same frames up to the root, and rules of all `types` were used. */
static void check(const char *name, uint32_t frames_min, uint32_t types)
{
	struct stopped s;
	struct seen seen;
	struct walked w;

	if (!stopped_start(&s, name, true))
		fail_msg("%s: the child did not stop", name);
	libdw_walk(&s, &seen);
	child_end(&s);
	walk(&s.space, &s.memory, s.registers, &w);
	if (!same(&w, &seen) || w.stop != HUD_STOP_ROOT || w.frame_pointer_from) {
		addresses_print("hud  ", &s.space, w.address, w.frames);
		addresses_print("libdw", &s.space, seen.address, seen.frames);
		fail_msg("%s: %u frames, stop %u, libdw %u", name, w.frames, w.stop, seen.frames);
	}
	if (w.frames < frames_min || (w.types & types) != types)
		fail_msg("%s: %u frames by rule types 0x%x: not what was meant", name, w.frames,
			 w.types);
	print_message("%s: %u frames, rule types 0x%x\n", name, w.frames, w.types);
	stopped_free(&s);
}

#define TYPE(name) (1u << HUD_RULE_##name)
#if defined(__x86_64__)
#define X86_TYPE(name) TYPE(name)
#else
#define X86_TYPE(name) 0u
#endif

static void nested_calls_without_frame_pointers(void **state)
{
	(void)state;
	check("nested", 24, TYPE(CFA_SP) | TYPE(ROOT));
}

static void a_callback_of_qsort(void **state)
{
	(void)state;
	check("qsort", 8, TYPE(ROOT));
}

static void a_handler_on_the_stack_it_interrupted(void **state)
{
	(void)state;
	check("signal", 12, TYPE(SIGNAL) | TYPE(ROOT));
}

static void a_handler_on_a_stack_of_its_own(void **state)
{
	(void)state;
	check("altstack", 12, TYPE(SIGNAL) | TYPE(ROOT));
}

static void a_fault_at_the_first_instruction_of_a_function(void **state)
{
	(void)state;
	check("fault", 7, TYPE(SIGNAL) | TYPE(ROOT));
}

static void a_realigned_stack(void **state)
{
	(void)state;
	check("realigned", 5, X86_TYPE(CFA_FP_DEREF) | TYPE(ROOT));
}

static void a_frame_of_100_kilobytes(void **state)
{
	(void)state;
	check("huge", 5, X86_TYPE(CFA_SP_FAR) | TYPE(ROOT));
}

static void the_root_of_a_thread(void **state)
{
	(void)state;
	check("thread", 8, TYPE(ROOT));
}

static void an_allocator_called_by_libz(void **state)
{
	(void)state;
	check("libz", 5, TYPE(ROOT));
}

/*
 * The one difference: the dynamic linker's entry for lazy binding has its CFA in rbx, which hud
 * does not follow. The frames before it are right. (libdw fails there too, if the callee saved
 * rbx.)
 */
static bool in_lazy_binding(const struct stopped *s, const struct walked *w,
			    const struct seen *seen)
{
	const struct mapped *last = space_find(&s->space, w->address[w->frames - 1]);

	return w->stop == HUD_STOP_UNSUPPORTED && w->frames <= seen->frames && last &&
	       last->plan == plan_for(s->linker) &&
	       !memcmp(w->address, seen->address, w->frames * sizeof(*w->address));
}

/* Single-steps through the dynamic linker, libc and the vdso. */
static void every_instruction_of_a_program(void **state)
{
	enum { STEPS = 60000 };
	size_t steps = 0, compared = 0, plt = 0, different = 0, vdso = 0, lazy = 0;
	struct stopped s;
	int status;

	(void)state;
	if (!stopped_start(&s, "steps", false))
		fail_msg("the child did not stop");
	while (steps < STEPS && !ptrace(PTRACE_SINGLESTEP, s.tid, NULL, NULL)) {
		struct walked w;
		struct seen seen;

		if (waitpid(s.tid, &status, __WALL) < 0 || !WIFSTOPPED(status) ||
		    WSTOPSIG(status) != SIGTRAP)
			break;
		/*
		 * The dynamic linker's search for names is long: every 16th instruction of it will
		 * do.
		 */
		if (steps++ > 4000 && steps % 16)
			continue;
		registers_read(&s);
		walk(&s.space, &s.memory, s.registers, &w);
		libdw_walk(&s, &seen);
		compared++;
		plt += (w.types & X86_TYPE(PLT)) != 0;
		vdso += space_find(&s.space, s.registers.pc) &&
			space_find(&s.space, s.registers.pc)->plan == plan_for("[vdso]");
		if (same(&w, &seen) && w.stop == HUD_STOP_ROOT)
			continue;
		if (in_lazy_binding(&s, &w, &seen)) {
			lazy++;
			continue;
		}
		if (different++ < 10) {
			print_message("step %zu, stop %u, fp from %u\n", steps, w.stop,
				      w.frame_pointer_from);
			addresses_print("  hud  ", &s.space, w.address, w.frames);
			addresses_print("  libdw", &s.space, seen.address, seen.frames);
		}
	}
	print_message("%zu instructions, %zu compared, %zu in a PLT, %zu in the vdso, "
		      "%zu after lazy binding, "
		      "%zu different\n",
		      steps, compared, plt, vdso, lazy, different);
	child_end(&s);
	stopped_free(&s);
	assert_true(compared > 3000);
	assert_int_equal(different, 0);
}

/* It has neither call frame information nor a frame pointer, so the walk ends at it. */
static void code_without_unwind_information_ends_the_walk(void **state)
{
	struct stopped s;
	struct walked w;

	(void)state;
#if !defined(__x86_64__)
	skip();
#endif
	if (!stopped_start(&s, "jit", true))
		fail_msg("the child did not stop");
	child_end(&s);
	walk(&s.space, &s.memory, s.registers, &w);
	print_message("%u frames, stop %u\n", w.frames, w.stop);
	assert_int_equal(w.stop, HUD_STOP_NO_FRAME_POINTER);
	assert_int_equal(w.frame_pointer_from, w.frames);
	assert_true(w.frames == 3); /* tgkill, stop_here, the code itself */
	assert_null(space_find(&s.space, w.address[2])->plan);
	stopped_free(&s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nested_calls_without_frame_pointers),
		cmocka_unit_test(a_callback_of_qsort),
		cmocka_unit_test(a_handler_on_the_stack_it_interrupted),
		cmocka_unit_test(a_handler_on_a_stack_of_its_own),
		cmocka_unit_test(a_fault_at_the_first_instruction_of_a_function),
		cmocka_unit_test(a_realigned_stack),
		cmocka_unit_test(a_frame_of_100_kilobytes),
		cmocka_unit_test(the_root_of_a_thread),
		cmocka_unit_test(an_allocator_called_by_libz),
		cmocka_unit_test(every_instruction_of_a_program),
		cmocka_unit_test(code_without_unwind_information_ends_the_walk),
	};

	if (argc == 3 && !strcmp(argv[1], "child"))
		return child_main(argv[2]);
	elf_version(EV_CURRENT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
