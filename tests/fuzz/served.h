/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TEST_FUZZ_SERVED_H
#define HUD_TEST_FUZZ_SERVED_H

/*
 * Files that a harness makes up. The linker leads open(), fopen(), setmntent() and readlink() to
 * served.c (tests/fuzz/fuzz.mk), which gives a file that is served, or else what is on the disk.
 */
struct served {
	const char *name; /* the last component of its path */
	char *text;
};

/* From now on; the last has no name. NULL: none is served any more. */
void files_serve(const struct served *files);

#endif
