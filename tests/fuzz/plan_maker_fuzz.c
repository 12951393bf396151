/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Of any ELF file there is a plan that hud-record accepts, or an error. */
#include "analyzer/plan/build.h"
#include "analyzer/plan/print_json.h"
#include "analyzer/plan/print_text.h"
#include "tests/fuzz/frame.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	size_t bytes;
	uint8_t *image = supply_rest(&supply, &bytes);
	struct unwind_object object;
	struct plan_built built;
	struct plan plan;

	if (unwind_object_open_memory(&object, image, bytes))
		goto out;
	if (!plan_build(&built, &object, 0)) {
		MUST(!plan_parse(built.data, built.bytes, &plan));
		plan_print_json(stdout, &built, "fuzz", "fuzz.plan");
		plan_print_text(stdout, &built, "fuzz", "fuzz.plan");
		plan_free(&plan);
		plan_built_free(&built);
	}
	unwind_object_close(&object);
out:
	free(image);
	return 0;
}
