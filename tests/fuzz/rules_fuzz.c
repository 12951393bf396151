/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Any text as a rules file is cut into lines of words, whose patterns match what they fit. */
#include "analyzer/rules/rules.h"
#include "tests/fuzz/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	char *name = supply_text(&supply), *text = supply_text(&supply);
	struct rules_file file;

	MUST(!rules_file_open(&file, text));
	for (size_t i = 0; i < file.count; i++) {
		for (size_t k = 0; k < RULES_WORDS; k++)
			pattern_matches(file.lines[i].words[k], name);
		MUST(*file.lines[i].words[0]);
	}
	MUST(pattern_matches("*", name));
	MUST(strchr(name, '*') || pattern_matches(name, name));
	rules_file_close(&file);
	free(name);
	free(text);
	return 0;
}
