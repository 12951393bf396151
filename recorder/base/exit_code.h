/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BASE_EXIT_CODE_H
#define HUD_RECORDER_BASE_EXIT_CODE_H

/* Exit codes, as --help lists them. */
enum exit_code {
	EXIT_RECORDED = 0,
	EXIT_FAILED = 1, /* the kernel refused something that the checks did not foresee */
	EXIT_USAGE = 2,
	EXIT_NO_TARGET = 3,   /* none, several, or gone */
	EXIT_NOT_ABLE = 4,    /* the kernel, the privileges or the target lack what it takes */
	EXIT_NOT_WRITTEN = 5, /* the capture could not be written completely */
};

#endif
