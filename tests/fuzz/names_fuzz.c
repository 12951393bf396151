/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Any text as a linker's name is demangled, by our demangler of Rust's legacy names and by
 * libiberty, folded for people, and classified by the rules as a frame of a stack. The input:
 * names, each terminated.
 */
#include "analyzer/names/demangle.h"
#include "analyzer/names/demangle_legacy.h"
#include "analyzer/names/fold.h"
#include "analyzer/rules/cause.h"
#include "analyzer/rules/classify.h"
#include "analyzer/rules/origin.h"
#include "analyzer/rules/rules.h"
#include "tests/fuzz/frame.h"

enum { FRAMES = 16 };

static void name_fold(struct text *out, const char *name, const struct rules *rules)
{
	size_t length;
	bool by_trait;
	const char *part = fold_crate(name, &length, &by_trait);

	MUST(!length || (part >= name && part + length <= name + strlen(name)));
	part = fold_first_argument(name, &length);
	MUST(!length || (part >= name && part + length <= name + strlen(name)));
	fold_name(out, name);
	fold_trait_method(out, name);
	rules_fold_task(rules, out, name);
	rules_find(rules, name);
	rules_may_have_role(rules, ROLE_POLL, name);
	origin_derived(rules, name, true);
}

static void name_read(const char *linkage, const struct rules *rules, struct text *function,
		      struct text *site)
{
	struct text legacy = {0}, whole = {0}, folded = {0};
	bool rust;

	demangle_name(function, linkage, &rust);
	demangle_name_parameters(&whole, linkage);
	MUST(demangle_legacy(&legacy, linkage) || !legacy.length);
	name_fold(&folded, linkage, rules);
	fold_name(site, function->bytes ? function->bytes : "");
	name_fold(&folded, function->bytes ? function->bytes : "", rules);
	text_close(&legacy);
	text_close(&whole);
	text_close(&folded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	struct text function[FRAMES] = {{0}}, site[FRAMES] = {{0}};
	struct symbol_frame frame[FRAMES] = {{0}};
	const struct symbol_frame *frames[FRAMES];
	struct stack_verdict verdict;
	struct rules *rules;
	size_t count = 0;

	MUST(!rules_open(&rules));
	for (; count < FRAMES && supply.size; count++) {
		char *linkage = supply_text(&supply);

		name_read(linkage, rules, &function[count], &site[count]);
		frame[count].function = function[count].bytes ? function[count].bytes : "";
		frame[count].site = site[count].bytes ? site[count].bytes : "";
		frames[count] = &frame[count];
		free(linkage);
	}
	verdict = stack_classify(rules, frames, count, false);
	MUST(verdict.site < (int)count && verdict.entry < (int)count && verdict.poll < (int)count);
	cause_of_frames(rules, frames, count);
	while (count--) {
		text_close(&function[count]);
		text_close(&site[count]);
	}
	rules_close(rules);
	return 0;
}
