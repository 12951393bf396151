/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/base/invoker.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int invoker_id(const char *variable)
{
	const char *text = getenv(variable);
	long id = text ? strtol(text, NULL, 10) : -1;

	return geteuid() == 0 && id > 0 && id <= INT32_MAX ? (int)id : -1;
}
