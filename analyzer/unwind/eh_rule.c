/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/eh_rule.h"
#include "analyzer/base/bytes.h"

#include <dwarf.h>
#include <elf.h>
#include <string.h>

static const struct eh_registers machines[] = {
	{.machine = EM_X86_64, .sp = 7, .fp = 6, .ra = 16},
	{.machine = EM_AARCH64, .sp = 31, .fp = 29, .ra = 30},
};

const struct eh_registers *eh_registers(uint32_t machine)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (machines[i].machine == machine)
			return &machines[i];
	}
	return NULL;
}

static const struct hud_plan_rule unsupported = {.type = HUD_RULE_UNSUPPORTED};

static bool fits(int64_t offset)
{
	return offset > INT16_MIN && offset <= INT16_MAX;
}

/* `register + offset` at the start of an expression; `c` moves past it. */
static bool base_read(struct byte_reader *c, uint64_t reg, int64_t *offset)
{
	if (reg > 31 || bytes_fixed(c, 1) != DW_OP_breg0 + reg)
		return false;
	*offset = bytes_sleb(c);
	return !c->failed;
}

/*
 * The expression that linkers write for the PLT, whose entries push 8 bytes after their eleventh
 * byte (the tenth where they begin with endbr64): sp + 8 + ((pc & 15) >= N ? 8 : 0).
 */
static bool plt_read(struct byte_reader c, int64_t *n)
{
	static const uint8_t head[] = {DW_OP_breg7, 8, DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and};
	static const uint8_t tail[] = {DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus};
	uint8_t constant;

	if (bytes_left(&c) != sizeof(head) + 1 + sizeof(tail))
		return false;
	constant = c.at[sizeof(head)];
	*n = constant - DW_OP_lit0;
	return constant >= DW_OP_lit0 && constant <= DW_OP_lit15 &&
	       !memcmp(c.at, head, sizeof(head)) &&
	       !memcmp(c.at + sizeof(head) + 1, tail, sizeof(tail));
}

static bool cfa_expression(const struct eh_registers *r, const struct eh_state *s,
			   struct hud_plan_rule *rule, int64_t *offset)
{
	struct byte_reader start = bytes_of(s->cfa_expression, s->cfa_expression_bytes);
	struct byte_reader c = start;

	if (r->machine == EM_X86_64 && plt_read(c, offset)) {
		rule->type = HUD_RULE_PLT;
		return true;
	}
	rule->type = HUD_RULE_CFA_FP_DEREF;
	if (base_read(&c, r->fp, offset))
		return bytes_fixed(&c, 1) == DW_OP_deref && !c.failed && c.at == c.end;
	c = start;
	rule->type = HUD_RULE_CFA_SP_DEREF;
	return base_read(&c, r->sp, offset) && bytes_fixed(&c, 1) == DW_OP_deref &&
	       bytes_fixed(&c, 1) == DW_OP_plus_uconst && bytes_uleb(&c) == 8 && !c.failed &&
	       c.at == c.end;
}

static bool cfa_of_sp(int64_t offset, struct hud_plan_rule *rule)
{
	rule->type = fits(offset) ? HUD_RULE_CFA_SP : HUD_RULE_CFA_SP_FAR;
	if (fits(offset))
		rule->cfa_offset = (int16_t)offset;
	else
		rule->cfa_offset = (int16_t)(offset / 8);
	return fits(offset) || (offset > 0 && offset % 8 == 0 && offset / 8 <= UINT16_MAX);
}

static bool cfa(const struct eh_registers *r, const struct eh_state *s, struct hud_plan_rule *rule)
{
	int64_t offset = s->cfa_offset;

	if (!s->cfa_expression && s->cfa_register == r->sp)
		return cfa_of_sp(offset, rule);
	rule->type = HUD_RULE_CFA_FP;
	if (s->cfa_expression ? !cfa_expression(r, s, rule, &offset) : s->cfa_register != r->fp)
		return false;
	rule->cfa_offset = (int16_t)offset;
	return fits(offset);
}

/* The frame pointer is saved relative to itself, as in functions that realign their stack. */
static bool fp_of_deref(const struct eh_registers *r, const struct eh_place *fp,
			struct hud_plan_rule *rule)
{
	struct byte_reader c = bytes_of(fp->expression, fp->expression_bytes);
	int64_t offset;

	if (fp->kind != EH_EXPRESSION || !base_read(&c, r->fp, &offset) || c.at != c.end)
		return false;
	rule->fp_offset = (int16_t)offset;
	return fits(offset);
}

static bool place(const struct eh_place *p, int16_t *offset)
{
	switch (p->kind) {
	case EH_UNSET:
	case EH_UNCHANGED:
		*offset = HUD_RULE_UNCHANGED;
		return true;
	case EH_AT_CFA:
		*offset = (int16_t)p->offset;
		return fits(p->offset);
	case EH_UNDEFINED:
	case EH_EXPRESSION:
	case EH_ELSEWHERE:
		break;
	}
	return false;
}

/* A wrong frame pointer would make all further frames wrong: in doubt it is unsupported. */
struct hud_plan_rule eh_rule(uint32_t machine, bool signal, const struct eh_state *s)
{
	const struct eh_registers *r = eh_registers(machine);
	struct hud_plan_rule rule = {0};

	if (signal)
		return (struct hud_plan_rule) {.type = HUD_RULE_SIGNAL};
	if (s->ra.kind == EH_UNDEFINED)
		return (struct hud_plan_rule) {.type = HUD_RULE_ROOT};
	if (!cfa(r, s, &rule) || !place(&s->ra, &rule.ra_offset))
		return unsupported;
	if (rule.type == HUD_RULE_CFA_FP_DEREF ? !fp_of_deref(r, &s->fp, &rule)
					       : !place(&s->fp, &rule.fp_offset))
		return unsupported;
	if (machine == EM_X86_64 && rule.ra_offset != -8)
		return unsupported;
	return rule;
}
