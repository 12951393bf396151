/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TESTS_GOLDEN_H
#define HUD_TESTS_GOLDEN_H

/*
 * What is printed, byte for byte as in a file of tests/golden. HUD_GOLDEN=write writes the files
 * anew; then look at what git says has changed.
 */

/* Runs `print`, and compares what it wrote to standard output. */
void golden_output(const char *path, void (*print)(void *context), void *context);

/* What `print` wrote to standard output; the caller frees it. */
char *printed_text(void (*print)(void *context), void *context);

/* Compares a file. */
void golden_file(const char *path, const char *got);

#endif
