/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/firefox_thread.h"
#include "analyzer/base/json.h"
#include "format/base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct firefox_category firefox_categories[] = {
	{"unknown", "grey"},   {"user", "blue"},         {"tokio", "purple"},
	{"runtime", "purple"}, {"third-party", "green"}, {"std", "yellow"},
	{"libc", "orange"},    {"kernel", "red"},        {NULL, NULL},
};

/* What the map `at` has indexes of. */
enum known { KNOWN_STRING, KNOWN_FUNCTION, KNOWN_FRAME, KNOWN_STACK, KNOWN_WHOLE_STACK };

/* Two numbers as one: tables of one thread are far from having 2^28 rows. */
static uint64_t key(enum known what, uint64_t a)
{
	return (uint64_t)what << 60 | (a & ((UINT64_C(1) << 60) - 1));
}

void firefox_thread_clear(struct firefox_thread *t)
{
	free(t->sample);
	free(t->marker);
	free(t->stack);
	free(t->frame);
	free(t->function);
	free(t->string);
	text_pool_close(&t->texts);
	id_map_free(&t->at);
	*t = (struct firefox_thread) {0};
}

int64_t firefox_string(struct firefox_thread *t, const char *text)
{
	const char *kept = text_pool_intern(&t->texts, text, strlen(text));
	uint64_t index = kept ? id_map_get(&t->at, key(KNOWN_STRING, (uintptr_t)kept), 0) : 0;

	if (index)
		return (int64_t)index - 1;
	if (!kept || !array_grow(&t->string, t->strings, &t->string_room, sizeof(*t->string)) ||
	    id_map_set(&t->at, key(KNOWN_STRING, (uintptr_t)kept), 0, t->strings + 1))
		return -ENOMEM;
	t->string[t->strings] = kept;
	return (int64_t)t->strings++;
}

static int64_t function(struct firefox_thread *t, const struct stack_frame *f)
{
	int64_t name = firefox_string(t, f->name), file = f->file ? firefox_string(t, f->file) : -1;
	uint64_t first = key(KNOWN_FUNCTION, (uint64_t)name), second = (uint64_t)(file + 1);
	uint64_t index;

	if (name < 0 || file == -ENOMEM)
		return -ENOMEM;
	index = id_map_get(&t->at, first, second);
	if (index)
		return (int64_t)index - 1;
	if (!array_grow(&t->function, t->functions, &t->function_room, sizeof(*t->function)) ||
	    id_map_set(&t->at, first, second, t->functions + 1))
		return -ENOMEM;
	t->function[t->functions] = (struct firefox_function) {(size_t)name, file};
	return (int64_t)t->functions++;
}

static size_t category(const char *origin)
{
	for (size_t i = 0; firefox_categories[i].origin; i++) {
		if (strcmp(firefox_categories[i].origin, origin) == 0)
			return i;
	}
	return 0;
}

static int64_t frame(struct firefox_thread *t, const struct stack_frame *f)
{
	uint64_t index = id_map_get(&t->at, key(KNOWN_FRAME, (uint64_t)f->id), 0);
	int64_t of;

	if (index)
		return (int64_t)index - 1;
	of = function(t, f);
	if (of < 0 || !array_grow(&t->frame, t->frames, &t->frame_room, sizeof(*t->frame)) ||
	    id_map_set(&t->at, key(KNOWN_FRAME, (uint64_t)f->id), 0, t->frames + 1))
		return -ENOMEM;
	t->frame[t->frames] = (struct firefox_frame) {(size_t)of, category(f->origin), f->line};
	return (int64_t)t->frames++;
}

/* A stack is a frame and the stack of its caller. */
static int64_t stack_add(struct firefox_thread *t, int64_t prefix, int64_t of)
{
	uint64_t first = key(KNOWN_STACK, (uint64_t)(prefix + 1)), second = (uint64_t)of;
	uint64_t index = id_map_get(&t->at, first, second);

	if (index)
		return (int64_t)index - 1;
	if (!array_grow(&t->stack, t->stacks, &t->stack_room, sizeof(*t->stack)) ||
	    id_map_set(&t->at, first, second, t->stacks + 1))
		return -ENOMEM;
	t->stack[t->stacks] = (struct firefox_stack) {prefix, (size_t)of};
	return (int64_t)t->stacks++;
}

int64_t firefox_stack(struct firefox_thread *t, struct stack_reader *stacks, int64_t stack)
{
	uint64_t known = id_map_get(&t->at, key(KNOWN_WHOLE_STACK, (uint64_t)stack), 0);
	struct stack_frame f;
	int64_t prefix = -1;

	if (known)
		return (int64_t)known - 1;
	stack_begin(stacks, stack);
	while (stack_next(stacks, &f)) {
		int64_t of = frame(t, &f);

		prefix = of < 0 ? of : stack_add(t, prefix, of);
		if (prefix < 0)
			return prefix;
	}
	if (prefix >= 0 &&
	    id_map_set(&t->at, key(KNOWN_WHOLE_STACK, (uint64_t)stack), 0, (uint64_t)prefix + 1))
		return -ENOMEM;
	return prefix;
}

/* A column of `count` values, each written by `value`. */
static void column(FILE *out, const char *name, size_t count, const struct firefox_thread *t,
		   void (*value)(FILE *out, const struct firefox_thread *t, size_t i))
{
	fprintf(out, ",\n\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i)
			putc_unlocked(',', out);
		value(out, t, i);
	}
	putc_unlocked(']', out);
}

/* A column that has the same value in each row. */
static void column_same(FILE *out, const char *name, size_t length, const char *value)
{
	fprintf(out, ",\n\"%s\":[", name);
	for (size_t i = 0; i < length; i++) {
		fputs(i ? "," : "", out);
		fputs(value, out);
	}
	putc_unlocked(']', out);
}

static void number_if(FILE *out, bool known, int64_t number)
{
	if (known)
		fprintf(out, "%" PRId64, number);
	else
		fputs("null", out);
}

static void stack_prefix(FILE *out, const struct firefox_thread *t, size_t i)
{
	number_if(out, t->stack[i].prefix >= 0, t->stack[i].prefix);
}

static void stack_frame_at(FILE *out, const struct firefox_thread *t, size_t i)
{
	fprintf(out, "%zu", t->stack[i].frame);
}

static void stack_category(FILE *out, const struct firefox_thread *t, size_t i)
{
	fprintf(out, "%zu", t->frame[t->stack[i].frame].category);
}

static void frame_function(FILE *out, const struct firefox_thread *t, size_t i)
{
	fprintf(out, "%zu", t->frame[i].function);
}

static void frame_category(FILE *out, const struct firefox_thread *t, size_t i)
{
	fprintf(out, "%zu", t->frame[i].category);
}

static void frame_line(FILE *out, const struct firefox_thread *t, size_t i)
{
	number_if(out, t->frame[i].line > 0, t->frame[i].line);
}

static void function_name(FILE *out, const struct firefox_thread *t, size_t i)
{
	fprintf(out, "%zu", t->function[i].name);
}

static void function_file(FILE *out, const struct firefox_thread *t, size_t i)
{
	number_if(out, t->function[i].file >= 0, t->function[i].file);
}

static void sample_stack(FILE *out, const struct firefox_thread *t, size_t i)
{
	number_if(out, t->sample[i].stack >= 0, t->sample[i].stack);
}

static void sample_cpu(FILE *out, const struct firefox_thread *t, size_t i)
{
	fprintf(out, "%" PRId64, t->sample[i].cpu_ns);
}

static void marker_name(FILE *out, const struct firefox_thread *t, size_t i)
{
	fprintf(out, "%zu", t->marker[i].name);
}

static void marker_data(FILE *out, const struct firefox_thread *t, size_t i)
{
	fputs(t->marker[i].data, out);
}

static void string_at(FILE *out, const struct firefox_thread *t, size_t i)
{
	json_text(out, t->string[i]);
}

/* Times of samples or markers, in ms with all digits of ns. `at`: of the first. */
static void times(FILE *out, const char *name, const void *at, size_t count, size_t step,
		  int64_t start_ns)
{
	fprintf(out, ",\n\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		int64_t ns = *(const int64_t *)(const void *)((const char *)at + i * step);

		fprintf(out, "%s%.6f", i ? "," : "",
			(double)(int64_t)((uint64_t)ns - (uint64_t)start_ns) / 1e6);
	}
	putc_unlocked(']', out);
}

static void table_begin(FILE *out, const char *name, size_t length)
{
	fprintf(out, ",\n\"%s\":{\"length\":%zu", name, length);
}

static void frames_write(const struct firefox_thread *t, FILE *out)
{
	table_begin(out, "stackTable", t->stacks);
	column(out, "prefix", t->stacks, t, stack_prefix);
	column(out, "frame", t->stacks, t, stack_frame_at);
	column(out, "category", t->stacks, t, stack_category);
	column_same(out, "subcategory", t->stacks, "0");
	fputs("}", out);
	table_begin(out, "frameTable", t->frames);
	column_same(out, "address", t->frames, "-1");
	column_same(out, "inlineDepth", t->frames, "0");
	column(out, "category", t->frames, t, frame_category);
	column_same(out, "subcategory", t->frames, "0");
	column(out, "func", t->frames, t, frame_function);
	column_same(out, "nativeSymbol", t->frames, "null");
	column_same(out, "innerWindowID", t->frames, "null");
	column_same(out, "implementation", t->frames, "null");
	column(out, "line", t->frames, t, frame_line);
	column_same(out, "column", t->frames, "null");
	fputs("}", out);
	table_begin(out, "funcTable", t->functions);
	column(out, "name", t->functions, t, function_name);
	column_same(out, "isJS", t->functions, "false");
	column_same(out, "relevantForJS", t->functions, "false");
	column_same(out, "resource", t->functions, "-1");
	column(out, "fileName", t->functions, t, function_file);
	column_same(out, "lineNumber", t->functions, "null");
	column_same(out, "columnNumber", t->functions, "null");
	fputs("}", out);
}

void firefox_tables_write(const struct firefox_thread *t, int64_t start_ns, FILE *out)
{
	table_begin(out, "samples", t->samples);
	fputs(",\"weightType\":\"samples\",\"weight\":null", out);
	times(out, "time", t->samples ? &t->sample[0].time_ns : NULL, t->samples,
	      sizeof(*t->sample), start_ns);
	column(out, "stack", t->samples, t, sample_stack);
	column(out, "threadCPUDelta", t->samples, t, sample_cpu);
	fputs("}", out);
	table_begin(out, "markers", t->markers);
	column(out, "name", t->markers, t, marker_name);
	times(out, "startTime", t->markers ? &t->marker[0].start_ns : NULL, t->markers,
	      sizeof(*t->marker), start_ns);
	times(out, "endTime", t->markers ? &t->marker[0].end_ns : NULL, t->markers,
	      sizeof(*t->marker), start_ns);
	column_same(out, "phase", t->markers, "1");
	column_same(out, "category", t->markers, "0");
	column(out, "data", t->markers, t, marker_data);
	fputs("}", out);
	frames_write(t, out);
	column(out, "stringArray", t->strings, t, string_at);
}
