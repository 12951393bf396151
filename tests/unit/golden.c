/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char *whole_text(FILE *file, long *size)
{
	char *text;

	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	*size = ftell(file);
	rewind(file);
	text = calloc(1, (size_t)*size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)*size, file), (size_t)*size);
	return text;
}

static void compare(const char *path, FILE *got)
{
	const char *mode = getenv("HUD_GOLDEN");
	bool write = mode && strcmp(mode, "write") == 0;
	FILE *golden = fopen(path, write ? "w+" : "r");
	char *expected, *text;
	long size, expected_size;

	if (!golden)
		fail_msg("%s is missing: run from the top of the tree, or with HUD_GOLDEN=write",
			 path);
	text = whole_text(got, &size);
	if (write)
		assert_int_equal(fwrite(text, 1, (size_t)size, golden), (size_t)size);
	expected = whole_text(golden, &expected_size);
	assert_string_equal(text, expected);
	free(text);
	free(expected);
	fclose(golden);
}

/* Runs `print` with its standard output in a file, which the caller closes. */
static FILE *printed(void (*print)(void *context), void *context)
{
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	print(context);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	return file;
}

void golden_output(const char *path, void (*print)(void *context), void *context)
{
	FILE *file = printed(print, context);

	compare(path, file);
	fclose(file);
}

char *printed_text(void (*print)(void *context), void *context)
{
	FILE *file = printed(print, context);
	long size;
	char *text = whole_text(file, &size);

	fclose(file);
	return text;
}

void golden_file(const char *path, const char *got)
{
	FILE *file = fopen(got, "r");

	assert_non_null(file);
	compare(path, file);
	fclose(file);
}
