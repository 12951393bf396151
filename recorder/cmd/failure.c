/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/failure.h"

#include <stdio.h>
#include <string.h>

enum exit_code cannot(const char *what, int error)
{
	fprintf(stderr, "hud-record: cannot %s: %s\n", what, strerror(-error));
	return EXIT_FAILED;
}
