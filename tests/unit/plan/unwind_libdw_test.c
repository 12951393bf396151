/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Stacks of a process that stands still, walked by plans, are the stacks that libdw sees in it. The
 * process is this program itself, as a child that brings itself into the situation of a fact and
 * stops; its registers and its stack are copied, and the copy is walked when the child is gone.
 */
#include "tests/unit/fixture/unwind_fixture.h"

#include "analyzer/plan/mappings.h"

#include <alloca.h>
#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <zlib.h>

#define NOINLINE __attribute__((noinline))
#define KEEP() __asm__ volatile("" ::: "memory") /* also makes the call before it no tail call */

/* The child ------------------------------------------------------------------------------- */

static volatile int sink;

static NOINLINE void stop_here(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	syscall(SYS_tgkill, getpid(), gettid(), SIGSTOP);
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

/* Its first instruction faults: one before it, where a return address is looked up, is no part of it. */
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

/* libelf has libz with it; of it nothing but the header is needed here. */
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

/* What is stepped through: lazy binding, PLT, IFUNC, the vdso, prologues, epilogues, callbacks. */
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

/* Code that no one described: mov rbp to 0, then the system call that stops. */
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

/* The parent ------------------------------------------------------------------------------ */

struct stopped {
	pid_t pid;
	pid_t tid;
	struct unwind_registers registers;
	struct memory memory;
	struct space space;
	Dwfl *dwfl;
	char linker[256]; /* path of the dynamic linker */
};

struct seen {
	uint64_t address[FRAMES_MAX];
	uint32_t frames;
};

/* Plans of the files that were met, made once. */
static const struct plan *plan_for(const char *path)
{
	static struct {
		char path[256];
		struct plan plan;
	} known[64];
	static size_t count;
	struct plan_object object;
	size_t bytes;
	void *image;

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(known[i].path, path))
			return &known[i].plan;
	}
	assert_true(count < 64 && strlen(path) < sizeof(known->path));
	if (!strcmp(path, "[vdso]")) {
		assert_int_equal(plan_vdso(&image, &bytes), 0);
		assert_int_equal(plan_object_open_memory(&object, image, bytes), 0);
		plan_of_object(&object, &known[count].plan);
		plan_object_close(&object);
	} else if (!plan_of_path(path, &known[count].plan)) {
		return NULL;
	}
	strcpy(known[count].path, path);
	return &known[count++].plan;
}

static void code_mapped(struct space *s, uint64_t start, uint64_t end, uint64_t offset,
			const char *path)
{
	struct mapped *m = &s->at[s->count++];
	bool known = path[0] == '/' || !strcmp(path, "[vdso]");

	assert_true(s->count < MAPPINGS_MAX);
	*m = (struct mapped) {.start = start, .end = end, .plan = known ? plan_for(path) : NULL};
	for (size_t i = 0; m->plan && i < m->plan->segments; i++) {
		const struct hud_plan_segment *seg = &m->plan->segment[i];
		uint64_t low = seg->offset & ~UINT64_C(4095);

		if (offset >= low && offset < seg->offset + seg->bytes)
			m->bias = start - (seg->address - seg->offset + offset);
	}
}

static void data_copied(struct stopped *s, uint64_t start, uint64_t end)
{
	struct memory_region *r = &s->memory.region[s->memory.regions++];

	assert_true(s->memory.regions < REGIONS_MAX);
	*r = (struct memory_region) {start, end - start, malloc(end - start)};
	if (pread(s->memory.live, r->data, r->bytes, (off_t)start) != (ssize_t)r->bytes) {
		free(r->data);
		s->memory.regions--;
	}
}

/* Where code lies; and, if it is to be walked later, what the stacks and the heap hold. */
static void memory_map(struct stopped *s, bool copy)
{
	char path[64], line[512];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)s->pid);
	s->memory.live = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(s->memory.live >= 0);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)s->pid);
	maps = fopen(path, "r");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		uint64_t start, end, offset;
		char rights[8], name[256] = "";

		assert_true(sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %*s %255s",
				   &start, &end, rights, &offset, name) >= 4);
		if (strstr(name, "/ld-linux"))
			strcpy(s->linker, name);
		if (rights[2] == 'x')
			code_mapped(&s->space, start, end, offset, name);
		else if (copy && rights[1] == 'w' && name[0] != '/' && end - start <= 32u << 20)
			data_copied(s, start, end);
	}
	fclose(maps);
}

static void registers_read(struct stopped *s)
{
	struct user_regs_struct regs;
	struct iovec data = {&regs, sizeof(regs)};

	assert_int_equal(ptrace(PTRACE_GETREGSET, s->tid, (void *)1 /* NT_PRSTATUS */, &data), 0);
#if defined(__x86_64__)
	s->registers = (struct unwind_registers) {
		.pc = regs.rip, .sp = regs.rsp, .fp = regs.rbp, .exact = 1};
#else
	s->registers = (struct unwind_registers) {.pc = regs.pc,
						  .sp = regs.sp,
						  .fp = regs.regs[29],
						  .lr = regs.regs[30],
						  .machine_arm = 1,
						  .exact = 1};
#endif
}

static int no_debug_file(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
			 const char *file, const char *link, GElf_Word crc, char **found)
{
	(void)module, (void)data, (void)name, (void)base, (void)file, (void)link, (void)crc,
		(void)found;
	return -1;
}

static void libdw_attach(struct stopped *s)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = no_debug_file,
	};

	s->dwfl = dwfl_begin(&callbacks);
	assert_non_null(s->dwfl);
	assert_int_equal(dwfl_linux_proc_report(s->dwfl, s->pid), 0);
	assert_int_equal(dwfl_report_end(s->dwfl, NULL, NULL), 0);
	assert_int_equal(dwfl_linux_proc_attach(s->dwfl, s->pid, true), 0);
}

static int libdw_frame(Dwfl_Frame *frame, void *context)
{
	struct seen *seen = context;
	Dwarf_Addr pc;

	if (!dwfl_frame_pc(frame, &pc, NULL) || seen->frames == FRAMES_MAX)
		return DWARF_CB_ABORT;
	seen->address[seen->frames++] = pc;
	return DWARF_CB_OK;
}

static void libdw_walk(const struct stopped *s, struct seen *seen)
{
	*seen = (struct seen) {0};
	dwfl_getthread_frames(s->dwfl, s->tid, libdw_frame, seen);
}

/* A child in its situation. False: it cannot get there on this machine. */
static bool stopped_start(struct stopped *s, const char *name, bool copy)
{
	int status = 0;

	memset(s, 0, sizeof(*s));
	s->pid = fork();
	if (!s->pid) {
		execl("/proc/self/exe", "unwind_libdw_test", "child", name, (char *)NULL);
		_exit(127);
	}
	/* A signal that the child handles comes by here first: let it through. */
	for (;;) {
		s->tid = waitpid(-1, &status, __WALL);
		if (s->tid < 0 || !WIFSTOPPED(status))
			return false;
		if (WSTOPSIG(status) == SIGSTOP)
			break;
		ptrace(PTRACE_CONT, s->tid, NULL, (void *)(uintptr_t)WSTOPSIG(status));
	}
	memory_map(s, copy);
	registers_read(s);
	libdw_attach(s);
	return true;
}

static void child_end(struct stopped *s)
{
	dwfl_end(s->dwfl);
	kill(s->pid, SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static void stopped_free(struct stopped *s)
{
	for (size_t i = 0; i < s->memory.regions; i++)
		free(s->memory.region[i].data);
	close(s->memory.live);
}

static void addresses_print(const char *who, const struct space *space, const uint64_t *address,
			    uint32_t count)
{
	print_message("%s:", who);
	for (uint32_t i = 0; i < count; i++) {
		const struct mapped *m = space_find(space, address[i]);

		print_message(" %" PRIx64, m && m->plan ? address[i] - m->bias : address[i]);
	}
	print_message("\n");
}

static bool same(const struct walked *w, const struct seen *seen)
{
	return w->frames == seen->frames &&
	       !memcmp(w->address, seen->address, w->frames * sizeof(*w->address));
}

/* The fact: the same frames, all the way to the root; `types` were among the rules. */
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
 * The one difference: the dynamic linker's entry for lazy binding keeps its CFA in rbx, which hud does
 * not follow. The frames before it are right (and libdw fails there as well, where the callee saved rbx).
 */
static bool in_lazy_binding(const struct stopped *s, const struct walked *w,
			    const struct seen *seen)
{
	const struct mapped *last = space_find(&s->space, w->address[w->frames - 1]);

	return w->stop == HUD_STOP_UNSUPPORTED && w->frames <= seen->frames && last &&
	       last->plan == plan_for(s->linker) &&
	       !memcmp(w->address, seen->address, w->frames * sizeof(*w->address));
}

/* Every instruction on the way through the dynamic linker, libc, the vdso and back. */
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
		/* The linker's look-up of names is long: of it every 16th is enough. */
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
	print_message(
		"%zu instructions, %zu compared, %zu in a PLT, %zu in the vdso, %zu behind lazy binding, "
		"%zu different\n",
		steps, compared, plt, vdso, lazy, different);
	child_end(&s);
	stopped_free(&s);
	assert_true(compared > 3000);
	assert_int_equal(different, 0);
}

/* Nothing describes it and it keeps no frame pointer: the frames before it are all there is. */
static void code_that_nothing_describes_ends_the_walk_behind_what_it_called(void **state)
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
	assert_true(w.frames == 3); /* syscall, stop_here, the code itself */
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
		cmocka_unit_test(code_that_nothing_describes_ends_the_walk_behind_what_it_called),
	};

	if (argc == 3 && !strcmp(argv[1], "child"))
		return child_main(argv[2]);
	elf_version(EV_CURRENT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
