/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The rules of real binaries are those that libdw has for the same addresses. */
#include "tests/unit/fixture/unwind_fixture.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdio.h>

enum { PADDING_BYTES = 16, OPERATIONS = 3 };

struct object {
	Elf *elf;
	Dwarf_CFI *eh_frame;
	Dwarf_CFI *debug_frame; /* NULL: has none */
	const struct eh_registers *registers;
	struct plan plan;
	size_t checked;
	size_t padded;
};

static const struct hud_plan_rule unsupported = {.type = HUD_RULE_UNSUPPORTED};

static bool fits(int64_t offset)
{
	return offset > INT16_MIN && offset <= INT16_MAX;
}

/* Is the expression register + offset? */
static bool based(const Dwarf_Op *op, uint64_t reg, int64_t *offset)
{
	if (op->atom == DW_OP_bregx && op->number == reg) {
		*offset = (int64_t)op->number2;
		return true;
	}
	if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31 && op->atom == DW_OP_breg0 + reg) {
		*offset = (int64_t)op->number;
		return true;
	}
	return false;
}

static bool is_plt(const Dwarf_Op *op, size_t count)
{
	static const uint8_t atoms[] = {DW_OP_breg7, DW_OP_breg16, DW_OP_lit15, DW_OP_and, 0,
					DW_OP_ge,    DW_OP_lit3,   DW_OP_shl,   DW_OP_plus};

	if (count != sizeof(atoms) || op[0].number != 8 || op[1].number != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (atoms[i] && op[i].atom != atoms[i])
			return false;
	}
	return true;
}

/* Where a register was saved, relative to the CFA; or UNCHANGED. False: neither. */
static bool saved(const Dwarf_Op *op, size_t count, const Dwarf_Op *memory, int64_t *offset)
{
	*offset = HUD_RULE_UNCHANGED;
	if (!count)
		return op != memory; /* NULL: same value */
	if (op[0].atom != DW_OP_call_frame_cfa || count > 2)
		return false;
	*offset = count == 1 ? 0 : (int64_t)op[1].number;
	return count == 1 || op[1].atom == DW_OP_plus_uconst;
}

static bool expect_cfa(const struct object *o, Dwarf_Frame *frame, struct hud_plan_rule *out)
{
	Dwarf_Op *op;
	size_t count;
	int64_t offset = 0;

	assert_int_equal(dwarf_frame_cfa(frame, &op, &count), 0);
	if (count == 1 && based(op, o->registers->sp, &offset))
		out->type = HUD_RULE_CFA_SP;
	else if (count == 3 && based(op, o->registers->sp, &offset) && op[1].atom == DW_OP_deref &&
		 op[2].atom == DW_OP_plus_uconst && op[2].number == 8)
		out->type = HUD_RULE_CFA_SP_DEREF;
	else if (count == 1 && based(op, o->registers->fp, &offset))
		out->type = HUD_RULE_CFA_FP;
	else if (count == 2 && based(op, o->registers->fp, &offset) && op[1].atom == DW_OP_deref)
		out->type = HUD_RULE_CFA_FP_DEREF;
	else if (o->registers->machine == EM_X86_64 && is_plt(op, count)) {
		out->type = HUD_RULE_PLT;
		offset = op[4].atom - DW_OP_lit0;
	} else
		return false;
	if (out->type == HUD_RULE_CFA_SP && offset > INT16_MAX && offset <= 8 * UINT16_MAX) {
		out->type = HUD_RULE_CFA_SP_FAR;
		offset /= 8;
		out->cfa_offset = (int16_t)offset;
		return true;
	}
	out->cfa_offset = (int16_t)offset;
	return fits(offset);
}

static bool expect_fp(const struct object *o, Dwarf_Frame *frame, struct hud_plan_rule *out)
{
	Dwarf_Op memory[OPERATIONS], *op;
	size_t count;
	int64_t offset;

	assert_int_equal(dwarf_frame_register(frame, (int)o->registers->fp, memory, &op, &count),
			 0);
	if (out->type == HUD_RULE_CFA_FP_DEREF) {
		if (count != 2 || op->atom != DW_OP_call_frame_cfa ||
		    !based(op + 1, o->registers->fp, &offset))
			return false;
	} else if (!saved(op, count, memory, &offset)) {
		return false;
	}
	out->fp_offset = (int16_t)offset;
	return offset == HUD_RULE_UNCHANGED || fits(offset);
}

static struct hud_plan_rule expect(const struct object *o, Dwarf_Frame *frame)
{
	Dwarf_Op memory[OPERATIONS], *op;
	struct hud_plan_rule rule = {0};
	int64_t offset;
	size_t count;
	bool signal;

	if (dwarf_frame_info(frame, NULL, NULL, &signal) != (int)o->registers->ra)
		/* some functions of glibc are called with the return address elsewhere */
		return unsupported;
	if (signal)
		return (struct hud_plan_rule) {.type = HUD_RULE_SIGNAL};
	assert_int_equal(dwarf_frame_register(frame, (int)o->registers->ra, memory, &op, &count),
			 0);
	if (!count && op == memory)
		return (struct hud_plan_rule) {.type = HUD_RULE_ROOT};
	if (!saved(op, count, memory, &offset))
		return unsupported;
	if (o->registers->machine == EM_X86_64 ? offset != -8
					       : offset != HUD_RULE_UNCHANGED && !fits(offset))
		return unsupported;
	rule.ra_offset = (int16_t)offset;
	return expect_cfa(o, frame, &rule) && expect_fp(o, frame, &rule) ? rule : unsupported;
}

/* libdw's frame for an address; NULL: none. */
static Dwarf_Frame *frame_at(const struct object *o, uint64_t address)
{
	Dwarf_Frame *frame = NULL;

	if (!dwarf_cfi_addrframe(o->eh_frame, address, &frame))
		return frame;
	if (o->debug_frame && !dwarf_cfi_addrframe(o->debug_frame, address, &frame))
		return frame;
	return NULL;
}

static bool is_none(const struct hud_plan_rule *rule)
{
	return !rule || rule->type == HUD_RULE_NONE;
}

/* Padding before a function has the first rule of the function. */
static bool is_padding(struct object *o, uint64_t address, const struct hud_plan_rule *rule)
{
	for (uint64_t next = address + 1; next < address + PADDING_BYTES; next++) {
		Dwarf_Frame *frame = frame_at(o, next);

		if (frame) {
			struct hud_plan_rule first = expect(o, frame);

			free(frame);
			o->padded++;
			return !memcmp(&first, rule, sizeof(first));
		}
	}
	return false;
}

static void check(struct object *o, uint64_t address)
{
	const struct hud_plan_rule *rule = plan_find(&o->plan, address);
	struct hud_plan_rule expected;
	Dwarf_Frame *frame = frame_at(o, address);

	o->checked++;
	if (!frame) {
		if (!is_none(rule) && !is_padding(o, address, rule))
			fail_msg("%#lx: a rule where libdw has none", (unsigned long)address);
		return;
	}
	expected = expect(o, frame);
	free(frame);
	if (!rule || memcmp(rule, &expected, sizeof(expected)))
		fail_msg("%#lx: type %d cfa %d fp %d ra %d, libdw: type %d cfa %d fp %d ra %d",
			 (unsigned long)address, rule ? rule->type : -1,
			 rule ? rule->cfa_offset : 0, rule ? rule->fp_offset : 0,
			 rule ? rule->ra_offset : 0, expected.type, expected.cfa_offset,
			 expected.fp_offset, expected.ra_offset);
}

/* Each address where a row begins, those next to it, and random ones. */
static void check_all(struct object *o, size_t step)
{
	uint64_t random = 88172645463325252u;

	for (size_t i = 0; i < o->plan.pages; i++) {
		const struct hud_plan_page *page = &o->plan.page[i];
		uint64_t start = o->plan.first + (i << HUD_PLAN_PAGE_BITS);

		for (uint32_t r = 0; r < page->rows; r += (uint32_t)step) {
			uint64_t at = start + o->plan.row[page->first_row + r].delta;

			check(o, at);
			check(o, at + 1);
			if (at)
				check(o, at - 1);
		}
		for (size_t n = 0; page->rows && n < 1000 / step; n++)
			check(o, start + (random_next(&random) & 0xffff));
	}
}

static void check_elf(Elf *elf, struct unwind_object *object, const char *name, size_t step)
{
	struct object o = {.elf = elf};
	Dwarf *dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);

	assert_non_null(elf);
	rows_of_object(object, &o.plan);
	o.registers = eh_registers(o.plan.head.machine);
	o.eh_frame = dwarf_getcfi_elf(elf);
	assert_non_null(o.eh_frame);
	o.debug_frame = dwarf ? dwarf_getcfi(dwarf) : NULL;
	assert_true(o.plan.rows > 0);
	check_all(&o, step);
	print_message("%s: %zu addresses, %zu of them padding\n", name, o.checked, o.padded);
	dwarf_cfi_end(o.eh_frame);
	dwarf_end(dwarf);
	elf_end(elf);
	plan_free(&o.plan);
}

static void check_path(const char *path, size_t step)
{
	struct unwind_object object;
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0) {
		print_message("%s: not here, not checked\n", path ? path : "(no compiler)");
		return;
	}
	assert_int_equal(unwind_object_open(&object, fd), 0);
	check_elf(elf_begin(fd, ELF_C_READ, NULL), &object, path, step);
	unwind_object_close(&object);
	close(fd);
}

static void libc_agrees_with_libdw(void **state)
{
	(void)state;
	check_path("/lib/x86_64-linux-gnu/libc.so.6", 1);
	check_path("/lib/aarch64-linux-gnu/libc.so.6", 1);
}

static void the_dynamic_linker_agrees_with_libdw(void **state)
{
	(void)state;
	check_path("/lib64/ld-linux-x86-64.so.2", 1);
	check_path("/lib/ld-linux-aarch64.so.1", 1);
}

static void libraries_agree_with_libdw(void **state)
{
	(void)state;
	check_path("/lib/x86_64-linux-gnu/libz.so.1", 1);
	check_path("/lib/x86_64-linux-gnu/libm.so.6", 1);
	check_path("/lib/x86_64-linux-gnu/libstdc++.so.6", 7);
	check_path("/lib/x86_64-linux-gnu/libcrypto.so.3", 3);
}

static void this_test_agrees_with_libdw(void **state)
{
	(void)state;
	check_path("/proc/self/exe", 1);
}

static void a_tokio_program_agrees_with_libdw(void **state)
{
	(void)state;
	check_path(HUD_DEMO, 1);
}

static void the_vdso_agrees_with_libdw(void **state)
{
	struct unwind_object object;
	size_t bytes;
	void *image;

	(void)state;
	if (!vdso_image(&image, &bytes))
		skip();
	assert_int_equal(unwind_object_open_memory(&object, image, bytes), 0);
	check_elf(elf_memory(image, bytes), &object, "[vdso]", 1);
	unwind_object_close(&object);
}

static const char realigned[] =
	"#include <alloca.h>\n"
	"void use(void *, void *);\n"
	"__attribute__((noipa)) void use(void *a, void *b) { (void)a; (void)b; }\n"
	"__attribute__((noipa)) int f(int n, ...) { _Alignas(64) char a[64]; use(a, alloca(n));\n"
	"	__builtin_va_list l; __builtin_va_start(l, n);\n"
	"	n = __builtin_va_arg(l, int) + a[0]; __builtin_va_end(l); return n; }\n"
	"int main(int n, char **v) { char huge[100000]; use(huge, v); return f(n, 1); }\n";

static size_t rows_of_type(const struct plan *plan, uint8_t type)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->rows; i++)
		count += plan->rule[plan->row[i].rule].type == type;
	return count;
}

static void a_realigned_stack_and_a_huge_one_agree_with_libdw(void **state)
{
	const char *path = program_compile("cc -O2", realigned);
	struct plan plan;

	(void)state;
	if (!path)
		skip();
	check_path(path, 1);
	assert_true(rows_of_path(path, &plan));
	if (plan.head.machine == EM_X86_64)
		assert_true(rows_of_type(&plan, HUD_RULE_CFA_FP_DEREF) > 0);
	if (plan.head.machine == EM_X86_64)
		assert_true(rows_of_type(&plan, HUD_RULE_CFA_SP_FAR) > 0);
	plan_free(&plan);
	program_remove(path);
}

static void functions_with_debug_frame_only_have_rows(void **state)
{
	const char *path = program_compile("cc -g -O2 -fno-asynchronous-unwind-tables", realigned);
	struct plan with, without;

	(void)state;
	if (!path)
		skip();
	assert_true(rows_of_path(path, &with));
	program_remove(path);
	path = program_compile("cc -g0 -O2 -fno-asynchronous-unwind-tables", realigned);
	assert_true(rows_of_path(path, &without));
	program_remove(path);
	assert_true(with.numbers.fdes >= without.numbers.fdes + 3);
	plan_free(&with);
	plan_free(&without);
}

static void an_aarch64_program_agrees_with_libdw(void **state)
{
	const char *path = program_compile("aarch64-linux-gnu-gcc -O2 -static", realigned);
	struct plan plan;

	(void)state;
	if (!path) {
		print_message("no aarch64-linux-gnu-gcc (Debian: gcc-aarch64-linux-gnu)\n");
		skip();
	}
	check_path(path, 1);
	assert_true(rows_of_path(path, &plan));
	assert_int_equal(plan.head.machine, EM_AARCH64);
	assert_true(rows_of_type(&plan, HUD_RULE_CFA_SP) > 1000);
	assert_true(rows_of_type(&plan, HUD_RULE_PLT) == 0);
	plan_free(&plan);
	program_remove(path);
}

static void an_aarch64_library_agrees_with_libdw(void **state)
{
	(void)state;
	check_path("/usr/aarch64-linux-gnu/lib/libc.so.6", 1);
	check_path("/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libc_agrees_with_libdw),
		cmocka_unit_test(the_dynamic_linker_agrees_with_libdw),
		cmocka_unit_test(libraries_agree_with_libdw),
		cmocka_unit_test(this_test_agrees_with_libdw),
		cmocka_unit_test(a_tokio_program_agrees_with_libdw),
		cmocka_unit_test(the_vdso_agrees_with_libdw),
		cmocka_unit_test(a_realigned_stack_and_a_huge_one_agree_with_libdw),
		cmocka_unit_test(functions_with_debug_frame_only_have_rows),
		cmocka_unit_test(an_aarch64_program_agrees_with_libdw),
		cmocka_unit_test(an_aarch64_library_agrees_with_libdw),
	};

	elf_version(EV_CURRENT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
