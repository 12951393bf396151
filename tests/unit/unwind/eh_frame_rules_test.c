/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Call frame programs, opcode by opcode, and the rules that they give. */
#include "tests/unit/fixture/unwind_fixture.h"

#include <dwarf.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>

#define START 0x1000u
#define SIZE 0x40u
#define KEEP HUD_RULE_UNCHANGED

/* A section with one CIE and one FDE [START, START + SIZE), both written by hand. */
struct section {
	uint8_t data[512];
	size_t bytes;
};

static void put(struct section *s, const void *data, size_t bytes)
{
	memcpy(s->data + s->bytes, data, bytes);
	s->bytes += bytes;
}

static void put_u32(struct section *s, uint32_t value)
{
	put(s, &value, sizeof(value));
}

static void section_make(struct section *s, const char *augmentation, uint8_t ra,
			 const uint8_t *cie, size_t cie_bytes, const uint8_t *fde, size_t fde_bytes)
{
	size_t letters = strlen(augmentation) + 1;
	const uint8_t cie_head[] = {1 /* code */, 0x78 /* data: -8 */, ra, 1, 0x03 /* udata4 */};

	s->bytes = 0;
	put_u32(s, (uint32_t)(4 + 1 + letters + sizeof(cie_head) + cie_bytes));
	put_u32(s, 0);
	put(s, "\1", 1);
	put(s, augmentation, letters);
	put(s, cie_head, sizeof(cie_head));
	put(s, cie, cie_bytes);
	put_u32(s, (uint32_t)(4 + 4 + 4 + 1 + fde_bytes));
	put_u32(s, (uint32_t)s->bytes);
	put_u32(s, START);
	put_u32(s, SIZE);
	put(s, "", 1);
	put(s, fde, fde_bytes);
}

/* CIE: CFA = sp + 8, RA at CFA - 8, as every x86-64 compiler writes it. */
static const uint8_t x86_cie[] = {DW_CFA_def_cfa, 7, 8, DW_CFA_offset | 16, 1};

static void plan_of_program(struct plan *plan, const char *augmentation, const uint8_t *program,
			    size_t bytes)
{
	struct unwind_object object = {
		.machine = EM_X86_64,
		.segment = {{.offset = START, .address = START, .bytes = 2 * SIZE}},
		.segments = 1,
		.text_bytes = 2 * SIZE,
		.frames = 1,
	};
	struct section section;
	struct eh_section description = {.machine = EM_X86_64, .data = section.data};

	section_make(&section, augmentation, 16, x86_cie, sizeof(x86_cie), program, bytes);
	description.bytes = section.bytes;
	assert_int_equal(eh_frame_open(&object.frame[0], &description), 0);
	rows_of_object(&object, plan);
	eh_frame_close(&object.frame[0]);
}

static void expect(const struct plan *plan, uint64_t offset, uint8_t type, int cfa, int fp, int ra)
{
	const struct hud_plan_rule *r = plan_find(plan, START + offset);

	assert_non_null(r);
	if (r->type != type || r->cfa_offset != cfa || r->fp_offset != fp || r->ra_offset != ra)
		fail_msg("at %lu: type %d cfa %d fp %d ra %d", (unsigned long)offset, r->type,
			 r->cfa_offset, r->fp_offset, r->ra_offset);
}

#define PLAN(plan, ...)                                                                            \
	plan_of_program(&(plan), "zR", (const uint8_t[]) {__VA_ARGS__},                            \
			sizeof((const uint8_t[]) {__VA_ARGS__}))

/* The rule after the program, from the second byte to the end of the function. */
#define RULE(type, cfa, fp, ra, ...)                                                               \
	do {                                                                                       \
		struct plan p;                                                                     \
		PLAN(p, DW_CFA_advance_loc | 1, __VA_ARGS__);                                      \
		expect(&p, 0, HUD_RULE_CFA_SP, 8, KEEP, -8);                                       \
		expect(&p, 1, type, cfa, fp, ra);                                                  \
		expect(&p, SIZE - 1, type, cfa, fp, ra);                                           \
		expect(&p, SIZE, HUD_RULE_NONE, 0, 0, 0);                                          \
		plan_free(&p);                                                                     \
	} while (0)
#define UNSUPPORTED(...) RULE(HUD_RULE_UNSUPPORTED, 0, 0, 0, __VA_ARGS__)

static void an_ordinary_function_has_a_rule_for_each_part(void **state)
{
	struct plan p;

	(void)state;
	PLAN(p, DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16, DW_CFA_offset | 6, 2,
	     DW_CFA_advance_loc | 3, DW_CFA_def_cfa_register, 6, DW_CFA_advance_loc1, 0x20,
	     DW_CFA_remember_state, DW_CFA_def_cfa, 7, 8, DW_CFA_advance_loc2, 1, 0,
	     DW_CFA_restore_state, DW_CFA_advance_loc4, 2, 0, 0, 0, DW_CFA_restore | 6);
	expect(&p, 0, HUD_RULE_CFA_SP, 8, KEEP, -8);
	expect(&p, 1, HUD_RULE_CFA_SP, 16, -16, -8);
	expect(&p, 3, HUD_RULE_CFA_SP, 16, -16, -8);
	expect(&p, 4, HUD_RULE_CFA_FP, 16, -16, -8);
	expect(&p, 0x24, HUD_RULE_CFA_SP, 8, -16, -8);
	expect(&p, 0x25, HUD_RULE_CFA_FP, 16, -16, -8);
	expect(&p, 0x27, HUD_RULE_CFA_FP, 16, KEEP, -8);
	plan_free(&p);
}

static void each_opcode_for_the_cfa_is_supported(void **state)
{
	(void)state;
	RULE(HUD_RULE_CFA_SP, 32, KEEP, -8, DW_CFA_def_cfa, 7, 32);
	RULE(HUD_RULE_CFA_SP, 32, KEEP, -8, DW_CFA_def_cfa_sf, 7, 0x7c);
	RULE(HUD_RULE_CFA_SP, 32, KEEP, -8, DW_CFA_def_cfa_offset_sf, 0x7c);
	RULE(HUD_RULE_CFA_FP, 8, KEEP, -8, DW_CFA_def_cfa_register, 6);
	RULE(HUD_RULE_CFA_SP, 32767, KEEP, -8, DW_CFA_def_cfa_offset, 0xff, 0xff, 1);
	UNSUPPORTED(DW_CFA_def_cfa_register, 6, DW_CFA_def_cfa_offset, 0x80, 0x80, 2);
	UNSUPPORTED(DW_CFA_def_cfa, 10, 0);
}

static void a_frame_over_32_kib_has_its_size_in_units_of_8_bytes(void **state)
{
	(void)state;
	RULE(HUD_RULE_CFA_SP_FAR, 32768 / 8, KEEP, -8, DW_CFA_def_cfa_offset, 0x80, 0x80, 2);
	RULE(HUD_RULE_CFA_SP_FAR, -1, KEEP, -8, DW_CFA_def_cfa_offset, 0xf8, 0xff, 0x1f);
	UNSUPPORTED(DW_CFA_def_cfa_offset, 0x80, 0x80, 0x20);
	UNSUPPORTED(DW_CFA_def_cfa_offset, 0x84, 0x80, 2);
	UNSUPPORTED(DW_CFA_def_cfa_sf, 7, 0x80, 0x80, 1);
}

static void each_opcode_for_a_register_is_supported(void **state)
{
	(void)state;
	RULE(HUD_RULE_CFA_SP, 8, -24, -8, DW_CFA_offset_extended, 6, 3);
	RULE(HUD_RULE_CFA_SP, 8, -24, -8, DW_CFA_offset_extended_sf, 6, 3);
	RULE(HUD_RULE_CFA_SP, 8, 24, -8, DW_CFA_GNU_negative_offset_extended, 6, 3);
	RULE(HUD_RULE_CFA_SP, 8, KEEP, -8, DW_CFA_same_value, 6);
	RULE(HUD_RULE_CFA_SP, 8, KEEP, -8, DW_CFA_offset | 6, 3, DW_CFA_restore_extended, 6);
	RULE(HUD_RULE_CFA_SP, 8, KEEP, -8, DW_CFA_GNU_args_size, 8, DW_CFA_offset | 3, 9);
	UNSUPPORTED(DW_CFA_undefined, 6);
	UNSUPPORTED(DW_CFA_register, 6, 3);
	UNSUPPORTED(DW_CFA_val_offset, 6, 1);
	UNSUPPORTED(DW_CFA_val_offset_sf, 6, 1);
	UNSUPPORTED(DW_CFA_expression, 6, 2, DW_OP_breg7, 0);
	UNSUPPORTED(DW_CFA_val_expression, 6, 2, DW_OP_breg7, 0);
	UNSUPPORTED(DW_CFA_offset_extended, 6, 0x80, 0x80, 1);
}

static void a_return_address_elsewhere_is_unsupported(void **state)
{
	(void)state;
	RULE(HUD_RULE_ROOT, 0, 0, 0, DW_CFA_undefined, 16);
	UNSUPPORTED(DW_CFA_register, 16, 2);
	UNSUPPORTED(DW_CFA_offset | 16, 2);
	UNSUPPORTED(DW_CFA_same_value, 16);
}

static void the_plt_has_its_own_rule(void **state)
{
	(void)state;
	RULE(HUD_RULE_PLT, 11, KEEP, -8, DW_CFA_def_cfa_expression, 11, DW_OP_breg7, 8,
	     DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and, DW_OP_lit11, DW_OP_ge, DW_OP_lit3, DW_OP_shl,
	     DW_OP_plus);
	RULE(HUD_RULE_PLT, 10, KEEP, -8, DW_CFA_def_cfa_expression, 11, DW_OP_breg7, 8,
	     DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and, DW_OP_lit10, DW_OP_ge, DW_OP_lit3, DW_OP_shl,
	     DW_OP_plus);
	UNSUPPORTED(DW_CFA_def_cfa_expression, 11, DW_OP_breg7, 16, DW_OP_breg16, 0, DW_OP_lit15,
		    DW_OP_and, DW_OP_lit11, DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus);
}

static void a_realigned_stack_has_its_own_rule(void **state)
{
	(void)state;
	RULE(HUD_RULE_CFA_FP_DEREF, -8, 0, -8, DW_CFA_expression, 6, 2, DW_OP_breg6, 0,
	     DW_CFA_def_cfa_expression, 3, DW_OP_breg6, 0x78, DW_OP_deref);
	UNSUPPORTED(DW_CFA_offset | 6, 2, DW_CFA_def_cfa_expression, 3, DW_OP_breg6, 0x78,
		    DW_OP_deref);
	UNSUPPORTED(DW_CFA_def_cfa_expression, 3, DW_OP_breg7, 0x78, DW_OP_deref);
	UNSUPPORTED(DW_CFA_def_cfa_expression, 2, DW_OP_breg6, 0x78);
	UNSUPPORTED(DW_CFA_def_cfa_expression, 2, DW_OP_breg6, 0x78, DW_CFA_def_cfa_offset, 8);
}

static void a_stack_pointer_saved_on_the_stack_has_its_own_rule(void **state)
{
	(void)state;
	RULE(HUD_RULE_CFA_SP_DEREF, 40, -16, -8, DW_CFA_offset | 6, 2, DW_CFA_def_cfa_expression, 5,
	     DW_OP_breg7, 40, DW_OP_deref, DW_OP_plus_uconst, 8);
	UNSUPPORTED(DW_CFA_def_cfa_expression, 5, DW_OP_breg7, 40, DW_OP_deref, DW_OP_plus_uconst,
		    16);
	UNSUPPORTED(DW_CFA_def_cfa_expression, 4, DW_OP_breg7, 40, DW_OP_deref, DW_OP_plus_uconst);
	UNSUPPORTED(DW_CFA_def_cfa_expression, 6, DW_OP_breg7, 40, DW_OP_deref, DW_OP_plus_uconst,
		    8, DW_OP_deref);
}

static void a_signal_frame_has_its_own_rule(void **state)
{
	static const uint8_t program[] = {DW_CFA_nop};
	struct plan p;

	(void)state;
	plan_of_program(&p, "zRS", program, sizeof(program));
	expect(&p, 0, HUD_RULE_SIGNAL, 0, 0, 0);
	plan_free(&p);
}

static void after_an_invalid_opcode_all_is_unsupported(void **state)
{
	(void)state;
	UNSUPPORTED(0x3f);                                   /* no such opcode */
	UNSUPPORTED(DW_CFA_def_cfa, 7);                      /* cut */
	UNSUPPORTED(DW_CFA_restore_state);                   /* nothing remembered */
	UNSUPPORTED(DW_CFA_set_loc, 0, 0, 0, 0);             /* backwards */
	UNSUPPORTED(DW_CFA_def_cfa_expression, 99);          /* longer than the program */
	UNSUPPORTED(DW_CFA_def_cfa, 0x80, 0x80, 0x80, 0x80); /* a number without an end */
}

static void remembered_states_have_a_limit(void **state)
{
	uint8_t program[42] = {DW_CFA_advance_loc | 1};
	struct plan p;

	(void)state;
	memset(program + 1, DW_CFA_remember_state, sizeof(program) - 1);
	plan_of_program(&p, "zR", program, sizeof(program));
	expect(&p, 0, HUD_RULE_CFA_SP, 8, KEEP, -8);
	expect(&p, 1, HUD_RULE_UNSUPPORTED, 0, 0, 0);
	plan_free(&p);
}

static void functions_with_an_unknown_augmentation_are_unsupported(void **state)
{
	static const uint8_t program[] = {DW_CFA_nop};
	struct plan p;

	(void)state;
	plan_of_program(&p, "zRX", program, sizeof(program));
	expect(&p, 0, HUD_RULE_UNSUPPORTED, 0, 0, 0);
	plan_free(&p);
}

static void set_loc_sets_the_location(void **state)
{
	struct plan p;

	(void)state;
	PLAN(p, DW_CFA_set_loc, 0x10, 0x10, 0, 0, DW_CFA_def_cfa_offset, 24);
	expect(&p, 0xf, HUD_RULE_CFA_SP, 8, KEEP, -8);
	expect(&p, 0x10, HUD_RULE_CFA_SP, 24, KEEP, -8);
	plan_free(&p);
}

static void a_leaf_of_aarch64_has_its_return_address_in_a_register(void **state)
{
	struct eh_state s = {.cfa_register = 31};
	struct hud_plan_rule r = eh_rule(EM_AARCH64, false, &s);

	(void)state;
	assert_int_equal(r.type, HUD_RULE_CFA_SP);
	assert_int_equal(r.ra_offset, KEEP);
	s.cfa_register = 29;
	s.cfa_offset = 16;
	s.fp = (struct eh_place) {.kind = EH_AT_CFA, .offset = -16};
	s.ra = (struct eh_place) {.kind = EH_AT_CFA, .offset = -8};
	r = eh_rule(EM_AARCH64, false, &s);
	assert_int_equal(r.type, HUD_RULE_CFA_FP);
	assert_int_equal(r.fp_offset, -16);
	assert_int_equal(r.ra_offset, -8);
}

/* Two functions of which the second begins inside the first. */
static void of_overlapping_functions_the_later_one_counts(void **state)
{
	static const struct hud_plan_segment segment = {.address = START, .bytes = 4 * SIZE};
	struct eh_cie cie = {.code_align = 1, .data_align = -8};
	struct eh_fde fde[] = {
		{.start = START, .end = START + 3 * SIZE},
		{.start = START + SIZE, .end = START + 2 * SIZE},
	};
	struct eh_frame frame = {.section = {.machine = EM_X86_64, .data = (const uint8_t *)""},
				 .cie = &cie,
				 .cies = 1,
				 .fde = fde,
				 .fdes = 2};
	struct unwind_rows rows;

	(void)state;
	cie.start = (struct eh_state) {
		.cfa_register = 7, .cfa_offset = 16, .ra = {.kind = EH_AT_CFA, .offset = -8}};
	assert_int_equal(unwind_rows_build(&rows, &frame, 1, &segment, 1, NULL), 0);
	assert_int_equal(rows.covered_bytes, 2 * SIZE);
	assert_int_equal(rows.rows, 3); /* none, the rule of both, none */
	assert_int_equal(rows.row[2].delta, START + 2 * SIZE);
	unwind_rows_free(&rows);
}

static void segments_far_apart_are_refused(void **state)
{
	static const struct hud_plan_segment segment[] = {
		{.address = 0, .bytes = 16}, {.address = UINT64_C(1) << 40, .bytes = 16}};
	struct unwind_rows rows;

	(void)state;
	assert_int_equal(unwind_rows_build(&rows, NULL, 0, segment, 2, NULL), -EFBIG);
}

static void code_without_any_information_has_pages_without_rows(void **state)
{
	static const struct hud_plan_segment segment = {.address = 0x10000, .bytes = 0x20000};
	struct unwind_rows rows;

	(void)state;
	assert_int_equal(unwind_rows_build(&rows, NULL, 0, &segment, 1, NULL), 0);
	assert_int_equal(rows.pages, 2);
	assert_int_equal(rows.rows, 0);
	unwind_rows_free(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_function_has_a_rule_for_each_part),
		cmocka_unit_test(each_opcode_for_the_cfa_is_supported),
		cmocka_unit_test(a_frame_over_32_kib_has_its_size_in_units_of_8_bytes),
		cmocka_unit_test(each_opcode_for_a_register_is_supported),
		cmocka_unit_test(a_return_address_elsewhere_is_unsupported),
		cmocka_unit_test(the_plt_has_its_own_rule),
		cmocka_unit_test(a_realigned_stack_has_its_own_rule),
		cmocka_unit_test(a_stack_pointer_saved_on_the_stack_has_its_own_rule),
		cmocka_unit_test(a_signal_frame_has_its_own_rule),
		cmocka_unit_test(after_an_invalid_opcode_all_is_unsupported),
		cmocka_unit_test(remembered_states_have_a_limit),
		cmocka_unit_test(functions_with_an_unknown_augmentation_are_unsupported),
		cmocka_unit_test(set_loc_sets_the_location),
		cmocka_unit_test(a_leaf_of_aarch64_has_its_return_address_in_a_register),
		cmocka_unit_test(of_overlapping_functions_the_later_one_counts),
		cmocka_unit_test(segments_far_apart_are_refused),
		cmocka_unit_test(code_without_any_information_has_pages_without_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
