/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* One step of the unwinder: each type of rule, each reason to stop, and wrong rules. */
#include "tests/unit/fixture/walk_fixture.h"

#include <stdio.h>

/* A stack whose words contain their own address plus a constant. */
enum { WORDS = 512, BYTES = WORDS * 8 };
#define STACK UINT64_C(0x7000000)
#define WORD_AT(address) ((address) + UINT64_C(0x400000))

static uint64_t words[WORDS];

static struct memory stack_make(void)
{
	struct memory m = {.regions = 1};

	m.region[0] = (struct memory_region) {STACK, BYTES, (uint8_t *)words};
	for (size_t i = 0; i < WORDS; i++)
		words[i] = WORD_AT(STACK + 8 * i);
	return m;
}

static void stack_set(uint64_t address, uint64_t value)
{
	words[(address - STACK) / 8] = value;
}

#define UNCHANGED HUD_RULE_UNCHANGED
#define SP (STACK + 0x100)
#define FP (STACK + 0x200)
#define PC UINT64_C(0x500000)
#define LR UINT64_C(0x600000)

struct step_case {
	const char *what;
	struct hud_plan_rule rule; /* type, reserved, cfa_offset, fp_offset, ra_offset */
	struct unwind_registers from;
	struct unwind_registers to;
	uint32_t stop;
};

#define X86_AT(pc_, sp_, fp_)                                                                      \
	{                                                                                          \
		.pc = (pc_), .sp = (sp_), .fp = (fp_), .exact = 1                                  \
	}
#define X86() X86_AT(PC, SP, FP)
#define ARM_LR(lr_)                                                                                \
	{                                                                                          \
		.pc = PC, .sp = SP, .fp = FP, .lr = (lr_), .exact = 1, .machine_arm = 1            \
	}
#define ARM() ARM_LR(LR)
#define TO(pc_, sp_, fp_)                                                                          \
	{                                                                                          \
		.pc = (pc_), .sp = (sp_), .fp = (fp_)                                              \
	}
#define TO_ARM(pc_, sp_, fp_)                                                                      \
	{                                                                                          \
		.pc = (pc_), .sp = (sp_), .fp = (fp_), .machine_arm = 1                            \
	}

static const struct step_case steps[] = {
	{"a function's first instruction",
	 {HUD_RULE_CFA_SP, 0, 8, UNCHANGED, -8},
	 X86(),
	 TO(WORD_AT(SP), SP + 8, FP),
	 0},
	{"a frame by its stack pointer",
	 {HUD_RULE_CFA_SP, 0, 0x40, -16, -8},
	 X86(),
	 TO(WORD_AT(SP + 0x38), SP + 0x40, WORD_AT(SP + 0x30)),
	 0},
	{"a frame by its frame pointer",
	 {HUD_RULE_CFA_FP, 0, 16, -16, -8},
	 X86(),
	 TO(WORD_AT(FP + 8), FP + 16, WORD_AT(FP)),
	 0},
	{"a frame pointer below the stack pointer",
	 {HUD_RULE_CFA_FP, 0, -0x108, UNCHANGED, -8},
	 X86(),
	 TO(PC, SP, FP),
	 HUD_STOP_NOT_ADVANCING},
	{"a CFA that is the stack pointer",
	 {HUD_RULE_CFA_SP, 0, 0, UNCHANGED, -8},
	 X86(),
	 TO(PC, SP, FP),
	 HUD_STOP_NOT_ADVANCING},
	{"a CFA below the stack pointer",
	 {HUD_RULE_CFA_SP, 0, -8, UNCHANGED, -8},
	 X86(),
	 TO(PC, SP, FP),
	 HUD_STOP_NOT_ADVANCING},
	{"a PLT entry before its push",
	 {HUD_RULE_PLT, 0, 11, UNCHANGED, -8},
	 X86_AT(PC + 10, SP, FP),
	 TO(WORD_AT(SP), SP + 8, FP),
	 0},
	{"a PLT entry after its push",
	 {HUD_RULE_PLT, 0, 11, UNCHANGED, -8},
	 X86_AT(PC + 11, SP, FP),
	 TO(WORD_AT(SP + 8), SP + 16, FP),
	 0},
	{"a PLT entry with endbr64",
	 {HUD_RULE_PLT, 0, 9, UNCHANGED, -8},
	 X86_AT(PC + 9, SP, FP),
	 TO(WORD_AT(SP + 8), SP + 16, FP),
	 0},
	{"a frame of 80,000 bytes",
	 {HUD_RULE_CFA_SP_FAR, 0, 400, -16, -8},
	 X86_AT(PC, STACK, FP),
	 TO(WORD_AT(STACK + 3192), STACK + 3200, WORD_AT(STACK + 3184)),
	 0},
	{"a frame of 500,000 bytes, its offset read as unsigned",
	 {HUD_RULE_CFA_SP_FAR, 0, (int16_t)62500, UNCHANGED, -8},
	 X86_AT(PC, STACK + 64 - 500000, FP),
	 TO(WORD_AT(STACK + 56), STACK + 64, FP),
	 0},
	{"no code at the address 0: the outermost frame",
	 {HUD_RULE_CFA_SP, 0, 0x48, UNCHANGED, -8},
	 X86(),
	 TO(0, SP + 0x48, FP),
	 HUD_STOP_ROOT},
	{"the outermost frame", {HUD_RULE_ROOT, 0, 0, 0, 0}, X86(), TO(PC, SP, FP), HUD_STOP_ROOT},
	{"an expression that is not followed",
	 {HUD_RULE_UNSUPPORTED, 0, 8, 0, -8},
	 X86(),
	 TO(PC, SP, FP),
	 HUD_STOP_UNSUPPORTED},
	{"an unknown type of rule",
	 {200, 0, 8, 0, -8},
	 X86(),
	 TO(PC, SP, FP),
	 HUD_STOP_UNSUPPORTED},
	{"a return address outside of the stack",
	 {HUD_RULE_CFA_SP, 0, 0x7f00, UNCHANGED, -8},
	 X86(),
	 TO(PC, SP, FP),
	 HUD_STOP_READ_FAILED},
	{"a frame pointer saved outside of the stack",
	 {HUD_RULE_CFA_SP, 0, 16, 0x7000, -8},
	 X86(),
	 TO(PC, SP, FP),
	 HUD_STOP_READ_FAILED},
	{"an invalid stack pointer",
	 {HUD_RULE_CFA_SP, 0, 16, -16, -8},
	 X86_AT(PC, 1, FP),
	 TO(PC, SP, FP),
	 HUD_STOP_READ_FAILED},
	{"no rows: by the frame pointer",
	 {HUD_RULE_NONE, 0, 0, 0, 0},
	 X86(),
	 TO(WORD_AT(FP + 8), FP + 16, WORD_AT(FP)),
	 0},
	{"no rows, no frame pointer",
	 {HUD_RULE_NONE, 0, 0, 0, 0},
	 X86_AT(PC, SP, 0),
	 TO(PC, SP, FP),
	 HUD_STOP_NO_FRAME_POINTER},
	{"no rows, a frame pointer that is odd",
	 {HUD_RULE_NONE, 0, 0, 0, 0},
	 X86_AT(PC, SP, FP + 1),
	 TO(PC, SP, FP),
	 HUD_STOP_NO_FRAME_POINTER},
	{"no rows, a frame pointer below the stack",
	 {HUD_RULE_NONE, 0, 0, 0, 0},
	 X86_AT(PC, SP, SP - 8),
	 TO(PC, SP, FP),
	 HUD_STOP_NO_FRAME_POINTER},
	{"no rows, a frame pointer above the stack",
	 {HUD_RULE_NONE, 0, 0, 0, 0},
	 X86_AT(PC, SP, STACK + BYTES),
	 TO(PC, SP, FP),
	 HUD_STOP_READ_FAILED},
	{"AArch64: a leaf without a frame",
	 {HUD_RULE_CFA_SP, 0, 0, UNCHANGED, UNCHANGED},
	 ARM(),
	 TO_ARM(LR, SP, FP),
	 0},
	{"AArch64: a second one, without a link register",
	 {HUD_RULE_CFA_SP, 0, 0, UNCHANGED, UNCHANGED},
	 ARM_LR(0),
	 TO_ARM(PC, SP, FP),
	 HUD_STOP_NOT_ADVANCING},
	{"AArch64: stp x29, x30, [sp, #-32]!",
	 {HUD_RULE_CFA_SP, 0, 32, -32, -24},
	 ARM(),
	 TO_ARM(WORD_AT(SP + 8), SP + 32, WORD_AT(SP)),
	 0},
	{"AArch64: a frame by x29",
	 {HUD_RULE_CFA_FP, 0, 32, -32, -24},
	 ARM(),
	 TO_ARM(WORD_AT(FP + 8), FP + 32, WORD_AT(FP)),
	 0},
	{"AArch64: by the frame pointer",
	 {HUD_RULE_NONE, 0, 0, 0, 0},
	 ARM(),
	 TO_ARM(WORD_AT(FP + 8), FP + 16, WORD_AT(FP)),
	 0},
	{"AArch64: a signed return address",
	 {HUD_RULE_CFA_SP, 0, 16, UNCHANGED, UNCHANGED},
	 ARM_LR(LR | UINT64_C(0x5a80) << 48),
	 TO_ARM(LR, SP + 16, FP),
	 0},
};

static void check_registers(const struct step_case *c, const struct unwind_registers *r)
{
	if (r->pc != c->to.pc || r->sp != c->to.sp || r->fp != c->to.fp || r->lr != c->to.lr ||
	    r->exact != c->to.exact || r->machine_arm != c->to.machine_arm)
		fail_msg("%s: pc %" PRIx64 " sp %" PRIx64 " fp %" PRIx64 " lr %" PRIx64 " exact %u",
			 c->what, r->pc, r->sp, r->fp, r->lr, r->exact);
}

static void each_type_of_rule_leads_to_the_caller_or_to_its_reason(void **state)
{
	struct memory m = stack_make();

	(void)state;
	stack_set(SP + 0x40, 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		const struct step_case *c = &steps[i];
		struct unwind_registers r = c->from;
		uint32_t stop = unwind_step(&m, &c->rule, &r);

		if (stop != c->stop)
			fail_msg("%s: stop %u, expected %u", c->what, stop, c->stop);
		if (!stop)
			check_registers(c, &r);
	}
}

static void a_realigned_frame_is_left_by_its_saved_values(void **state)
{
	static const struct hud_plan_rule rule = {HUD_RULE_CFA_FP_DEREF, 0, -8, 0, -8};
	struct unwind_registers r = X86();
	struct memory m = stack_make();

	(void)state;
	stack_set(FP - 8, SP + 0x300);
	assert_int_equal(unwind_step(&m, &rule, &r), 0);
	assert_int_equal(r.sp, SP + 0x300);
	assert_int_equal(r.pc, WORD_AT(SP + 0x2f8));
	assert_int_equal(r.fp,
			 WORD_AT(FP)); /* saved where the frame pointer points, not at the CFA */
}

static void a_frame_with_a_saved_stack_pointer_is_left_by_it(void **state)
{
	static const struct hud_plan_rule rule = {HUD_RULE_CFA_SP_DEREF, 0, 0x40, -16, -8};
	struct unwind_registers r = X86();
	struct memory m = stack_make();

	(void)state;
	stack_set(SP + 0x40, SP + 0x80);
	assert_int_equal(unwind_step(&m, &rule, &r), 0);
	assert_int_equal(r.sp, SP + 0x88);
	assert_int_equal(r.pc, WORD_AT(SP + 0x80));
	assert_int_equal(r.fp, WORD_AT(SP + 0x78));
}

static void saved_values_that_lead_down_or_nowhere_end_the_walk(void **state)
{
	static const struct hud_plan_rule by_fp = {HUD_RULE_CFA_FP_DEREF, 0, -8, 0, -8};
	static const struct hud_plan_rule by_sp = {HUD_RULE_CFA_SP_DEREF, 0, 0x40, -16, -8};
	struct unwind_registers r = X86();
	struct memory m = stack_make();

	(void)state;
	stack_set(FP - 8, SP - 8);
	assert_int_equal(unwind_step(&m, &by_fp, &r), HUD_STOP_NOT_ADVANCING);
	stack_set(SP + 0x40, UINT64_MAX - 3);
	assert_int_equal(unwind_step(&m, &by_sp, &r), HUD_STOP_NOT_ADVANCING);
	r.fp = 0;
	assert_int_equal(unwind_step(&m, &by_fp, &r), HUD_STOP_READ_FAILED);
	r.sp = UINT64_MAX - 7;
	assert_int_equal(unwind_step(&m, &by_sp, &r), HUD_STOP_READ_FAILED);
}

static void a_signal_frame_leads_to_the_interrupted_function(void **state)
{
	static const struct hud_plan_rule rule = {.type = HUD_RULE_SIGNAL};
	struct unwind_registers r = X86(), arm = ARM();
	struct memory m = stack_make();

	(void)state;
	assert_int_equal(unwind_step(&m, &rule, &r), 0);
	assert_int_equal(r.pc, WORD_AT(SP + 168)); /* ucontext at sp: 40 bytes, then r8 … rip */
	assert_int_equal(r.sp, WORD_AT(SP + 160));
	assert_int_equal(r.fp, WORD_AT(SP + 120));
	assert_int_equal(r.exact, 1);
	assert_int_equal(unwind_step(&m, &rule, &arm), 0);
	assert_int_equal(arm.pc, WORD_AT(SP + 128 + 176 + 8 + 256));
	assert_int_equal(arm.sp, WORD_AT(SP + 128 + 176 + 8 + 248));
	assert_int_equal(arm.lr,
			 /* the interrupted function may be a leaf */
			 WORD_AT(SP + 128 + 176 + 8 + 240));
	assert_int_equal(arm.fp, WORD_AT(SP + 128 + 176 + 8 + 232));
	assert_int_equal(arm.exact, 1);
	r.sp = STACK + BYTES - 100;
	assert_int_equal(unwind_step(&m, &rule, &r), HUD_STOP_READ_FAILED);
}

/* A plan with one rule for all addresses. */
struct one_rule {
	struct hud_plan_page page;
	struct hud_plan_row row;
	struct hud_plan_rule rule;
	struct plan plan;
	struct space space;
};

static void one_rule_make(struct one_rule *o, struct hud_plan_rule rule)
{
	o->page = (struct hud_plan_page) {0, 1};
	o->row = (struct hud_plan_row) {0, 0};
	o->rule = rule;
	o->plan = (struct plan) {.page = &o->page,
				 .pages = 1,
				 .row = &o->row,
				 .rows = 1,
				 .rule = &o->rule,
				 .rules = 1};
	o->space.count = 1;
	o->space.at[0] = (struct mapped) {0x10000, 0x20000, 0x10000, &o->plan};
}

#define CODE UINT64_C(0x10123)

static void a_stack_deeper_than_the_limit_is_cut_there(void **state)
{
	struct memory m = stack_make();
	struct one_rule o;
	struct walked w;

	(void)state;
	for (size_t i = 0; i < WORDS; i++)
		words[i] = CODE;
	one_rule_make(&o, (struct hud_plan_rule) {HUD_RULE_CFA_SP, 0, 16, UNCHANGED, -8});
	walk(&o.space, &m, (struct unwind_registers) {.pc = CODE, .sp = STACK, .exact = 1}, &w);
	assert_int_equal(w.frames, FRAMES_MAX);
	assert_int_equal(w.stop, HUD_STOP_DEPTH);
}

static void a_signal_frame_that_leads_to_itself_ends_at_the_limit(void **state)
{
	struct memory m = stack_make();
	struct one_rule o;
	struct walked w;

	(void)state;
	stack_set(SP + UNWIND_X86_SIGNAL_PC, CODE);
	stack_set(SP + UNWIND_X86_SIGNAL_SP, SP);
	one_rule_make(&o, (struct hud_plan_rule) {.type = HUD_RULE_SIGNAL});
	walk(&o.space, &m, (struct unwind_registers) {.pc = CODE, .sp = SP, .exact = 1}, &w);
	assert_int_equal(w.frames, FRAMES_MAX);
	assert_int_equal(w.stop, HUD_STOP_DEPTH);
}

static void code_in_no_mapping_ends_the_walk_with_the_frames_before_it(void **state)
{
	struct memory m = stack_make();
	struct one_rule o;
	struct walked w;

	(void)state;
	stack_set(SP + 8, CODE);
	one_rule_make(&o, (struct hud_plan_rule) {HUD_RULE_CFA_SP, 0, 16, UNCHANGED, -8});
	walk(&o.space, &m, (struct unwind_registers) {.pc = CODE, .sp = SP, .exact = 1}, &w);
	assert_int_equal(w.stop, HUD_STOP_NO_MAPPING);
	assert_int_equal(w.frames, 3);
	assert_int_equal(w.address[1], CODE);
	assert_int_equal(w.address[2], WORD_AT(SP + 24));
}

static struct hud_plan_rule random_rule(uint64_t *seed)
{
	uint64_t r = random_next(seed);
	struct hud_plan_rule rule = {
		.type = (uint8_t)(r % (HUD_RULE_LAST + 2)),
		.cfa_offset = (int16_t)(r >> 8),
		.fp_offset = (int16_t)(r >> 24),
		.ra_offset = (int16_t)(r >> 40),
	};

	if (r >> 56 & 1)
		rule.cfa_offset &= 0x1f8;
	if (r >> 57 & 1)
		rule.fp_offset = UNCHANGED;
	if (r >> 58 & 1)
		rule.ra_offset = (r >> 59 & 1) ? UNCHANGED : -8;
	return rule;
}

/* With any rule a step goes up the stack, leaves a signal frame, or ends the walk. */
static void no_rule_leads_down_or_in_circles(void **state)
{
	struct memory m = stack_make();
	uint64_t seed = 88172645463325252u;
	size_t made = 0;

	(void)state;
	for (size_t i = 0; i < WORDS; i++) /* half of the words point back into the stack */
		words[i] = random_next(&seed) & 1 ? STACK + random_next(&seed) % BYTES
						  : random_next(&seed);
	for (size_t i = 0; i < 2000000; i++) {
		struct hud_plan_rule rule = random_rule(&seed);
		struct unwind_registers r = {
			.pc = random_next(&seed),
			.sp = STACK + random_next(&seed) % BYTES,
			.fp = STACK + random_next(&seed) % BYTES,
			.machine_arm = i & 1,
			.lr = i & 2 ? random_next(&seed) : 0,
		};
		struct unwind_registers before = r;
		uint32_t stop = unwind_step(&m, &rule, &r);

		assert_true(stop <= HUD_STOP_NOT_ADVANCING);
		if (stop)
			continue;
		made++;
		if (rule.type == HUD_RULE_SIGNAL)
			continue;
		if (r.sp < before.sp || (r.sp == before.sp && !before.lr) || r.lr || r.exact ||
		    !r.pc)
			fail_msg("rule %u %d %d %d from sp %" PRIx64 " to %" PRIx64, rule.type,
				 rule.cfa_offset, rule.fp_offset, rule.ra_offset, before.sp, r.sp);
	}
	assert_true(made > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_of_rule_leads_to_the_caller_or_to_its_reason),
		cmocka_unit_test(a_realigned_frame_is_left_by_its_saved_values),
		cmocka_unit_test(a_frame_with_a_saved_stack_pointer_is_left_by_it),
		cmocka_unit_test(saved_values_that_lead_down_or_nowhere_end_the_walk),
		cmocka_unit_test(a_signal_frame_leads_to_the_interrupted_function),
		cmocka_unit_test(a_stack_deeper_than_the_limit_is_cut_there),
		cmocka_unit_test(a_signal_frame_that_leads_to_itself_ends_at_the_limit),
		cmocka_unit_test(code_in_no_mapping_ends_the_walk_with_the_frames_before_it),
		cmocka_unit_test(no_rule_leads_down_or_in_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
