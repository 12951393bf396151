/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * AArch64: the stack of a real program, which records it itself under qemu-user, is walked here
 * with its plan; and single frames are compared with libdw. There was no AArch64 machine to test
 * on: see docs/UNWINDING.md.
 */
#include "tests/unit/fixture/walk_fixture.h"

#include <elf.h>
#include <elfutils/libdw.h>
#include <dwarf.h>
#include <fcntl.h>
#include <stdio.h>

#define COMPILER "aarch64-linux-gnu-gcc -O2 -static"

/*
 * Its main goes through nested calls, a callback of qsort, a leaf that traps while only the link
 * register has its return address, and a signal handler on a stack of its own. There it writes its
 * registers, its stacks, and the return addresses that libgcc's unwinder finds.
 */
static const char program[] =
	"#include <signal.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
	"#include <string.h>\n#include <unwind.h>\n"
	"#define NOINLINE __attribute__((noipa))\n"
	"extern void *__libc_stack_end;\n"
	"static struct { uint64_t pc, sp, fp, lr, stack, stack_bytes, alt, alt_bytes, tramp,\n"
	"  seen, at[100]; } s;\n"
	"static char alt[65536] __attribute__((aligned(16))), alt_copy[65536], copy[1 << 20];\n"
	"static volatile int sink;\n"
	"static _Unwind_Reason_Code see(struct _Unwind_Context *c, void *x)\n"
	"{ if (s.seen < 100) s.at[s.seen++] = _Unwind_GetIP(c); return _URC_NO_REASON; }\n"
	"NOINLINE static void snapshot(void)\n"
	"{ char *top = (char *)__libc_stack_end;\n"
	"  __asm__ volatile(\"adr %0, .; mov %1, sp; mov %2, x29; mov %3, x30\"\n"
	"    : \"=r\"(s.pc), \"=r\"(s.sp), \"=r\"(s.fp), \"=r\"(s.lr));\n"
	"  s.stack_bytes = 1 << 18; s.stack = (uint64_t)top - s.stack_bytes + 64;\n"
	"  s.alt = (uint64_t)alt; s.alt_bytes = sizeof(alt);\n"
	"  memcpy(copy, (void *)s.stack, s.stack_bytes); memcpy(alt_copy, alt, sizeof(alt));\n"
	"  _Unwind_Backtrace(see, NULL); sink++; }\n"
	"NOINLINE static void nested(int n)\n"
	"{ char room[40 + 8 * (n & 3)]; memset(room, n, sizeof(room));\n"
	"  if (n) nested(n - 1); else snapshot(); sink += room[n]; }\n"
	"static void handler(int n)\n"
	"{ s.tramp = (uint64_t)__builtin_return_address(0); nested(3);\n"
	"  fwrite(&s, sizeof(s), 1, stdout); fwrite(copy, s.stack_bytes, 1, stdout);\n"
	"  fwrite(alt_copy, s.alt_bytes, 1, stdout); fflush(stdout); _Exit(0); }\n"
	"NOINLINE static void leaf(void) { __builtin_trap(); }\n"
	"static int compare(const void *l, const void *r)\n"
	"{ if (++sink == 9) { leaf(); sink++; } return *(const int *)l - *(const int *)r; }\n"
	"int main(int argc, char **argv)\n"
	"{ int n[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};\n"
	"  stack_t other = {.ss_sp = alt, .ss_size = sizeof(alt)};\n"
	"  struct sigaction a = {.sa_handler = handler, .sa_flags = SA_ONSTACK};\n"
	"  sigaltstack(&other, NULL); sigaction(SIGTRAP, &a, NULL);\n"
	"  qsort(n, 12, sizeof(*n), compare);\n"
	"  return sink; }\n";

struct snapshot {
	uint64_t pc, sp, fp, lr, stack, stack_bytes, alt, alt_bytes, tramp, seen, at[100];
};

/* False: there is no qemu-user here. */
static bool snapshot_record(const char *path, struct snapshot *s, struct memory *m)
{
	static const char *const emulators[] = {"", "qemu-aarch64", "qemu-aarch64-static"};
	const char *own = getenv("QEMU_AARCH64");
	char command[256];
	bool whole = false;

	for (size_t i = 0; i < 3 && !whole; i++) {
		FILE *from;

		if (i == 0 && !own)
			continue;
		snprintf(command, sizeof(command), "%s %s 2>/dev/null", i ? emulators[i] : own,
			 path);
		from = popen(command, "r");
		whole = from && fread(s, sizeof(*s), 1, from) == 1;
		for (size_t j = 0; whole && j < 2; j++) {
			struct memory_region *r = &m->region[m->regions++];

			*r = j ? (struct memory_region) {s->alt, s->alt_bytes, NULL}
			       : (struct memory_region) {s->stack, s->stack_bytes, NULL};
			assert_true(r->bytes <= 1u << 20);
			r->data = malloc(r->bytes);
			whole = fread(r->data, r->bytes, 1, from) == 1;
		}
		if (from)
			pclose(from);
	}
	return whole;
}

/*
 * The kernel's signal trampoline is in the vdso, which marks it as a signal frame; qemu's has no
 * call frame information.
 */
static struct plan *trampoline_plan(void)
{
	static const struct hud_plan_page page = {0, 1};
	static const struct hud_plan_row row = {0, 0};
	static const struct hud_plan_rule rule = {.type = HUD_RULE_SIGNAL};
	static struct plan plan = {
		.page = &page, .pages = 1, .row = &row, .rows = 1, .rule = &rule, .rules = 1};

	return &plan;
}

static void a_stack_through_a_signal_a_leaf_and_libc_reaches_main(void **state)
{
	const char *path = program_compile(COMPILER, program);
	struct memory m = {.live = -1};
	struct space space = {0};
	struct snapshot s;
	struct plan plan;
	struct walked w;

	(void)state;
	if (!path) {
		print_message("no aarch64-linux-gnu-gcc\n");
		skip();
	}
	assert_true(rows_of_path(path, &plan));
	if (!snapshot_record(path, &s, &m)) {
		print_message("no qemu-aarch64\n");
		program_remove(path);
		skip();
	}
	program_remove(path);
	for (size_t i = 0; i < plan.segments; i++)
		space.at[space.count++] =
			(struct mapped) {plan.segment[i].address,
					 plan.segment[i].address + plan.segment[i].bytes, 0, &plan};
	space.at[space.count++] =
		(struct mapped) {s.tramp - 4, s.tramp + 8, s.tramp - 4, trampoline_plan()};
	walk(&space, &m,
	     (struct unwind_registers) {
		     .pc = s.pc, .sp = s.sp, .fp = s.fp, .lr = s.lr, .machine_arm = 1, .exact = 1},
	     &w);
	print_message("%u frames, libgcc %u, stop %u, rule types 0x%x\n", w.frames,
		      (unsigned)s.seen, w.stop, w.types);
	for (uint32_t i = 1; i < w.frames || i < s.seen; i++)
		print_message("  %2u %12" PRIx64 " %12" PRIx64 "\n", i,
			      i < w.frames ? w.address[i] : 0, i < s.seen ? s.at[i] : 0);
	assert_int_equal(w.stop, HUD_STOP_ROOT);
	assert_int_equal(w.frame_pointer_from, 0);
	assert_true(w.types & 1u << HUD_RULE_SIGNAL);
	assert_true(s.seen >= 12 && w.frames >= s.seen && w.frames <= s.seen + 1);
	for (uint32_t i = 1; i < s.seen; i++)
		assert_int_equal(w.address[i], s.at[i]);
	for (size_t i = 0; i < m.regions; i++)
		free(m.region[i].data);
	plan_free(&plan);
}

/* Builds a frame as libdw describes it at an address; its caller must be found. */
enum { WORDS = 16384 };
static uint64_t words[WORDS];
#define STACK UINT64_C(0x7000000)
#define MIDDLE (STACK + 4096)

static bool based(const Dwarf_Op *op, unsigned reg, int64_t *offset)
{
	*offset = (int64_t)(op->atom == DW_OP_bregx ? op->number2 : op->number);
	return op->atom == DW_OP_breg0 + reg || (op->atom == DW_OP_bregx && op->number == reg);
}

static bool saved_at(Dwarf_Frame *frame, int reg, int64_t *offset)
{
	Dwarf_Op memory[3], *op;
	size_t count;

	assert_int_equal(dwarf_frame_register(frame, reg, memory, &op, &count), 0);
	if (!count || op[0].atom != DW_OP_call_frame_cfa || count > 2)
		return false;
	*offset = count == 2 ? (int64_t)op[1].number : 0;
	return true;
}

static bool check_frame(const struct plan *plan, struct memory *m, Dwarf_CFI *cfi, uint64_t address)
{
	struct unwind_registers r = {.pc = address,
				     .sp = MIDDLE,
				     .fp = MIDDLE + 0x400,
				     .lr = 0x123456,
				     .machine_arm = 1,
				     .exact = 1};
	const struct hud_plan_rule *rule = plan_find(plan, address);
	uint64_t cfa, pc = r.lr, fp = r.fp;
	Dwarf_Frame *frame;
	Dwarf_Op *op;
	size_t count;
	int64_t offset;
	uint32_t stop;

	if (dwarf_cfi_addrframe(cfi, address, &frame))
		return false;
	assert_int_equal(dwarf_frame_cfa(frame, &op, &count), 0);
	if (count != 1 || (!based(op, 31, &offset) && !based(op, 29, &offset)) || offset > 100000) {
		free(frame);
		return false;
	}
	cfa = (based(op, 31, &offset) ? r.sp : r.fp) + (uint64_t)offset;
	if (saved_at(frame, 30, &offset))
		pc = words[(cfa + (uint64_t)offset - STACK) / 8];
	if (saved_at(frame, 29, &offset))
		fp = words[(cfa + (uint64_t)offset - STACK) / 8];
	free(frame);
	/* rawmemchr returns by x15 */
	if (!rule || rule->type == HUD_RULE_ROOT || rule->type == HUD_RULE_NONE ||
	    rule->type == HUD_RULE_UNSUPPORTED)
		return false;
	stop = unwind_step(m, rule, &r);
	if (cfa < MIDDLE) { /* assembly that restores its registers before it returns */
		assert_int_equal(stop, HUD_STOP_NOT_ADVANCING);
		return true;
	}
	if (stop || r.pc != (pc & UNWIND_ARM_ADDRESS_MASK) || r.sp != cfa || r.fp != fp)
		fail_msg("%" PRIx64 ": rule %u %d %d %d, stop %u, pc %" PRIx64 " sp %" PRIx64
			 " fp %" PRIx64 ", expected %" PRIx64 " %" PRIx64 " %" PRIx64,
			 address, rule->type, rule->cfa_offset, rule->fp_offset, rule->ra_offset,
			 stop, r.pc, r.sp, r.fp, pc, cfa, fp);
	return true;
}

static void a_frame_built_as_libdw_describes_it_leads_to_its_caller(void **state)
{
	const char *path = program_compile(COMPILER, program);
	struct memory m = {.region = {{STACK, sizeof(words), (uint8_t *)words}}, .regions = 1};
	size_t checked = 0;
	struct plan plan;
	Dwarf_CFI *cfi;
	Elf *elf;
	int fd;

	(void)state;
	if (!path) {
		print_message("no aarch64-linux-gnu-gcc\n");
		skip();
	}
	for (size_t i = 0; i < WORDS; i++)
		words[i] = 0x400000 + 8 * i;
	assert_true(rows_of_path(path, &plan));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	program_remove(path);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	cfi = dwarf_getcfi_elf(elf);
	assert_non_null(cfi);
	for (size_t i = 0; i < plan.segments; i++) {
		for (uint64_t at = 0; at < plan.segment[i].bytes; at += 4)
			checked += check_frame(&plan, &m, cfi, plan.segment[i].address + at);
	}
	print_message("%zu places\n", checked);
	assert_true(checked > 50000);
	dwarf_cfi_end(cfi);
	elf_end(elf);
	close(fd);
	plan_free(&plan);
}

/* The BPF programs compile for it; whether its kernel accepts them was not tested. */
static void the_bpf_programs_compile_for_arm64(void **state)
{
	char command[512];

	(void)state;
	if (system("clang --version >/dev/null 2>&1") || access("bpf/hud.bpf.c", R_OK)) {
		print_message("no clang, or not run from the top of the tree\n");
		skip();
	}
	snprintf(command, sizeof(command),
		 "clang -std=gnu11 -g -O2 -Wall -Wextra -Wno-unused-parameter -Werror "
		 "-ffreestanding -target bpf "
		 "-D__TARGET_ARCH_arm64 -mcpu=v3 -I. -idirafter /usr/include/%s "
		 "-c bpf/hud.bpf.c -o /dev/null",
		 access("/usr/include/aarch64-linux-gnu/asm/types.h", R_OK) ? "x86_64-linux-gnu"
									    : "aarch64-linux-gnu");
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_through_a_signal_a_leaf_and_libc_reaches_main),
		cmocka_unit_test(a_frame_built_as_libdw_describes_it_leads_to_its_caller),
		cmocka_unit_test(the_bpf_programs_compile_for_arm64),
	};

	elf_version(EV_CURRENT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
