/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/print.h"
#include "analyzer/base/words.h"
#include "format/text_hash.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

bool plan_by_hash(const struct hud_plan *head)
{
	return text_hash_is(head->build_id, head->build_id_bytes);
}

const char *build_id_text(char out[BUILD_ID_TEXT_BYTES], const struct hud_plan *head)
{
	size_t skip = plan_by_hash(head) ? HUD_TEXT_HASH_MARK_BYTES : 0;

	out[0] = '\0';
	for (size_t i = skip; i < head->build_id_bytes; i++)
		snprintf(out + 2 * (i - skip), 3, "%02x", head->build_id[i]);
	return out;
}

static double percent(const struct plan_built *b, uint64_t bytes)
{
	return b->numbers.text_bytes ? 100.0 * (double)bytes / (double)b->numbers.text_bytes : 0;
}

static uint64_t bytes_per_mib(const struct plan_built *b)
{
	uint64_t text = b->numbers.text_bytes;

	return text ? (uint64_t)((double)b->content_bytes * (1 << 20) / (double)text) : 0;
}

static void print_missing(FILE *to, const struct plan_built *b)
{
	const struct hud_plan_numbers *n = &b->numbers;

	if (!b->unwind_information) {
		fputs("  it has no unwind information: stacks need frame pointers in it\n", to);
		return;
	}
	if (n->gap_bytes)
		fprintf(to, "  %.2f%% of its code has none: stacks need frame pointers there\n",
			percent(b, n->gap_bytes));
	if (n->unsupported_bytes)
		fprintf(to,
			"  %.2f%% is described in a way that hud does not follow: stacks end there\n",
			percent(b, n->unsupported_bytes));
	if (b->damaged || b->skipped)
		fprintf(to,
			"  its unwind information is damaged: %" PRIu64
			" functions could not be read%s\n",
			b->skipped, b->damaged ? ", and what comes behind them" : "");
	if (b->rules_dropped)
		fprintf(to, "  more than %u distinct rules: %" PRIu64 " ranges go without\n",
			HUD_PLAN_RULES_MAX, b->rules_dropped);
}

void plan_print(FILE *to, const struct plan_built *b, const char *object, const char *output)
{
	char text[WORD_BYTES], kernel[WORD_BYTES], file[WORD_BYTES], time[WORD_BYTES];

	fprintf(to, "%s: %zu rows, %zu rules for %s of code, in %s; %s in the kernel; %s in %s\n",
		object, b->rows, b->rules, bytes_word(text, (int64_t)b->numbers.text_bytes),
		duration_word(time, (int64_t)b->numbers.build_ns),
		bytes_word(kernel, (int64_t)b->content_bytes), bytes_word(file, (int64_t)b->bytes),
		output);
	print_missing(to, b);
	plan_print_runtime(to, &b->runtime);
	if (!b->head.build_id_bytes)
		fputs("  it has no build-id, and too much code to tell it by: the plan fits nothing\n",
		      to);
	else if (plan_by_hash(&b->head))
		fputs("  it has no build-id: it is told by a hash of its code\n", to);
}

void plan_print_string(FILE *to, const char *text)
{
	if (!text) {
		fputs("null", to);
		return;
	}
	fputc('"', to);
	for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(to, "\\%c", *s);
		else if (*s < 0x20)
			fprintf(to, "\\u%04x", *s);
		else
			fputc(*s, to);
	}
	fputc('"', to);
}

/* `wanted` false: null. */
static void print_id(FILE *to, const char *name, const struct hud_plan *head, bool wanted)
{
	char id[BUILD_ID_TEXT_BYTES];

	fprintf(to, ",\"%s\":", name);
	if (wanted && head->build_id_bytes)
		plan_print_string(to, build_id_text(id, head));
	else
		fputs("null", to);
}

static void print_number(FILE *to, const char *name, uint64_t value)
{
	fprintf(to, ",\"%s\":%" PRIu64, name, value);
}

void plan_print_json(FILE *to, const struct plan_built *b, const char *object, const char *output)
{
	const struct hud_plan_numbers *n = &b->numbers;

	fputs("{\"schema\":1,\"object\":", to);
	plan_print_string(to, object);
	fputs(",\"output\":", to);
	plan_print_string(to, output);
	print_id(to, "build_id", &b->head, !plan_by_hash(&b->head));
	print_id(to, "text_hash", &b->head, plan_by_hash(&b->head));
	fprintf(to, ",\"machine\":\"%s\"", b->head.machine == EM_X86_64 ? "x86_64" : "aarch64");
	fprintf(to, ",\"unwind_information\":%s", b->unwind_information ? "true" : "false");
	fprintf(to, ",\"damaged\":%s", b->damaged ? "true" : "false");
	print_number(to, "text_bytes", n->text_bytes);
	print_number(to, "fdes", n->fdes);
	print_number(to, "fdes_skipped", b->skipped);
	print_number(to, "rows", b->rows);
	print_number(to, "rules", b->rules);
	print_number(to, "rules_dropped", b->rules_dropped);
	print_number(to, "pages", b->pages);
	print_number(to, "plan_bytes", b->bytes);
	print_number(to, "kernel_bytes", b->content_bytes);
	print_number(to, "kernel_bytes_per_mib", bytes_per_mib(b));
	print_number(to, "build_ns", n->build_ns);
	print_number(to, "unsupported_bytes", n->unsupported_bytes);
	fprintf(to, ",\"unsupported_percent\":%.3f", percent(b, n->unsupported_bytes));
	print_number(to, "gap_bytes", n->gap_bytes);
	fprintf(to, ",\"gap_percent\":%.3f", percent(b, n->gap_bytes));
	fputs(",\"runtime\":", to);
	plan_print_runtime_json(to, &b->runtime);
	fputs("}\n", to);
}
